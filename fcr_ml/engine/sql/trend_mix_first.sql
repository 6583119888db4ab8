-- Every contact in one cell, to be divided.
SELECT contact_id, '' AS cell
FROM kept
