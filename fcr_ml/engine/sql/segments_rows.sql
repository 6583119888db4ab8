-- Closed contacts of the reading and window asked for, each with how many contacts
-- about other matters its customer had begun in the seconds before: what belongs to
-- the same episode may be a return that the contact itself brought about. Contacts
-- that are open or not counted are no rows but are counted as earlier ones. The place is
-- the contact's in the table of contacts.
WITH timed AS (
    SELECT
        t.contact_id,
        t.customer_id,
        t.started_epoch,
        t.place,
        o.episode_id,
        o.is_counted,
        o.is_closed,
        o.repeated_probability,
        o.follow_up_id
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN timeline t ON t.contact_id = o.contact_id
),

counted AS (
    SELECT
        contact_id,
        customer_id,
        started_epoch,
        place,
        is_counted,
        is_closed,
        repeated_probability,
        follow_up_id,
        COUNT(*) OVER (
            PARTITION BY customer_id
            ORDER BY started_epoch
            RANGE BETWEEN ${seconds} PRECEDING AND 1 PRECEDING
        ) AS earlier_contacts,
        COUNT(*) OVER (
            PARTITION BY customer_id, episode_id
            ORDER BY started_epoch
            RANGE BETWEEN ${seconds} PRECEDING AND 1 PRECEDING
        ) AS earlier_in_episode
    FROM timed
)

SELECT
    contact_id,
    customer_id,
    started_epoch,
    place,
    repeated_probability,
    follow_up_id,
    earlier_contacts - earlier_in_episode AS earlier_contacts
FROM counted
WHERE is_counted AND is_closed
ORDER BY customer_id, contact_id
