-- How near the customer came through another channel, before a contact or after it, in
-- seconds. A customer's inbound contacts fall into runs of one channel; the nearest
-- others are where the run before stops and where the run after begins. A contact
-- without a channel ends no run. As for links, the time before is counted from the
-- earlier contact's end.
WITH seen AS (
    SELECT
        g.contact_id,
        g.customer_id,
        g.value AS channel,
        CAST(FLOOR(EPOCH_US(c.started_at) / 1000000) AS BIGINT) AS started_seconds,
        COALESCE(
            CAST(FLOOR(EPOCH_US(o.closes_at) / 1000000) AS BIGINT) - a.window_seconds,
            CAST(FLOOR(EPOCH_US(c.started_at) / 1000000) AS BIGINT)
        ) AS begins_seconds
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN grouped g ON g.contact_id = o.contact_id
    JOIN contacts c ON c.contact_id = o.contact_id
    WHERE o.is_counted AND o.reading = 'any_return' AND g.value <> 'not given'
),

changes AS (
    SELECT
        seen.*,
        CASE
            WHEN channel = LAG(channel) OVER (
                PARTITION BY customer_id ORDER BY started_seconds, contact_id
            ) THEN 0
            ELSE 1
        END AS is_change
    FROM seen
),

numbered AS (
    SELECT
        changes.*,
        SUM(is_change) OVER (
            PARTITION BY customer_id ORDER BY started_seconds, contact_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS run
    FROM changes
),

runs AS (
    SELECT
        customer_id,
        run,
        MIN(started_seconds) AS first_started,
        MAX(begins_seconds) AS last_begins
    FROM numbered
    GROUP BY customer_id, run
)

SELECT
    n.contact_id,
    LEAST(
        COALESCE(n.started_seconds - earlier.last_begins, later.first_started - n.begins_seconds),
        COALESCE(later.first_started - n.begins_seconds, n.started_seconds - earlier.last_begins)
    ) AS seconds
FROM numbered n
LEFT JOIN runs earlier ON earlier.customer_id = n.customer_id AND earlier.run = n.run - 1
LEFT JOIN runs later ON later.customer_id = n.customer_id AND later.run = n.run + 1
WHERE earlier.run IS NOT NULL OR later.run IS NOT NULL
