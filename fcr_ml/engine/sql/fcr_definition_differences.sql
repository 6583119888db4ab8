-- The contacts that fail under a definition and not under the main one (side 'here'),
-- and those that fail under the main one only (side 'main'): how many, and the first
-- few. A contact that a definition does not count cannot fail under it.
WITH failures AS (
    SELECT definition, contact_id
    FROM judged
    WHERE failed = 1
),

main_failures AS (
    SELECT contact_id
    FROM failures
    WHERE definition = '${main}'
),

sided AS (
    SELECT f.definition, 'here' AS side, f.contact_id
    FROM failures f
    LEFT JOIN main_failures m ON m.contact_id = f.contact_id
    WHERE m.contact_id IS NULL
    UNION ALL
    SELECT d.definition, 'main' AS side, m.contact_id
    FROM definitions d
    CROSS JOIN main_failures m
    LEFT JOIN failures f ON f.definition = d.definition AND f.contact_id = m.contact_id
    WHERE f.contact_id IS NULL
),

placed AS (
    SELECT
        definition,
        side,
        contact_id,
        COUNT(*) OVER (PARTITION BY definition, side) AS contacts,
        ROW_NUMBER() OVER (PARTITION BY definition, side ORDER BY contact_id) AS place
    FROM sided
)

SELECT definition, side, contact_id, contacts
FROM placed
WHERE place <= ${examples}
ORDER BY definition, side, place
