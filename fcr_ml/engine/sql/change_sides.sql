-- Contacts of each side under the reading and window asked for: with their window closed,
-- repeated ones among them, and with it still running.
SELECT
    s.side,
    CAST(SUM(CASE WHEN o.is_closed THEN 1 ELSE 0 END) AS BIGINT) AS closed_contacts,
    CAST(SUM(CASE WHEN o.closes_at IS NOT NULL AND NOT o.is_closed THEN 1 ELSE 0 END) AS BIGINT)
        AS open_contacts,
    CAST(SUM(CASE WHEN o.is_closed AND o.outcome = 'repeated' THEN 1 ELSE 0 END) AS BIGINT)
        AS repeated_contacts
FROM outcomes o
JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
JOIN sided s ON s.contact_id = o.contact_id
WHERE o.is_counted
GROUP BY s.side
ORDER BY s.side
