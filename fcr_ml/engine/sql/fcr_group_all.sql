-- Every contact in one group.
SELECT contact_id, customer_id, 'all' AS value
FROM contacts
