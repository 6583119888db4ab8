-- Every contact that a definition counts and whose window has run out, and whether it
-- failed under it. Told from the outcomes of the longest window, as the curve is. A
-- double post is one contact sent twice, and a return that only thanks or gives what
-- the desk asked for is no failure: neither tells against the later contact.
WITH followed AS (
    SELECT
        o.reading,
        o.contact_id,
        o.episode_id,
        g.customer_id,
        CASE WHEN o.outcome = 'repeated' THEN CAST(ROUND(o.hours_to_return * 3600) AS BIGINT) END
            AS returned_seconds,
        a.window_seconds + a.as_of_epoch - CAST(FLOOR(EPOCH_US(o.closes_at) / 1000000) AS BIGINT)
            AS followed_seconds
    FROM outcomes o
    JOIN asked a ON a.reading = o.reading AND a.repeat_window = o.window
    JOIN grouped g ON g.contact_id = o.contact_id
    WHERE o.is_counted
),

preceded AS (
    SELECT
        follow_up_id AS contact_id,
        MIN(3600 * CASE
            WHEN ${from_start} = 1 THEN hours_between
            ELSE COALESCE(hours_since_end, hours_between)
        END) AS seconds
    FROM links
    WHERE
        verdict IN ('same_issue', 'next_issue')
        AND COALESCE(reaction, '') NOT IN ('thanks', 'gives_asked_information')
    GROUP BY follow_up_id
),

episodes AS (
    SELECT episode_id, COUNT(*) AS contacts
    FROM followed
    WHERE reading = 'related'
    GROUP BY episode_id
)

SELECT
    d.definition,
    f.contact_id,
    f.customer_id,
    CASE
        WHEN d.is_one_touch = 1 THEN CASE WHEN e.contacts > 1 THEN 1 ELSE 0 END
        WHEN f.returned_seconds <= d.seconds THEN 1
        WHEN d.is_two_sided = 1 AND p.seconds <= d.seconds THEN 1
        WHEN d.is_one_channel = 1 AND c.seconds <= d.seconds THEN 1
        ELSE 0
    END AS failed
FROM definitions d
JOIN followed f ON f.reading = d.reading
LEFT JOIN preceded p ON p.contact_id = f.contact_id
LEFT JOIN other_channel c ON c.contact_id = f.contact_id
LEFT JOIN episodes e ON e.episode_id = f.episode_id
WHERE f.followed_seconds >= d.seconds AND (d.is_one_touch = 0 OR f.contact_id = f.episode_id)
