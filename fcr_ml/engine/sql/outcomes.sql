-- Outcome of every contact under one reading and one window. returns holds the
-- returns of that reading: log_miss is the logarithm of the probability that this
-- return does not count, in whole billionths, so that sums do not depend on the
-- order in which they are taken. A return exactly window_seconds after the window
-- began still counts; before a contact has ended its start stands in for its end.
WITH inside AS (
    SELECT
        timeline.contact_id,
        returns.follow_up_id,
        returns.follow_up_epoch,
        returns.log_miss,
        returns.is_return,
        ROW_NUMBER() OVER (
            PARTITION BY timeline.contact_id
            ORDER BY returns.is_return DESC, returns.follow_up_epoch, returns.follow_up_id
        ) AS place
    FROM timeline
    INNER JOIN returns ON timeline.contact_id = returns.contact_id
    WHERE returns.follow_up_epoch
        <= COALESCE(timeline.begins_epoch, timeline.started_epoch) + ${window_seconds}
),
summed AS (
    SELECT
        contact_id,
        SUM(log_miss) AS log_miss,
        MAX(is_return) AS is_return,
        MAX(CASE WHEN place = 1 AND is_return = 1 THEN follow_up_id END) AS follow_up_id,
        MAX(CASE WHEN place = 1 AND is_return = 1 THEN follow_up_epoch END) AS follow_up_epoch
    FROM inside
    GROUP BY contact_id
)
SELECT
    timeline.contact_id,
    COALESCE(timeline.begins_epoch + ${window_seconds} <= ${as_of_epoch}, FALSE) AS is_closed,
    CASE WHEN summed.is_return = 1 THEN 'repeated'
        WHEN timeline.begins_epoch + ${window_seconds} <= ${as_of_epoch} THEN 'resolved'
        ELSE 'open' END AS outcome,
    CASE WHEN summed.log_miss IS NULL THEN 0.0
        ELSE 1.0 - EXP(summed.log_miss / 1000000000.0) END AS repeated_probability,
    summed.follow_up_id,
    (summed.follow_up_epoch - COALESCE(timeline.begins_epoch, timeline.started_epoch)) / 3600.0
        AS hours_to_return,
    timeline.begins_epoch + ${window_seconds} AS closes_epoch
FROM timeline
LEFT JOIN summed ON timeline.contact_id = summed.contact_id
ORDER BY timeline.started_epoch, timeline.contact_id
