"""From judged lines to articles, buyers, prices, orders and their returns, all in DuckDB."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import duckdb
import msgspec

from omnix.domains.orders.work import INLINE_LINES

from .stage import order_id, text_literal

CHUNK_LINES = 160_000
"""Lines that are applied in one step: bounds memory, and what a resumed import repeats."""


def articles(connection: duckdb.DuckDBPyConnection) -> None:
    """``articles``: each article sold or returned, with its commonest name and last price.

    ``prices``: the commonest price of each day on which it differs from the day before; between
    equally common ones the higher, since a lower one is often a price for many.
    """
    connection.execute(
        """CREATE TABLE prices AS
        SELECT sku, day, price FROM (
          SELECT sku, day, price, lag(price) OVER (PARTITION BY sku ORDER BY day) AS before
          FROM (SELECT sku, day, arg_max(unit_minor, (k, unit_minor)) AS price
            FROM (SELECT sku, day, unit_minor, count(*) AS k FROM lines
              WHERE kind='sale' AND unit_minor>0 GROUP BY ALL)
            GROUP BY sku, day))
        WHERE price IS DISTINCT FROM before"""
    )
    connection.execute(
        """CREATE TABLE articles AS
        WITH named AS (
          SELECT sku, name, count(*) AS k, min(utc) AS first, max(utc) AS last,
            regexp_matches(name, '\\w\\w') AS sensible
          FROM lines WHERE kind IN ('sale','return') GROUP BY sku, name)
        SELECT a.*, coalesce(p.price, 0) AS price FROM (
          SELECT sku, coalesce(arg_max(name, (k, last, name)) FILTER (sensible), sku) AS name,
            min(first) AS first, max(last) AS last
          FROM named GROUP BY sku) a
        LEFT JOIN (SELECT sku, arg_max(price, day) AS price FROM prices GROUP BY sku) p USING (sku)
        ORDER BY sku"""
    )


def link_returns(connection: duckdb.DuckDBPyConnection) -> int:
    """``backs`` (n, of_n): each return row and the sale row it takes back, if one was found.

    That is the newest earlier line of the same customer and article (or of the same order) that
    still has as many units. Returns how many were found.
    """
    returns = connection.execute(
        "SELECT n, ord, customer, sku, -quantity, utc FROM lines WHERE kind='return' "
        "ORDER BY utc, n"
    ).fetchall()
    sales = connection.execute(
        """SELECT n, ord, customer, sku, quantity, utc FROM lines
        WHERE kind='sale' AND ((customer, sku) IN (
            SELECT customer, sku FROM lines WHERE kind='return' AND customer<>'')
          OR (ord, sku) IN (SELECT ord, sku FROM lines WHERE kind='return'))
        ORDER BY utc, n"""
    ).fetchall()
    by_customer: dict[tuple[str, str], list[int]] = defaultdict(list)
    by_order: dict[tuple[str, str], list[int]] = defaultdict(list)
    left = []
    for place, (_, number, customer, sku, quantity, _) in enumerate(sales):
        left.append(quantity)
        by_order[number, sku].append(place)
        if customer:
            by_customer[customer, sku].append(place)
    found: list[tuple[int, int]] = []
    for n, number, customer, sku, quantity, utc in returns:
        places = by_order.get((number, sku)) or by_customer.get((customer, sku), ())
        for place in reversed(places):
            if left[place] >= quantity and sales[place][5] <= utc:
                left[place] -= quantity
                found.append((n, sales[place][0]))
                break
    _table(connection, "backs", "n BIGINT, of_n BIGINT", found)
    return len(found)


def orders(
    connection: duckdb.DuckDBPyConnection,
    products: Mapping[str, str],
    customers: Mapping[str, str],
    prefix: str,
) -> int:
    """``sold``, ``heads`` and ``backs_of``; returns the number of chunks.

    ``products`` and ``customers`` map article and customer numbers of the file to ids here.
    """
    _table(
        connection,
        "product_ids",
        "sku VARCHAR, product_id VARCHAR",
        list(products.items()),
    )
    _table(connection, "buyers", "customer VARCHAR, id VARCHAR", list(customers.items()))
    connection.execute(
        """CREATE TABLE goods AS SELECT sku, product_id, a.name,
          '"product_id":' || to_json(product_id) || ',"sku":' || to_json(sku) || ',"name":' ||
          to_json(a.name) AS told
        FROM articles a JOIN product_ids USING (sku)"""
    )
    connection.execute(
        """CREATE TABLE sold AS
        SELECT n, ord, CAST(row_number() OVER (PARTITION BY ord ORDER BY n) AS INTEGER) AS line,
          sku, quantity, unit_minor, amount_minor, utc, day
        FROM lines WHERE kind='sale' OR (kind='return' AND n NOT IN (SELECT n FROM backs))"""
    )
    connection.execute(
        f"""CREATE TABLE heads AS
        WITH summed AS (
          SELECT ord, min(utc) AS utc, arg_min(day, utc) AS day, count(*) AS line_count,
            sum(quantity) AS units, sum(amount_minor) AS subtotal,
            sum(hash(line, sku, quantity, unit_minor, amount_minor)) AS print
          FROM sold GROUP BY ord),
        charged AS (
          SELECT ord, min(utc) AS utc, arg_min(day, utc) AS day, sum(amount_minor) AS charges,
            sum(hash(n-first, sku, amount_minor)) AS print,
            string_agg(DISTINCT service, ', ' ORDER BY service) AS what
          FROM (SELECT *, min(n) OVER (PARTITION BY ord) AS first FROM lines WHERE kind='charge')
          GROUP BY ord),
        who AS (
          SELECT ord, max(customer) AS customer FROM lines
          WHERE kind IN ('sale','charge','return') GROUP BY ord)
        SELECT ord, {order_id("ord", prefix)} AS id, least(s.utc, c.utc) AS utc,
          coalesce(s.day, c.day) AS day, coalesce(line_count, 0) AS line_count,
          CAST(coalesce(units, 0) AS BIGINT) AS units,
          CAST(coalesce(subtotal, 0) AS BIGINT) AS subtotal,
          CAST(coalesce(charges, 0) AS BIGINT) AS charges, coalesce(what, '') AS what,
          b.id AS customer_id, units < 0 AS is_return,
          to_hex(CAST((coalesce(s.print, 0) + 3 * coalesce(c.print, 0) +
            hash(least(s.utc, c.utc), b.id)) % 1152921504606846976 AS UBIGINT)) AS print
        FROM summed s FULL JOIN charged c USING (ord)
        JOIN who USING (ord) LEFT JOIN buyers b ON who.customer=b.customer"""
    )
    connection.execute(
        f"""CREATE TABLE chunks AS
        SELECT ord, CAST(1 + (sum(line_count+1) OVER (ORDER BY utc, ord) // {CHUNK_LINES})
          AS INTEGER) AS chunk FROM heads"""
    )
    _changes(connection)
    (count,) = connection.execute("SELECT coalesce(max(chunk), 0) FROM chunks").fetchall()[0]
    return int(count)


def _changes(connection: duckdb.DuckDBPyConnection) -> None:
    """``changed``: what was taken back of each order, as its document tells it."""
    rows = connection.execute(
        """SELECT s.ord, r.ord, strftime(r.utc,'%Y-%m-%dT%H:%M:%S.%gZ'), s.line, -r.quantity,
          -r.amount_minor
        FROM backs b JOIN lines r ON b.n=r.n JOIN sold s ON b.of_n=s.n
        ORDER BY s.ord, r.utc, r.ord, r.n"""
    ).fetchall()
    by_order: dict[str, dict[str, list[tuple[str, int, int, int]]]] = {}
    for ord_, back, at, line, units, money in rows:
        by_order.setdefault(ord_, {}).setdefault(back, []).append((at, line, units, money))
    made = [
        (ord_, msgspec.json.encode(changes).decode(), len(changes), units, money)
        for ord_, backs in by_order.items()
        for changes, units, money in [_told(ord_, backs)]
    ]
    _table(
        connection,
        "changed",
        "ord VARCHAR, changes VARCHAR, versions INTEGER, units BIGINT, money BIGINT",
        made,
    )


def _told(
    number: str, backs: Mapping[str, Sequence[tuple[str, int, int, int]]]
) -> tuple[list[dict[str, object]], int, int]:
    """A return and a refund for each cancellation of an order, units and money of all."""
    changes: list[dict[str, object]] = []
    units = money = 0
    for back, parts in backs.items():
        by_line: dict[int, list[int]] = {}
        for _, line, quantity, amount in parts:
            entry = by_line.setdefault(line, [0, 0])
            entry[0] += quantity
            entry[1] += amount
        at = parts[0][0]
        changes.append(
            {
                "id": back,
                "version": len(changes) + 2,
                "kind": "return",
                "at": at,
                "by": "import",
                "units": [[line, entry[0]] for line, entry in by_line.items()],
                "kept": None,
                "note": back if back != number else "",
                "amounts": [entry[1] for entry in by_line.values()],
            }
        )
        refunded = sum(entry[1] for entry in by_line.values())
        if refunded:
            changes.append(
                {
                    "id": f"{back}:refund",
                    "version": len(changes) + 2,
                    "kind": "refund",
                    "at": at,
                    "by": "import",
                    "amount_minor": refunded,
                }
            )
        units += sum(entry[0] for entry in by_line.values())
        money += refunded
    return changes, units, money


def documents_sql(chunk: int, currency: str, location: str) -> str:
    """Head and lines of the orders of a chunk; ``parts`` are JSON lists of INLINE_LINES lines."""
    return f"""
WITH wanted AS (SELECT ord FROM chunks WHERE chunk={chunk}),
parts AS (
  SELECT ord, (line-1)//{INLINE_LINES} AS part, '[' || string_agg(
    '{{"line":' || line || ',' || g.told || ',"quantity":' || quantity || ',"unit_price_minor":' ||
    unit_minor || ',"discount_minor":0,"order_discount_minor":0,"total_minor":' || amount_minor ||
    ',"cost_minor":null,"components":[],"fulfilled":' || quantity || ',"returned":' ||
    CASE WHEN quantity<0 THEN quantity ELSE 0 END || ',"cancelled":0}}', ',' ORDER BY line)
    || ']' AS lines
  FROM sold s JOIN goods g USING (sku) WHERE ord IN (SELECT ord FROM wanted)
  GROUP BY ord, part),
listed AS (SELECT ord, list(lines ORDER BY part) AS parts FROM parts GROUP BY ord)
SELECT h.id, upper(h.ord), h.customer_id, h.line_count, h.units, h.subtotal, h.charges, h.what,
  h.is_return, strftime(h.utc,'%Y-%m-%dT%H:%M:%S.%gZ'), h.print, c.changes,
  coalesce(c.versions, 0), coalesce(c.units, 0), l.parts
FROM heads h JOIN wanted USING (ord) LEFT JOIN listed l USING (ord)
LEFT JOIN changed c USING (ord) ORDER BY h.utc, h.ord"""


def facts_sql(chunk: int, currency: str, location: str, only: str = "true") -> str:
    """The rows of SALES of a chunk's orders; ``only`` chooses among ``h``, the heads."""
    common = f"h.customer_id, {text_literal(location)} AS location_id, 'import' AS channel, "
    tail = (
        f"0 AS discount_minor, CAST(NULL AS BIGINT) AS cost_minor, {text_literal(currency)} "
        "AS currency, 'import' AS source"
    )
    return f"""
WITH wanted AS (SELECT h.* FROM heads h JOIN chunks USING (ord) WHERE chunk={chunk} AND {only})
SELECT h.id AS order_id, s.line, CASE WHEN s.quantity<0 THEN 'return' ELSE 'sale' END AS kind,
  h.utc AS "at", h.day, strftime(h.day,'%Y-%m') AS month, g.product_id, {common}
  s.quantity, s.amount_minor AS revenue_minor, {tail}
FROM sold s JOIN wanted h USING (ord) JOIN goods g USING (sku)
UNION ALL
SELECT h.id, 0, 'charge', h.utc, h.day, strftime(h.day,'%Y-%m'), NULL, {common}
  1, h.charges, {tail}
FROM wanted h WHERE h.charges<>0
UNION ALL
SELECT h.id, s.line, 'return', r.utc, r.day, strftime(r.day,'%Y-%m'), g.product_id, {common}
  r.quantity, r.amount_minor, {tail}
FROM backs b JOIN lines r ON b.n=r.n JOIN sold s ON b.of_n=s.n JOIN wanted h ON h.ord=s.ord
JOIN goods g ON g.sku=s.sku"""


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: str,
    rows: Sequence[tuple[object, ...]],
) -> None:
    """A table of Python rows, handed over as one JSON text: quicker than row by row."""
    names = [column.split()[0] for column in columns.split(",")]
    kinds = [column.split()[1] for column in columns.split(",")]
    connection.execute(f"CREATE TABLE {name}({columns})")
    if not rows:
        return
    fields = ",".join(f'"f{i}":"{kind}"' for i, kind in enumerate(kinds))
    chosen = ",".join(f"r.f{i}" for i in range(len(names)))
    for start in range(0, len(rows), 20_000):
        part = [
            {f"f{i}": value for i, value in enumerate(row)} for row in rows[start : start + 20_000]
        ]
        connection.execute(
            f"INSERT INTO {name} SELECT {chosen} FROM (SELECT unnest(from_json("
            f"CAST(? AS JSON), '[{{{fields}}}]')) AS r)",
            [msgspec.json.encode(part).decode()],
        )
