-- Every contact, each belonging to the trend.
SELECT contact_id
FROM contacts
