-- name: places
-- Where anything was sold from $first to $last; text empty for sales without a place.
-- reads: sales
SELECT DISTINCT coalesce(location_id, '') AS location_id
FROM sales
WHERE kind IN ('sale', 'cancellation') AND month >= strftime($first::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last
ORDER BY 1;

-- name: demand
-- Pieces wanted (sold less cancelled, returns apart) by row of $products (-1: another), row of $locations and day from $first on.
-- reads: sales
WITH wanted AS (
    SELECT unnest($products::VARCHAR[]) AS product_id,
        unnest(range(len($products::VARCHAR[])))::INTEGER AS row
), places AS (
    SELECT unnest($locations::VARCHAR[]) AS location_id,
        unnest(range(len($locations::VARCHAR[])))::INTEGER AS place
)
SELECT coalesce(wanted.row, -1)::INTEGER AS row, places.place::INTEGER AS place,
    (day - $first::DATE)::INTEGER AS day, quantity::FLOAT AS units
FROM sales
LEFT JOIN wanted ON wanted.product_id = sales.product_id
JOIN places ON places.location_id = coalesce(sales.location_id, '')
WHERE kind IN ('sale', 'cancellation') AND sales.product_id IS NOT NULL
    AND month >= strftime($first::DATE, '%Y-%m') AND day BETWEEN $first AND $last
    AND ($all OR wanted.row IS NOT NULL);

-- name: short_days
-- Days on which a product was missing at a place for some of the opening hours, with the share in which it was there, coded as the demand is.
-- reads: stock_days
WITH wanted AS (
    SELECT unnest($products::VARCHAR[]) AS product_id,
        unnest(range(len($products::VARCHAR[])))::INTEGER AS row
), places AS (
    SELECT unnest($locations::VARCHAR[]) AS location_id,
        unnest(range(len($locations::VARCHAR[])))::INTEGER AS place
)
SELECT wanted.row::INTEGER AS row, places.place::INTEGER AS place,
    (day - $first::DATE)::INTEGER AS day, min(in_stock)::FLOAT AS share
FROM stock_days
JOIN wanted ON wanted.product_id = stock_days.product_id
JOIN places ON places.location_id = stock_days.location_id
WHERE in_stock < 0.999 AND month >= strftime($first::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last
GROUP BY ALL;

-- name: purchases
-- How each of $products was bought on each day: units, their squares by line, revenue and what was taken off.
-- reads: sales
WITH wanted AS (
    SELECT unnest($products::VARCHAR[]) AS product_id,
        unnest(range(len($products::VARCHAR[])))::INTEGER AS row
)
SELECT wanted.row::INTEGER AS row, (day - $first::DATE)::INTEGER AS day,
    sum(quantity)::DOUBLE AS units, sum(quantity * quantity)::DOUBLE AS squares,
    coalesce(sum(revenue_minor), 0)::DOUBLE AS revenue_minor,
    coalesce(sum(discount_minor), 0)::DOUBLE AS discount_minor
FROM sales
JOIN wanted ON wanted.product_id = sales.product_id
WHERE kind = 'sale' AND quantity > 0 AND month >= strftime($first::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last
GROUP BY ALL;

-- name: price_changes
-- Shelf prices of $products, coded by row, with the day from which each held, as far as $last.
-- reads: prices
WITH wanted AS (
    SELECT unnest($products::VARCHAR[]) AS product_id,
        unnest(range(len($products::VARCHAR[])))::INTEGER AS row
)
SELECT wanted.row::INTEGER AS row, (day - $first::DATE)::INTEGER AS day,
    price_minor::DOUBLE AS price_minor
FROM prices
JOIN wanted ON wanted.product_id = prices.product_id
WHERE day <= $last
QUALIFY row_number() OVER (
    PARTITION BY wanted.row, day ORDER BY "at" DESC NULLS LAST, price_minor DESC) = 1
ORDER BY row, day;

-- name: stock_known
-- On how many days from $first to $last the stock of anything is known.
-- reads: stock_days
SELECT count(DISTINCT day) AS days
FROM stock_days
WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last;

-- name: sales_days
-- The first and the last day on which anything was sold.
-- reads: sales
SELECT min(day) AS first_day, max(day) AS last_day
FROM sales
WHERE kind = 'sale';
