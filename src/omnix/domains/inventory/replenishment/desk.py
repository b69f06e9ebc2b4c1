"""What proposals are made from, read all at once or for one product."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from omnix.domains.inventory import locations, supply
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.declare import BALANCES, SUPPLY
from omnix.domains.inventory.model import Balance, Supplier, Terms, balance
from omnix.domains.system.settings import Shop, shop
from omnix.kit.errors import NotFound
from omnix.ports import Ports


@dataclass(frozen=True)
class Desk:
    """What proposals are made from. Terms and stock are there only where all were read at once."""

    ports: Ports
    settings: Shop
    locations: Mapping[str, str]
    default: str
    suppliers: dict[str, Supplier | None]
    terms: Mapping[str, list[Terms]] | None = None
    stock: Mapping[str, Mapping[str, Balance]] | None = None


async def open_desk(ports: Ports, *, everything: bool = False) -> Desk:
    page = await locations.listing(ports, 200, None)
    names = {location.id: location.name for location in page.items}
    # To look ahead opens no location: the first one is the shop's to name.
    chosen = await locations.chosen(ports) or locations.FIRST
    desk = Desk(ports, await shop(ports), names, chosen, {})
    if not everything:
        return desk
    terms: dict[str, list[Terms]] = {}
    async for items in ports.records.scan(SUPPLY):
        for item in items:
            terms.setdefault(item["product_id"], []).append(msgspec.convert(item, Terms))
    stock: dict[str, dict[str, Balance]] = {}
    async for items in inventory.everything(ports):
        for item in items:
            found = msgspec.convert(item, Balance)
            stock.setdefault(found.product_id, {})[found.location_id] = found
    return replace(desk, terms=terms, stock=stock)


async def stock_of(desk: Desk, product_id: str) -> Mapping[str, Balance]:
    if desk.stock is not None:
        return desk.stock.get(product_id, {})
    page = await desk.ports.records.query(BALANCES, product_id, limit=200)
    return {
        item["location_id"]: balance(item, product_id, item["location_id"]) for item in page.items
    }


async def buying_of(desk: Desk, product_id: str) -> tuple[Terms, Supplier] | None:
    """The cheapest terms, and among equals those with the shortest lead time."""
    terms = (
        await supply.terms(desk.ports, product_id)
        if desk.terms is None
        else desk.terms.get(product_id, [])
    )
    offers = []
    for each in terms:
        if each.supplier_id not in desk.suppliers:
            try:
                found = await supply.get(desk.ports, each.supplier_id)
            except NotFound:
                found = None
            desk.suppliers[each.supplier_id] = found
        supplier = desk.suppliers[each.supplier_id]
        if supplier is not None:
            offers.append((each, supplier))

    def worth(offer: tuple[Terms, Supplier]) -> tuple[bool, int, float, str]:
        cost = offer[0].unit_cost_minor
        return cost is None, cost or 0, lead_time(desk.settings, *offer)[0], offer[1].id

    return min(offers, key=worth, default=None)


def lead_time(
    settings: Shop, terms: Terms | None, supplier: Supplier | None
) -> tuple[float, float]:
    if terms is not None and terms.lead_time_days is not None:
        return terms.lead_time_days, terms.lead_time_deviation_days or 0.0
    if supplier is not None:
        return supplier.lead_time_days, supplier.lead_time_deviation_days
    return float(settings.lead_time_days), 0.0
