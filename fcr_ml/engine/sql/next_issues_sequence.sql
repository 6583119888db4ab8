-- Contacts with a topic, in their customer's sequence. reach_seconds is how long after
-- its start a contact can be followed: until its repeat window has run out. Copies of a
-- double post, thanks and the company's own contacts are not counted and leave the
-- sequence, and so do returns that only give what the desk had asked for.
WITH asked_for AS (
    SELECT DISTINCT follow_up_id AS contact_id
    FROM links
    WHERE reaction = 'gives_asked_information'
)
SELECT
    t.contact_id,
    t.customer_id,
    p.topic_id,
    t.started_epoch,
    t.begins_epoch,
    t.begins_epoch - t.started_epoch + ${window_seconds} AS reach_seconds,
    CASE WHEN o.is_closed THEN 1 ELSE 0 END AS is_closed,
    ROW_NUMBER() OVER (PARTITION BY t.customer_id ORDER BY t.started_epoch, t.contact_id)
        AS position
FROM timeline t
JOIN outcomes o ON o.contact_id = t.contact_id
JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
JOIN topics p ON p.contact_id = t.contact_id
LEFT JOIN asked_for f ON f.contact_id = t.contact_id
WHERE o.is_counted AND p.topic_id IS NOT NULL AND f.contact_id IS NULL
