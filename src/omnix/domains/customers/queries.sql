-- name: customer_bounds
-- The last day up to $today on which a known customer bought.
-- reads: sales
SELECT max(day) AS last_day
FROM sales
WHERE kind = 'sale' AND customer_id IS NOT NULL AND day <= $today;

-- name: customer_orders
-- Orders of known customers before $as_of, those of $merged as those of $kept: day and hour (UTC) since 1970, what was paid less what came back, units, and those at a discount.
-- reads: sales
WITH redirected AS (
    SELECT unnest($merged::VARCHAR[]) AS customer_id, unnest($kept::VARCHAR[]) AS kept_id
), known AS (
    SELECT coalesce(redirected.kept_id, sales.customer_id) AS customer_id, sales.order_id,
        sales.kind, sales.day, sales."at", sales.revenue_minor, sales.quantity,
        sales.discount_minor
    FROM sales LEFT JOIN redirected ON sales.customer_id = redirected.customer_id
    WHERE sales.customer_id IS NOT NULL AND sales.day < $as_of
)
SELECT customer_id, order_id,
    (min(day) FILTER (WHERE kind = 'sale') - DATE '1970-01-01')::INTEGER AS day,
    floor(epoch(min("at") FILTER (WHERE kind = 'sale')) / 3600)::BIGINT AS hour,
    coalesce(sum(revenue_minor) FILTER (WHERE kind <> 'charge'), 0)::BIGINT AS revenue_minor,
    coalesce(sum(quantity) FILTER (WHERE kind = 'sale'), 0)::BIGINT AS units,
    coalesce(sum(quantity) FILTER (WHERE kind = 'sale' AND discount_minor > 0), 0)::BIGINT
        AS discounted
FROM known
GROUP BY customer_id, order_id
HAVING count(*) FILTER (WHERE kind = 'sale') > 0
ORDER BY customer_id, day, order_id;

-- name: favourite_categories
-- The three categories of $products that each customer spent most on before $as_of, and their shares.
-- reads: sales
WITH named AS (
    SELECT unnest($products::VARCHAR[]) AS product_id, unnest($categories::VARCHAR[]) AS category
), redirected AS (
    SELECT unnest($merged::VARCHAR[]) AS customer_id, unnest($kept::VARCHAR[]) AS kept_id
), known AS (
    SELECT coalesce(redirected.kept_id, sales.customer_id) AS customer_id, named.category,
        sales.revenue_minor
    FROM sales JOIN named ON sales.product_id = named.product_id
        LEFT JOIN redirected ON sales.customer_id = redirected.customer_id
    WHERE sales.customer_id IS NOT NULL AND sales.kind <> 'charge' AND sales.day < $as_of
), spent AS (
    SELECT customer_id, category, sum(revenue_minor)::BIGINT AS revenue_minor
    FROM known
    GROUP BY ALL
    HAVING sum(revenue_minor) > 0
)
SELECT customer_id, category, revenue_minor,
    (revenue_minor / sum(revenue_minor) OVER (PARTITION BY customer_id))::DOUBLE AS share
FROM spent
QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY revenue_minor DESC, category) <= 3
ORDER BY customer_id, revenue_minor DESC, category;

-- name: consumption
-- Days from $first and before $as_of on which a customer bought a product, or a category of those bought fewer than $least times; only what was bought as often.
-- reads: sales
WITH named AS (
    SELECT unnest($products::VARCHAR[]) AS product_id, unnest($categories::VARCHAR[]) AS category
), redirected AS (
    SELECT unnest($merged::VARCHAR[]) AS customer_id, unnest($kept::VARCHAR[]) AS kept_id
), known AS (
    SELECT coalesce(redirected.kept_id, sales.customer_id) AS customer_id, named.product_id,
        named.category, sales.day, sales.quantity
    FROM sales JOIN named ON sales.product_id = named.product_id
        LEFT JOIN redirected ON sales.customer_id = redirected.customer_id
    WHERE sales.kind = 'sale' AND sales.customer_id IS NOT NULL
        AND sales.month >= strftime($first::DATE, '%Y-%m')
        AND sales.day >= $first AND sales.day < $as_of
), bought AS (
    SELECT customer_id, product_id, category, day, sum(quantity) AS quantity
    FROM known
    GROUP BY ALL
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY customer_id, product_id) AS times
    FROM bought
), items AS (
    SELECT customer_id, day, sum(quantity) AS quantity,
        CASE WHEN times >= $least THEN 'product:' || product_id ELSE 'category:' || category END
            AS item
    FROM counted
    GROUP BY ALL
)
SELECT customer_id, item, (day - DATE '1970-01-01')::INTEGER AS day, quantity::DOUBLE AS quantity
FROM items
QUALIFY count(*) OVER (PARTITION BY customer_id, item) >= $least
ORDER BY customer_id, item, day;
