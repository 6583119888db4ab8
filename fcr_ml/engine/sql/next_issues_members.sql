-- Compared contacts of each customer, by topic.
SELECT customer_id, topic_id, COUNT(*) AS contacts
FROM sequence
WHERE is_closed = 1
    AND started_epoch - reach_seconds >= ${first_epoch}
    AND started_epoch + ${later_seconds} + reach_seconds <= ${as_of_epoch}
GROUP BY customer_id, topic_id
