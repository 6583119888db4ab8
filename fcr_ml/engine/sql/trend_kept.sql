-- The contacts whose group has the value asked for.
SELECT g.contact_id
FROM grouped g
JOIN wanted w ON w.value = g.value
