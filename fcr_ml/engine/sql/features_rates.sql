-- Repeats and closed contacts of a contact's key, strictly before its moment.
-- Enters: moments (contact_id, moment_epoch, closes_epoch, repeats_millionths and the column that
-- key names). A label enters at the second its window runs out, never when the return itself was
-- seen. Repeats are whole millionths, so that no order of adding changes the sum.
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
        -- At equal seconds contacts (n = 0) come before labels (n = 1): strictly before.
        SUM(n) OVER (PARTITION BY key_id ORDER BY epoch, n
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS closed_contacts,
        SUM(repeats_millionths) OVER (PARTITION BY key_id ORDER BY epoch, n
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS repeats_millionths
    FROM events
)
SELECT
    contact_id,
    CAST(closed_contacts AS BIGINT) AS closed_contacts,
    CAST(repeats_millionths AS BIGINT) AS repeats_millionths
FROM summed
WHERE contact_id IS NOT NULL
ORDER BY contact_id
