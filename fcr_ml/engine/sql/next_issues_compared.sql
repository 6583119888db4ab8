-- How many closed contacts can be held against the time before them, and how many of
-- those against the time later_seconds on as well: both must lie inside the log.
WITH closed AS (
    SELECT
        CASE WHEN started_epoch - reach_seconds >= ${first_epoch} THEN 1 ELSE 0 END AS has_before,
        CASE WHEN started_epoch + ${later_seconds} + reach_seconds <= ${as_of_epoch}
            THEN 1 ELSE 0 END AS has_later
    FROM sequence
    WHERE is_closed = 1
)

SELECT
    CAST(COALESCE(SUM(has_before), 0) AS BIGINT) AS before_contacts,
    CAST(COALESCE(SUM(has_before * has_later), 0) AS BIGINT) AS later_contacts
FROM closed
