-- name: change_products
-- Units, gross, discount and cost of what was sold of each product on each day from $first to $last; with $costed only where the cost is known.
-- reads: sales
SELECT
    product_id, day,
    sum(quantity)::DOUBLE AS units,
    sum(revenue_minor + coalesce(discount_minor, 0))::DOUBLE AS gross,
    sum(coalesce(discount_minor, 0))::DOUBLE AS discount,
    sum(coalesce(cost_minor, 0))::DOUBLE AS cost
FROM sales
WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last AND kind = 'sale' AND product_id IS NOT NULL
    AND (NOT $costed OR cost_minor IS NOT NULL)
GROUP BY product_id, day
ORDER BY product_id, day;

-- name: change_orders
-- Orders of each day from $first to $last by place and channel, and those of a single line.
-- reads: sales
WITH placed AS (
    SELECT order_id, min(day) AS day, min(coalesce(location_id, '')) AS location_id,
        min(coalesce(channel, '')) AS channel, count(*) AS lines
    FROM sales
    WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND day BETWEEN $first AND $last AND kind = 'sale'
        AND (NOT $costed OR cost_minor IS NOT NULL)
    GROUP BY order_id
)
SELECT location_id, channel, day, count(*)::DOUBLE AS orders,
    count(*) FILTER (WHERE lines = 1)::DOUBLE AS single
FROM placed
GROUP BY location_id, channel, day
ORDER BY location_id, channel, day;

-- name: change_others
-- What returns, cancellations and charges of each day from $first to $last come to, and sales that name no product.
-- reads: sales
SELECT day, CASE WHEN kind IN ('return', 'cancellation') THEN 'returned' ELSE 'charged' END AS kind,
    sum(revenue_minor)::DOUBLE AS revenue,
    coalesce(sum(quantity) FILTER (WHERE kind <> 'charge'), 0)::DOUBLE AS units,
    sum(revenue_minor - coalesce(cost_minor, 0))::DOUBLE AS margin
FROM sales
WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last AND (kind <> 'sale' OR product_id IS NULL)
    AND (NOT $costed OR cost_minor IS NOT NULL)
GROUP BY ALL
ORDER BY ALL;

-- name: change_stock
-- The share of each product's trade that was in stock on each day from $first to $last on which something was missing, and on the last; its places weighed by what they sell of it.
-- reads: sales, stock_days
WITH sold AS (
    SELECT product_id, location_id, sum(quantity)::DOUBLE AS units
    FROM sales
    WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND day BETWEEN $first AND $last AND kind = 'sale'
    GROUP BY product_id, location_id
)
SELECT s.product_id, s.day,
    (sum(s.in_stock * (coalesce(sold.units, 0) + 0.1)) / sum(coalesce(sold.units, 0) + 0.1))::DOUBLE
        AS in_stock
FROM stock_days s LEFT JOIN sold
    ON sold.product_id = s.product_id AND sold.location_id = s.location_id
WHERE s.month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND s.day BETWEEN $first AND $last
GROUP BY s.product_id, s.day
HAVING in_stock < 1 OR s.day = $last
ORDER BY s.product_id, s.day;

-- name: change_prices
-- Shelf prices that began to hold from $first to $last, and of each product the last before; of a day, the last one told.
-- reads: prices
SELECT product_id, greatest(day, $first::DATE) AS day, price_minor::DOUBLE AS price
FROM prices
WHERE day <= $last
QUALIFY row_number() OVER (
        PARTITION BY product_id, greatest(day, $first::DATE)
        ORDER BY day DESC, "at" DESC NULLS LAST, price_minor DESC
    ) = 1
ORDER BY product_id, day;

-- name: change_visits
-- Visits of the web shop on each day from $first to $last.
-- reads: events
SELECT day, count(DISTINCT coalesce(session_id, visitor))::DOUBLE AS visits
FROM events
WHERE day BETWEEN $first AND $last
GROUP BY day
ORDER BY day;

-- name: change_groups
-- Orders and what they brought on each day from $first to $last by the kinds of customers who placed them, as they were known before $known, and what $products, which stand in $categories, brought; '' is all others.
-- reads: sales
WITH filed AS (
    SELECT unnest($products::VARCHAR[]) AS product_id, unnest($categories::VARCHAR[]) AS category
), lines AS (
    SELECT s.order_id, s.customer_id, s.day, coalesce(s.location_id, '') AS location_id,
        coalesce(s.channel, '') AS channel, coalesce(f.category, '') AS category,
        coalesce(f.product_id, '') AS product_id,
        (CASE $metric WHEN 'units' THEN s.quantity WHEN 'margin'
            THEN s.revenue_minor - coalesce(s.cost_minor, 0) ELSE s.revenue_minor END)::DOUBLE
            AS amount, s.revenue_minor
    FROM sales s LEFT JOIN filed f ON f.product_id = s.product_id
    WHERE s.month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND s.day BETWEEN $first AND $last AND s.kind = 'sale' AND s.product_id IS NOT NULL
        AND (NOT $costed OR s.cost_minor IS NOT NULL)
), tastes AS (
    SELECT customer_id, category, sum(revenue_minor) AS money
    FROM lines WHERE customer_id IS NOT NULL AND day < $known
    GROUP BY customer_id, category
), habits AS (
    SELECT customer_id, sum(revenue_minor) AS money, count(DISTINCT order_id) AS orders,
        mode(location_id ORDER BY location_id) AS place, mode(channel ORDER BY channel) AS way
    FROM lines WHERE customer_id IS NOT NULL AND day < $known
    GROUP BY customer_id
), ranked AS (
    SELECT *, percent_rank() OVER (ORDER BY money DESC, customer_id) AS rank,
        percent_rank() OVER (ORDER BY money / orders DESC, customer_id) AS basket
    FROM habits
), people AS (
    SELECT r.customer_id, r.place, r.way,
        CASE WHEN r.rank < 0.05 THEN 'top' WHEN r.rank < 0.25 THEN 'upper' ELSE 'rest' END AS spend,
        CASE WHEN r.basket < 0.05 THEN 'top' WHEN r.basket < 0.25 THEN 'upper' ELSE 'rest' END
            AS basket
    FROM ranked r
), totals AS (
    SELECT category, sum(money) / sum(sum(money)) OVER () AS part FROM tastes GROUP BY category
), leaning AS (
    -- Who bought nothing of a category does not lean to it.
    SELECT m.customer_id, m.category,
        (m.money + t.part * o.mean) / ((h.money + o.mean) * t.part) AS lean, o.people
    FROM tastes m JOIN totals t ON t.category = m.category
        JOIN habits h ON h.customer_id = m.customer_id
        CROSS JOIN (SELECT avg(money) AS mean, count(*) AS people FROM habits) o
    WHERE t.part > 0
), leaners AS (
    SELECT customer_id, category
    FROM leaning
    WHERE lean > 1.1
    QUALIFY row_number() OVER (PARTITION BY category ORDER BY lean DESC, customer_id) - 1
        < 0.15 * (people - 1)
), placed AS (
    SELECT order_id, day, customer_id, location_id, channel, sum(amount) AS amount
    FROM lines
    GROUP BY ALL
), sorts AS (
    -- Few sorts of customers before each line is counted once for every way of grouping.
    SELECT o.day, NULL AS product_id,
        CASE WHEN o.customer_id IS NULL THEN 'anonymous' WHEN p.customer_id IS NULL THEN 'new' END
            AS unknown,
        p.place, p.way, p.spend, p.basket, o.location_id, o.channel, sum(o.amount) AS amount,
        count(*) AS orders
    FROM placed o LEFT JOIN people p ON p.customer_id = o.customer_id
    GROUP BY ALL
    UNION ALL
    SELECT NULL, l.product_id,
        CASE WHEN l.customer_id IS NULL THEN 'anonymous' WHEN p.customer_id IS NULL THEN 'new' END,
        p.place, p.way, p.spend, p.basket, l.location_id, l.channel, sum(l.amount), 0
    FROM lines l LEFT JOIN people p ON p.customer_id = l.customer_id
    GROUP BY ALL
), told AS (
    SELECT day, product_id, amount, orders,
        unnest(['home', 'way', 'spend', 'basket', 'known', 'place', 'channel']) AS grouping,
        unnest([coalesce(unknown, place), coalesce(unknown, way), coalesce(unknown, spend),
            coalesce(unknown, basket), coalesce(unknown, 'known'), location_id, channel]) AS label
    FROM sorts
)
SELECT grouping, label, product_id, day, sum(amount)::DOUBLE AS amount,
    sum(orders)::DOUBLE AS orders
FROM told
GROUP BY grouping, label, product_id, day
UNION ALL
SELECT 'leans', t.category, NULL, o.day, sum(o.amount)::DOUBLE, count(*)::DOUBLE
FROM placed o JOIN leaners t ON t.customer_id = o.customer_id
GROUP BY t.category, o.day
UNION ALL
SELECT 'leans', t.category, l.product_id, NULL, sum(l.amount)::DOUBLE, 0
FROM lines l JOIN leaners t ON t.customer_id = l.customer_id
GROUP BY t.category, l.product_id
ORDER BY grouping, label, product_id, day;
