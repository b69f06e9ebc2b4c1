"""Playing replenishment policies over the shop's own history, and what each would have cost.

On the first day, and every so many days, each policy learns from what was known by then: the
forecast from the history before that day alone. What was not observed for want of stock counts
as the product's usual demand, since it is not known what would have sold.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from omnix.domains.forecasting import history as histories
from omnix.domains.forecasting.model import TOTAL_DAYS, TOTAL_LEVELS
from omnix.domains.inventory.replenishment.cases import Case, cases, costing
from omnix.domains.inventory.replenishment.desk import Desk, open_desk
from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.engine.forecast import Panel, forecast
from omnix.engine.inventory.ahead import Ahead
from omnix.engine.inventory.compare import Interval, saving, total
from omnix.engine.inventory.least_cost import Terms
from omnix.engine.inventory.rules import rules_of
from omnix.engine.inventory.simulate import Outcome, Prices, Rules, simulate
from omnix.kit.errors import Invalid
from omnix.platform.jobs import JobContext
from omnix.ports import Ports

from .model import MOST_STOCKS, SimulationRequest

_LEAST_HISTORY = 56
_SEED = 20_240_229
_INTERVAL = 0.9


@dataclass(frozen=True)
class _Stage:
    """Everything that is played: the panel of stocks, their cases and costs."""

    panel: Panel
    some: list[Case]
    terms: Terms
    begin: int


async def replay(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The job: forecasts at each renewal, then one game for each policy."""
    asked = msgspec.convert(payload, SimulationRequest)
    ports = context.ports
    desk = await open_desk(ports, everything=True)
    stage = await _stage(ports, desk, asked)
    starts = list(range(stage.begin, stage.panel.days, asked.renew_days))
    steps = len(starts) + len(set(asked.policies))
    kinds = list(dict.fromkeys([*asked.policies, asked.against]))
    rules: dict[str, list[Rules]] = {kind: [] for kind in kinds}
    for step, day in enumerate(starts):
        await context.progress(step, steps, "learning")
        made = await asyncio.to_thread(_learn, desk, stage, day, kinds)
        for kind in kinds:
            rules[kind].append(made[kind])
    outcomes: dict[str, Outcome] = {}
    for step, kind in enumerate(kinds):
        await context.progress(len(starts) + step, steps, kind)
        outcomes[kind] = await asyncio.to_thread(_play, stage, rules[kind])
    return _told(desk, stage, asked, outcomes)


async def _stage(ports: Ports, desk: Desk, asked: SimulationRequest) -> _Stage:
    span = await histories.window(ports)
    if span is None or span.days < asked.days + _LEAST_HISTORY:
        known = 0 if span is None else span.days
        told = f"{known} days are known; {_LEAST_HISTORY} more than those played are needed"
        raise Invalid.field("days", told)
    chosen = await _products(ports, asked)
    read = await histories.read(ports, span, chosen, all=False)
    named = {product.id: product for product in chosen}
    known_cases = {(case.product.id, case.location_id): case for case in await cases(desk, chosen)}
    rows: list[int] = []
    some: list[Case] = []
    for row, (product_id, place) in enumerate(read.places):
        case = known_cases.get((product_id, place))
        # Only what could be priced can be played in money.
        if case is None or case.unit_cost is None or case.margin <= 0:
            continue
        if asked.location_id is not None and place != asked.location_id:
            continue
        if named[product_id].status == "active":
            rows.append(row)
            some.append(case)
    if not rows:
        raise Invalid.field("product_ids", "none of these sold, with a cost below its price")
    values = np.nan_to_num(read.by_place.values[rows]).sum(axis=1)
    order = np.argsort(-values, kind="stable")[:MOST_STOCKS]
    rows = [rows[at] for at in order]
    some = [some[at] for at in order]
    whole = read.by_place
    panel = Panel(whole.values[rows], whole.start[rows], whole.first_day, whole.group[rows])
    return _Stage(panel, some, costing(desk, some), span.days - asked.days)


async def _products(ports: Ports, asked: SimulationRequest) -> list[Product]:
    if asked.product_ids:
        known = await products.get_many(ports, asked.product_ids)
        missing = next((id for id in asked.product_ids if id not in known), None)
        if missing is not None:
            raise Invalid.field("product_ids", f"no product {missing}")
        return list(known.values())
    found: list[Product] = []
    cursor = None
    while True:
        page = await products.listing(ports, limit=200, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None or len(found) >= MOST_STOCKS:
            return found


def _learn(desk: Desk, stage: _Stage, day: int, kinds: Sequence[str]) -> dict[str, Rules]:
    """The rules of each policy from what was known before ``day``."""
    before = stage.panel.until(day)
    made = forecast(before, max(TOTAL_DAYS), quantiles=(0.5,))
    mean = np.stack([made.total_mean(days) for days in TOTAL_DAYS], 1)
    quantiles = np.stack([made.total_quantiles(days, TOTAL_LEVELS) for days in TOTAL_DAYS], 1)
    ahead = Ahead.of(TOTAL_DAYS, TOTAL_LEVELS, mean, quantiles)
    recent = np.maximum(np.nan_to_num(before.values[:, -91:].astype(float)), 0.0)
    return {
        kind: rules_of(
            kind,  # type: ignore[arg-type]
            ahead,
            stage.terms,
            service_level=desk.settings.service_level,
            daily_mean=recent.mean(axis=1),
            daily_deviation=recent.std(axis=1),
            start=day - stage.begin,
        )
        for kind in kinds
    }


def _demand(stage: _Stage) -> NDArray[np.float32]:
    values = stage.panel.values[:, stage.begin :].astype(np.float32)
    seen = np.isfinite(values)
    usual = np.where(seen, values, 0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    filled = np.where(seen, values, np.rint(usual)[:, None])
    return np.ascontiguousarray(np.maximum(filled, 0).T)


def _play(stage: _Stage, rules: Sequence[Rules]) -> Outcome:
    terms = stage.terms
    demand = _demand(stage)
    days = demand.shape[0]
    usual = demand.mean(axis=0)
    cycles = [case.supplier.order_weekdays if case.supplier else () for case in stage.some]
    whens = [(w, case.review) for w, case in zip(cycles, stage.some, strict=True)]
    kinds = sorted(set(whens))
    reviews = np.zeros((len(kinds), days), bool)
    first = stage.panel.first_day + stage.begin
    for at, (weekdays, every) in enumerate(kinds):
        for day in range(days):
            # Day 1 of the proleptic calendar was a Monday.
            weekday = (first + day - 1) % 7
            reviews[at, day] = weekday in weekdays if weekdays else day % max(1, round(every)) == 0
    number = {kind: at for at, kind in enumerate(kinds)}
    calendar = [number[when] for when in whens]
    # The same lead times for each policy, or luck would decide.
    rng = np.random.default_rng(_SEED)
    waits = np.array([case.wait for case in stage.some])
    lead = terms.lead_days - waits
    drawn = lead + terms.lead_deviation * rng.standard_normal((days, len(stage.some)))
    shelf = np.where(np.isfinite(terms.shelf_days), terms.shelf_days, 0)
    return simulate(
        demand,
        rules,
        Prices(terms.holding, terms.margin, terms.order_cost, terms.unit_cost),
        lead_days=np.maximum(np.rint(drawn), 0),
        opening=np.rint(1.5 * usual * (terms.lead_days + terms.review_days)),
        reviews=reviews,
        calendar=calendar,
        shelf_days=shelf if shelf.any() else None,
    )


def _told(
    desk: Desk, stage: _Stage, asked: SimulationRequest, outcomes: Mapping[str, Outcome]
) -> dict[str, Any]:
    base = outcomes[asked.against]
    days = stage.panel.days - stage.begin
    first = desk.today.fromordinal(stage.panel.first_day + stage.begin)
    return {
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=days - 1)).isoformat(),
        "days": days,
        "stocks": len(stage.some),
        "currency": desk.settings.currency,
        "against": asked.against,
        "interval": _INTERVAL,
        "policies": [
            {
                "policy": kind,
                "total": _money(total(made, _INTERVAL)),
                "holding_minor": round(float(made.holding.sum())),
                "ordering_minor": round(float(made.ordering.sum())),
                "lost_margin_minor": round(float(made.lost.sum())),
                "waste_minor": round(float(made.waste.sum())),
                "orders": round(float(made.orders.sum())),
                "fill_rate": round(made.fill_rate, 4),
                "service_level": round(made.service_level, 4),
                "saved": _money(saving(made, base, _INTERVAL).money),
                "saved_share": _share(saving(made, base, _INTERVAL).share),
            }
            for kind, made in outcomes.items()
        ],
    }


def _money(found: Interval) -> dict[str, int]:
    return {
        "minor": round(found.value), "low_minor": round(found.low), "high_minor": round(found.high)
    }  # fmt: skip


def _share(found: Interval) -> dict[str, float]:
    return {
        "value": round(found.value, 4), "low": round(found.low, 4), "high": round(found.high, 4)
    }  # fmt: skip
