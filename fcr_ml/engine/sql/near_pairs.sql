-- Pairs worth comparing: a contact and each of the customer's next contacts, up to
-- max_later of them, that began before the longest window ran out. The join is on
-- equal (customer, position), so a customer with a hundred thousand contacts costs
-- max_later rows a contact and never a square.
WITH offsets AS (
    SELECT DISTINCT position AS later_by FROM timeline WHERE position <= ${max_later}
),
wanted AS (
    SELECT
        timeline.contact_id,
        timeline.customer_id,
        timeline.started_epoch,
        timeline.ended_epoch,
        timeline.begins_epoch,
        timeline.position + offsets.later_by AS later_position,
        timeline.customer_contacts,
        timeline.customer_last_epoch
    FROM timeline
    CROSS JOIN offsets
    WHERE timeline.position + offsets.later_by <= timeline.customer_contacts
)
SELECT
    wanted.contact_id,
    later.contact_id AS follow_up_id,
    wanted.started_epoch,
    wanted.ended_epoch,
    later.started_epoch AS follow_up_epoch,
    later.started_epoch - COALESCE(wanted.begins_epoch, wanted.started_epoch)
        AS seconds_into_window,
    CASE WHEN wanted.customer_contacts <= ${max_contacts} THEN 1 ELSE 0 END AS is_learnt_from,
    CASE WHEN wanted.customer_contacts <= ${max_contacts}
        AND wanted.started_epoch + ${exposure_seconds} <= wanted.customer_last_epoch
        THEN 1 ELSE 0 END AS is_exposed
FROM wanted
INNER JOIN timeline AS later
    ON wanted.customer_id = later.customer_id AND wanted.later_position = later.position
WHERE later.is_inbound = 1
    AND later.started_epoch
        <= COALESCE(wanted.begins_epoch, wanted.started_epoch) + ${window_seconds}
ORDER BY wanted.contact_id, later.started_epoch, later.contact_id
