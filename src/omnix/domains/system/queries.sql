-- name: orders_of_days
-- Orders that were placed from $first on.
-- reads: sales
SELECT count(DISTINCT order_id) AS orders
FROM sales
WHERE month >= strftime($first::DATE, '%Y-%m') AND day >= $first AND kind = 'sale';
