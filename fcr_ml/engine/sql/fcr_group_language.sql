-- Every contact under its language, given or detected.
SELECT c.contact_id, c.customer_id, COALESCE(n.language, 'not given') AS value
FROM contacts c
LEFT JOIN notes n ON n.contact_id = c.contact_id
