-- How long the contacts of the periods asked for were followed: at each second, how many
-- were seen to return and how many left unreturned.
SELECT
    'all' AS reading,
    'all' AS repeat_window,
    'all' AS value,
    CAST(GREATEST(f.seconds, 0) AS BIGINT) AS seconds,
    CAST(SUM(f.returned) AS BIGINT) AS returns,
    CAST(COUNT(*) - SUM(f.returned) AS BIGINT) AS leaves
FROM followed f
JOIN earlier_periods p ON p.period = f.period
GROUP BY GREATEST(f.seconds, 0)
ORDER BY seconds
