-- name: recommendation_bounds
-- The last day up to $today on which anything was sold.
-- reads: sales
SELECT max(day) AS last_day FROM sales WHERE kind = 'sale' AND day <= $today;

-- name: recommendation_purchases
-- What known customers bought of $products from $first and before $as_of, by day; the latest $most rows of each, those of $merged as those of $kept.
-- reads: sales
WITH named AS (
    SELECT unnest($products::VARCHAR[]) AS product_id,
        unnest(range(len($products::VARCHAR[]))) AS item
), redirected AS (
    SELECT unnest($merged::VARCHAR[]) AS customer_id, unnest($kept::VARCHAR[]) AS kept_id
), bought AS (
    SELECT DISTINCT coalesce(redirected.kept_id, sales.customer_id) AS customer_id,
        named.item::BIGINT AS item, (sales.day - DATE '1970-01-01')::BIGINT AS day
    FROM sales JOIN named ON sales.product_id = named.product_id
        LEFT JOIN redirected ON sales.customer_id = redirected.customer_id
    WHERE sales.kind = 'sale' AND sales.customer_id IS NOT NULL
        AND sales.month >= strftime($first::DATE, '%Y-%m')
        AND sales.day >= $first AND sales.day < $as_of
)
SELECT customer_id, item, day
FROM bought
QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY day DESC, item) <= $most
ORDER BY customer_id, day, item;

-- name: recommendation_baskets
-- Products bought together in one order from $first and before $as_of, of orders with up to $most of them; orders are numbered.
-- reads: sales
WITH named AS (
    SELECT unnest($products::VARCHAR[]) AS product_id,
        unnest(range(len($products::VARCHAR[]))) AS item
), bought AS (
    SELECT DISTINCT order_id, item
    FROM sales JOIN named USING (product_id)
    WHERE kind = 'sale'
        AND month >= strftime($first::DATE, '%Y-%m') AND day >= $first AND day < $as_of
)
SELECT (dense_rank() OVER (ORDER BY order_id) - 1)::BIGINT AS basket, item::BIGINT AS item
FROM bought
QUALIFY count(*) OVER (PARTITION BY order_id) <= $most
ORDER BY basket, item;

-- name: recommendation_units
-- Units of $products sold on each day from $first and before $as_of.
-- reads: sales
WITH named AS (
    SELECT unnest($products::VARCHAR[]) AS product_id,
        unnest(range(len($products::VARCHAR[]))) AS item
)
SELECT item::BIGINT AS item, (day - $first::DATE)::BIGINT AS day, sum(quantity)::BIGINT AS units
FROM sales JOIN named USING (product_id)
WHERE kind = 'sale' AND month >= strftime($first::DATE, '%Y-%m') AND day >= $first AND day < $as_of
GROUP BY ALL
ORDER BY item, day;

-- name: shown_to_customer
-- Every product that customer $who was shown.
-- reads: recommendations_shown
SELECT *
FROM recommendations_shown
WHERE customer_id = $who
ORDER BY "at", answer_id, position;

-- name: answered_by_customer
-- What customer $who made of what it was shown.
-- reads: recommendations_answered
SELECT *
FROM recommendations_answered
WHERE customer_id = $who
ORDER BY "at", answer_id, product_id, verdict;
