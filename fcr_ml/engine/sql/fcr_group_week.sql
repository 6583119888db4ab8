-- Every contact under the ISO week, UTC, in which it began, such as 2025-W07. The
-- microseconds are taken apart as such so that no session time zone enters.
SELECT
    contact_id,
    customer_id,
    STRFTIME(MAKE_TIMESTAMP(EPOCH_US(started_at)), '%G-W%V') AS value
FROM contacts
