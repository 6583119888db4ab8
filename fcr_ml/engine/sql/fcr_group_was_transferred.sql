-- Every contact under whether it was transferred at least once.
SELECT
    contact_id,
    customer_id,
    CASE
        WHEN transfers IS NULL THEN 'not given'
        WHEN transfers > 0 THEN 'yes'
        ELSE 'no'
    END AS value
FROM contacts
