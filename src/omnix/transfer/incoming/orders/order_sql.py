"""From judged lines to articles, buyers, prices, orders and their returns, all in DuckDB."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import msgspec
from arro3.core import Array, DataType
from arro3.core import Table as ArrowTable

from .judge_orders import order_id, text_literal

_ARROW = {
    "VARCHAR": DataType.utf8(),
    "DATE": DataType.utf8(),
    "BIGINT": DataType.int64(),
    "INTEGER": DataType.int64(),
}
CHUNK_LINES = 160_000
"""Lines that are applied in one step: bounds memory, and what a resumed import repeats."""


def articles(connection: duckdb.DuckDBPyConnection) -> None:
    """``articles``: each article sold or returned, with its commonest name and last price.

    ``prices``: the commonest price of each day on which it differs from the day before; between
    equally common ones the higher, since a lower one is often a price for many. Frequency and
    price (below 10**16) are compared as one number, which is quicker than as a pair.
    """
    connection.execute(
        """CREATE TABLE prices AS
        SELECT sku, day, price FROM (
          SELECT sku, day, price, lag(price) OVER (PARTITION BY sku ORDER BY day) AS before
          FROM (SELECT sku, day,
              CAST(max(k * 10000000000000000::HUGEINT + unit_minor)
                % 10000000000000000::HUGEINT AS BIGINT) AS price
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
        places = by_order.get((number, sku)) or by_customer.get((customer, sku)) or []
        for place in reversed(places):
            if left[place] >= quantity and sales[place][5] <= utc:
                left[place] -= quantity
                found.append((n, sales[place][0]))
                break
    table(connection, "backs", "n BIGINT, of_n BIGINT", found)
    # From here on a return that was not linked is a document of its own.
    connection.execute("UPDATE lines SET kind='linked' WHERE n IN (SELECT n FROM backs)")
    return len(found)


def orders(
    connection: duckdb.DuckDBPyConnection,
    products: Mapping[str, str],
    customers: Mapping[str, str],
    prefix: str,
) -> int:
    """``goods`` and ``heads``, each order in a chunk; returns the number of chunks.

    ``products`` and ``customers`` map article and customer numbers of the file to ids here.
    """
    table(connection, "product_ids", "sku VARCHAR, product_id VARCHAR", list(products.items()))
    table(connection, "buyers", "customer VARCHAR, id VARCHAR", list(customers.items()))
    connection.execute(
        """CREATE TABLE goods AS SELECT sku, product_id, concat('"product_id":',
          to_json(product_id), ',"sku":', to_json(sku), ',"name":', to_json(a.name)) AS told
        FROM articles a JOIN product_ids USING (sku)"""
    )
    connection.execute(
        f"""CREATE TABLE heads AS
        WITH kept AS (
          SELECT *, kind='charge' AS charged, hash(sku, quantity, unit_minor, amount_minor) AS h
          FROM lines WHERE kind IN ('sale','charge','return')),
        summed AS (
          SELECT ord, min(n) AS n, max(n) AS last_n, min(utc) AS utc, min(day) AS day,
            max(customer) AS customer,
            count(*) FILTER (NOT charged) AS line_count,
            coalesce(sum(quantity) FILTER (NOT charged), 0)::BIGINT AS units,
            coalesce(sum(amount_minor) FILTER (NOT charged), 0)::BIGINT AS subtotal,
            coalesce(sum(amount_minor) FILTER (charged), 0)::BIGINT AS charges,
            sum(h) AS print
          FROM kept GROUP BY ord)
        SELECT s.ord, {order_id("s.ord", prefix)} AS id, n, last_n, utc, day, line_count, units,
          subtotal, charges + coalesce(e.shipping, 0) AS charges,
          least(coalesce(e.order_discount, 0), greatest(subtotal, 0)) AS discount,
          CASE WHEN e.total=subtotal-e.order_discount+e.shipping+e.tax THEN e.tax ELSE 0 END AS tax,
          coalesce(e.refunded, 0) AS refunded, b.id AS customer_id, units<0 AS is_return,
          to_hex(CAST((print + hash(utc, b.id, e.shipping, e.order_discount, e.tax))
            % 1152921504606846976 AS UBIGINT)) AS print,
          CAST(1 + (sum(line_count+1) OVER (ORDER BY n) // {CHUNK_LINES}) AS INTEGER) AS chunk
        FROM summed s LEFT JOIN buyers b ON s.customer=b.customer
        LEFT JOIN extras e ON e.ord=s.ord ORDER BY n"""
    )
    # An order longer than a chunk leaves numbers out.
    connection.execute(
        """CREATE OR REPLACE TABLE heads AS SELECT * REPLACE (
          CAST(dense_rank() OVER (ORDER BY chunk) AS INTEGER) AS chunk) FROM heads ORDER BY n"""
    )
    connection.execute(
        """CREATE TABLE services AS
        SELECT ord, string_agg(DISTINCT service, ', ' ORDER BY service) AS what
        FROM lines WHERE kind='charge' GROUP BY ord"""
    )
    (count,) = connection.execute("SELECT coalesce(max(chunk), 0) FROM heads").fetchall()[0]
    return int(count)


def cut(connection: duckdb.DuckDBPyConnection, chunk: int) -> None:
    """``part`` and ``part_heads``: the lines of one chunk, numbered, and its orders."""
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE part_heads AS
        SELECT *, CAST(sum(line_count) OVER (ORDER BY n) - line_count AS BIGINT) AS before
        FROM heads WHERE chunk={chunk}"""
    )
    # The range of rows lets the scan pass over the rest of the file.
    low, high = connection.execute("SELECT min(n), max(last_n) FROM part_heads").fetchall()[0]
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE part AS
        SELECT * EXCLUDE (before), before + line AS place FROM (
          SELECT l.n, l.ord, h.before,
            CAST(row_number() OVER (PARTITION BY h.n ORDER BY l.n) AS INTEGER) AS line,
            sku, quantity, unit_minor, discount_minor, amount_minor, 0 AS share
          FROM lines l JOIN part_heads h USING (ord)
          WHERE l.n BETWEEN {low} AND {high} AND kind IN ('sale','return'))"""
    )
    _spread(connection)
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE part_backs AS
        SELECT p.ord, p.line, p.sku, r.ord AS back, r.utc, r.day, r.quantity, r.amount_minor, r.n
        FROM part p JOIN backs b ON b.of_n=p.n JOIN lines r ON r.n=b.n"""
    )
    _changes(connection)


def _spread(connection: duckdb.DuckDBPyConnection) -> None:
    """Each line's ``share`` of its order's discount: they sum to it exactly."""
    (found,) = connection.execute("SELECT count(*) FROM part_heads WHERE discount>0").fetchall()[0]
    if not found:
        return
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE part AS SELECT p.* REPLACE (CAST(CASE WHEN h.subtotal>0 THEN
            CAST(h.discount AS HUGEINT)*sum(p.amount_minor) OVER w//h.subtotal -
            CAST(h.discount AS HUGEINT)*(sum(p.amount_minor) OVER w-p.amount_minor)//h.subtotal
          ELSE 0 END AS BIGINT) AS share)
        FROM part p JOIN part_heads h USING (ord)
        WINDOW w AS (PARTITION BY p.ord ORDER BY p.line)"""
    )


def _changes(connection: duckdb.DuckDBPyConnection) -> None:
    """``part_changes``: what was taken back of each order, as its document tells it."""
    rows = connection.execute(
        """SELECT ord, back, strftime(utc,'%Y-%m-%dT%H:%M:%S.%gZ'), line, -quantity, -amount_minor
        FROM part_backs ORDER BY ord, utc, back, n"""
    ).fetchall()
    by_order: dict[str, dict[str, list[tuple[str, int, int, int]]]] = {}
    for ord_, back, at, line, units, money in rows:
        by_order.setdefault(ord_, {}).setdefault(back, []).append((at, line, units, money))
    made = [
        (ord_, msgspec.json.encode(changes).decode(), len(changes), units, money)
        for ord_, backs in by_order.items()
        for changes, units, money in [_told(ord_, backs)]
    ]
    table(
        connection,
        "part_changes",
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


LINES = """
SELECT p.place, encode(concat('{"line":', p.line, ',', g.told, ',"quantity":', quantity,
  ',"unit_price_minor":', unit_minor, ',"discount_minor":', discount_minor,
  ',"order_discount_minor":', share, ',"total_minor":', amount_minor-share,
  ',"cost_minor":null,"components":[],"fulfilled":', quantity,
  ',"returned":', CASE WHEN quantity<0 THEN quantity ELSE 0 END, ',"cancelled":0}')) AS line
FROM part p JOIN goods g USING (sku)"""
"""The lines of the chunk's orders as JSON; by ``place`` they are in the order of HEADS."""


def prices_sql(currency: str, source: str) -> str:
    """The rows of PRICES: what the file tells, and around its days what was known before."""
    return f"""
WITH own AS (SELECT product_id, day, price FROM prices JOIN product_ids USING (sku)),
spans AS (SELECT product_id, min(day) AS first, max(day) AS last FROM own GROUP BY product_id),
kept AS (
  SELECT k.product_id, k.day, k.price FROM known_prices k
  JOIN (SELECT DISTINCT product_id FROM product_ids) USING (product_id)
  LEFT JOIN spans s ON k.product_id=s.product_id
  WHERE s.first IS NULL OR k.day<s.first OR k.day>s.last)
SELECT product_id, day, strftime(day,'%Y-%m') AS month, price AS price_minor,
  {text_literal(currency)} AS currency, {text_literal(source)} AS source
FROM (FROM own UNION ALL FROM kept)"""


HEADS = """
SELECT h.ord, h.id, upper(h.ord), h.customer_id, h.line_count, h.units, h.subtotal, h.charges,
  coalesce(w.what, ''), h.is_return, strftime(h.utc,'%Y-%m-%dT%H:%M:%S.%gZ'), h.print, c.changes,
  coalesce(c.versions, 0), coalesce(c.units, 0), h.discount, h.tax, h.refunded
FROM part_heads h LEFT JOIN part_changes c USING (ord) LEFT JOIN services w USING (ord)
ORDER BY h.n"""
"""The orders of the chunk, a row each."""


def facts_sql(currency: str, location: str, only: str = "true") -> str:
    """The rows of SALES of the chunk's orders; ``only`` chooses among ``h``, the heads."""
    common = f"h.customer_id, {text_literal(location)} AS location_id, 'import' AS channel"
    tail = (
        f"CAST(NULL AS BIGINT) AS cost_minor, {text_literal(currency)} "
        "AS currency, 'import' AS source"
    )
    return f"""
WITH wanted AS (SELECT * FROM part_heads h WHERE {only})
SELECT h.id AS order_id, s.line, CASE WHEN s.quantity<0 THEN 'return' ELSE 'sale' END AS kind,
  h.utc AS "at", h.day, strftime(h.day,'%Y-%m') AS month, g.product_id, {common},
  s.quantity, s.amount_minor-s.share AS revenue_minor,
  s.discount_minor+s.share AS discount_minor, {tail}
FROM part s JOIN wanted h USING (ord) JOIN goods g USING (sku)
UNION ALL
SELECT h.id, 0, 'charge', h.utc, h.day, strftime(h.day,'%Y-%m'), NULL, {common},
  1, h.charges, 0, {tail}
FROM wanted h WHERE h.charges<>0
UNION ALL
SELECT h.id, r.line, 'return', r.utc, r.day, strftime(r.day,'%Y-%m'), g.product_id, {common},
  r.quantity, r.amount_minor, 0, {tail}
FROM part_backs r JOIN wanted h USING (ord) JOIN goods g ON g.sku=r.sku"""


def table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: str,
    rows: Sequence[tuple[object, ...]],
) -> None:
    """A table of Python rows, handed over as columns: quicker than row by row."""
    kinds = [column.split()[1] for column in columns.split(",")]
    values = zip(*rows, strict=True) if rows else ([] for _ in kinds)
    arrays: dict[str, Any] = {
        f"f{place}": Array(list(column), type=_ARROW[kind])
        for place, (column, kind) in enumerate(zip(values, kinds, strict=True))
    }
    chosen = ",".join(f"CAST(f{place} AS {kind})" for place, kind in enumerate(kinds))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name}({columns})")
    connection.register("handed", ArrowTable.from_pydict(arrays))
    connection.execute(f"INSERT INTO {name} SELECT {chosen} FROM handed")
    connection.unregister("handed")
