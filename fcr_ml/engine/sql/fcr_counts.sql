-- Counts of every reading, window and group asked for, with the sums over
-- customers that an interval by customer needs. The probabilities are summed as
-- decimals: their sum is exact and does not depend on the order of the rows.
-- drawn_variance is the variance of the true repeats, each drawn with its own
-- probability.
WITH marked AS (
    SELECT
        a.reading,
        a.repeat_window,
        g.value,
        g.customer_id,
        CASE WHEN o.is_closed THEN 1 ELSE 0 END AS closed,
        -- A contact that has not ended has no window that could be open.
        CASE WHEN o.closes_at IS NOT NULL AND NOT o.is_closed THEN 1 ELSE 0 END AS running,
        CASE WHEN o.is_closed AND o.outcome = 'repeated' THEN 1 ELSE 0 END AS repeated,
        CASE WHEN o.is_closed THEN CAST(o.repeated_probability AS DECIMAL(18, 6)) ELSE 0 END
            AS probability
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN grouped g ON g.contact_id = o.contact_id
    WHERE o.is_counted
),

by_customer AS (
    SELECT
        reading,
        repeat_window,
        value,
        customer_id,
        SUM(running) AS running,
        SUM(closed) AS closed,
        SUM(repeated) AS repeated,
        CAST(SUM(probability) AS DECIMAL(18, 6)) AS probability,
        SUM(CAST(probability * (1 - probability) AS DECIMAL(18, 12))) AS drawn_variance
    FROM marked
    GROUP BY reading, repeat_window, value, customer_id
)

SELECT
    reading,
    repeat_window,
    value,
    CAST(SUM(closed) AS BIGINT) AS closed_contacts,
    CAST(SUM(running) AS BIGINT) AS open_contacts,
    CAST(SUM(repeated) AS BIGINT) AS repeated_contacts,
    CAST(SUM(repeated * repeated) AS DOUBLE) AS squared_repeated,
    CAST(SUM(repeated * closed) AS DOUBLE) AS cross_products,
    CAST(SUM(closed * closed) AS DOUBLE) AS squared_closed,
    CAST(SUM(probability) AS DOUBLE) AS expected_repeats,
    CAST(SUM(CAST(probability AS DECIMAL(38, 6)) * probability) AS DOUBLE) AS squared_expected,
    CAST(SUM(CAST(probability AS DECIMAL(38, 6)) * closed) AS DOUBLE) AS expected_cross_products,
    CAST(SUM(drawn_variance) AS DOUBLE) AS drawn_variance,
    CAST(SUM(CASE WHEN closed > 0 THEN 1 ELSE 0 END) AS BIGINT) AS customers
FROM by_customer
GROUP BY reading, repeat_window, value
ORDER BY reading, repeat_window, value
