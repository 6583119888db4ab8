-- For each topic and each that stood beside it, or for all of them together
-- (any_next = 1): how often it came next, came just before and came later on, with the
-- sums over customers that a test and an interval by customer need. Whole numbers
-- only, so that sums do not depend on the order of the rows.
WITH by_customer AS (
    SELECT
        customer_id,
        topic_id,
        CASE WHEN ${any_next} = 1 THEN '' ELSE next_topic_id END AS next_topic_id,
        SUM(CASE WHEN side = 'near' THEN 1 ELSE 0 END) AS near,
        SUM(CASE WHEN side = 'before' THEN 1 ELSE 0 END) AS before,
        SUM(CASE WHEN side = 'later' THEN 1 ELSE 0 END) AS later
    FROM beside
    GROUP BY 1, 2, 3
)

SELECT
    b.topic_id,
    b.next_topic_id,
    CAST(SUM(b.near) AS BIGINT) AS near,
    CAST(SUM(b.before) AS BIGINT) AS before,
    CAST(SUM(b.later) AS BIGINT) AS later,
    CAST(SUM(CASE WHEN b.near > 0 THEN 1 ELSE 0 END) AS BIGINT) AS near_customers,
    CAST(SUM(CASE WHEN b.near + b.before > 0 THEN 1 ELSE 0 END) AS BIGINT) AS customers,
    CAST(SUM(CASE WHEN b.near > b.before THEN 1 ELSE 0 END) AS BIGINT) AS more_than_before,
    CAST(SUM(CASE WHEN b.near < b.before THEN 1 ELSE 0 END) AS BIGINT) AS less_than_before,
    CAST(SUM(CASE WHEN b.near > b.later THEN 1 ELSE 0 END) AS BIGINT) AS more_than_later,
    CAST(SUM(CASE WHEN b.near < b.later THEN 1 ELSE 0 END) AS BIGINT) AS less_than_later,
    CAST(SUM(b.near * b.near) AS BIGINT) AS near_near,
    CAST(SUM(b.before * b.before) AS BIGINT) AS before_before,
    CAST(SUM(b.later * b.later) AS BIGINT) AS later_later,
    CAST(SUM(b.near * b.before) AS BIGINT) AS near_before,
    CAST(SUM(b.near * b.later) AS BIGINT) AS near_later,
    CAST(SUM(b.near * m.contacts) AS BIGINT) AS near_contacts,
    CAST(SUM(b.before * m.contacts) AS BIGINT) AS before_contacts,
    CAST(SUM(b.later * m.contacts) AS BIGINT) AS later_contacts
FROM by_customer b
JOIN members m ON m.customer_id = b.customer_id AND m.topic_id = b.topic_id
GROUP BY b.topic_id, b.next_topic_id
ORDER BY b.topic_id, b.next_topic_id
