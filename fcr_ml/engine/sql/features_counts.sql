-- How many contacts share a contact's key, counted strictly before a point of its own life.
-- Enters: moments (contact_id, moment_epoch and the columns that key, clock and point name); the
-- clock says when a contact becomes known to the count. A contact never counts itself.
-- Counts of a span are those before its end less those before its beginning: running sums take
-- one walk, where a window of seconds is summed anew for every row of a large key.
WITH events AS (
    SELECT $key AS key_id, $clock AS epoch, 1 AS n, NULL AS contact_id, 0 AS span, NULL AS own_age
    FROM moments
    WHERE $key IS NOT NULL AND $clock IS NOT NULL
    UNION ALL
    SELECT $key, $point, 0, contact_id, 0, $point - $clock
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
    UNION ALL
    SELECT $key, $point - $short, 0, contact_id, 1, NULL
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
    UNION ALL
    SELECT $key, $point - $long, 0, contact_id, 2, NULL
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
),
running AS (
    SELECT
        contact_id,
        span,
        own_age,
        -- At equal seconds points (n = 0) come before contacts (n = 1): strictly before.
        SUM(n) OVER (PARTITION BY key_id ORDER BY epoch, n
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS known
    FROM events
),
counted AS (
    SELECT
        contact_id,
        MAX(own_age) AS own_age,
        SUM(CASE WHEN span = 0 THEN known ELSE 0 END) AS ever,
        SUM(CASE WHEN span = 1 THEN known ELSE 0 END) AS before_short,
        SUM(CASE WHEN span = 2 THEN known ELSE 0 END) AS before_long
    FROM running
    WHERE contact_id IS NOT NULL
    GROUP BY contact_id
)
SELECT
    contact_id,
    CAST(ever - before_short AS BIGINT)
        - CASE WHEN own_age BETWEEN 1 AND $short THEN 1 ELSE 0 END AS in_short,
    CAST(ever - before_long AS BIGINT)
        - CASE WHEN own_age BETWEEN 1 AND $long THEN 1 ELSE 0 END AS in_long,
    CAST(ever AS BIGINT) - CASE WHEN own_age >= 1 THEN 1 ELSE 0 END AS ever
FROM counted
ORDER BY contact_id
