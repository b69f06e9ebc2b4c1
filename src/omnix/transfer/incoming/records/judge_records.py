"""Rows of every kind but orders: read and judged one by one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import msgspec

from omnix.domains.customers.model import Consent, Customer
from omnix.domains.forecasting.promotions.model import Promotion
from omnix.domains.products.model import UNCATEGORISED, Component, Parent, Product
from omnix.kit import text as kit_text
from omnix.kit.ids import is_id
from omnix.transfer.incoming.identity import customer_id, product_id
from omnix.transfer.incoming.source.rows import Record

from .promotion_rows import PromotionRow, promotion_row
from .reader import Reader, Wrong, day_in
from .variant_rows import OPTION_NAMES, OPTIONS, variant_of

_YES = {"yes", "true", "1", "y", "subscribed"}
_IN = {"yes", "true", "y", "in stock", "instock", "available"}
_OUT = {"no", "false", "n", "out of stock", "outofstock", "out", "unavailable", "sold out"}
_OPEN_HOURS = 12.0
"""Where a file tells hours in stock but not how long the shop was open: 8 to 20 o'clock."""


class StockDay(NamedTuple):
    """Of an article at a place (as the file names it) the share of a day in which it was there."""

    sku: str
    place: str
    day: date
    share: float


@dataclass
class Judged:
    """What the rows are; each refused row with its line, column and reason."""

    products: list[Product] = field(default_factory=list)
    product_rows: list[Record] = field(default_factory=list)
    parents: dict[str, Parent] = field(default_factory=dict)
    customers: list[Customer] = field(default_factory=list)
    stock: list[tuple[str, str, int]] = field(default_factory=list)
    sales: list[dict[str, Any]] = field(default_factory=list)
    stock_days: list[StockDay] = field(default_factory=list)
    promotion_rows: list[PromotionRow] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    """What the rows of promotions come to, once the shop was asked what it has."""
    refused: list[tuple[Record, str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def judge(reader: Reader, records: list[Record]) -> Judged:
    """Turn every row into what it stands for, or refuse it."""
    judged = Judged()
    each: dict[str, Callable[[Reader, Record, Judged], None]] = {
        "customers": _customer,
        "stock": _stock,
        "sales": _sale,
        "stock_days": _stock_day,
        "promotions": _promotion,
    }
    if reader.plan.kind == "products":
        rows = _shopify(reader, records) if reader.plan.position("handle") is not None else records
        for record in rows:
            _guard(judged, record, lambda r: _product(reader, r, judged))
        return judged
    take = each[reader.plan.kind]
    for record in records:
        _guard(judged, record, lambda r: take(reader, r, judged))
    return judged


def _guard(judged: Judged, record: Record, take: Callable[[Record], None]) -> None:
    try:
        take(record)
    except Wrong as wrong:
        judged.refused.append((record, wrong.field, wrong.reason))


def _shopify(reader: Reader, records: list[Record]) -> Iterator[Record]:
    """Variants as rows of their own: the product's own cells filled in, rows of images left out."""
    at = {m.field: m.position for m in reader.plan.mapping}
    handle_at, price_at = at["handle"], at["price"]
    shared = ("name", "description", "category", "brand", "status", *OPTION_NAMES)
    common = [at[n] for n in shared if n in at]
    first: dict[str, list[str]] = {}
    count: dict[str, int] = {}
    last = ""
    for record in records:
        handle = record.cells[handle_at].strip() or last
        last = handle
        lead = first.setdefault(handle, record.cells)
        if not record.cells[price_at].strip():
            continue
        count[handle] = count.get(handle, 0) + 1
        cells = list(record.cells)
        for position in common:
            cells[position] = cells[position] or lead[position]
        named = [cells[at[o]].strip() for o in OPTIONS if o in at]
        options = [o for o in named if o and o != "Default Title"]
        if options and "name" in at:
            cells[at["name"]] = f"{cells[at['name']]} - {' / '.join(options)}"
        if "sku" in at and not cells[at["sku"]].strip():
            number = f"-{count[handle]}" if count[handle] > 1 else ""
            cells[at["sku"]] = f"{handle}{number}"[:64]
        yield Record(record.sheet, record.line, cells, record.raw)


def _product(reader: Reader, record: Record, judged: Judged) -> None:
    # Shopify puts an apostrophe before numbers, lest spreadsheets shorten them.
    sku = reader.needed(record, "sku", 64).lstrip("'") or reader.needed(record, "sku", 64)
    if sku in judged.seen:
        raise Wrong("sku", "stands in the file more than once")
    price = reader.amount(record, "price")
    if price is None:
        raise Wrong("price", "is missing")
    barcode = reader.text(record, "barcode", 64).lstrip("'") or None
    if barcode and not (barcode.isdigit() and 6 <= len(barcode) <= 14):
        barcode = None
    attributes = reader.structure(record, "attributes", dict[str, Any], {})
    for name in ("brand", "handle"):
        if value := reader.text(record, name, 500):
            attributes[name] = value
    state = reader.text(record, "status").lower()
    made = Product(
        id=_own_id(reader, record) or product_id(sku),
        sku=sku,
        name=reader.needed(record, "name"),
        price_minor=price,
        currency=reader.currency,
        barcode=barcode,
        description=reader.text(record, "description", 20_000),
        category=kit_text.normal(reader.text(record, "category", 100)) or UNCATEGORISED,
        cost_minor=reader.amount(record, "cost"),
        attributes=attributes,
        components=reader.structure(record, "components", tuple[Component, ...], ()),
        status="archived" if state == "archived" else "active",
        created_at=reader.time(record, "created_at"),
        updated_at=reader.now,
    )
    variant = variant_of(reader, record, made)
    if variant is not None:
        parent, values = variant
        judged.parents.setdefault(parent.id, parent)
        made = msgspec.structs.replace(made, parent_id=parent.id, options=values)
    judged.seen.add(sku)
    judged.products.append(made)
    judged.product_rows.append(record)
    on_hand = reader.integer(record, "on_hand")
    if on_hand is not None and on_hand > 0 and not made.components:
        judged.stock.append((sku, "", on_hand))


def _own_id(reader: Reader, record: Record) -> str:
    """The id that our own files tell; others' numbers are none of ours."""
    id = reader.text(record, "id", 64) if reader.plan.layout.name == "omnix-products" else ""
    if id and not is_id(id):
        raise Wrong("id", "must be letters, digits or . _ ~ : + -")
    return id


def _customer(reader: Reader, record: Record, judged: Judged) -> None:
    email = None
    if mail := reader.text(record, "email"):
        try:
            email = kit_text.email(mail)
        except ValueError as error:
            raise Wrong("email", str(error)) from error
    reference = reader.text(record, "customer_ref", 64).lstrip("'")
    if not email and not reference:
        raise Wrong("email", "is missing, and so is a customer number")
    id = customer_id(f"mailto:{email}" if email else reference)
    if id in judged.seen:
        raise Wrong("email" if email else "customer_ref", "stands in the file more than once")
    both = f"{reader.text(record, 'first_name')} {reader.text(record, 'last_name')}"
    name = kit_text.normal(reader.text(record, "name") or both)
    phone = reader.text(record, "phone", 40).lstrip("'") or None
    address = {
        key: value
        for key in ("country", "city", "postcode")
        if (value := reader.text(record, key).lstrip("'"))
    }
    tags = [kit_text.normal(tag)[:64] for tag in reader.text(record, "tags", 5000).split(",")]
    consent = reader.text(record, "marketing").lower() in _YES
    judged.customers.append(
        Customer(
            id=id,
            name=name[:300] or email or f"Customer {reference}",
            email=email,
            phone=phone,
            address=address,
            tags=tuple(dict.fromkeys(tag for tag in tags if tag))[:50],
            external_ids={reader.plan.layout.name: reference} if reference else {},
            consent=Consent(email_marketing=consent),
            created_at=reader.time(record, "created_at"),
            updated_at=reader.now,
        )
    )
    judged.seen.add(id)


def _stock(reader: Reader, record: Record, judged: Judged) -> None:
    units = reader.integer(record, "on_hand")
    if units is None:
        raise Wrong("on_hand", "is missing")
    if units < 0:
        raise Wrong("on_hand", "is negative")
    place = reader.text(record, "location", 64)
    judged.stock.append((reader.needed(record, "sku", 64), place, units))


def _stock_day(reader: Reader, record: Record, judged: Judged) -> None:
    share = _share(reader, record)
    if share is None:
        raise Wrong("in_stock", "is missing")
    judged.stock_days.append(_day_of_stock(reader, record, share))


def _day_of_stock(reader: Reader, record: Record, share: float) -> StockDay:
    sku, day = reader.needed(record, "sku", 64), day_in(reader, record, "day")
    return StockDay(sku, reader.text(record, "location", 64), day, share)


def _share(reader: Reader, record: Record) -> float | None:
    """In stock for how much of the day, 0 to 1; None where the row does not tell."""
    told = reader.text(record, "in_stock").casefold()
    if not told:
        hours = reader.number(record, "hours_in_stock")
        if hours is None:
            return None
        shown = reader.number(record, "hours_open")
        opened = _OPEN_HOURS if shown is None else shown
        if not 0 < opened <= 24:
            raise Wrong("hours_open", "must lie above 0, at most 24")
        if not 0 <= hours <= opened:
            raise Wrong("hours_in_stock", f"must lie in 0 to {opened:g}, the hours open")
        return hours / opened
    if told in _IN or told in _OUT:
        return float(told in _IN)
    percent = told.endswith("%")
    share = reader.number(record, "in_stock", "%")
    assert share is not None
    share = share / 100 if percent else share
    if not 0 <= share <= 1:
        raise Wrong("in_stock", "must be yes, no, a share from 0 to 1, or a percentage")
    return share


def _sale(reader: Reader, record: Record, judged: Judged) -> None:
    units, share = reader.integer(record, "quantity"), _share(reader, record)
    if units is None and share is not None:
        units = 0
    if units is None:
        raise Wrong("quantity", "is missing")
    revenue = reader.amount(record, "revenue")
    price = reader.amount(record, "unit_price")
    if revenue is None:
        revenue = units * price if price is not None else 0
    sku = reader.needed(record, "sku", 64)
    judged.sales.append(
        {
            "sku": sku,
            "name": reader.text(record, "name") or sku,
            "day": day_in(reader, record, "day"),
            "place": reader.text(record, "location", 64),
            "quantity": units,
            "revenue": revenue,
            "price": price if price is not None else (revenue // units if units > 0 else 0),
        }
    )
    if share is not None:
        judged.stock_days.append(_day_of_stock(reader, record, share))


def _promotion(reader: Reader, record: Record, judged: Judged) -> None:
    judged.promotion_rows.append(promotion_row(reader, record))
