-- Every contact whose group has one of the two values compared.
SELECT g.contact_id, s.side
FROM grouped g
JOIN sides s ON s.value = g.value
