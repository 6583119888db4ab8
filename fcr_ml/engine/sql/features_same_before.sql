-- Seconds since the latest contact of a key that was known before a contact's moment, itself left
-- out. Enters: moments (contact_id, started_epoch, moment_epoch and the columns that key and clock
-- name); the clock says when a contact's key becomes known.
WITH events AS (
    SELECT $key AS key_id, $clock AS epoch, contact_id AS known_id, NULL AS contact_id
    FROM moments
    WHERE $key IS NOT NULL AND $clock IS NOT NULL
    UNION ALL
    SELECT $key, moment_epoch, NULL, contact_id
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
),
latest AS (
    SELECT
        contact_id,
        epoch,
        MAX(CASE WHEN known_id IS NOT NULL THEN epoch END) OVER (
            PARTITION BY key_id ORDER BY epoch
            RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS known_epoch
    FROM events
)
SELECT contact_id, epoch - known_epoch AS seconds
FROM latest
WHERE contact_id IS NOT NULL
ORDER BY contact_id
