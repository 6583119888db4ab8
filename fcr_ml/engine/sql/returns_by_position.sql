-- The first later inbound contact of the customer (same_code = 0, any_return), the first with
-- the same reason code or the same case id (1, same_code), or the first with the same case id
-- (2, same_case). A null code equals nothing.
WITH next_positions AS (
    SELECT
        contact_id,
        customer_id,
        MIN(CASE WHEN is_inbound = 1 THEN position END) OVER (
            PARTITION BY customer_id ORDER BY position
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_any,
        CASE WHEN reason_code IS NULL THEN NULL ELSE
            MIN(CASE WHEN is_inbound = 1 THEN position END) OVER (
                PARTITION BY customer_id, reason_code ORDER BY position
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            )
        END AS next_code,
        CASE WHEN case_id IS NULL THEN NULL ELSE
            MIN(CASE WHEN is_inbound = 1 THEN position END) OVER (
                PARTITION BY customer_id, case_id ORDER BY position
                ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
            )
        END AS next_case
    FROM timeline
),
chosen AS (
    SELECT
        contact_id,
        customer_id,
        CASE
            WHEN ${same_code} = 0 THEN next_any
            WHEN ${same_code} = 2 THEN next_case
            WHEN next_code IS NULL THEN next_case
            WHEN next_case IS NULL THEN next_code
            WHEN next_case < next_code THEN next_case
            ELSE next_code
        END AS next_position
    FROM next_positions
)
SELECT
    chosen.contact_id,
    later.contact_id AS follow_up_id,
    later.started_epoch AS follow_up_epoch,
    CAST(-1 AS BIGINT) * 1000000000000 AS log_miss,
    1 AS is_return
FROM chosen
INNER JOIN timeline AS later
    ON chosen.customer_id = later.customer_id AND chosen.next_position = later.position
