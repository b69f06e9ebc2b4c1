"""Orders of a file into the shop: staged, then applied chunk by chunk."""

import asyncio
import contextlib
from dataclasses import dataclass

import duckdb
import msgspec
from arro3.core import Table as ArrowTable

from omnix.domains.customers.model import Customer
from omnix.domains.customers.service import EMAIL_SCOPE
from omnix.domains.inventory import locations
from omnix.domains.orders.declare import ORDER_LINES, ORDERS, SALES
from omnix.domains.orders.work import INLINE_LINES
from omnix.domains.products.declare import PRICES
from omnix.domains.products.model import Product
from omnix.kit import text
from omnix.ports import Query
from omnix.transfer.incoming.context import Context
from omnix.transfer.incoming.identity import customer_id, owners, product_id
from omnix.transfer.incoming.records import catalogue
from omnix.transfer.incoming.records.apply_records import keep_source
from omnix.transfer.incoming.source.rows import records
from omnix.transfer.originals import KEPT

from . import order_sql
from .order_documents import Drawn, Sorted, drawn, facts, sort_out

ESTIMATE = "import-estimate"


async def apply_orders(context: Context) -> None:
    """Products and customers that the orders name, their prices, the orders, the sales facts."""
    stage = context.stage
    location = await locations.default(context.ports)
    if context.plan.layout.name in KEPT and context.plan.source.format == "csv":
        text = await asyncio.to_thread(records, context.plan)
        await keep_source(context.ports, context.plan, text)
        del text
    await asyncio.to_thread(order_sql.articles, stage)
    await asyncio.to_thread(order_sql.link_returns, stage)
    products = await _products(context)
    customers = await _customers(context)
    await _prices(context, products)
    chunks = await asyncio.to_thread(
        order_sql.orders, stage, products, customers, context.plan.layout.prefix
    )
    empty = context.fresh and await _empty(context)
    context.total = 4 + chunks
    pending: asyncio.Task[None] | None = None
    try:
        for chunk in range(1, chunks + 1):
            if chunk <= context.done("orders"):
                continue
            # While one chunk is stored, the next one is drawn up.
            ready = await _prepare(context, chunk, location, empty)
            if pending is not None:
                await pending
            pending = asyncio.create_task(_store(context, ready))
    finally:
        if pending is not None:
            await pending


async def _empty(context: Context) -> bool:
    page = await context.ports.records.query(ORDERS, "all", index="listing-index", limit=1)
    return not page.items


async def _products(context: Context) -> dict[str, str]:
    rows = context.stage.execute(
        "SELECT sku, name, strftime(first,'%Y-%m-%dT%H:%M:%S.%gZ'), "
        "strftime(last,'%Y-%m-%dT%H:%M:%S.%gZ'), price FROM articles ORDER BY sku"
    ).fetchall()
    ports = context.ports
    taken = await owners(ports.records, "product.sku", [row[0] for row in rows])
    ids = {row[0]: taken.get(row[0]) or product_id(row[0]) for row in rows}
    known = await catalogue.known_products(ports, list(ids.values()))
    made = []
    kept = 0
    for sku, name, first, last, price in rows:
        before = known.get(ids[sku])
        ours = before is None or before.attributes.get("price_source") == ESTIMATE
        if not ours or (before is not None and before.updated_at > last):
            kept += 1
            continue
        made.append(
            Product(
                id=ids[sku],
                sku=sku,
                name=" ".join(name.split()),
                price_minor=price,
                currency=context.currency,
                attributes={"price_source": ESTIMATE},
                created_at=first,
                updated_at=last,
            )
        )
    tally = await catalogue.put_products(ports, made, known)
    context.tell("products", tally.created, tally.changed, tally.same + kept, len(rows))
    await context.step("products", 1)
    return ids


async def _customers(context: Context) -> dict[str, str]:
    rows = context.stage.execute(
        "SELECT customer, strftime(min(utc),'%Y-%m-%dT%H:%M:%S.%gZ'), "
        "coalesce(mode(country), ''), max(person) FROM lines "
        "WHERE kind IN ('sale','return','charge') AND customer<>'' "
        "GROUP BY customer ORDER BY customer"
    ).fetchall()
    made = [_customer(context, *row) for row in rows]
    taken = await owners(
        context.ports.records, EMAIL_SCOPE, [c.email for c in made if c.email is not None]
    )
    made = [msgspec.structs.replace(c, id=taken.get(c.email or "", c.id)) for c in made]
    tally = await catalogue.put_customers(context.ports, made, keep=True)
    context.tell("customers", tally.created, tally.changed, tally.same, len(rows))
    await context.step("customers", 1)
    return {row[0]: customer.id for row, customer in zip(rows, made, strict=True)}


def _customer(context: Context, key: str, at: str, country: str, person: str) -> Customer:
    email = None
    if key.startswith("mailto:"):
        with contextlib.suppress(ValueError):
            email = text.email(key.removeprefix("mailto:"))
    shown = text.normal(person)[:300] or email or f"Customer {key}"
    return Customer(
        id=customer_id(f"mailto:{email}" if email else key),
        name=shown[:300],
        email=email,
        address={"country": country[:300]} if country else {},
        external_ids={} if email else {context.plan.layout.name: key[:128]},
        created_at=at,
        updated_at=at,
    )


_KNOWN_PRICES = Query(
    "known_estimates",
    "Estimated prices there are.",
    "SELECT product_id, day, price_minor FROM prices WHERE source=$source",
    ("prices",),
)


async def _prices(context: Context, products: dict[str, str]) -> None:
    """The estimated price history, in one piece with what earlier imports found.

    What they found is deleted to be stored again. A copy is put by first: if this ends between
    the two, the lake no longer knows it.
    """
    lake, blobs, source = context.ports.lake, context.ports.blobs, f"import:{context.id}"
    copy = f"imports/{context.id}/known-prices.json"
    if await lake.position(PRICES, source) is None:
        kept = await blobs.get(copy)
        if kept is None:
            found = await lake.rows(_KNOWN_PRICES, source=ESTIMATE)
            wanted = set(products.values())
            known = [
                (row["product_id"], str(row["day"]), row["price_minor"])
                for row in found
                if row["product_id"] in wanted
            ]
            if known:
                await blobs.put(copy, msgspec.json.encode(known))
        else:
            known = msgspec.json.decode(kept, type=list[tuple[str, str, int]])
        stage = context.stage
        order_sql.table(
            stage, "product_ids", "sku VARCHAR, product_id VARCHAR", list(products.items())
        )
        columns = "product_id VARCHAR, day DATE, price BIGINT"
        order_sql.table(stage, "known_prices", columns, known)
        table = await asyncio.to_thread(
            lambda: ArrowTable(stage.sql(order_sql.prices_sql(context.currency, ESTIMATE)))
        )
        if known:
            again = sorted({product for product, _, _ in known})
            await lake.delete(PRICES, {"source": ESTIMATE, "product_id": again})
        await lake.append(PRICES, table, source=source, version=1)
    await blobs.delete(copy)
    await context.step("prices", 1)


@dataclass(frozen=True)
class _Ready:
    """A chunk that is drawn up; ``rows`` are the facts of orders that the shop lacks."""

    chunk: int
    found: Sorted
    rows: ArrowTable | None


async def _prepare(context: Context, chunk: int, location: str, empty: bool) -> _Ready:
    stage = context.stage
    orders = await asyncio.to_thread(_draw, stage, chunk, context.currency, location)
    found = await sort_out(context.ports.records, orders, empty=empty)
    context.count_orders(found)
    rows = None
    if found.missing:
        ids = [order.document["id"] for order in found.missing]
        only = None if len(ids) == len(orders) else ids
        rows = await asyncio.to_thread(_fact_table, stage, context.currency, location, only)
    return _Ready(chunk, found, rows)


async def _store(context: Context, ready: _Ready) -> None:
    """Facts before documents: a document that stands says that its facts do."""
    ports, chunk, found = context.ports, ready.chunk, ready.found
    source = f"import:{context.id}"
    if found.touched and await _behind(context, source + ":changed", chunk):
        ids = [order.document["id"] for order in found.touched]
        await ports.lake.delete(SALES, {"order_id": ids})
        columns = facts(found.touched, context.time_zone)
        await ports.lake.append(SALES, columns, source=source + ":changed", version=chunk)
    if ready.rows is not None and await _behind(context, source, chunk):
        if context.torn:
            ids = [order.document["id"] for order in found.missing]
            await ports.lake.delete(SALES, {"order_id": ids})
        await ports.lake.append(SALES, ready.rows, source=source, version=chunk)
    documents = [*found.missing, *found.touched]
    further = [item for order in documents for item in order.further]
    if further:
        await ports.records.load(ORDER_LINES, further)
    await ports.records.load(ORDERS, [order.document for order in documents])
    await context.step("orders", chunk)


async def _behind(context: Context, source: str, chunk: int) -> bool:
    position = await context.ports.lake.position(SALES, source)
    return position is None or position < chunk


def _draw(
    stage: duckdb.DuckDBPyConnection, chunk: int, currency: str, location: str
) -> list[Drawn]:
    order_sql.cut(stage, chunk)
    lines = stage.execute(order_sql.LINES).fetchnumpy()["line"].tolist()
    orders = []
    start = 0
    for row in stage.execute(order_sql.HEADS).fetchall():
        end = start + row[4]
        pieces = [
            "[" + ",".join(lines[at : min(at + INLINE_LINES, end)]) + "]"
            for at in range(start, end, INLINE_LINES)
        ]
        orders.append(drawn(row, pieces, currency, location))
        start = end
    return orders


def _fact_table(
    stage: duckdb.DuckDBPyConnection,
    currency: str,
    location: str,
    only: list[str] | None,
) -> ArrowTable:
    condition = "true"
    if only is not None:
        stage.execute(
            "CREATE OR REPLACE TEMP TABLE chosen AS SELECT unnest($1::VARCHAR[]) AS id", [only]
        )
        condition = "h.id IN (SELECT id FROM chosen)"
    return ArrowTable(stage.sql(order_sql.facts_sql(currency, location, condition)))
