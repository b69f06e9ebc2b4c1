-- name: daily_demand
-- Pieces of each product that were wanted at each location and day: sold less cancelled, returns apart.
-- reads: sales
SELECT product_id, location_id, day, sum(quantity)::BIGINT AS units
FROM sales
WHERE kind IN ('sale', 'cancellation') AND product_id IS NOT NULL
    AND month >= strftime($first::DATE, '%Y-%m') AND day BETWEEN $first AND $last
GROUP BY product_id, location_id, day;

-- name: daily_demand_of
-- The same for the products named in $products only.
-- reads: sales
SELECT product_id, location_id, day, sum(quantity)::BIGINT AS units
FROM sales
WHERE kind IN ('sale', 'cancellation') AND product_id IN (SELECT unnest($products::VARCHAR[]))
    AND month >= strftime($first::DATE, '%Y-%m') AND day BETWEEN $first AND $last
GROUP BY product_id, location_id, day;

-- name: short_days
-- Days on which a product was missing at a location for more than half of the opening hours.
-- reads: stock_days
SELECT product_id, location_id, day
FROM stock_days
WHERE in_stock < 0.5 AND day BETWEEN $first AND $last;

-- name: sales_days
-- The first and the last day on which anything was sold.
-- reads: sales
SELECT min(day) AS first_day, max(day) AS last_day
FROM sales
WHERE kind = 'sale';
