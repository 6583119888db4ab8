-- The queue in which each follow-up asked for waited.
SELECT
    w.contact_id,
    c.queue
FROM wanted w
JOIN contacts c ON c.contact_id = w.follow_up_id
WHERE c.queue IS NOT NULL
ORDER BY w.contact_id
