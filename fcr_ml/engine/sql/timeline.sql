-- One row a contact: its place in the customer's sequence and when its repeat
-- window begins. window_from_start = 1 lets every window begin at the contact's
-- start; otherwise it begins when the contact ended, and not before.
SELECT
    contact_id,
    customer_id,
    started_epoch,
    ended_epoch,
    CASE WHEN ${window_from_start} = 1 THEN started_epoch ELSE ended_epoch END AS begins_epoch,
    reason_code,
    case_id,
    CONCAT(COALESCE(language, ''), ' / ', COALESCE(product, '')) AS segment,
    CASE WHEN direction = 'outbound' THEN 0 ELSE 1 END AS is_inbound,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY started_epoch, contact_id) AS position,
    COUNT(*) OVER (PARTITION BY customer_id) AS customer_contacts,
    MAX(started_epoch) OVER (PARTITION BY customer_id) AS customer_last_epoch
FROM contacts
