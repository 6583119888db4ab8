-- Every contact under what its column ${column} says.
SELECT contact_id, customer_id, COALESCE(CAST(${column} AS VARCHAR), 'not given') AS value
FROM contacts
