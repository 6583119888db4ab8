-- Contacts that do not stand alone: repeated inside the window, or themselves the
-- related return of an earlier contact inside the window. A double post is one
-- contact sent twice and thanks are no repeat: neither tells against the later
-- contact. Leaves the same sums as fcr_counts.
WITH preceded AS (
    SELECT follow_up_id AS contact_id
    FROM links
    WHERE
        verdict IN ('same_issue', 'next_issue')
        AND reaction IS NULL
        AND 3600 * CASE
            WHEN ${from_start} = 1 THEN hours_between
            ELSE COALESCE(hours_since_end, hours_between)
        END <= ${window_seconds}
    GROUP BY follow_up_id
),

by_customer AS (
    SELECT
        g.customer_id,
        COUNT(*) AS closed,
        SUM(CASE WHEN o.outcome = 'repeated' OR p.contact_id IS NOT NULL THEN 1 ELSE 0 END)
            AS repeated
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN grouped g ON g.contact_id = o.contact_id
    LEFT JOIN preceded p ON p.contact_id = o.contact_id
    WHERE o.is_counted AND o.is_closed
    GROUP BY g.customer_id
)

SELECT
    CAST(SUM(closed) AS BIGINT) AS closed_contacts,
    CAST(SUM(repeated) AS BIGINT) AS repeated_contacts,
    CAST(SUM(repeated) AS DOUBLE) AS repeated_probability,
    CAST(SUM(repeated * repeated) AS DOUBLE) AS squared_repeated,
    CAST(SUM(repeated * closed) AS DOUBLE) AS cross_products,
    CAST(SUM(closed * closed) AS DOUBLE) AS squared_closed,
    COUNT(*) AS customers
FROM by_customer
HAVING COUNT(*) > 0
