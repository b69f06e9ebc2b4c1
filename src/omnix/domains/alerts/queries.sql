-- name: alert_demand
-- Units of each product in the seven days up to $day, beside the mean and deviation of the eight weeks before.
-- reads: sales
WITH weeks AS (
    SELECT product_id, ($day::DATE - day) // 7 AS week, sum(quantity)::DOUBLE AS units
    FROM sales
    WHERE month BETWEEN strftime($day::DATE - 62, '%Y-%m') AND strftime($day::DATE, '%Y-%m')
        AND day BETWEEN $day::DATE - 62 AND $day
        AND product_id IS NOT NULL AND kind = 'sale'
    GROUP BY ALL
), sums AS (
    SELECT product_id,
        coalesce(sum(units) FILTER (WHERE week = 0), 0) AS sold,
        coalesce(sum(units) FILTER (WHERE week > 0), 0) / 8 AS usual,
        coalesce(sum(units * units) FILTER (WHERE week > 0), 0) / 8 AS squares,
        max(week) AS oldest
    FROM weeks
    GROUP BY product_id
)
SELECT product_id, sold, usual, sqrt(greatest(squares - usual * usual, 0)) AS deviation
FROM sums
WHERE oldest >= 7 AND (sold >= 3 OR usual >= 3)
ORDER BY product_id;

-- name: alert_revenue
-- Revenue of each day with any from eight weeks before $day up to it.
-- reads: sales
SELECT day, sum(revenue_minor)::BIGINT AS revenue_minor
FROM sales
WHERE month BETWEEN strftime($day::DATE - 56, '%Y-%m') AND strftime($day::DATE, '%Y-%m')
    AND day BETWEEN $day::DATE - 56 AND $day
GROUP BY day
ORDER BY day;

-- name: alert_earned
-- Revenue and known margin of the days after $after up to $day, and the newest day with a sale.
-- reads: sales
SELECT
    max(day) FILTER (WHERE kind = 'sale') AS newest,
    coalesce(sum(revenue_minor) FILTER (WHERE day > $after), 0)::BIGINT AS revenue_minor,
    coalesce(sum(revenue_minor - cost_minor)
        FILTER (WHERE day > $after AND cost_minor IS NOT NULL), 0)::BIGINT
        AS margin_minor,
    coalesce(sum(revenue_minor)
        FILTER (WHERE day > $after AND cost_minor IS NOT NULL), 0)::BIGINT
        AS costed_minor
FROM sales
WHERE day <= $day;

-- name: alert_stock_then
-- Closing stock of $day beside the mean units sold a day in the 28 days before.
-- reads: stock_days, sales
WITH sold AS (
    SELECT product_id, location_id, sum(quantity) / 28.0 AS daily
    FROM sales
    WHERE month BETWEEN strftime($day::DATE - 28, '%Y-%m') AND strftime($day::DATE, '%Y-%m')
        AND day BETWEEN $day::DATE - 28 AND $day::DATE - 1
        AND product_id IS NOT NULL AND kind = 'sale'
    GROUP BY ALL
)
SELECT product_id, location_id, on_hand, coalesce(daily, 0)::DOUBLE AS daily
FROM stock_days LEFT JOIN sold USING (product_id, location_id)
WHERE month = strftime($day::DATE, '%Y-%m') AND day = $day AND on_hand IS NOT NULL
ORDER BY product_id, location_id;

-- name: alert_signals
-- What rules of $kind looked at from $first to $last, of the subjects in the first $buckets of 64.
-- reads: signals
SELECT day, subject, name, attributes, loss_minor
FROM signals
WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last AND kind = $kind
    AND bucket < $buckets
ORDER BY subject, day;

-- name: alert_signal_counts
-- How many signals of $kind there are from $first to $last, on how many days, since when.
-- reads: signals
SELECT count(*) AS signals, count(DISTINCT day) AS days, min(day) AS first_day
FROM signals
WHERE month BETWEEN strftime($first::DATE, '%Y-%m') AND strftime($last::DATE, '%Y-%m')
    AND day BETWEEN $first AND $last AND kind = $kind;
