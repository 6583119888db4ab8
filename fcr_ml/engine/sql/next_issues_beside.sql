-- What stands beside each compared contact: the next contact of the customer and the
-- one before it, as far as the contact can be followed, and the first one as long
-- after a moment later_seconds on. Only contacts about another topic are rows; those
-- that begin in the same second have no order and are none either. A moment takes its
-- place in the sequence behind the contacts that began by then.
WITH compared AS (
    SELECT customer_id, topic_id, started_epoch, begins_epoch, reach_seconds, position
    FROM sequence
    WHERE is_closed = 1
        AND started_epoch - reach_seconds >= ${first_epoch}
        AND started_epoch + ${later_seconds} + reach_seconds <= ${as_of_epoch}
),

moments AS (
    SELECT customer_id, started_epoch AS epoch, 1 AS is_contact, CAST(NULL AS BIGINT) AS position
    FROM sequence
    UNION ALL
    SELECT customer_id, started_epoch + ${later_seconds} AS epoch, 0 AS is_contact, position
    FROM compared
),

placed AS (
    SELECT
        customer_id,
        position,
        is_contact,
        SUM(is_contact) OVER (
            PARTITION BY customer_id
            ORDER BY epoch, is_contact DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS contacts_by_then
    FROM moments
),

looked AS (
    SELECT customer_id, position, position + 1 AS beside, 'near' AS side, 0 AS away
    FROM compared
    UNION ALL
    SELECT customer_id, position, position - 1 AS beside, 'before' AS side, 0 AS away
    FROM compared
    UNION ALL
    SELECT
        customer_id,
        position,
        contacts_by_then + 1 AS beside,
        'later' AS side,
        ${later_seconds} AS away
    FROM placed
    WHERE is_contact = 0
)

SELECT
    c.customer_id,
    c.topic_id,
    other.topic_id AS next_topic_id,
    looked.side,
    other.started_epoch - c.begins_epoch AS seconds_to_next
FROM looked
JOIN compared c ON c.customer_id = looked.customer_id AND c.position = looked.position
JOIN sequence other
    ON other.customer_id = looked.customer_id AND other.position = looked.beside
WHERE other.topic_id <> c.topic_id
    AND other.started_epoch <> c.started_epoch + looked.away
    AND ABS(other.started_epoch - c.started_epoch - looked.away) <= c.reach_seconds
