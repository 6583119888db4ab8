-- Every contact that began in one of two periods, UTC, each from its first second up to,
-- not including, its end. Microseconds are taken as such so that no time zone enters.
SELECT
    contact_id,
    CASE WHEN EPOCH_US(started_at) >= CAST(${after_begins} AS BIGINT) * 1000000
        AND EPOCH_US(started_at) < CAST(${after_ends} AS BIGINT) * 1000000
        THEN 1 ELSE 0 END AS side
FROM contacts
WHERE (EPOCH_US(started_at) >= CAST(${before_begins} AS BIGINT) * 1000000
        AND EPOCH_US(started_at) < CAST(${before_ends} AS BIGINT) * 1000000)
    OR (EPOCH_US(started_at) >= CAST(${after_begins} AS BIGINT) * 1000000
        AND EPOCH_US(started_at) < CAST(${after_ends} AS BIGINT) * 1000000)
