-- name: day_totals
-- Revenue, orders, units, returns, discounts and known cost of each day from $first to $last.
-- reads: sales
SELECT
    day,
    coalesce(sum(revenue_minor), 0)::BIGINT AS revenue_minor,
    count(DISTINCT order_id) FILTER (WHERE kind = 'sale') AS orders,
    coalesce(sum(quantity) FILTER (WHERE kind <> 'charge'), 0)::BIGINT AS units,
    coalesce(-sum(revenue_minor) FILTER (WHERE kind = 'return'), 0)::BIGINT AS returns_minor,
    coalesce(-sum(quantity) FILTER (WHERE kind = 'return'), 0)::BIGINT AS return_units,
    coalesce(sum(discount_minor), 0)::BIGINT AS discount_minor,
    coalesce(sum(cost_minor), 0)::BIGINT AS cost_minor,
    coalesce(sum(revenue_minor) FILTER (WHERE cost_minor IS NOT NULL), 0)::BIGINT
        AS costed_revenue_minor
FROM sales
WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last
GROUP BY day
ORDER BY day;

-- name: sales_bounds
-- The first and the last day on which anything was sold, and the number of rows.
-- reads: sales
SELECT min(day) AS first_day, max(day) AS last_day, count(*) AS lines
FROM sales
WHERE kind = 'sale';

-- name: range_customers
-- How many known customers bought from $first to $last, and for how many it was their first time.
-- reads: sales
WITH buyers AS (
    SELECT customer_id, min(day) AS first_day, max(day) AS last_day,
        count(*) FILTER (WHERE day BETWEEN $first AND $last) AS lines
    FROM sales
    WHERE kind = 'sale' AND customer_id IS NOT NULL AND day <= $last
    GROUP BY customer_id
)
SELECT
    count(*) FILTER (WHERE lines > 0) AS customers,
    count(*) FILTER (WHERE first_day >= $first) AS new_customers
FROM buyers;

-- name: top_products
-- The $number products with the highest revenue from $first to $last, beside their revenue from $previous on.
-- reads: sales
SELECT
    product_id,
    coalesce(sum(revenue_minor) FILTER (WHERE day >= $first), 0)::BIGINT AS revenue_minor,
    coalesce(sum(quantity) FILTER (WHERE day >= $first), 0)::BIGINT AS units,
    coalesce(sum(revenue_minor) FILTER (WHERE day < $first), 0)::BIGINT AS previous_revenue_minor
FROM sales
WHERE month BETWEEN strftime($previous::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $previous AND $last
    AND product_id IS NOT NULL
GROUP BY product_id
HAVING sum(revenue_minor) FILTER (WHERE day >= $first) > 0
ORDER BY revenue_minor DESC, product_id
LIMIT $number;

-- name: product_days
-- Units and revenue of one product on each day from $first to $last on which it sold or came back.
-- reads: sales
SELECT
    day,
    coalesce(sum(quantity), 0)::BIGINT AS units,
    coalesce(sum(revenue_minor), 0)::BIGINT AS revenue_minor
FROM sales
WHERE product_id = $product_id
    AND month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last
GROUP BY day
ORDER BY day;

-- name: product_prices
-- The shelf prices of one product with the day from which each held.
-- reads: prices
SELECT day, max(price_minor) AS price_minor, max(source) AS source
FROM prices
WHERE product_id = $product_id
GROUP BY day
ORDER BY day;

-- name: product_stock_days
-- The share of each day from $first to $last in which one product was in stock anywhere.
-- reads: stock_days
SELECT day, max(in_stock) AS in_stock
FROM stock_days
WHERE product_id = $product_id AND day BETWEEN $first AND $last
GROUP BY day
ORDER BY day;

-- name: cohorts
-- Of the customers who first bought in a month, how many bought again so many months later.
-- reads: sales
WITH months AS (
    SELECT DISTINCT customer_id, (year(day) * 12 + month(day))::INTEGER AS number
    FROM sales
    WHERE kind = 'sale' AND customer_id IS NOT NULL
), begun AS (
    SELECT customer_id, number, min(number) OVER (PARTITION BY customer_id) AS first_number
    FROM months
)
SELECT first_number, number - first_number AS months_later, count(*) AS customers
FROM begun
WHERE number - first_number <= $most_months
GROUP BY ALL
ORDER BY ALL;

-- name: rfm
-- How many customers, and their revenue, fall into each fifth of recency, frequency and money.
-- reads: sales
WITH customers AS (
    SELECT customer_id, max(day) FILTER (WHERE kind = 'sale') AS last_day,
        count(DISTINCT order_id) FILTER (WHERE kind = 'sale') AS orders,
        sum(revenue_minor)::BIGINT AS revenue_minor
    FROM sales
    WHERE customer_id IS NOT NULL AND day <= $last
    GROUP BY customer_id
    HAVING orders > 0
), scored AS (
    SELECT revenue_minor,
        ntile(5) OVER (ORDER BY last_day, customer_id) AS recency,
        ntile(5) OVER (ORDER BY orders, customer_id) AS frequency,
        ntile(5) OVER (ORDER BY revenue_minor, customer_id) AS money
    FROM customers
)
SELECT recency, frequency, money, count(*) AS customers,
    sum(revenue_minor)::BIGINT AS revenue_minor
FROM scored
GROUP BY recency, frequency, money
ORDER BY recency, frequency, money;
