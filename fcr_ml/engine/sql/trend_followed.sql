-- The contacts of open periods, each with how long it was followed. Customers are
-- numbered from 0.
SELECT
    CAST(DENSE_RANK() OVER (ORDER BY f.customer_id) - 1 AS BIGINT) AS customer,
    f.period,
    CAST(GREATEST(f.seconds, 0) AS BIGINT) AS seconds,
    CAST(f.returned AS BIGINT) AS returned
FROM followed f
JOIN open_periods p ON p.period = f.period
ORDER BY f.period, f.contact_id
