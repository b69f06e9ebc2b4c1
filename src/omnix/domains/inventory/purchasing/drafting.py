"""Purchase orders drafted from what replenishment proposes, one for each supplier and place."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from omnix.domains.inventory import supply
from omnix.domains.inventory.declare import PURCHASE_ORDERS
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.inventory.replenishment.cases import (
    Case,
    Decision,
    ahead_of,
    average_costs,
    cases,
    costing,
    decide,
)
from omnix.domains.inventory.replenishment.desk import Desk, open_desk
from omnix.domains.inventory.supply_model import Supplier
from omnix.domains.products import service as products
from omnix.engine.inventory.budget import within_budget
from omnix.engine.inventory.joint import top_up
from omnix.engine.inventory.least_cost import choices
from omnix.kit.errors import ConditionFailed
from omnix.platform.access import Actor
from omnix.platform.idempotency import Retry
from omnix.ports import Ports

from .model import (
    MAX_LINES,
    SCOPE,
    Drafted,
    NewLine,
    NewPurchaseOrder,
    PurchaseOrder,
    Skipped,
    Wanted,
)
from .service import drafted, drafting, event

MOST = 400
"""Proposals that one call looks at, by money at stake: what its answer can hold."""

_PAGE = 200
_STEPS = 12
_PACKS_MORE = 12
_DAYS_MORE = 60.0

_SAID = {
    "no-supplier": "No supplier is known for it.",
    "already-drafted": "A draft that nobody approved yet has it.",
    "over-budget": "The budget was better spent on others.",
    "too-many": "More than one call drafts; call again.",
}


async def from_replenishment(
    ports: Ports, actor: Actor, wanted: Wanted, key: str | None = None
) -> Drafted:
    """Draft orders for what is proposed now.

    Under a retry key the orders are planned once: a repetition writes those that a crash left
    unwritten, and answers the same.
    """
    retry = Retry.of(key, actor.id, "from-replenishment", wanted)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return await _write(ports, actor, msgspec.convert(answer, Drafted))
    planned = await _planned(ports, actor, wanted)
    if retry is not None:
        now = int(ports.clock.now().timestamp())
        try:
            await ports.records.write([retry.remember(msgspec.to_builtins(planned), now)])
        except ConditionFailed:
            answer = await retry.recall(ports.records)
            planned = msgspec.convert(answer, Drafted)
    return await _write(ports, actor, planned)


async def _write(ports: Ports, actor: Actor, planned: Drafted) -> Drafted:
    for order in planned.orders:
        try:
            await ports.records.write(drafting(order), [event(order, actor.id)])
        except ConditionFailed:
            # Written before; what became of it since is nothing that a retry undoes.
            assert await ports.records.get(PURCHASE_ORDERS, (SCOPE, order.id)) is not None
    return planned


async def _planned(ports: Ports, actor: Actor, wanted: Wanted) -> Drafted:
    desk = await open_desk(ports)
    ids, more = await _asked_for(ports, wanted)
    known = await products.get_many(ports, ids)
    some = await cases(desk, [known[id] for id in ids if id in known])
    made = decide(desk, some)
    skipped: list[Skipped] = [_skipped(id, place, "too-many") for id, place in more]
    chosen: list[tuple[Case, Decision]] = []
    for case, decided in zip(some, made, strict=True):
        if decided.plan.quantity <= 0 or not _meant(case, wanted):
            continue
        if case.supplier is None:
            skipped.append(_skipped(case.product.id, case.location_id, "no-supplier"))
        elif case.stock is not None and case.stock.drafted > 0:
            skipped.append(_skipped(case.product.id, case.location_id, "already-drafted"))
        else:
            chosen.append((case, decided))
    quantities = [decided.plan.quantity for _, decided in chosen]
    if wanted.budget_minor is not None:
        quantities = _within(desk, chosen, wanted.budget_minor)
        skipped += [
            _skipped(case.product.id, case.location_id, "over-budget")
            for (case, _), quantity in zip(chosen, quantities, strict=True)
            if quantity == 0
        ]
    groups: dict[tuple[str, str], list[tuple[Case, int]]] = {}
    for (case, _), quantity in zip(chosen, quantities, strict=True):
        if quantity and case.supplier is not None:
            groups.setdefault((case.supplier.id, case.location_id), []).append((case, quantity))
    # A budget is not to be overrun by filling up.
    fill = wanted.fill_up and wanted.budget_minor is None
    orders: list[PurchaseOrder] = []
    below: list[str] = []
    spent = 0
    for (_, place), group in sorted(groups.items()):
        supplier = group[0][0].supplier
        assert supplier is not None
        for start in range(0, len(group), MAX_LINES):
            part = group[start : start + MAX_LINES]
            units = _filled(desk, supplier, part) if fill else [n for _, n in part]
            order = await drafted(
                ports, actor, _new(supplier, place, part, units), origin="replenishment"
            )
            orders.append(order)
            spent += supply.converted(order.total_minor, supplier, desk.settings.currency)
            if order.total_minor - order.delivery_minor < supplier.minimum_order_minor:
                below.append(order.id)
    return Drafted(
        orders=tuple(orders), spent_minor=spent, below_minimum=tuple(below), skipped=tuple(skipped)
    )


async def _asked_for(ports: Ports, wanted: Wanted) -> tuple[list[str], list[tuple[str, str]]]:
    """Products to look at, and stocks that there is no room for in one call."""
    if wanted.product_ids:
        return list(dict.fromkeys(wanted.product_ids)), []
    ids: dict[str, None] = {}
    count, cursor = 0, None
    while count < MOST:
        limit = min(_PAGE, MOST - count)
        page = await replenishment.listing(ports, wanted.location_id, False, limit, cursor)
        count += len(page.items)
        ids.update((each.product_id, None) for each in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return list(ids), []
    page = await replenishment.listing(ports, wanted.location_id, False, 1, cursor)
    return list(ids), [(each.product_id, each.location_id) for each in page.items]


def _meant(case: Case, wanted: Wanted) -> bool:
    if wanted.location_id is not None and case.location_id != wanted.location_id:
        return False
    if wanted.supplier_id is None:
        return True
    return case.supplier is not None and case.supplier.id == wanted.supplier_id


def _skipped(product_id: str, location_id: str, code: Any) -> Skipped:
    return Skipped(product_id=product_id, location_id=location_id, code=code, text=_SAID[code])


def _new(
    supplier: Supplier, place: str, part: Sequence[tuple[Case, int]], units: Sequence[int]
) -> NewPurchaseOrder:
    lines = tuple(
        NewLine(product_id=case.product.id, quantity=quantity)
        for (case, _), quantity in zip(part, units, strict=True)
    )
    return NewPurchaseOrder(supplier_id=supplier.id, location_id=place, lines=lines)


def _within(desk: Desk, chosen: Sequence[tuple[Case, Decision]], budget: int) -> list[int]:
    """Quantities that the budget pays for, the money where it saves most."""
    whole = [decided.plan.quantity for _, decided in chosen]
    prices_of = [average_costs(case, [n])[0] for (case, _), n in zip(chosen, whole, strict=True)]
    if sum(round(p * n) for p, n in zip(prices_of, whole, strict=True)) <= budget:
        return whole
    options: list[list[int]] = []
    spend: list[Any] = []
    cost: list[Any] = []
    for case, decided in chosen:
        tried = _steps(case, decided.plan.quantity)
        prices = average_costs(case, tried)
        # What has no price takes nothing from the budget.
        value = np.rint(prices * tried)
        if value[1:].max(initial=0.0) <= 0:
            tried, value = [decided.plan.quantity], np.zeros(1)
            cost.append(np.zeros(1))
        else:
            position = case.available + case.on_order
            how = costing(desk, [case])
            made = choices(ahead_of([case]), how, position, np.array(tried, np.int64))
            cost.append(made.extra)
        options.append(tried)
        spend.append(value)
    picked = within_budget(spend, cost, float(budget)).chosen
    return [tried[k] for tried, k in zip(options, picked, strict=True)]


def _steps(case: Case, quantity: int) -> list[int]:
    """None, the least that may be ordered, and steps of whole packs up to the quantity."""
    pack = case.terms.pack_size if case.terms else 1
    least = -(-max(case.terms.minimum_quantity if case.terms else 1, pack) // pack) * pack
    between = np.linspace(min(least, quantity), quantity, _STEPS)
    packs = {int(-(-n // pack) * pack) for n in between}
    return [0, *sorted(n for n in packs if least <= n <= quantity or n == quantity)]


def _filled(desk: Desk, supplier: Supplier, part: Sequence[tuple[Case, int]]) -> list[int]:
    """Quantities raised to the supplier's minimum, and to free delivery where that pays."""
    units = [quantity for _, quantity in part]
    prices = [case.terms.unit_cost_minor or 0 if case.terms is not None else 0 for case, _ in part]
    a_day = desk.policy.holding_rate / 365
    packs = [case.terms.pack_size if case.terms else 1 for case, _ in part]
    early = [_early(case, pack) for (case, _), pack in zip(part, packs, strict=True)]
    holding = [price * a_day for price in prices]
    value = sum(n * price for n, price in zip(units, prices, strict=True))
    if value < supplier.minimum_order_minor:
        made = top_up(units, prices, packs, holding, early, supplier.minimum_order_minor)
        if made.reached:
            units = list(made.quantities)
            value = made.value
    free_from = supplier.free_delivery_from_minor
    if free_from is not None and value < free_from and supplier.delivery_minor > 0:
        made = top_up(units, prices, packs, holding, early, free_from)
        if made.reached and made.added < supplier.delivery_minor:
            units = list(made.quantities)
    return units


def _early(case: Case, pack: int) -> list[float]:
    """How many days before its time each further pack would be bought."""
    rate = case.demand.mean_over(30) / 30
    if rate <= 0 or (case.terms is not None and case.terms.shelf_days is not None):
        return []
    days = [pack * (k + 1) / rate for k in range(_PACKS_MORE)]
    return [each for each in days if each <= _DAYS_MORE]
