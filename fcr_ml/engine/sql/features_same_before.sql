-- Seconds since the latest contact of a key that was known before a contact's moment, itself left
-- out. Enters: moments (contact_id, started_epoch, moment_epoch and the columns that key and clock
-- name); the clock says when a contact's key becomes known.
WITH events AS (
    SELECT $key AS key_id, $clock AS epoch, 1 AS n, NULL AS contact_id
    FROM moments
    WHERE $key IS NOT NULL AND $clock IS NOT NULL
    UNION ALL
    SELECT $key, moment_epoch, 0, contact_id
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
),
latest AS (
    SELECT
        contact_id,
        epoch,
        -- At equal seconds moments (n = 0) come before contacts (n = 1): strictly before.
        MAX(CASE WHEN n = 1 THEN epoch END) OVER (
            PARTITION BY key_id ORDER BY epoch, n
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS known_epoch
    FROM events
)
SELECT contact_id, epoch - known_epoch AS seconds
FROM latest
WHERE contact_id IS NOT NULL
ORDER BY contact_id
