"""Orders of a file into the shop: staged, then applied chunk by chunk."""

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import msgspec
import numpy as np
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

Step = Callable[[], Awaitable[None]]


async def apply_orders(context: Context) -> None:
    """Products and customers that the orders name, their prices, the orders, the sales facts."""
    # Documents are made by the million and in no cycles: to look for cycles among them as often
    # as is usual takes a twentieth of the time.
    before = gc.get_threshold()
    gc.set_threshold(500_000, *before[1:])
    try:
        await _apply(context)
    finally:
        gc.set_threshold(*before)


async def _apply(context: Context) -> None:
    stage = context.stage
    location = await locations.default(context.ports)
    if context.plan.layout.name in KEPT and context.plan.source.format == "csv":
        text = await asyncio.to_thread(records, context.plan)
        await keep_source(context.ports, context.plan, text)
        del text
    await asyncio.to_thread(order_sql.articles, stage)
    await asyncio.to_thread(order_sql.link_returns, stage)
    products, store_products = await _products(context)
    customers, store_customers = await _customers(context)
    store_prices = await _prices(context, products)

    async def store_catalogue() -> None:
        await store_products()
        await store_customers()
        await store_prices()

    # While one part is stored, the next one is drawn up.
    pending = asyncio.create_task(store_catalogue())
    try:
        chunks = await asyncio.to_thread(
            order_sql.orders, stage, products, customers, context.plan.layout.prefix
        )
        empty = context.fresh and await _empty(context)
        context.total = 4 + chunks
        for chunk in range(1, chunks + 1):
            if chunk <= context.done("orders"):
                continue
            ready = await _prepare(context, chunk, location, empty)
            await pending
            pending = asyncio.create_task(_store(context, ready))
    finally:
        await pending


async def _empty(context: Context) -> bool:
    page = await context.ports.records.query(ORDERS, "all", index="listing-index", limit=1)
    return not page.items


async def _products(context: Context) -> tuple[dict[str, str], Step]:
    """Ids by article number, and the step that stores the products."""
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

    async def store() -> None:
        tally = await catalogue.put_products(ports, made, known)
        context.tell("products", tally.created, tally.changed, tally.same + kept, len(rows))
        await context.step("products", 1)

    return ids, store


async def _customers(context: Context) -> tuple[dict[str, str], Step]:
    """Ids by the file's customer numbers, and the step that stores the customers."""
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

    async def store() -> None:
        tally = await catalogue.put_customers(context.ports, made, keep=True)
        context.tell("customers", tally.created, tally.changed, tally.same, len(rows))
        await context.step("customers", 1)

    return {row[0]: customer.id for row, customer in zip(rows, made, strict=True)}, store


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


async def _prices(context: Context, products: dict[str, str]) -> Step:
    """The step that stores the estimated prices, in one piece with what earlier imports found.

    What they found is deleted to be stored again. A copy is put by first: if this ends between
    the two, the lake no longer knows it.
    """
    lake, blobs, source = context.ports.lake, context.ports.blobs, f"import:{context.id}"
    copy = f"imports/{context.id}/known-prices.json"
    stands = await lake.position(PRICES, source) is not None
    known: list[tuple[str, str, int]] = []
    table = None
    if not stands:
        kept = await blobs.get(copy)
        if kept is None:
            wanted = set(products.values())
            known = [
                (row["product_id"], str(row["day"]), row["price_minor"])
                for row in await lake.rows(_KNOWN_PRICES, source=ESTIMATE)
                if row["product_id"] in wanted
            ]
        else:
            known = msgspec.json.decode(kept, type=list[tuple[str, str, int]])
        table = await asyncio.to_thread(_price_table, context, products, known)

    async def store() -> None:
        if table is not None:
            if known:
                await blobs.put(copy, msgspec.json.encode(known))
                again = sorted({product for product, _, _ in known})
                await lake.delete(PRICES, {"source": ESTIMATE, "product_id": again})
            await lake.append(PRICES, table, source=source, version=1)
        await blobs.delete(copy)
        await context.step("prices", 1)

    return store


def _price_table(
    context: Context, products: dict[str, str], known: list[tuple[str, str, int]]
) -> ArrowTable:
    stage = context.stage
    ids = list(products.items())
    order_sql.table(stage, "product_ids", "sku VARCHAR, product_id VARCHAR", ids)
    columns = "product_id VARCHAR, day DATE, price BIGINT"
    order_sql.table(stage, "known_prices", columns, known)
    return ArrowTable(stage.sql(order_sql.prices_sql(context.currency, ESTIMATE)))


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
    """Facts before documents: a document that stands says that its facts and lines do."""
    records, found = context.ports.records, ready.found
    documents = [*found.missing, *found.touched]
    further = [item for order in documents for item in order.further]
    facts_stored = asyncio.create_task(_store_facts(context, ready))
    try:
        if further:
            await records.load(ORDER_LINES, further)
    finally:
        await facts_stored
    await records.load(ORDERS, [order.document for order in documents])
    await context.step("orders", ready.chunk)


async def _store_facts(context: Context, ready: _Ready) -> None:
    lake, chunk, found = context.ports.lake, ready.chunk, ready.found
    source = f"import:{context.id}"
    if found.touched and await _behind(context, source + ":changed", chunk):
        ids = [order.document["id"] for order in found.touched]
        await lake.delete(SALES, {"order_id": ids})
        columns = facts(found.touched, context.time_zone)
        await lake.append(SALES, columns, source=source + ":changed", version=chunk)
    if ready.rows is not None and await _behind(context, source, chunk):
        if context.torn:
            ids = [order.document["id"] for order in found.missing]
            await lake.delete(SALES, {"order_id": ids})
        await lake.append(SALES, ready.rows, source=source, version=chunk)


async def _behind(context: Context, source: str, chunk: int) -> bool:
    position = await context.ports.lake.position(SALES, source)
    return position is None or position < chunk


def _draw(
    stage: duckdb.DuckDBPyConnection, chunk: int, currency: str, location: str
) -> list[Drawn]:
    order_sql.cut(stage, chunk)
    lines = _in_order(stage.execute(order_sql.LINES).fetchnumpy())
    orders = []
    start = 0
    for row in stage.execute(order_sql.HEADS).fetchall():
        end = start + row[4]
        pieces = [
            b"[" + b",".join(lines[at : min(at + INLINE_LINES, end)]) + b"]"
            for at in range(start, end, INLINE_LINES)
        ]
        orders.append(drawn(row, pieces, currency, location))
        start = end
    return orders


def _in_order(found: dict[str, Any]) -> list[bytes]:
    """The lines by their place: two threads draw them up, and sorting their text is slow."""
    place, lines = found["place"], found["line"]
    if not np.all(place[1:] > place[:-1]):
        lines = lines[np.argsort(place)]
    told: list[bytes] = lines.tolist()
    return told


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
