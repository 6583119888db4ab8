-- Closed and repeated contacts of every cell of the mix in every period.
SELECT
    m.cell,
    f.period,
    CAST(SUM(f.closed) AS DOUBLE) AS closed,
    CAST(SUM(f.closed * f.returned) AS DOUBLE) AS repeated
FROM followed f
JOIN mixed m ON m.contact_id = f.contact_id
WHERE f.closed = 1
GROUP BY m.cell, f.period
ORDER BY m.cell, f.period
