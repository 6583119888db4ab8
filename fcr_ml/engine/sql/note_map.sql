-- Every contact with a place on the map: its topic, the month, UTC, in which it began, its
-- language, and its outcome once that is decided. In an order that names nobody.
WITH decided AS (
    SELECT o.contact_id, o.outcome
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    WHERE o.is_counted AND o.is_closed
)

SELECT
    t.map_x AS x,
    t.map_y AS y,
    t.topic_id,
    STRFTIME(MAKE_TIMESTAMP(EPOCH_US(c.started_at)), '%Y-%m') AS month,
    n.language,
    d.outcome
FROM topics t
JOIN contacts c ON c.contact_id = t.contact_id
LEFT JOIN notes n ON n.contact_id = t.contact_id
LEFT JOIN decided d ON d.contact_id = t.contact_id
WHERE t.map_x IS NOT NULL AND t.map_y IS NOT NULL
ORDER BY t.topic_id, d.outcome, month, n.language, x, y
