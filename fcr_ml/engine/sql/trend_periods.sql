-- Closed, running and repeated windows of every period.
SELECT
    period,
    CAST(SUM(closed) AS BIGINT) AS closed_contacts,
    CAST(SUM(running) AS BIGINT) AS open_contacts,
    CAST(SUM(closed * returned) AS BIGINT) AS repeated_contacts
FROM followed
GROUP BY period
ORDER BY period
