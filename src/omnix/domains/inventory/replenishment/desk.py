"""What proposals are made from, read all at once or for one product."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import msgspec

from omnix.domains.inventory import locations, policy, supply
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.declare import BALANCES, SUPPLY
from omnix.domains.inventory.model import Balance, balance
from omnix.domains.inventory.policy import Policy
from omnix.domains.inventory.supply_model import LeadTime, Supplier, Terms
from omnix.domains.system.settings import Shop, shop
from omnix.kit.errors import NotFound
from omnix.kit.time import day_of
from omnix.ports import Ports


@dataclass(frozen=True)
class Desk:
    """What proposals are made from. Terms and stock are there only where all were read at once."""

    ports: Ports
    settings: Shop
    policy: Policy
    today: date
    locations: Mapping[str, str]
    default: str
    suppliers: dict[str, Supplier | None]
    lead_times: dict[str, LeadTime]
    terms: Mapping[str, list[Terms]] | None = None
    stock: Mapping[str, Mapping[str, Balance]] | None = None


async def open_desk(ports: Ports, *, everything: bool = False) -> Desk:
    page = await locations.listing(ports, 200, None)
    names = {location.id: location.name for location in page.items}
    # To look ahead opens no location: the first one is the shop's to name.
    chosen = await locations.chosen(ports) or locations.FIRST
    settings = await shop(ports)
    today = day_of(ports.clock.now(), settings.time_zone)
    aim = await policy.get(ports)
    desk = Desk(ports, settings, aim, today, names, chosen, {}, {})
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
            if found is not None:
                desk.lead_times[found.id] = await supply.lead_time(desk.ports, found)
        supplier = desk.suppliers[each.supplier_id]
        if supplier is not None:
            offers.append((each, supplier))

    def worth(offer: tuple[Terms, Supplier]) -> tuple[bool, int, float, str]:
        cost = unit_cost(desk, *offer)
        return cost is None, cost or 0, lead_time(desk, *offer)[0], offer[1].id

    return min(offers, key=worth, default=None)


def unit_cost(desk: Desk, terms: Terms, supplier: Supplier) -> int | None:
    """In the shop's currency."""
    if terms.unit_cost_minor is None:
        return None
    return supply.converted(terms.unit_cost_minor, supplier, desk.settings.currency)


def lead_time(desk: Desk, terms: Terms | None, supplier: Supplier | None) -> tuple[float, float]:
    """Mean and deviation in days: the product's own, the supplier's as learnt, or assumed."""
    if terms is not None and terms.lead_time_days is not None:
        return terms.lead_time_days, terms.lead_time_deviation_days or 0.0
    if supplier is not None:
        learnt = desk.lead_times[supplier.id]
        return learnt.days, learnt.deviation_days
    return float(desk.settings.lead_time_days), 0.0
