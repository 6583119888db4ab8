-- The cells of the mix, divided further by the group made last.
SELECT m.contact_id, m.cell || CHR(31) || g.value AS cell
FROM mixed m
JOIN grouped g ON g.contact_id = m.contact_id
