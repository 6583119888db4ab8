-- Every contact.
SELECT contact_id, customer_id, 'gross' AS value
FROM contacts
