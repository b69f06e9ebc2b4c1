-- name: weekly
-- Pieces and revenue of each product by week, counted from $first on; returns apart.
-- reads: sales
SELECT product_id, ((day - $first::DATE) // 7)::INTEGER AS week, sum(quantity)::DOUBLE AS units,
    sum(revenue_minor)::DOUBLE AS revenue_minor
FROM sales
WHERE kind IN ('sale', 'cancellation') AND product_id IS NOT NULL
    AND month >= strftime($first::DATE, '%Y-%m') AND day BETWEEN $first AND $last
GROUP BY 1, 2;
