"""What was judged row by row, into the shop."""

import asyncio
from collections import defaultdict
from typing import Any

import msgspec

from omnix.domains.customers.service import EMAIL_SCOPE
from omnix.domains.forecasting.promotions import desk as promotions
from omnix.domains.inventory import locations, service
from omnix.domains.inventory.declare import LOCATIONS, STOCK_DAYS
from omnix.domains.inventory.model import Adjustment, NewLocation
from omnix.domains.orders.declare import SALES
from omnix.domains.products.declare import PRICES
from omnix.domains.products.model import Product
from omnix.kit.errors import OmnixError
from omnix.kit.time import day_of, day_range, instant, parse_instant
from omnix.platform.access import SYSTEM
from omnix.ports import Ports
from omnix.transfer import originals
from omnix.transfer.incoming.context import Context
from omnix.transfer.incoming.identity import owners, product_id
from omnix.transfer.incoming.plan.planning import ImportPlan
from omnix.transfer.incoming.source.rows import Text

from . import catalogue
from .judge_records import Judged
from .promotion_rows import settle
from .variant_rows import put_variants, settle_products

_KEYS = {
    "shopify-products": "handle",
    "shopify-products-2024": "handle",
    "shopify-customers": "email",
    "shopify-orders": "order_number",
}


async def keep_source(ports: Ports, plan: ImportPlan, text: Text) -> None:
    """Keep the file's records where its layout can go out again."""
    name = plan.layout.name
    if name not in _KEYS or plan.source.format != "csv":
        return
    key, other = plan.position(_KEYS[name]), plan.position("customer_ref")

    def key_of(cells: list[str]) -> str:
        own = cells[key].strip() if key is not None else ""
        return own or (cells[other].strip() if other is not None and name.endswith("rs") else "")

    await originals.keep(ports, name, text, plan.source.delimiter, key_of)


async def apply_records(context: Context, judged: Judged, text: Text) -> None:
    """Store what was judged. Every part may run again and changes nothing then."""
    context.total = 6
    await keep_source(context.ports, context.plan, text)
    if judged.products:
        await _products(context, judged)
    if judged.customers:
        await _customers(context, judged)
    if judged.stock:
        await _stock(context, judged)
    if judged.sales:
        await _sales(context, judged)
    if judged.stock_days:
        await _stock_days(context, judged)
    if judged.promotions:
        await _promotions(context, judged)


async def _products(context: Context, judged: Judged) -> None:
    ports = context.ports
    skus = await owners(ports.records, "product.sku", [p.sku for p in judged.products])
    codes = [p.barcode for p in judged.products if p.barcode]
    barcodes = await owners(ports.records, "product.barcode", codes)
    made: list[Product] = []
    for product in judged.products:
        id = skus.get(product.sku, product.id)
        barcode = product.barcode
        if barcode is not None and barcodes.setdefault(barcode, id) != id:
            context.warn(f"barcode {barcode} belongs to another product; {product.sku} has none")
            barcode = None
        made.append(msgspec.structs.replace(product, id=id, barcode=barcode))
    known = await catalogue.known_products(ports, [p.id for p in made])
    taken = {id: p for id, p in known.items() if skus.get(p.sku) != id}
    for product in [p for p in made if p.id in taken]:
        context.warn(f"the id {product.id} belongs to another product; {product.sku} gets its own")
    made = [
        msgspec.structs.replace(p, id=f"{product_id(p.sku)}-2"[:64]) if p.id in taken else p
        for p in made
    ]
    await put_variants(ports, judged, made, known)
    tally = await catalogue.put_products(ports, made, known)
    context.tell("products", tally.created, tally.changed, tally.same, len(made))
    changed = [p for p in made if p.id in tally.ids]
    if changed:
        day = day_of(ports.clock.now(), context.time_zone)
        columns = {
            "product_id": [p.id for p in changed],
            "day": [day] * len(changed),
            "month": [f"{day:%Y-%m}"] * len(changed),
            "price_minor": [p.price_minor for p in changed],
            "currency": [p.currency for p in changed],
            "source": ["import"] * len(changed),
        }
        await ports.lake.append(PRICES, columns, source=f"import:{context.id}", version=1)
    await context.step("products", 1)


async def _customers(context: Context, judged: Judged) -> None:
    ports = context.ports
    emails = [c.email for c in judged.customers if c.email]
    taken = await owners(ports.records, EMAIL_SCOPE, emails)
    made = [msgspec.structs.replace(c, id=taken.get(c.email or "", c.id)) for c in judged.customers]
    tally = await catalogue.put_customers(ports, made, keep=False)
    context.tell("customers", tally.created, tally.changed, tally.same, len(made))
    await context.step("customers", 1)


async def _places(context: Context, names: set[str]) -> dict[str, str]:
    """Location ids by the names that the file uses; new ones are opened."""
    ports = context.ports
    found = {"": await locations.default(ports)}
    page = await ports.records.query(LOCATIONS, "shop", limit=200)
    for stored in page.items:
        found[stored["id"]] = found[stored["name"]] = stored["id"]
    for name in sorted(names - found.keys()):
        made = await locations.create(ports, SYSTEM, NewLocation(name=name))
        found[name] = made.id
    return found


async def _stock(context: Context, judged: Judged) -> None:
    ports = context.ports
    if not context.done("stock"):
        products = await owners(ports.records, "product.sku", [s for s, _, _ in judged.stock])
        places = await _places(context, {place for _, place, _ in judged.stock})
        counted = 0
        for position, (sku, place, units) in enumerate(judged.stock):
            id = products.get(sku)
            if id is None:
                context.warn(f"stock of {sku} was left out: there is no such product")
                continue
            count = Adjustment(
                location_id=places[place], count_to=units, reason="correction", note="import"
            )
            try:
                # The key makes a resumed import count each stock once.
                await service.adjust(ports, SYSTEM, id, count, f"{context.id}:{position}")
                counted += 1
            except OmnixError as error:
                context.warn(f"stock of {sku} was left out: {error.detail}")
        context.tell("stock", counted, 0, 0, counted)
        await context.step("stock", 1)


async def _sales(context: Context, judged: Judged) -> None:
    """Units by day without orders: facts alone, one row to a product, day and place."""
    ports = context.ports
    skus = sorted({row["sku"] for row in judged.sales})
    ids = await owners(ports.records, "product.sku", skus)
    rows: dict[tuple[str, Any, str], list[int]] = defaultdict(lambda: [0, 0])
    last: dict[str, dict[str, Any]] = {}
    for row in judged.sales:
        cell = rows[row["sku"], row["day"], row["place"]]
        cell[0] += row["quantity"]
        cell[1] += row["revenue"]
        if row["sku"] not in last or row["day"] >= last[row["sku"]]["day"]:
            last[row["sku"]] = row
    now = instant(ports.clock.now())
    fresh = [
        Product(
            id=product_id(sku),
            sku=sku,
            name=last[sku]["name"][:300],
            price_minor=max(last[sku]["price"], 0),
            currency=context.currency,
            attributes={"price_source": "import-estimate"},
            created_at=now,
            updated_at=now,
        )
        for sku in skus
        if sku not in ids
    ]
    tally = await catalogue.put_products(ports, fresh, {})
    ids |= {p.sku: p.id for p in fresh}
    context.tell("products", tally.created, 0, len(skus) - len(fresh), len(skus))
    places = await _places(context, {row["place"] for row in judged.sales})
    order = sorted(rows)
    days = [day for _, day, _ in order]
    noon = {day: _noon(day, context.time_zone) for day in set(days)}
    size = len(order)
    columns = {
        "order_id": [None] * size,
        "line": [0] * size,
        "kind": ["sale" if rows[key][0] >= 0 else "return" for key in order],
        "at": [noon[day] for day in days],
        "day": days,
        "month": [f"{day:%Y-%m}" for day in days],
        "product_id": [ids[sku] for sku, _, _ in order],
        "customer_id": [None] * size,
        "location_id": [places[place] for _, _, place in order],
        "channel": ["import"] * size,
        "quantity": [rows[key][0] for key in order],
        "revenue_minor": [rows[key][1] for key in order],
        "discount_minor": [0] * size,
        "cost_minor": [None] * size,
        "currency": [context.currency] * size,
        "source": ["import"] * size,
    }
    added = await ports.lake.append(SALES, columns, source=f"import:{context.id}", version=1)
    context.tell("daily sales", size if added else 0, 0, 0 if added else size, size)
    context.report.first_day, context.report.last_day = str(min(days)), str(max(days))
    await context.step("sales", 1)


async def _stock_days(context: Context, judged: Judged) -> None:
    """How long each article was there: facts that forecasts tell an empty shelf by. Where rows
    tell of the same day and place, the least counts; pieces on hand are not known from here."""
    ports = context.ports
    ids = await owners(ports.records, "product.sku", sorted({d.sku for d in judged.stock_days}))
    places = await _places(context, {each.place for each in judged.stock_days})
    shares: dict[tuple[str, str, Any], float] = {}
    strangers: set[str] = set()
    for each in judged.stock_days:
        id = ids.get(each.sku)
        if id is None:
            strangers.add(each.sku)
            continue
        key = (id, places[each.place], each.day)
        shares[key] = min(each.share, shares.get(key, 1.0))
    for sku in sorted(strangers):
        context.warn(f"days in stock of {sku} were left out: there is no such product")
    order = sorted(shares)
    if order:
        columns = {
            "product_id": [product for product, _, _ in order],
            "location_id": [place for _, place, _ in order],
            "day": [day for _, _, day in order],
            "month": [f"{day:%Y-%m}" for _, _, day in order],
            "on_hand": [None] * len(order),
            "in_stock": [round(shares[key], 3) for key in order],
            "source": ["import"] * len(order),
        }
        source = f"import:{context.id}"
        added = await ports.lake.append(STOCK_DAYS, columns, source=source, version=1)
        size = len(order)
        context.tell("days in stock", size if added else 0, 0, 0 if added else size, size)
    await context.step("days in stock", 1)


async def _promotions(context: Context, judged: Judged) -> None:
    created, changed, same = await promotions.take_over(context.ports, SYSTEM, judged.promotions)
    context.tell("promotions", created, changed, same, len(judged.promotions))
    await context.step("promotions", 1)


def _noon(day: Any, zone: str) -> Any:
    start, end = day_range(day, zone)
    return parse_instant(instant(start + (end - start) / 2)).replace(tzinfo=None)


async def read_judged(
    ports: Ports, context_plan: ImportPlan, currency: str, now: str
) -> tuple[Judged, Text]:
    """Read the whole file and judge its rows, off the event loop; then what of them rests on
    what the shop has."""
    from omnix.transfer.incoming.source.rows import records

    from .judge_records import judge
    from .reader import Reader

    def work() -> tuple[Judged, Text]:
        text = records(context_plan)
        return judge(Reader(context_plan, text.records, currency, now), text.records), text

    judged, text = await asyncio.to_thread(work)
    if judged.products:
        await settle_products(ports, judged, context_plan.position("components") is not None)
    if judged.promotion_rows:
        judged.promotions, refused = await settle(ports, judged.promotion_rows, now)
        judged.refused += refused
    return judged, text
