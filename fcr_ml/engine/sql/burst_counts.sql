-- How many contacts of the same customer lie neither within around_seconds of this
-- one, on either side, nor far_from to far_to seconds later: what the customer asks
-- where none of this contact's near and far pairs are looked for.
SELECT
    contact_id,
    customer_contacts
    - COUNT(*) OVER (
        PARTITION BY customer_id ORDER BY started_epoch
        RANGE BETWEEN ${around_seconds} PRECEDING AND ${around_seconds} FOLLOWING
    )
    - COUNT(*) OVER (
        PARTITION BY customer_id ORDER BY started_epoch
        RANGE BETWEEN ${far_from} FOLLOWING AND ${far_to} FOLLOWING
    ) AS other_contacts
FROM timeline
