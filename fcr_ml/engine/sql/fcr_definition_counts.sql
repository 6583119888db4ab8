-- Counts of every definition, with the sums that an interval by customer needs.
WITH by_customer AS (
    SELECT definition, customer_id, COUNT(*) AS closed, SUM(failed) AS repeated
    FROM judged
    GROUP BY definition, customer_id
)

SELECT
    definition,
    CAST(SUM(closed) AS BIGINT) AS closed_contacts,
    CAST(SUM(repeated) AS BIGINT) AS repeated_contacts,
    CAST(SUM(repeated * repeated) AS DOUBLE) AS squared_repeated,
    CAST(SUM(repeated * closed) AS DOUBLE) AS cross_products,
    CAST(SUM(closed * closed) AS DOUBLE) AS squared_closed,
    COUNT(*) AS customers
FROM by_customer
GROUP BY definition
ORDER BY definition
