-- Repeats and closed contacts of a contact's key whose windows ran out in the last seconds before
-- its moment, strictly before it. Enters: moments, as for features_rates.
WITH events AS (
    SELECT $key AS key_id, closes_epoch AS epoch, 1 AS n, repeats_millionths, NULL AS contact_id
    FROM moments
    WHERE $key IS NOT NULL AND closes_epoch IS NOT NULL
    UNION ALL
    SELECT $key, moment_epoch, 0, 0, contact_id
    FROM moments
    WHERE $key IS NOT NULL AND moment_epoch IS NOT NULL
),
summed AS (
    SELECT
        contact_id,
        SUM(n) OVER (PARTITION BY key_id ORDER BY epoch
            RANGE BETWEEN $span PRECEDING AND 1 PRECEDING) AS closed_contacts,
        SUM(repeats_millionths) OVER (PARTITION BY key_id ORDER BY epoch
            RANGE BETWEEN $span PRECEDING AND 1 PRECEDING) AS repeats_millionths
    FROM events
)
SELECT
    contact_id,
    COALESCE(closed_contacts, 0) AS closed_contacts,
    COALESCE(repeats_millionths, 0) AS repeats_millionths
FROM summed
WHERE contact_id IS NOT NULL
ORDER BY contact_id
