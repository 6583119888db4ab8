-- How long each found next issue came after the contact's repeat window began.
SELECT b.topic_id, b.next_topic_id, b.seconds_to_next
FROM beside b
JOIN found f ON f.topic_id = b.topic_id AND f.next_topic_id = b.next_topic_id
WHERE b.side = 'near'
ORDER BY b.topic_id, b.next_topic_id, b.seconds_to_next
