-- name: rows_after
-- The events of one stream after position $after and up to $until that happened from $since on.
-- reads: events, event_items
WITH products AS (
    SELECT stream, sequence, message_id, list(product_id ORDER BY product_id) AS products,
        list(quantity ORDER BY product_id, quantity) AS quantities
    FROM event_items
    WHERE stream = $stream AND sequence > $after AND sequence <= $until
    GROUP BY ALL
)
SELECT events.sequence, events.type, epoch_ms(events."at") // 1000 AS "at",
    epoch_ms(events.received_at) // 1000 AS received,
    visitor, currency, revenue_minor, products, quantities
FROM events
LEFT JOIN products USING (stream, sequence, message_id)
WHERE events.stream = $stream AND events.sequence > $after AND events.sequence <= $until
    AND events."at" >= $since
ORDER BY events.sequence;

-- name: spans
-- Each visitor's first and last event of each minute from $since until $until, and how many.
-- reads: events
SELECT visitor, min(epoch_ms("at") // 1000) AS first, max(epoch_ms("at") // 1000) AS last,
    count(*) AS events, count(*) FILTER (WHERE type = 'purchase') AS purchases
FROM events
WHERE visitor IS NOT NULL AND day BETWEEN $first_day AND $last_day
    AND "at" >= $since AND "at" < $until
GROUP BY visitor, epoch_ms("at") // 60000;

-- name: hours
-- Revenue in $currency, orders and distinct visitors of each hour from $since until $until.
-- reads: events
SELECT date_trunc('hour', "at") AS hour,
    coalesce(sum(revenue_minor) FILTER (WHERE type = 'purchase' AND currency = $currency), 0)::BIGINT
        AS revenue,
    count(*) FILTER (WHERE type = 'purchase') AS orders,
    count(DISTINCT visitor) AS visits
FROM events
WHERE day BETWEEN $first_day AND $last_day AND "at" >= $since AND "at" < $until
GROUP BY ALL
ORDER BY ALL;

-- name: events_of_customer
-- Every event of customer $who.
-- reads: events
SELECT *
FROM events
WHERE customer_id = $who
ORDER BY stream, sequence, message_id;

-- name: event_items_of_customer
-- The products of the events of customer $who.
-- reads: event_items
SELECT *
FROM event_items
WHERE customer_id = $who
ORDER BY stream, sequence, message_id, product_id;
