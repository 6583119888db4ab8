-- Contacts that could be resolved at first contact; untagged ones could.
SELECT contact_id, customer_id, 'net' AS value
FROM contacts
WHERE NOT COALESCE(not_resolvable, FALSE)
