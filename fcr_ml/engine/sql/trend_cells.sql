-- Closed and repeated contacts of every customer in every period. Customers are numbered
-- from 0.
WITH cells AS (
    SELECT customer_id, period, SUM(closed) AS closed, SUM(closed * returned) AS repeated
    FROM followed
    WHERE closed = 1
    GROUP BY customer_id, period
)

SELECT
    CAST(DENSE_RANK() OVER (ORDER BY customer_id) - 1 AS BIGINT) AS customer,
    period,
    CAST(closed AS DOUBLE) AS closed,
    CAST(repeated AS DOUBLE) AS repeated
FROM cells
ORDER BY customer, period
