-- Closed and repeated contacts of every customer in every segment, on either side of a
-- comparison. Customers are numbered from 0.
WITH cells AS (
    SELECT
        g.customer_id,
        g.value,
        SUM(CASE WHEN s.side = 0 THEN 1 ELSE 0 END) AS closed_before,
        SUM(CASE WHEN s.side = 0 AND o.outcome = 'repeated' THEN 1 ELSE 0 END) AS repeated_before,
        SUM(CASE WHEN s.side = 1 THEN 1 ELSE 0 END) AS closed_after,
        SUM(CASE WHEN s.side = 1 AND o.outcome = 'repeated' THEN 1 ELSE 0 END) AS repeated_after
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN sided s ON s.contact_id = o.contact_id
    JOIN grouped g ON g.contact_id = o.contact_id
    WHERE o.is_counted AND o.is_closed
    GROUP BY g.customer_id, g.value
)

SELECT
    CAST(DENSE_RANK() OVER (ORDER BY customer_id) - 1 AS BIGINT) AS customer,
    value,
    CAST(closed_before AS DOUBLE) AS closed_before,
    CAST(repeated_before AS DOUBLE) AS repeated_before,
    CAST(closed_after AS DOUBLE) AS closed_after,
    CAST(repeated_after AS DOUBLE) AS repeated_after
FROM cells
ORDER BY customer, value
