-- How long contacts of every reading, window and group were followed: at each
-- second, how many were seen to return and how many left unreturned, because the
-- window ended or nothing later is known. A contact that has not ended has no
-- window yet and is left out.
WITH followed AS (
    SELECT
        a.reading,
        a.repeat_window,
        g.value,
        CASE WHEN o.outcome = 'repeated' THEN 1 ELSE 0 END AS returned,
        CASE
            WHEN o.outcome = 'repeated' THEN CAST(ROUND(o.hours_to_return * 3600) AS BIGINT)
            WHEN o.is_closed THEN a.window_seconds
            ELSE a.window_seconds + a.as_of_epoch
                - CAST(FLOOR(EPOCH_US(o.closes_at) / 1000000) AS BIGINT)
        END AS seconds
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN grouped g ON g.contact_id = o.contact_id
    WHERE o.is_counted AND o.closes_at IS NOT NULL
)

SELECT
    reading,
    repeat_window,
    value,
    GREATEST(seconds, 0) AS seconds,
    CAST(SUM(returned) AS BIGINT) AS returns,
    CAST(COUNT(*) - SUM(returned) AS BIGINT) AS leaves
FROM followed
GROUP BY reading, repeat_window, value, GREATEST(seconds, 0)
ORDER BY reading, repeat_window, value, seconds
