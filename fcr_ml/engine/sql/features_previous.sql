-- What a contact's moment knows of the same customer's previous contact.
-- Enters: moments (contact_id, customer_id, started_epoch, ended_epoch, moment_epoch, code_epoch,
-- reason_code, topic_id); code_epoch is when a contact's reason code becomes known, its topic
-- is known once it has ended, for it rests on the whole note.
-- Previous means begun in an earlier second; of several in that second, the last by contact_id.
-- Its start is always known.
WITH dated AS (
    SELECT
        contact_id, customer_id, started_epoch, ended_epoch, moment_epoch, code_epoch,
        reason_code, topic_id,
        MAX(started_epoch) OVER (PARTITION BY customer_id ORDER BY started_epoch
            RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS previous_epoch,
        ROW_NUMBER() OVER (
            PARTITION BY customer_id, started_epoch ORDER BY contact_id DESC) AS from_last
    FROM moments
)
SELECT
    own.contact_id,
    own.started_epoch - own.previous_epoch AS seconds_since_previous,
    CASE WHEN own.previous_epoch IS NULL THEN NULL
         WHEN previous.ended_epoch < own.moment_epoch THEN 0 ELSE 1 END AS is_previous_running,
    CASE WHEN previous.code_epoch < own.moment_epoch THEN
        CASE WHEN previous.reason_code = own.reason_code THEN 1
             WHEN previous.reason_code <> own.reason_code THEN 0 END
    END AS is_previous_reason_code,
    CASE WHEN previous.ended_epoch < own.moment_epoch THEN
        CASE WHEN previous.topic_id = own.topic_id THEN 1
             WHEN previous.topic_id <> own.topic_id THEN 0 END
    END AS is_previous_topic
FROM dated AS own
LEFT JOIN dated AS previous
    ON previous.customer_id = own.customer_id
    AND previous.started_epoch = own.previous_epoch
    AND previous.from_last = 1
WHERE own.moment_epoch IS NOT NULL
ORDER BY own.contact_id
