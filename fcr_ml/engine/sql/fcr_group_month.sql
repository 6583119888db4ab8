-- Every contact under the month, UTC, in which it began, such as 2025-03. The
-- microseconds are taken apart as such so that no session time zone enters.
SELECT
    contact_id,
    customer_id,
    STRFTIME(MAKE_TIMESTAMP(EPOCH_US(started_at)), '%Y-%m') AS value
FROM contacts
