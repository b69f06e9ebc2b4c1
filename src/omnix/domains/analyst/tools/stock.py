"""What is there, what runs out, and what to order."""

from typing import Annotated

import msgspec
from msgspec import Meta

from omnix.domains.analyst.evidence import Evidence, Row, Teller, numbered, query
from omnix.domains.analyst.toolbox import Tool
from omnix.domains.dashboard.declare import SNAPSHOTS
from omnix.domains.dashboard.rollups import STOCK_KEY
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.purchasing import service as purchasing
from omnix.domains.inventory.purchasing.model import State
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.inventory.replenishment.model import Proposal
from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.ids import Id
from omnix.kit.text import words
from omnix.platform.access import Actor
from omnix.ports import Ports

from .listing import listed
from .sales import Few, product_link

_MOST_PROPOSALS = 1000
_A_PAGE = 200


class LowStock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most urgent ones."""

    limit: Few = 5


class OfProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One product, at every location."""

    product_id: Id


class Proposals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to order now, of all products, of one, or of those whose name or supplier has words
    that begin with those of ``text``.
    """

    product_id: Id | None = None
    text: Annotated[str, Meta(min_length=2, max_length=100)] | None = None
    location_id: Id | None = None
    limit: Few = 5


class Orders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Purchase orders in a state, or all; the newest first."""

    state: State | None = None
    limit: Few = 5


def _row(say: Teller, each: Proposal) -> Row:
    return Row(
        key="", kind="product", name=each.name, id=each.product_id,
        link=f"/replenishment/why/?id={each.product_id}&location={each.location_id}",
        figures=(
            say.units("order", "Units to order", each.quantity),
            say.units("available", "Units available", each.available),
            say.units("on_order", "Units on order", each.on_order),
            say.days("days_of_cover", "Days that the stock lasts", each.days_of_cover),
            say.day("stock_out_day", "Runs out on", each.stock_out_day),
            say.day("order_by", "Order by", each.order_by),
            say.money("cost", "Cost of the order", each.expected_cost_minor),
            say.typed("supplier", "Supplier", each.supplier),
            say.text("supplier_id", "Supplier's id", each.supplier_id),
            say.typed("location", "Location", each.location_name),
            say.text("reason", "Reason", each.reason),
        ),
    )  # fmt: skip


async def low_stock(ports: Ports, actor: Actor, asked: LowStock) -> Evidence:
    """How many stocks are low or out, and the most urgent."""
    say = Teller((await shop(ports)).currency)
    short = await replenishment.shortages(ports)
    held = await ports.records.get(SNAPSHOTS, STOCK_KEY) or {}
    counted = bool(held.get("counted"))
    figures = (
        say.count("low_stock", "Stocks that are low", short.low if counted else None),
        say.count("out_of_stock", "Stocks that are out", short.out if counted else None),
    )
    rows = [_row(say, each) for each in short.most_urgent[: asked.limit]]
    return Evidence(
        tool="low_stock", title="What runs out", currency=say.currency,
        filters={"limit": asked.limit}, source="GET /v1/inventory/replenishment",
        as_of=short.most_urgent[0].made_at[:10] if short.most_urgent else None,
        link="/replenishment/", figures=figures, rows=numbered(rows),
        notes=() if counted else ("No stock has been counted yet.",),
    )  # fmt: skip


async def replenish(ports: Ports, actor: Actor, asked: Proposals) -> Evidence:
    """The stored proposals, most money at stake first, and what all of them come to."""
    say = Teller((await shop(ports)).currency)
    found, cursor = await _proposals(ports, asked.location_id)
    meant = [p for p in found if _meant(asked, p)]
    filters: dict[str, str | int] = {"limit": asked.limit}
    names = ("product_id", "text", "location_id")
    filters.update({n: v for n in names if (v := getattr(asked, n))})
    notes = []
    if cursor is not None:
        notes.append(f"Only the {_MOST_PROPOSALS} proposals with most at stake are counted.")
    if any(p.expected_cost_minor is None for p in meant):
        notes.append("Orders whose unit cost is not known are left out of the cost.")
    return Evidence(
        tool="replenishment", title="What to order now", currency=say.currency, filters=filters,
        source=query("/v1/inventory/replenishment", {"location_id": asked.location_id}),
        as_of=meant[0].made_at[:10] if meant else None,
        link="/replenishment/",
        figures=(
            say.count("proposals", "Orders proposed", len(meant)),
            say.units("order", "Units to order", sum(p.quantity for p in meant)),
            say.money("cost", "Cost of these orders",
                      sum(p.expected_cost_minor or 0 for p in meant)),
        ),
        rows=numbered([_row(say, each) for each in meant[: asked.limit]]), notes=tuple(notes),
    )  # fmt: skip


async def _proposals(ports: Ports, location_id: str | None) -> tuple[list[Proposal], str | None]:
    """Those with most at stake, and where more of them begin."""
    found: list[Proposal] = []
    cursor = None
    while True:
        page = await replenishment.listing(ports, location_id, False, _A_PAGE, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None or len(found) >= _MOST_PROPOSALS:
            return found, cursor


def _meant(asked: Proposals, one: Proposal) -> bool:
    own = words(f"{one.name} {one.supplier or ''} {one.location_name}", limit=60)
    wanted = words(asked.text or "")
    return asked.product_id in (None, one.product_id) and all(
        any(word.startswith(each) for word in own) for each in wanted
    )


async def product_stock(ports: Ports, actor: Actor, asked: OfProduct) -> Evidence:
    """Balances of one product at every location."""
    product = await products.get(ports, asked.product_id)
    say = Teller((await shop(ports)).currency)
    page = await inventory.listing(ports, product.id, None, 200, None)
    rows = [
        Row(
            key="", kind="location", name=each.location_id, id=each.location_id,
            figures=(
                say.units("available", "Units available", each.available),
                say.units("on_hand", "Units on hand", each.on_hand),
                say.units("on_order", "Units on order", each.on_order),
            ),
        )
        for each in page.items[:20]
    ]  # fmt: skip
    named = Row(key="", kind="product", name=product.name, id=product.id,
                link=product_link(product.id))  # fmt: skip
    counted = any(each.counted_at or each.on_hand for each in page.items)
    return Evidence(
        tool="product_stock", title="Stock of a product", currency=say.currency,
        filters={"product_id": product.id},
        source=query("/v1/inventory", {"product_id": product.id}), link=product_link(product.id),
        figures=(
            say.units("available", "Units available", sum(b.available for b in page.items)),
            say.units("on_hand", "Units on hand", sum(b.on_hand for b in page.items)),
            say.units("reserved", "Units reserved", sum(b.reserved for b in page.items)),
            say.units("on_order", "Units on order", sum(b.on_order for b in page.items)),
        ),
        rows=numbered([named, *rows]),
        notes=() if counted else ("Its stock was never counted.",),
    )  # fmt: skip


async def purchase_orders(ports: Ports, actor: Actor, asked: Orders) -> Evidence:
    """Orders to suppliers."""
    say = Teller((await shop(ports)).currency)
    page = await purchasing.listing(ports, asked.state, None, asked.limit, None)
    rows = [
        Row(
            key="", kind="purchase order", name=each.supplier, id=each.id,
            link=f"/purchase-order/?id={each.id}",
            figures=(
                say.text("state", "State", each.state.replace("_", " ")),
                Teller(each.currency).money("total", "Total", each.total_minor),
                say.units("units", "Units", sum(line.quantity for line in each.lines)),
                say.day("expected_on", "Expected on", each.expected_on),
            ),
        )
        for each in page.items
    ]  # fmt: skip
    return listed(
        "purchase_orders", "Purchase orders", say.currency, rows, "/v1/purchase-orders",
        "/purchase-orders/", asked.limit, state=asked.state,
    )  # fmt: skip


_SEE = ("inventory:read",)
TOOLS = (
    Tool("low_stock", "What runs out",
         "How many stocks are low or out, and the most urgent with days of cover and the day they "
         "run out.", _SEE, LowStock, low_stock),
    Tool("replenishment", "What to order",
         "Proposed orders with quantity, supplier, cost, reason and latest day, most money at "
         "stake first.", _SEE, Proposals, replenish),
    Tool("product_stock", "Stock of a product",
         "Units of one product: available, on hand, reserved and on order, by location.",
         (*_SEE, "products:read"), OfProduct, product_stock),
    Tool("purchase_orders", "Purchase orders",
         "Orders to suppliers with state, total and the day they are expected.",
         ("purchasing:read",), Orders, purchase_orders),
)  # fmt: skip
