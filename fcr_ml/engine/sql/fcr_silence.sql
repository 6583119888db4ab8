-- Of the resolved contacts, those with an answer to whether it really was resolved, and
-- those whose answer denies it, with the sums that an interval by customer needs.
WITH by_customer AS (
    SELECT
        g.customer_id,
        COUNT(*) AS answered,
        SUM(CASE WHEN s.denies THEN 1 ELSE 0 END) AS denied
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN grouped g ON g.contact_id = o.contact_id
    JOIN answers s ON s.contact_id = o.contact_id
    WHERE o.is_counted AND o.is_closed AND o.outcome = 'resolved'
    GROUP BY g.customer_id
)

SELECT
    CAST(COALESCE(SUM(answered), 0) AS BIGINT) AS answered_contacts,
    CAST(COALESCE(SUM(denied), 0) AS BIGINT) AS denied_contacts,
    CAST(SUM(denied * denied) AS DOUBLE) AS squared_denied,
    CAST(SUM(denied * answered) AS DOUBLE) AS cross_products,
    CAST(SUM(answered * answered) AS DOUBLE) AS squared_answered,
    COUNT(*) AS customers
FROM by_customer
