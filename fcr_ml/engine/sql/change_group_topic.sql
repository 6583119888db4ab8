-- Every contact under the name of its topic, or the reason for having none.
SELECT
    c.contact_id,
    c.customer_id,
    COALESCE(k.topic, 'no topic: ' || REPLACE(t.no_topic_reason, '_', ' '), 'no topic') AS value
FROM contacts c
LEFT JOIN topics t ON t.contact_id = c.contact_id
LEFT JOIN topic_cards k ON k.topic_id = t.topic_id
