-- The shape of the desk's answers: how long, whether it asks, whether it holds a link.
-- A mark of redaction such as <link> stands for a link with a user's own parts.
SELECT
    contact_id,
    LENGTH(resolution_note) AS characters,
    CASE
        WHEN resolution_note LIKE '%?%' OR resolution_note LIKE '%？%'
            OR resolution_note LIKE '%؟%' THEN 1
        ELSE 0
    END AS asks,
    CASE
        WHEN resolution_note LIKE '%http://%' OR resolution_note LIKE '%https://%'
            OR resolution_note LIKE '%<link>%' THEN 1
        ELSE 0
    END AS links
FROM notes
WHERE resolution_note IS NOT NULL AND LENGTH(resolution_note) > 0
ORDER BY contact_id
