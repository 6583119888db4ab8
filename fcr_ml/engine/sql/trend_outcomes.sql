-- The contacts of a trend under the reading and window asked for: in which period each
-- began, and how far it was followed. A contact that has not ended has no window yet.
SELECT
    o.contact_id,
    g.customer_id,
    g.value AS period,
    CASE WHEN o.is_closed THEN 1 ELSE 0 END AS closed,
    CASE WHEN o.closes_at IS NOT NULL AND NOT o.is_closed THEN 1 ELSE 0 END AS running,
    CASE WHEN o.outcome = 'repeated' THEN 1 ELSE 0 END AS returned,
    CASE
        WHEN o.outcome = 'repeated' THEN CAST(ROUND(o.hours_to_return * 3600) AS BIGINT)
        WHEN o.is_closed THEN a.window_seconds
        ELSE a.window_seconds + a.as_of_epoch
            - CAST(FLOOR(EPOCH_US(o.closes_at) / 1000000) AS BIGINT)
    END AS seconds
FROM outcomes o
JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
JOIN kept k ON k.contact_id = o.contact_id
JOIN grouped g ON g.contact_id = o.contact_id
WHERE o.is_counted AND o.closes_at IS NOT NULL
