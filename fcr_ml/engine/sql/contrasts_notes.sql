-- The beginning of the notes and answers of the contacts asked for.
SELECT
    w.contact_id,
    SUBSTR(n.note, 1, ${characters}) AS note,
    SUBSTR(n.resolution_note, 1, ${characters}) AS resolution_note
FROM wanted w
LEFT JOIN notes n ON n.contact_id = w.contact_id
ORDER BY w.contact_id
