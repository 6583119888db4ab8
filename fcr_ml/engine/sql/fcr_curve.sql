-- Counts under many windows at once, from the outcomes of the longest: a window is
-- closed for a contact once it was followed that long. Leaves the sums that an
-- interval by customer needs, twice: of contacts, and of the repeats that the longest
-- window sees and this one misses.
WITH followed AS (
    SELECT
        g.customer_id,
        CASE WHEN o.outcome = 'repeated' THEN CAST(ROUND(o.hours_to_return * 3600) AS BIGINT) END
            AS returned_seconds,
        a.window_seconds AS longest_seconds,
        a.window_seconds + a.as_of_epoch - CAST(FLOOR(EPOCH_US(o.closes_at) / 1000000) AS BIGINT)
            AS followed_seconds
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN grouped g ON g.contact_id = o.contact_id
    WHERE o.is_counted AND o.closes_at IS NOT NULL
),

by_customer AS (
    SELECT
        m.seconds,
        f.customer_id,
        COUNT(*) AS closed,
        SUM(CASE WHEN f.returned_seconds <= m.seconds THEN 1 ELSE 0 END) AS repeated,
        SUM(CASE
            WHEN f.followed_seconds >= f.longest_seconds
                AND f.returned_seconds <= f.longest_seconds THEN 1
            ELSE 0
        END) AS seen,
        SUM(CASE
            WHEN f.followed_seconds >= f.longest_seconds
                AND f.returned_seconds <= f.longest_seconds
                AND f.returned_seconds > m.seconds THEN 1
            ELSE 0
        END) AS missed
    FROM followed f
    CROSS JOIN marks m
    WHERE f.followed_seconds >= m.seconds
    GROUP BY m.seconds, f.customer_id
)

SELECT
    seconds,
    CAST(SUM(closed) AS BIGINT) AS closed_contacts,
    CAST(SUM(repeated) AS BIGINT) AS repeated_contacts,
    CAST(SUM(repeated * repeated) AS DOUBLE) AS squared_repeated,
    CAST(SUM(repeated * closed) AS DOUBLE) AS cross_products,
    CAST(SUM(closed * closed) AS DOUBLE) AS squared_closed,
    COUNT(*) AS customers,
    CAST(SUM(seen) AS BIGINT) AS longest_repeated_contacts,
    CAST(SUM(missed) AS BIGINT) AS missed_contacts,
    CAST(SUM(missed * missed) AS DOUBLE) AS squared_missed,
    CAST(SUM(missed * seen) AS DOUBLE) AS missed_cross_products,
    CAST(SUM(seen * seen) AS DOUBLE) AS squared_seen,
    CAST(SUM(CASE WHEN seen > 0 THEN 1 ELSE 0 END) AS BIGINT) AS repeat_customers
FROM by_customer
GROUP BY seconds
ORDER BY seconds
