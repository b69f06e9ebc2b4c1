"""What a manager should do, with the money at stake: from forecasts, stock and prices."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from statistics import median
from typing import Any

import msgspec

from omnix.domains.forecasting.declare import FORECASTS
from omnix.domains.forecasting.service import latest_run
from omnix.domains.inventory.declare import BALANCES, PROPOSALS
from omnix.domains.products.declare import PRODUCTS
from omnix.kit.time import parse_instant
from omnix.ports import Item, Ports

from .declare import ACTIONS
from .model import Action

COVER_DAYS = 90
"""Stock beyond the demand of so many days is too much."""
LONG_DAYS = 28
THIN_POINTS = 10
"""Points of margin below the usual one of its category from which on a price is looked at."""
LEAST_PEERS = 5
MOST = 500
"""Actions kept: those with most at stake."""
DECIDED_DAYS = 30
"""Days for which a decision holds before the same advice is given again."""

_PAGE = 100


async def advised(ports: Ports, currency: str, now: str) -> list[dict[str, Any]]:
    """Items of all actions; what was decided lately stays decided while it recurs."""
    products: dict[str, Item] = {}
    async for chunk in ports.records.scan(PRODUCTS):
        products.update((p["id"], p) for p in chunk if p["status"] == "active")
    stock: dict[str, dict[str, int]] = {}
    async for chunk in ports.records.scan(BALANCES):
        for each in chunk:
            sums = stock.setdefault(each["product_id"], {"on_hand": 0, "on_order": 0})
            for name in sums:
                sums[name] += int(each.get(name) or 0)
    risks = await _risks(ports)
    margins = _usual_margins(products.values())
    found: list[Action] = []

    def add(
        kind: str, product: Item, at_stake: float, stake: str, why: str, **figures: Any
    ) -> None:
        if at_stake >= 1:
            found.append(
                Action(
                    id=f"{kind}~{product['id']}", kind=kind, status="open",  # type: ignore[arg-type]
                    product_id=product["id"], sku=product["sku"], name=product["name"],
                    category=product["category"], at_stake_minor=round(at_stake),
                    stake=stake, currency=currency, reason=why, evidence=figures,  # type: ignore[arg-type]
                    made_at=now,
                )
            )  # fmt: skip

    for id, (quantity, urgency, reason) in risks.items():
        if id in products:
            add("reorder", products[id], urgency, "revenue_at_risk", reason, order=quantity)
    async for document in _forecasts(ports):
        product = products.get(document["product_id"])
        if product is None or product["components"]:
            continue
        _judge(add, product, document, stock.get(product["id"]), margins)
    before: dict[str, Action] = {}
    async for chunk in ports.records.scan(ACTIONS):
        before.update((each["id"], msgspec.convert(each, Action)) for each in chunk)
    found.sort(key=lambda one: (-one.at_stake_minor, one.id))
    return [item(_as_decided(one, before.get(one.id), now)) for one in found[:MOST]]


def _judge(
    add: Any, product: Item, document: Item, held: Mapping[str, int] | None,
    margins: Mapping[str, float],
) -> None:  # fmt: skip
    """Promote or discontinue what there is too much of; reprice what earns too little."""
    price, cost = product["price_minor"], product["cost_minor"]
    totals = document["totals"]
    soon = totals["mean"][totals["days"].index(LONG_DAYS)]
    later = totals["mean"][totals["days"].index(COVER_DAYS)]
    if held is not None and held["on_hand"] > 0:
        worth = cost if cost is not None else price
        figures = {
            "on_hand": held["on_hand"], f"expected_{COVER_DAYS}_days": round(later, 1),
            "unit_value_minor": worth,
        }  # fmt: skip
        if later < 1.0:
            add(
                "discontinue", product, held["on_hand"] * worth, "capital_tied_up",
                f"{held['on_hand']} lie there and fewer than one is expected to sell in "
                f"{COVER_DAYS} days", **figures,
            )  # fmt: skip
        elif held["on_hand"] > later:
            excess = held["on_hand"] - later
            add(
                "promote", product, excess * worth, "capital_tied_up",
                f"{held['on_hand']} lie there, {later:.0f} are expected to sell in {COVER_DAYS} "
                f"days", excess=round(excess, 1), **figures,
            )  # fmt: skip
    usual = margins.get(product["category"])
    if cost is None or not price or usual is None:
        return
    margin = (price - cost) / price
    if margin * 100 < usual * 100 - THIN_POINTS:
        aim = round(cost / (1 - usual)) if usual < 1 else price
        add(
            "reprice", product, (usual - margin) * price * soon, "margin_forgone",
            f"earns {100 * margin:.0f} % of its price, its category usually {100 * usual:.0f} %",
            price_minor=price, cost_minor=cost, usual_margin_price_minor=aim,
            expected_28_days=round(soon, 1),
        )  # fmt: skip


async def _risks(ports: Ports) -> dict[str, tuple[int, int, str]]:
    """Quantity, revenue at risk and reason of what replenishment proposes, over all locations."""
    found: dict[str, tuple[int, int, str]] = {}
    async for chunk in ports.records.scan(PROPOSALS):
        for each in chunk:
            if each["quantity"] > 0:
                quantity, risk, _ = found.get(each["product_id"], (0, 0, ""))
                # An urgency is the revenue at risk and, to tell equals apart, the quantity.
                lost = max(0, each["urgency"] - min(each["quantity"], 10**6))
                found[each["product_id"]] = (
                    quantity + each["quantity"], risk + lost, each["reason"],
                )  # fmt: skip
    return found


def _usual_margins(products: Any) -> dict[str, float]:
    """The median margin of each category with enough products whose cost is known."""
    of: dict[str, list[float]] = {}
    for product in products:
        price, cost = product["price_minor"], product["cost_minor"]
        if price and cost is not None:
            of.setdefault(product["category"], []).append((price - cost) / price)
    return {name: median(all) for name, all in of.items() if len(all) >= LEAST_PEERS}


async def _forecasts(ports: Ports) -> AsyncIterator[Item]:
    run = await latest_run(ports)
    cursor = None
    while run is not None:
        page = await ports.records.query(
            FORECASTS, run["date"], index="forecast-date-index", limit=_PAGE, cursor=cursor
        )
        for each in page.items:
            yield each
        cursor = page.next_cursor
        if cursor is None:
            return


def _as_decided(one: Action, known: Action | None, now: str) -> Action:
    if known is None or known.decided_at is None:
        return one
    if parse_instant(now) - parse_instant(known.decided_at) > timedelta(days=DECIDED_DAYS):
        return one
    return msgspec.structs.replace(
        one, status=known.status, decided_by=known.decided_by, decided_at=known.decided_at
    )


def item(of: Action) -> dict[str, Any]:
    """As stored, with what its indexes need."""
    stored: dict[str, Any] = msgspec.to_builtins(of)
    return {**stored, "listing": of.status, "listed_kind": f"{of.status}:{of.kind}"}
