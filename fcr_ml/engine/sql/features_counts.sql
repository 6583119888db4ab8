-- How many contacts share a contact's key, counted strictly before a point of its own life.
-- Enters: moments (contact_id, moment_epoch and the columns that key, clock and point name); the
-- clock says when a contact becomes known to the count. A contact never counts itself.
WITH events AS (
    SELECT $key AS key_id, $clock AS epoch, 1 AS n, NULL AS contact_id, NULL AS clock_epoch
    FROM moments
    WHERE $key IS NOT NULL AND $clock IS NOT NULL
    UNION ALL
    SELECT $key, $point, 0, contact_id, $clock
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
),
counted AS (
    SELECT
        contact_id,
        epoch - clock_epoch AS own_age,
        SUM(n) OVER (PARTITION BY key_id ORDER BY epoch
            RANGE BETWEEN $short PRECEDING AND 1 PRECEDING) AS in_short,
        SUM(n) OVER (PARTITION BY key_id ORDER BY epoch
            RANGE BETWEEN $long PRECEDING AND 1 PRECEDING) AS in_long,
        SUM(n) OVER (PARTITION BY key_id ORDER BY epoch
            RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ever
    FROM events
)
SELECT
    contact_id,
    COALESCE(in_short, 0) - CASE WHEN own_age BETWEEN 1 AND $short THEN 1 ELSE 0 END AS in_short,
    COALESCE(in_long, 0) - CASE WHEN own_age BETWEEN 1 AND $long THEN 1 ELSE 0 END AS in_long,
    COALESCE(ever, 0) - CASE WHEN own_age >= 1 THEN 1 ELSE 0 END AS ever
FROM counted
WHERE contact_id IS NOT NULL
ORDER BY contact_id
