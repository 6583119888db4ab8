-- Closed and still running windows of the reading and window asked for, by month. A
-- contact that has not ended has no window that could be open.
SELECT
    g.value AS month,
    CAST(SUM(CASE WHEN o.is_closed THEN 1 ELSE 0 END) AS BIGINT) AS closed_contacts,
    CAST(SUM(CASE WHEN o.closes_at IS NOT NULL AND NOT o.is_closed THEN 1 ELSE 0 END) AS BIGINT)
        AS open_contacts
FROM outcomes o
JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
JOIN grouped g ON g.contact_id = o.contact_id
WHERE o.is_counted
GROUP BY g.value
ORDER BY g.value
