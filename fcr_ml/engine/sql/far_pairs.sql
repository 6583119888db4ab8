-- Pairs of one customer too far apart to belong together: between far_from and
-- far_to seconds. Customers with more than max_contacts contacts are left out: they
-- are shared accounts, and their pairs would outnumber everybody else's.
SELECT
    earlier.contact_id,
    later.contact_id AS follow_up_id,
    earlier.started_epoch,
    earlier.ended_epoch,
    later.started_epoch AS follow_up_epoch,
    later.started_epoch - earlier.started_epoch - ${far_from} AS seconds_beyond,
    CASE WHEN earlier.started_epoch + ${exposure_seconds} <= earlier.customer_last_epoch
        THEN 1 ELSE 0 END AS is_exposed
FROM timeline AS earlier
INNER JOIN timeline AS later
    ON earlier.customer_id = later.customer_id
WHERE earlier.customer_contacts <= ${max_contacts}
    AND later.is_inbound = 1
    AND later.started_epoch - earlier.started_epoch BETWEEN ${far_from} AND ${far_to}
ORDER BY earlier.contact_id, later.started_epoch, later.contact_id
