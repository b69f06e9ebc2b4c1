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

-- name: buyers
-- Known customers by the ages (up to 7, 14, 30, 60, 90, 180, 365, 730 days, then older) in which they bought, as bits, and the age of their first purchase.
-- reads: sales
WITH customers AS (
    SELECT customer_id, min(day) AS first_day,
        bit_or(1 << CASE
            WHEN $last - day < 7 THEN 0 WHEN $last - day < 14 THEN 1
            WHEN $last - day < 30 THEN 2 WHEN $last - day < 60 THEN 3
            WHEN $last - day < 90 THEN 4 WHEN $last - day < 180 THEN 5
            WHEN $last - day < 365 THEN 6 WHEN $last - day < 730 THEN 7 ELSE 8 END) AS bits
    FROM sales
    WHERE kind = 'sale' AND customer_id IS NOT NULL AND day <= $last
    GROUP BY customer_id
)
SELECT bits::INTEGER AS bits, count(*) AS customers,
    (CASE
        WHEN $last - first_day < 7 THEN 0 WHEN $last - first_day < 14 THEN 1
        WHEN $last - first_day < 30 THEN 2 WHEN $last - first_day < 60 THEN 3
        WHEN $last - first_day < 90 THEN 4 WHEN $last - first_day < 180 THEN 5
        WHEN $last - first_day < 365 THEN 6 WHEN $last - first_day < 730 THEN 7 ELSE 8 END
    )::INTEGER AS first_age
FROM customers
GROUP BY ALL;

-- name: top_products
-- For each range of $lengths days that ends on $last, the $number products of the highest revenue, beside their revenue in the range before.
-- reads: sales
WITH aged AS (
    SELECT product_id,
        CASE
            WHEN $last - day < 7 THEN 7 WHEN $last - day < 14 THEN 14
            WHEN $last - day < 30 THEN 30 WHEN $last - day < 60 THEN 60
            WHEN $last - day < 90 THEN 90 WHEN $last - day < 180 THEN 180
            WHEN $last - day < 365 THEN 365 ELSE 730 END AS age,
        sum(revenue_minor) AS revenue_minor, sum(quantity) AS units
    FROM sales
    WHERE month BETWEEN strftime($last::DATE - 729, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND day BETWEEN $last::DATE - 729 AND $last AND product_id IS NOT NULL
    GROUP BY ALL
), ranges AS (
    SELECT unnest($lengths::INTEGER[]) AS days
), sums AS (
    SELECT days, product_id,
        coalesce(sum(revenue_minor) FILTER (WHERE age <= days), 0)::BIGINT AS revenue_minor,
        coalesce(sum(units) FILTER (WHERE age <= days), 0)::BIGINT AS units,
        coalesce(sum(revenue_minor) FILTER (WHERE age > days AND age <= 2 * days), 0)::BIGINT
            AS previous_revenue_minor
    FROM aged, ranges
    GROUP BY days, product_id
)
SELECT *
FROM sums
WHERE revenue_minor > 0
QUALIFY row_number() OVER (PARTITION BY days ORDER BY revenue_minor DESC, product_id) <= $number
ORDER BY days, revenue_minor DESC, product_id;

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

-- name: variant_days
-- Units and revenue of each of $products on each day from $first to $last on which it sold or came
-- back.
-- reads: sales
SELECT
    product_id,
    day,
    coalesce(sum(quantity), 0)::BIGINT AS units,
    coalesce(sum(revenue_minor), 0)::BIGINT AS revenue_minor
FROM sales
WHERE product_id IN (SELECT unnest($products::VARCHAR[]))
    AND month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last
GROUP BY product_id, day
ORDER BY product_id, day;

-- name: product_prices
-- The shelf prices of one product with the day from which each held; of a day, the last one told.
-- reads: prices
SELECT day, price_minor, source
FROM prices
WHERE product_id = $product_id
QUALIFY row_number() OVER (PARTITION BY day ORDER BY "at" DESC NULLS LAST, price_minor DESC) = 1
ORDER BY day;

-- name: product_stock_days
-- The share of each day from $first to $last in which one product was in stock anywhere.
-- reads: stock_days
SELECT day, max(in_stock) AS in_stock
FROM stock_days
WHERE product_id = $product_id
    AND month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last
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

-- name: product_figures
-- The next $number products after $after_value and $after_id, by $sort, that sold or came back from $first to $last at $location_id through $channel (NULL: any), beside their revenue from $before on. They are ranked over the days from $ranked_from on, which are more than the range for a change alone; only those of the page are added up in full.
-- reads: sales
WITH sums AS (
    SELECT product_id,
        coalesce(sum(revenue_minor) FILTER (WHERE day >= $first), 0)::BIGINT AS of_all_minor,
        coalesce(sum(CASE $sort
            WHEN 'units' THEN quantity
            WHEN 'returns' THEN CASE WHEN kind = 'return' THEN -revenue_minor END
            WHEN 'margin' THEN CASE WHEN cost_minor IS NOT NULL THEN revenue_minor - cost_minor END
            WHEN 'change' THEN CASE WHEN day >= $first THEN revenue_minor ELSE -revenue_minor END
            ELSE revenue_minor END), 0)::BIGINT * $direction AS place,
        count(*) FILTER (WHERE day >= $first) AS lines
    FROM sales
    WHERE month BETWEEN strftime($ranked_from::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND day BETWEEN $ranked_from AND $last AND product_id IS NOT NULL
        AND ($location_id IS NULL OR location_id = $location_id)
        AND ($channel IS NULL OR channel = $channel)
    GROUP BY product_id
), valued AS (
    SELECT product_id, place, sum(of_all_minor) OVER ()::BIGINT AS all_revenue_minor
    FROM sums
    WHERE lines > 0
), page AS (
    SELECT *
    FROM valued
    WHERE $after_id IS NULL OR place < $after_value
        OR (place = $after_value AND product_id > $after_id)
    ORDER BY place DESC, product_id
    LIMIT $number
), figures AS (
    SELECT product_id,
        coalesce(sum(quantity) FILTER (WHERE day >= $first), 0)::BIGINT AS units,
        coalesce(sum(revenue_minor) FILTER (WHERE day >= $first), 0)::BIGINT AS revenue_minor,
        coalesce(sum(revenue_minor) FILTER (WHERE day < $first), 0)::BIGINT
            AS previous_revenue_minor,
        coalesce(-sum(revenue_minor) FILTER (WHERE kind = 'return' AND day >= $first), 0)::BIGINT
            AS returns_minor,
        coalesce(sum(discount_minor) FILTER (WHERE day >= $first), 0)::BIGINT AS discount_minor,
        coalesce(sum(cost_minor) FILTER (WHERE day >= $first), 0)::BIGINT AS cost_minor,
        coalesce(
            sum(revenue_minor) FILTER (WHERE cost_minor IS NOT NULL AND day >= $first), 0
        )::BIGINT AS costed_revenue_minor,
        count(DISTINCT order_id) FILTER (WHERE kind = 'sale' AND day >= $first) AS orders
    FROM sales
    WHERE month BETWEEN strftime($before::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND day BETWEEN $before AND $last
        AND product_id IN (SELECT product_id FROM page)
        AND ($location_id IS NULL OR location_id = $location_id)
        AND ($channel IS NULL OR channel = $channel)
    GROUP BY product_id
)
SELECT page.place, page.all_revenue_minor, figures.*
FROM page
JOIN figures ON figures.product_id = page.product_id
ORDER BY page.place DESC, page.product_id;

-- name: stock_graph
-- Of each day from $first to $last: the products whose stock was counted, the pieces on hand at its end, how many products had none, and the mean share of the day in which they were in stock, at $location_id (NULL: all).
-- reads: stock_days
SELECT day, count(*) AS products, coalesce(sum(on_hand), 0)::BIGINT AS on_hand,
    count(*) FILTER (WHERE on_hand <= 0) AS out_of_stock, avg(in_stock) AS in_stock
FROM (
    SELECT product_id, day, sum(on_hand)::BIGINT AS on_hand, max(in_stock) AS in_stock
    FROM stock_days
    WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND day BETWEEN $first AND $last
        AND ($location_id IS NULL OR location_id = $location_id) AND on_hand IS NOT NULL
    GROUP BY product_id, day
) AS of_product
GROUP BY day
ORDER BY day;

-- name: visits_of
-- The latest $most events of customers $who before the moment $before_ms, or at it and before the id $before_id, each with one of its products and how many there were.
-- reads: events, event_items
WITH asked AS (
    SELECT unnest($who::VARCHAR[]) AS customer_id
), latest AS (
    SELECT events.message_id, events.customer_id, events.type, events.name, events.query,
        events.order_id, events.revenue_minor, events.currency, events."at"
    FROM events JOIN asked ON events.customer_id = asked.customer_id
    WHERE epoch_ms(events."at") < $before_ms
        OR (epoch_ms(events."at") = $before_ms AND events.message_id < $before_id)
    ORDER BY epoch_ms(events."at") DESC, events.message_id DESC
    LIMIT $most
), looked AS (
    SELECT items.message_id, min(items.product_id) AS product_id,
        count(DISTINCT items.product_id) AS products
    FROM event_items AS items JOIN latest ON items.message_id = latest.message_id
    GROUP BY items.message_id
)
SELECT latest.message_id, latest.customer_id, latest.type, latest.name, latest.query,
    latest.order_id, latest.revenue_minor, latest.currency, latest."at",
    looked.product_id, looked.products
FROM latest LEFT JOIN looked ON latest.message_id = looked.message_id
ORDER BY epoch_ms(latest."at") DESC, latest.message_id DESC;

-- name: answers_of
-- The latest $most answers of customers $who to what they were shown, before the moment $before_ms, or at it and before the id $before_id.
-- reads: recommendations_answered
WITH asked AS (
    SELECT unnest($who::VARCHAR[]) AS customer_id
), answered AS (
    SELECT DISTINCT given.answer_id || '/' || given.product_id || '/' || given.verdict AS id,
        given.customer_id, given.product_id, given.verdict, given."at"
    FROM recommendations_answered AS given JOIN asked ON given.customer_id = asked.customer_id
)
SELECT id, customer_id, product_id, verdict, "at"
FROM answered
WHERE epoch_ms("at") < $before_ms OR (epoch_ms("at") = $before_ms AND id < $before_id)
ORDER BY epoch_ms("at") DESC, id DESC
LIMIT $most;
