-- Repeats and closed contacts of a contact's key whose windows ran out in the last seconds before
-- its moment, strictly before it. Enters: moments, as for features_rates. What ran out before
-- the moment, less what had run out before the last seconds began.
WITH events AS (
    SELECT $key AS key_id, closes_epoch AS epoch, 1 AS n, repeats_millionths, NULL AS contact_id,
        0 AS sign
    FROM moments
    WHERE $key IS NOT NULL AND closes_epoch IS NOT NULL
    UNION ALL
    SELECT $key, moment_epoch, 0, 0, contact_id, 1
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
    UNION ALL
    SELECT $key, moment_epoch - $span, 0, 0, contact_id, -1
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
),
running AS (
    SELECT
        contact_id,
        sign,
        -- At equal seconds points (n = 0) come before labels (n = 1): strictly before.
        SUM(n) OVER (PARTITION BY key_id ORDER BY epoch, n
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS closed_contacts,
        SUM(repeats_millionths) OVER (PARTITION BY key_id ORDER BY epoch, n
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS repeats_millionths
    FROM events
)
SELECT
    contact_id,
    CAST(SUM(sign * closed_contacts) AS BIGINT) AS closed_contacts,
    CAST(SUM(sign * repeats_millionths) AS BIGINT) AS repeats_millionths
FROM running
WHERE contact_id IS NOT NULL
GROUP BY contact_id
ORDER BY contact_id
