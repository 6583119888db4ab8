-- Compared contacts of each topic, with the sum over customers of their squared number.
SELECT
    topic_id,
    CAST(SUM(contacts) AS BIGINT) AS contacts,
    COUNT(*) AS customers,
    CAST(SUM(contacts * contacts) AS BIGINT) AS squared_contacts
FROM members
GROUP BY topic_id
ORDER BY topic_id
