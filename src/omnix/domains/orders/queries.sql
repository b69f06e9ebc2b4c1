-- name: order_figures
-- What was ordered from $first to $last: in all, and by channel, location and weekday (1 is Monday).
-- reads: sales
WITH parts AS (
    SELECT order_id, channel, location_id, isodow(day)::VARCHAR AS weekday, customer_id,
        max(CASE WHEN kind = 'sale' THEN 1 ELSE 0 END) AS placed,
        coalesce(sum(quantity) FILTER (WHERE kind <> 'charge'), 0)::BIGINT AS units,
        coalesce(sum(revenue_minor), 0)::BIGINT AS revenue_minor,
        coalesce(sum(discount_minor), 0)::BIGINT AS discount_minor,
        coalesce(sum(revenue_minor) FILTER (WHERE kind = 'charge'), 0)::BIGINT AS charges_minor,
        coalesce(-sum(revenue_minor) FILTER (WHERE kind = 'return'), 0)::BIGINT AS returns_minor,
        coalesce(-sum(revenue_minor) FILTER (WHERE kind = 'cancellation'), 0)::BIGINT
            AS cancellations_minor
    FROM sales
    WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND day BETWEEN $first AND $last
    GROUP BY order_id, channel, location_id, day, customer_id
)
SELECT
    CASE
        WHEN grouping(channel) = 0 THEN 'channel'
        WHEN grouping(location_id) = 0 THEN 'location'
        WHEN grouping(weekday) = 0 THEN 'weekday'
        ELSE 'all'
    END AS dimension,
    coalesce(channel, location_id, weekday, '') AS key,
    coalesce(sum(placed), 0)::BIGINT AS orders,
    coalesce(sum(units), 0)::BIGINT AS units,
    coalesce(sum(revenue_minor), 0)::BIGINT AS revenue_minor,
    coalesce(sum(discount_minor), 0)::BIGINT AS discount_minor,
    coalesce(sum(charges_minor), 0)::BIGINT AS charges_minor,
    coalesce(sum(returns_minor), 0)::BIGINT AS returns_minor,
    coalesce(sum(cancellations_minor), 0)::BIGINT AS cancellations_minor,
    count(DISTINCT customer_id) FILTER (WHERE placed = 1) AS customers
FROM parts
GROUP BY GROUPING SETS ((), (channel), (location_id), (weekday))
ORDER BY dimension, key;

-- name: sales_of_customer
-- Every row of customer $who.
-- reads: sales
SELECT *
FROM sales
WHERE customer_id = $who
ORDER BY "at", order_id, line, kind;

-- name: unsold_orders
-- The first $most orders of which nothing but charges is known, newest first, and how many there are.
-- reads: sales
WITH unsold AS (
    SELECT order_id, max(day) AS day
    FROM sales
    GROUP BY order_id
    HAVING count(*) FILTER (WHERE kind <> 'charge') = 0
)
SELECT order_id, day, count(*) OVER () AS orders
FROM unsold
ORDER BY day DESC, order_id
LIMIT $most;

-- name: future_orders
-- The first $most orders of days after $now_day, latest first, and how many there are.
-- reads: sales
WITH later AS (
    SELECT order_id, max(day) AS day
    FROM sales
    WHERE day > $now_day
    GROUP BY order_id
)
SELECT order_id, day, count(*) OVER () AS orders
FROM later
ORDER BY day DESC, order_id
LIMIT $most;

-- name: sold_products
-- Every product that was ever sold, with its units and the last day.
-- reads: sales
SELECT product_id, sum(quantity)::BIGINT AS units, max(day) AS last_day
FROM sales
WHERE kind = 'sale' AND product_id IS NOT NULL
GROUP BY product_id
ORDER BY product_id;

-- name: sold_below_cost
-- Products whose known cost since $first exceeds what they brought, the largest loss first.
-- reads: sales
SELECT product_id, sum(quantity)::BIGINT AS units, sum(revenue_minor)::BIGINT AS revenue_minor,
    sum(cost_minor)::BIGINT AS cost_minor
FROM sales
WHERE month >= strftime($first::DATE, '%Y-%m') AND day >= $first
    AND kind = 'sale' AND product_id IS NOT NULL AND cost_minor IS NOT NULL
GROUP BY product_id
HAVING sum(revenue_minor) < sum(cost_minor)
ORDER BY sum(cost_minor) - sum(revenue_minor) DESC, product_id;

-- name: sold_days
-- Days up to $now_day on which anything was sold.
-- reads: sales
SELECT DISTINCT day FROM sales WHERE kind = 'sale' AND day <= $now_day ORDER BY day;

-- name: recorded_orders
-- What was sold in each order from $first to $last, of those that were not imported, and where it came from.
-- reads: sales
SELECT order_id, sum(quantity)::BIGINT AS units, sum(revenue_minor)::BIGINT AS revenue_minor,
    min(source) AS source
FROM sales
WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last AND kind = 'sale' AND source <> 'import'
GROUP BY order_id
ORDER BY order_id;
