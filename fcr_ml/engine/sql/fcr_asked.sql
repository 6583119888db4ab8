-- The readings and windows that a casebook holds.
SELECT o.reading, o.window AS repeat_window
FROM outcomes o
GROUP BY o.reading, o.window
ORDER BY o.reading, o.window
