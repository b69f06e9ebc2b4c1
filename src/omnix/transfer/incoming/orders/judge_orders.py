"""Orders in the staging database: typed, judged row by row, doubled blocks found."""

from dataclasses import dataclass, field

import duckdb

from omnix.kit.money import exponent
from omnix.transfer.incoming.plan.layouts import Layout
from omnix.transfer.incoming.plan.planning import ImportPlan

from .column_forms import Reading, amount, stamps, whole
from .packed_cells import COLUMNS
from .raw_table import Loaded

MAX_UNITS = 1_000_000_000
MAX_BREAKS = 50
DEAD = ("cancelled", "canceled", "failed", "trash", "voided", "expired", "pending", "draft",
        "checkout-draft")  # fmt: skip
"""States of orders that never became a sale."""
_ID = "^[A-Za-z0-9][A-Za-z0-9._~:+-]{0,63}$"


@dataclass
class Staged:
    """The table ``lines`` is there: one row for each row of the file, with ``kind`` sale,
    return, charge, refused, skipped or doubled, and ``why`` for the last three."""

    readings: list[Reading] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    folded_skus: int = 0
    extras: bool = False
    """Whether orders have amounts of their own beside their lines."""


ONCE = ("placed_at", "email", "customer_name", "first_name", "last_name", "country", "currency",
        "status", "payment_status", "cancelled_at", "customer_ref")  # fmt: skip
"""Columns of the order, not of the line."""


def text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def order_id(number: str, prefix: str) -> str:
    """SQL of an order's id from its number: the same number is always the same order."""
    bare = f"{text_literal(prefix)} || ltrim({number},'#')"
    return (
        f"CASE WHEN regexp_full_match({bare},{text_literal(_ID)}) THEN {bare} "
        f"ELSE 'ord_' || left(md5({bare}),24) END"
    )


def stage_orders(
    connection: duckdb.DuckDBPyConnection,
    plan: ImportPlan,
    loaded: Loaded,
    currency: str,
    zone: str,
) -> Staged:
    """Build ``lines`` from ``raw``."""
    layout = plan.layout
    staged = Staged()
    has = {m.field for m in plan.mapping} | ({"sheet"} if loaded.numbered else set())
    if "items" in has:
        has = (has - {"unit_price", "discount"}) | set(COLUMNS)
    if layout.header_once:
        fill_down(connection, [c for c in ONCE if c in has])
    staged.readings.append(stamps(connection, "placed_at", zone, layout.month_first))
    if "unit_price" in has:
        price, reading = amount(connection, "unit_price")
        staged.readings.append(reading)
    else:
        total, reading = amount(connection, "line_total")
        staged.readings.append(reading)
        price = f"CAST({total} / nullif({whole('quantity')},0) AS DECIMAL(18,6))"
    scale = 10 ** exponent(currency)
    discount = "0"
    if "discount" in has:
        value, reading = amount(connection, "discount")
        staged.readings.append(reading)
        discount = f"coalesce(CAST(round_even(abs({value})*{scale},0) AS BIGINT),0)"
    if "customer_ref" in has:
        # Numbers as spreadsheets write them; each is looked at once.
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE customer_numbers AS SELECT t, "
            "regexp_replace(trim(t),'^(\\d+)\\.0+$','\\1') AS number "
            "FROM (SELECT DISTINCT customer_ref AS t FROM raw)"
        )
    connection.execute(_lines(layout, has, price, discount, scale))
    staged.extras = _extras(connection, has, scale)
    if layout.fold_sku:
        (staged.folded_skus,) = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM (SELECT DISTINCT sku FROM raw) "
            "GROUP BY upper(trim(sku)) HAVING count(DISTINCT trim(sku))>1)"
        ).fetchall()[0]
    _mark_doubled(connection, "sheet" in has or (loaded.numbered and plan.source.format == "xlsx"))
    staged.counts = dict(
        connection.execute("SELECT kind, count(*) FROM lines GROUP BY kind").fetchall()
    )
    return staged


def _lines(layout: Layout, has: set[str], price: str, discount: str, scale: int) -> str:
    def column(name: str) -> str:
        # Few cells have spaces around them, and to look for them is quicker than to trim.
        cell = f"r.{name}"
        bare = (
            f"CASE WHEN prefix({cell},' ') OR suffix({cell},' ') THEN trim({cell}) ELSE {cell} END"
        )
        return f"coalesce({bare},'')" if name in has else "''"

    sku = column("sku")
    if layout.fold_sku:
        sku = f"upper({sku})"
    elif "name" in has:
        # What was sold without a number is known by its name.
        sku = f"coalesce(nullif({sku},''),left({column('name')},64))"
    cancel = (
        f"starts_with(ord,{text_literal(layout.cancel_prefix)})"
        if layout.cancel_prefix
        else "false"
    )
    service = _service(layout)
    customer, numbered = "''", ""
    if "customer_ref" in has:
        customer = "coalesce(f.number,'')"
        numbered = "LEFT JOIN customer_numbers f ON r.customer_ref=f.t"
    if "email" in has:
        mail = column("email")
        customer = (
            f"CASE WHEN {mail} LIKE '%_@_%' THEN concat('mailto:',lower({mail})) "
            f"ELSE {customer} END"
        )
    dead = "false"
    if "status" in has or "payment_status" in has:
        states = ",".join(f"'{state}'" for state in DEAD)
        dead = (
            f"lower(replace({column('status')},'wc-','')) IN ({states}) "
            f"OR lower({column('payment_status')}) IN ({states})"
        )
    if "cancelled_at" in has:
        dead = f"({dead}) OR {column('cancelled_at')}<>''"
    units = whole("r.quantity")
    bare_free = "AND customer=''" if layout.cancel_prefix else "AND false"
    return f"""
CREATE TABLE lines AS
WITH typed AS (
  SELECT r.rowid AS n, {column("order_number")} AS ord, {sku} AS sku, {column("name")} AS name,
    {units} AS quantity, {price.replace("unit_price", "r.unit_price")} AS price, s.utc, s.day,
    {customer} AS customer, {column("country")} AS country,
    {discount.replace("discount", "r.discount") if "discount" in has else "0"} AS discount_minor,
    {dead} AS dead, {_person(has)} AS person,
    {"coalesce(r.sheet,'')" if "sheet" in has else "''"} AS sheet
  FROM raw r LEFT JOIN stamps s ON r.placed_at=s.t {numbered}
), judged AS (
  SELECT *, {service} AS service, {cancel} AS cancelled,
    CAST(round_even(price*{scale},0) AS BIGINT) AS unit_minor,
    price*{scale}=trunc(price*{scale}) AS exact,
    CASE WHEN ord='' THEN 'order_number|is missing'
      WHEN length(ord)>64 THEN 'order_number|is longer than 64 characters'
      WHEN utc IS NULL THEN 'placed_at|is no time in the form of this column'
      WHEN quantity IS NULL THEN 'quantity|is no whole number'
      WHEN abs(quantity)>{MAX_UNITS} THEN 'quantity|is beyond a thousand million'
      WHEN price IS NULL THEN 'unit_price|is no amount'
      WHEN abs(CAST(price AS DOUBLE))*{scale}*greatest(abs(quantity),1)>9e15
        THEN 'unit_price|is too large'
      WHEN sku='' THEN 'sku|is missing'
      WHEN length(sku)>64 THEN 'sku|is longer than 64 characters'
      WHEN discount_minor>abs(price)*{scale}*abs(quantity)+1 THEN
        'discount|is more than the line comes to'
      WHEN length(name)>300 THEN 'name|is longer than 300 characters'
    END AS wrong
  FROM typed
)
SELECT n, ord, sku, name, quantity, utc, day, customer, person, country, sheet, service,
  unit_minor, discount_minor,
  CASE WHEN exact THEN unit_minor*quantity
    ELSE CAST(round_even(price*quantity*{scale},0) AS BIGINT) END
    - discount_minor AS amount_minor,
  CASE WHEN wrong IS NOT NULL THEN 'refused'
    WHEN dead THEN 'skipped'
    WHEN service IS NOT NULL THEN CASE WHEN price*quantity=0 THEN 'skipped' ELSE 'charge' END
    WHEN quantity=0 THEN 'skipped'
    WHEN quantity<0 AND price=0 THEN 'skipped'
    WHEN price<0 THEN 'refused'
    WHEN cancelled AND quantity>0 THEN 'refused'
    WHEN quantity<0 THEN 'return'
    WHEN price=0 {bare_free} THEN 'skipped'
    ELSE 'sale' END AS kind,
  CASE WHEN wrong IS NOT NULL THEN wrong
    WHEN dead THEN 'status|says that the order was cancelled, failed or never paid'
    WHEN service IS NOT NULL THEN
      CASE WHEN price*quantity=0 THEN 'sku|is a service line without an amount' END
    WHEN quantity=0 THEN 'quantity|is zero'
    WHEN quantity<0 AND price=0 THEN
      'quantity|is negative without a price: stock written off, no sale'
    WHEN price<0 THEN 'unit_price|is negative'
    WHEN cancelled AND quantity>0 THEN 'quantity|is positive in a cancellation'
    WHEN quantity<0 THEN NULL
    WHEN price=0 {bare_free} THEN
      'unit_price|is zero without a customer: stock corrected, no sale' END AS why
FROM judged"""


def _person(has: set[str]) -> str:
    """SQL of the buyer's name."""
    if "customer_name" in has:
        return "coalesce(trim(r.customer_name),'')"
    parts = [f"coalesce(r.{name},'')" for name in ("first_name", "last_name") if name in has]
    joined = ",' ',".join(parts)
    return f"trim(concat({joined}))" if parts else "''"


def _extras(connection: duckdb.DuckDBPyConnection, has: set[str], scale: int) -> bool:
    """``extras``: amounts of whole orders, which files repeat on every line or tell once."""
    names = ("shipping", "order_discount", "tax", "total", "refunded")
    found = [name for name in names if name in has]
    columns = []
    for name in names:
        value = "0"
        if name in found:
            text, _ = amount(connection, name)
            value = f"coalesce(max(abs(CAST(round_even({text}*{scale},0) AS BIGINT))),0)"
        columns.append(f"{value} AS {name}")
    connection.execute(
        f"CREATE TABLE extras AS SELECT trim(order_number) AS ord, {','.join(columns)} FROM raw "
        f"WHERE {'true' if found else 'false'} GROUP BY 1"
    )
    return bool(found)


def fill_down(connection: duckdb.DuckDBPyConnection, columns: list[str]) -> None:
    """Give every row of an order what stands on the order's first row only."""
    filled = ",".join(
        f"coalesce(nullif({c},''), first_value(nullif({c},'') IGNORE NULLS) OVER w) AS {c}"
        for c in columns
    )
    connection.execute(
        f"CREATE OR REPLACE TABLE raw AS SELECT * REPLACE ({filled}) FROM raw "
        "WINDOW w AS (PARTITION BY order_number ORDER BY rowid ROWS BETWEEN UNBOUNDED PRECEDING "
        "AND UNBOUNDED FOLLOWING) ORDER BY rowid"
    )


def _service(layout: Layout) -> str:
    if not layout.service:
        return "CAST(NULL AS VARCHAR)"
    exact = " ".join(
        f"WHEN {text_literal(code)} THEN {text_literal(what)}"
        for code, what in layout.service.items()
    )
    starts = " ".join(
        f"WHEN starts_with(sku,{text_literal(code)}) THEN {text_literal(what)}"
        for code, what in layout.service_prefixes.items()
    )
    # Articles begin with digits here, so most rows need no look at the list.
    return (
        f"CASE WHEN sku BETWEEN '0' AND ':' THEN NULL ELSE coalesce(CASE sku {exact} END, "
        f"CASE {starts} END) END"
    )


def _mark_doubled(connection: duckdb.DuckDBPyConnection, sheets: bool) -> None:
    """Rows of orders that stand in the file a second time become ``doubled``.

    The file is cut where time falls back by more than a day and where a sheet begins. An order
    that has rows on both sides of a cut is doubled where the smaller side's rows all stand on
    the other side too, each as often: two equal lines of one invoice are no repetition.
    """
    changes = "OR sheet<>before_sheet" if sheets else ""
    cuts = connection.execute(
        f"""SELECT n, falls FROM (
          SELECT n, (utc<before-INTERVAL 1 DAY {changes}) AS falls,
            (utc>before+INTERVAL 1 DAY {changes}) AS rises
          FROM (SELECT n, utc, sheet, lag(utc) OVER w AS before, lag(sheet) OVER w AS before_sheet
            FROM lines WHERE utc IS NOT NULL WINDOW w AS (ORDER BY n)))
        WHERE falls OR rises ORDER BY n"""
    ).fetchall()
    falling = [n for n, falls in cuts if falls]
    rising = [n for n, falls in cuts if not falls]
    # A file with the newest first rises where one with the oldest first falls.
    breaks = rising if len(falling) > len(rising) else falling
    if not breaks or len(breaks) > MAX_BREAKS:
        return
    part = "+".join(f"CAST(n>={n} AS INTEGER)" for n in breaks)
    connection.execute(
        f"""CREATE TEMP TABLE both_sides AS
        SELECT n, ord, {part} AS part, hash(sku,name,quantity,unit_minor,utc,customer,country) AS h
        FROM lines WHERE ord IN (
          SELECT ord FROM (SELECT DISTINCT ord, {part} AS part FROM lines WHERE ord<>'')
          GROUP BY ord HAVING count(*)>1)"""
    )
    connection.execute(
        """CREATE TEMP TABLE doubled AS
        WITH ranked AS (
          SELECT *, row_number() OVER (PARTITION BY ord, part, h ORDER BY n) AS r,
            count(*) OVER (PARTITION BY ord, part) AS size
          FROM both_sides),
        again AS (
          SELECT b.n, b.ord, b.part, b.size, max(a.size) AS earlier
          FROM ranked a JOIN ranked b ON a.ord=b.ord AND a.h=b.h AND a.r=b.r AND a.part<b.part
          GROUP BY b.n, b.ord, b.part, b.size),
        whole AS (
          SELECT ord, part FROM again GROUP BY ord, part
          HAVING count(*)>=least(max(size), max(earlier)))
        SELECT n FROM again SEMI JOIN whole USING (ord, part)"""
    )
    connection.execute(
        "UPDATE lines SET kind='doubled', why='order_number|stands in the file a second time' "
        "WHERE n IN (SELECT n FROM doubled)"
    )
