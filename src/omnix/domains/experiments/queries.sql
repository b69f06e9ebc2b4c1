-- name: arms
-- Units of an experiment by the first and the last, by name, of the variants that they were shown.
-- reads: exposures
WITH units AS (
    SELECT min(variant) AS variant, max(variant) AS other
    FROM exposures
    WHERE experiment_id = $experiment AND month >= $month
    GROUP BY unit_id
)
SELECT variant, other, count(*) AS units
FROM units
GROUP BY variant, other
ORDER BY variant, other;

-- name: sales_sums
-- Of the metrics in $metrics that follow from sales, the sums, squares and products of numerator m, denominator d and what it was in the $past days before the start, c, over the units of each variant; units shown several variants are left out.
-- reads: exposures, sales
WITH shown AS (
    SELECT unit_id, min(variant) AS variant, min("at") AS since
    FROM exposures
    WHERE experiment_id = $experiment AND month >= $month
    GROUP BY unit_id
    HAVING min(variant) = max(variant)
), lines AS (
    SELECT unit_id, order_id, s."at" >= since AS after, kind, quantity, revenue_minor,
        discount_minor, cost_minor
    FROM shown
    JOIN sales AS s ON unit_id = CASE $unit
        WHEN 'customer' THEN customer_id WHEN 'product' THEN product_id ELSE location_id END
    WHERE s.month >= strftime($started::TIMESTAMP - to_days($past::INTEGER + 1), '%Y-%m')
        AND s."at" < $until
        AND (s."at" >= since
            OR s."at" >= $started::TIMESTAMP - to_days($past::INTEGER) AND s."at" < $started)
), orders AS (
    SELECT unit_id, order_id, after, bool_or(kind = 'sale')::BIGINT AS placed,
        coalesce(sum(quantity) FILTER (WHERE kind <> 'charge'), 0) AS items,
        sum(revenue_minor) AS revenue,
        coalesce(sum(revenue_minor) FILTER (WHERE kind = 'sale'), 0) AS sold,
        coalesce(-sum(revenue_minor) FILTER (WHERE kind = 'return'), 0) AS returned,
        coalesce(sum(discount_minor), 0) AS discount,
        coalesce(sum(revenue_minor) FILTER (WHERE cost_minor IS NOT NULL), 0) AS costed,
        coalesce(sum(cost_minor), 0) AS cost
    FROM lines
    GROUP BY unit_id, order_id, after
), totals AS (
    SELECT unit_id, after, sum(placed)::BIGINT AS orders, sum(items)::BIGINT AS items,
        sum(revenue)::BIGINT AS revenue, sum(sold)::BIGINT AS sold,
        sum(returned)::BIGINT AS returned, sum(discount)::BIGINT AS discount,
        sum(costed)::BIGINT AS costed, (sum(costed) - sum(cost))::BIGINT AS margin
    FROM orders
    GROUP BY unit_id, after
), units AS (
    SELECT variant,
        coalesce(now.orders, 0) AS orders, coalesce(now.items, 0) AS items,
        coalesce(now.revenue, 0) AS revenue, coalesce(now.sold, 0) AS sold,
        coalesce(now.returned, 0) AS returned, coalesce(now.discount, 0) AS discount,
        coalesce(now.costed, 0) AS costed, coalesce(now.margin, 0) AS margin,
        coalesce(past.orders, 0) AS past_orders, coalesce(past.items, 0) AS past_items,
        coalesce(past.revenue, 0) AS past_revenue, coalesce(past.returned, 0) AS past_returned,
        coalesce(past.discount, 0) AS past_discount, coalesce(past.margin, 0) AS past_margin
    FROM shown
    LEFT JOIN totals AS now ON now.unit_id = shown.unit_id AND now.after
    LEFT JOIN totals AS past ON past.unit_id = shown.unit_id AND NOT past.after
), figures AS (
    SELECT variant, 'conversion' AS metric, (orders > 0)::BIGINT AS m, 1 AS d, (past_orders > 0)::BIGINT AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'conversion')
    UNION ALL
    SELECT variant, 'orders_per_unit' AS metric, orders AS m, 1 AS d, past_orders AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'orders_per_unit')
    UNION ALL
    SELECT variant, 'items_per_unit' AS metric, items AS m, 1 AS d, past_items AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'items_per_unit')
    UNION ALL
    SELECT variant, 'revenue_per_unit' AS metric, revenue AS m, 1 AS d, past_revenue AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'revenue_per_unit')
    UNION ALL
    SELECT variant, 'margin_per_unit' AS metric, margin AS m, 1 AS d, past_margin AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'margin_per_unit')
    UNION ALL
    SELECT variant, 'discount_per_unit' AS metric, discount AS m, 1 AS d, past_discount AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'discount_per_unit')
    UNION ALL
    SELECT variant, 'average_order_value' AS metric, revenue AS m, orders AS d, past_revenue AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'average_order_value')
    UNION ALL
    SELECT variant, 'items_per_order' AS metric, items AS m, orders AS d, past_items AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'items_per_order')
    UNION ALL
    SELECT variant, 'margin_rate' AS metric, margin AS m, costed AS d, past_margin AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'margin_rate')
    UNION ALL
    SELECT variant, 'return_rate' AS metric, returned AS m, sold AS d, past_returned AS c
    FROM units WHERE list_contains($metrics::VARCHAR[], 'return_rate')
)
SELECT variant, metric, count(*) AS n, sum(m) AS m, sum(m::HUGEINT * m) AS mm,
    sum(d) AS d, sum(d::HUGEINT * d) AS dd, sum(m::HUGEINT * d) AS md,
    sum(c) AS c, sum(c::HUGEINT * c) AS cc, sum(m::HUGEINT * c) AS mc, sum(d::HUGEINT * c) AS dc
FROM figures
GROUP BY variant, metric
ORDER BY variant, metric;

-- name: order_values
-- The revenue of each order after exposure, with its unit and the unit's variant.
-- reads: exposures, sales
WITH shown AS (
    SELECT unit_id, min(variant) AS variant, min("at") AS since
    FROM exposures
    WHERE experiment_id = $experiment AND month >= $month
    GROUP BY unit_id
    HAVING min(variant) = max(variant)
)
SELECT variant, unit_id, sum(revenue_minor)::DOUBLE AS value
FROM shown
JOIN sales AS s ON unit_id = CASE $unit
    WHEN 'customer' THEN customer_id WHEN 'product' THEN product_id ELSE location_id END
WHERE s.month >= $month AND s."at" >= since AND s."at" < $until
GROUP BY variant, unit_id, order_id
HAVING bool_or(kind = 'sale')
ORDER BY variant, unit_id;

-- name: profit_parts
-- For each unit its revenue and cost of the lines whose cost is known, and the value at cost of its stock summed over the days since exposure, all in minor units.
-- reads: exposures, sales, stock_days
WITH shown AS (
    SELECT unit_id, min(variant) AS variant, min("at") AS since, min(day) AS first_day
    FROM exposures
    WHERE experiment_id = $experiment AND month >= $month
    GROUP BY unit_id
    HAVING min(variant) = max(variant)
), costs AS (
    SELECT product_id, sum(cost_minor)::DOUBLE / sum(quantity) AS unit_cost
    FROM sales
    WHERE kind = 'sale' AND cost_minor IS NOT NULL AND quantity > 0
    GROUP BY product_id
), sold AS (
    SELECT unit_id, sum(revenue_minor)::BIGINT AS revenue, sum(cost_minor)::BIGINT AS cost
    FROM shown
    JOIN sales AS s
        ON unit_id = CASE $unit WHEN 'product' THEN product_id ELSE location_id END
    WHERE s.month >= $month AND s."at" >= since AND s."at" < $until AND cost_minor IS NOT NULL
    GROUP BY unit_id
), held AS (
    SELECT unit_id, sum(on_hand * unit_cost) AS value_days
    FROM shown
    JOIN stock_days AS s
        ON unit_id = CASE $unit WHEN 'product' THEN s.product_id ELSE s.location_id END
    JOIN costs ON costs.product_id = s.product_id
    WHERE s.month >= $month AND s.day >= first_day AND s.day <= $last_day
    GROUP BY unit_id
)
SELECT variant, coalesce(revenue, 0)::BIGINT AS revenue, coalesce(cost, 0)::BIGINT AS cost,
    coalesce(value_days, 0)::DOUBLE AS value_days
FROM shown
LEFT JOIN sold ON sold.unit_id = shown.unit_id
LEFT JOIN held ON held.unit_id = shown.unit_id
ORDER BY variant, shown.unit_id;

-- name: customers_known_before
-- Of each customer shown one variant alone the figure of $metric since then, and what was known in the year before the start: orders, revenue, pieces an order, the share of discounts and of returns, days since the last and the first order.
-- reads: exposures, sales
WITH shown AS (
    SELECT unit_id, min(variant) AS variant, min("at") AS since
    FROM exposures
    WHERE experiment_id = $experiment AND month >= $month
    GROUP BY unit_id
    HAVING min(variant) = max(variant)
), lines AS (
    SELECT unit_id, order_id, s."at" >= since AS after, s."at" AS moment, kind, quantity,
        revenue_minor, discount_minor, cost_minor
    FROM shown
    JOIN sales AS s ON unit_id = customer_id
    WHERE s.month >= strftime($started::TIMESTAMP - to_days(366), '%Y-%m')
        AND s."at" < $until
        AND (s."at" >= since
            OR s."at" >= $started::TIMESTAMP - to_days(365) AND s."at" < $started)
), totals AS (
    SELECT unit_id, after,
        count(DISTINCT order_id) FILTER (WHERE kind = 'sale')::DOUBLE AS orders,
        coalesce(sum(quantity) FILTER (WHERE kind <> 'charge'), 0)::DOUBLE AS items,
        sum(revenue_minor)::DOUBLE AS revenue,
        coalesce(sum(revenue_minor) FILTER (WHERE kind = 'sale'), 0)::DOUBLE AS sold,
        coalesce(-sum(revenue_minor) FILTER (WHERE kind = 'return'), 0)::DOUBLE AS returned,
        coalesce(sum(discount_minor), 0)::DOUBLE AS discount,
        coalesce(sum(revenue_minor - cost_minor) FILTER (WHERE cost_minor IS NOT NULL), 0)::DOUBLE AS margin,
        max(moment) FILTER (WHERE kind = 'sale') AS last_sale,
        min(moment) FILTER (WHERE kind = 'sale') AS first_sale
    FROM lines
    GROUP BY unit_id, after
)
SELECT variant,
    coalesce(CASE $metric
        WHEN 'conversion' THEN (now.orders > 0)::BIGINT::DOUBLE
        WHEN 'orders_per_unit' THEN now.orders
        WHEN 'items_per_unit' THEN now.items
        WHEN 'revenue_per_unit' THEN now.revenue
        WHEN 'margin_per_unit' THEN now.margin
        WHEN 'discount_per_unit' THEN now.discount END, 0) AS value,
    coalesce(past.orders, 0) AS orders,
    coalesce(past.revenue, 0) AS revenue,
    past.items / nullif(past.orders, 0) AS items_per_order,
    past.discount / nullif(past.sold + past.discount, 0) AS discount_share,
    past.returned / nullif(past.sold, 0) AS return_share,
    date_diff('day', past.last_sale, $started::TIMESTAMP)::DOUBLE AS days_since_last,
    date_diff('day', past.first_sale, $started::TIMESTAMP)::DOUBLE AS days_since_first
FROM shown
LEFT JOIN totals AS now ON now.unit_id = shown.unit_id AND now.after
LEFT JOIN totals AS past ON past.unit_id = shown.unit_id AND NOT past.after
ORDER BY variant, shown.unit_id;

-- name: outcome_values
-- What callers reported of one metric, with its unit and, where it was shown one alone, the unit's variant; units without any report stand there once, without a value.
-- reads: exposures, outcomes
WITH shown AS (
    SELECT unit_id, min(variant) AS variant, min("at") AS since
    FROM exposures
    WHERE experiment_id = $experiment AND month >= $month
    GROUP BY unit_id
    HAVING min(variant) = max(variant)
)
SELECT variant, shown.unit_id, value
FROM shown
LEFT JOIN outcomes AS o ON o.experiment_id = $experiment AND o.metric = $metric
    AND o.unit_id = shown.unit_id AND o.month >= $month AND o."at" >= since AND o."at" < $until
ORDER BY variant, shown.unit_id;

-- name: preferences
-- How many units credited the second ranking more (1), the first (-1) or both alike (0).
-- reads: outcomes
WITH units AS (
    SELECT unit_id, sign(sum(value))::INTEGER AS preferred
    FROM outcomes
    WHERE experiment_id = $experiment AND metric = $metric AND month >= $month AND "at" < $until
    GROUP BY unit_id
)
SELECT preferred, count(*) AS units
FROM units
GROUP BY preferred;

-- name: exposures_of_unit
-- What unit $who was shown in experiment $experiment_id.
-- reads: exposures
SELECT *
FROM exposures
WHERE experiment_id = $experiment_id AND unit_id = $who
ORDER BY "at", variant;

-- name: outcomes_of_unit
-- The figures of unit $who in experiment $experiment_id.
-- reads: outcomes
SELECT *
FROM outcomes
WHERE experiment_id = $experiment_id AND unit_id = $who
ORDER BY "at", metric, value;

-- name: experiments_in_exposures_of_unit
-- The experiments in which unit $who was shown a variant.
-- reads: exposures
SELECT DISTINCT experiment_id FROM exposures WHERE unit_id = $who ORDER BY experiment_id;

-- name: experiments_in_outcomes_of_unit
-- The experiments that have figures of unit $who.
-- reads: outcomes
SELECT DISTINCT experiment_id FROM outcomes WHERE unit_id = $who ORDER BY experiment_id;
