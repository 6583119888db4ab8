-- How many contacts of the same customer lie further away than around_seconds, on
-- either side: what the customer asks when nothing of this contact is at stake.
SELECT
    contact_id,
    customer_contacts - COUNT(*) OVER (
        PARTITION BY customer_id ORDER BY started_epoch
        RANGE BETWEEN ${around_seconds} PRECEDING AND ${around_seconds} FOLLOWING
    ) AS other_contacts
FROM timeline
