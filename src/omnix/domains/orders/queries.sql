-- name: order_figures
-- What was ordered from $first to $last: in all, and by channel, location and weekday (1 is Monday).
-- reads: sales
WITH chosen AS (
    SELECT *, isodow(day)::VARCHAR AS weekday
    FROM sales
    WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
        AND day BETWEEN $first AND $last
)
SELECT
    CASE
        WHEN grouping(channel) = 0 THEN 'channel'
        WHEN grouping(location_id) = 0 THEN 'location'
        WHEN grouping(weekday) = 0 THEN 'weekday'
        ELSE 'all'
    END AS dimension,
    coalesce(channel, location_id, weekday, '') AS key,
    count(DISTINCT order_id) FILTER (WHERE kind = 'sale') AS orders,
    coalesce(sum(quantity) FILTER (WHERE kind <> 'charge'), 0)::BIGINT AS units,
    coalesce(sum(revenue_minor), 0)::BIGINT AS revenue_minor,
    coalesce(sum(discount_minor), 0)::BIGINT AS discount_minor,
    coalesce(sum(revenue_minor) FILTER (WHERE kind = 'charge'), 0)::BIGINT AS charges_minor,
    coalesce(-sum(revenue_minor) FILTER (WHERE kind = 'return'), 0)::BIGINT AS returns_minor,
    coalesce(-sum(revenue_minor) FILTER (WHERE kind = 'cancellation'), 0)::BIGINT
        AS cancellations_minor,
    count(DISTINCT customer_id) FILTER (WHERE kind = 'sale') AS customers
FROM chosen
GROUP BY GROUPING SETS ((), (channel), (location_id), (weekday))
ORDER BY dimension, key;

-- name: sales_of_customer
-- Every row of customer $who.
-- reads: sales
SELECT *
FROM sales
WHERE customer_id = $who
ORDER BY "at", order_id, line, kind;
