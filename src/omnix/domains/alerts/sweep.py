"""The regular look at everything, and the looks that events ask for."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from omnix.domains.forecasting import service as forecasting
from omnix.domains.system.settings import Shop, shop
from omnix.domains.system.setup import setup
from omnix.kit.events import Event
from omnix.kit.time import day_of
from omnix.platform import jobs
from omnix.platform.jobs import JobContext
from omnix.ports import Ports

from . import rules, signals
from .declare import SWEEP
from .evaluate import Counts, evaluate, fires, standing_for
from .kinds import (
    COST,
    CUSTOMER,
    DATA,
    DEMAND,
    FORECAST,
    KINDS,
    LIVE,
    PRICE,
    PRICE_CHANGE,
    REVENUE,
    STOCK,
    SYSTEM,
    Kind,
)
from .model import Observation
from .signals import Columns
from .watch import costs, house, people, sales, stock

_SWEPT = (STOCK, DEMAND, REVENUE, CUSTOMER, FORECAST, DATA, PRICE, COST, SYSTEM)
_KEPT = frozenset({STOCK.name, CUSTOMER.name, FORECAST.name, DATA.name, PRICE.name})


async def sweep(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Hold every kind against its rules, or those that are asked for by name."""
    ports = context.ports
    if (await setup(ports)).state == "working":
        return {"waits": "the shop is being filled"}
    wanted = payload.get("kinds") or [kind.name for kind in _SWEPT]
    settings = await shop(ports)
    today = day_of(ports.clock.now(), settings.time_zone)
    done: dict[str, Any] = {}
    for number, kind in enumerate(k for k in _SWEPT if k.name in wanted):
        await context.progress(number, len(wanted), kind.title)
        if kind in (DEMAND, REVENUE):
            counts = await _sales(context, kind, settings, today, "kinds" in payload)
        else:
            counts = await _all(ports, kind, today)
        done[kind.name] = {"opened": counts.opened, "ended": counts.ended}
        if counts.left_out:
            done[kind.name]["left_out"] = counts.left_out
    if today.day == 1:
        await signals.forget_old(ports, today)
    return done


async def _all(ports: Ports, kind: Kind, today: date) -> Counts:
    """One look at all of a kind; what fires nothing is not held in memory."""
    enabled = [r for r in await rules.everything(ports) if r.enabled and r.kind == kind.name]
    keep = Columns(kind.name, today)
    known = await signals.until(ports, kind.name)
    keeping = kind.name in _KEPT and (known is None or known < today)
    if kind is STOCK and await forecasting.latest_run(ports) is None:
        keeping = False  # without proposals nothing is known of the days before either
    if keeping and kind is STOCK:
        days = await signals.missing(ports, STOCK.name, today - timedelta(days=1))
        terms = await signals.terms(ports) if days else {}
        for day in days:
            await signals.stock_then(ports, day, terms)
    firing: list[Observation] = []
    async for chunk in _seen(ports, kind, today):
        firing += [one for one in chunk if any(fires(rule, one) for rule in enabled)]
        if keeping:
            keep.add(chunk)
    if keeping:
        await keep.store(ports)
    if kind is STOCK:
        firing += await _moved(ports, kind, firing)
    return await evaluate(ports, kind, firing, complete=True)


async def _moved(ports: Ports, kind: Kind, firing: Sequence[Observation]) -> list[Observation]:
    """What stands and was not among the pages: proposals move in their list as it is read."""
    unseen = await standing_for(ports, kind) - {one.subject for one in firing}
    ids = {subject.removeprefix("product:").rpartition("@")[0] for subject in unseen}
    return [one for one in await stock.of(ports, sorted(ids)) if one.subject in unseen]


async def _seen(ports: Ports, kind: Kind, today: date) -> AsyncIterator[Sequence[Observation]]:
    if kind is STOCK:
        chunks = stock.everything(ports)
    elif kind is CUSTOMER:
        chunks = people.everything(ports)
    elif kind is PRICE:
        chunks = house.prices(ports)
    else:
        if kind is FORECAST:
            yield await house.forecasts(ports, today)
        elif kind is DATA:
            yield await house.ages(ports, today)
        elif kind is COST:
            yield await costs.bill(ports, today)
        else:
            yield await house.failures(ports)
        return
    async for chunk in chunks:
        yield chunk


async def _sales(
    context: JobContext, kind: Kind, settings: Shop, today: date, again: bool
) -> Counts:
    """Whole days only, so there is something new once a day."""
    ports, day = context.ports, today - timedelta(days=1)
    if not await sales.any_before(ports, today):
        return Counts()
    missing = await signals.missing(ports, kind.name, day)
    for past in missing:
        await context.progress(0, 0, f"{kind.title}: {past}")
        await signals.sold(ports, kind.name, past)
    if not missing and not again:
        return Counts()
    if kind is DEMAND:
        return await evaluate(ports, kind, await sales.demand(ports, day), complete=True)
    return await evaluate(ports, kind, await sales.revenue(ports, day, settings.currency))


async def ask(ports: Ports, kinds: Sequence[str], why: str) -> None:
    """Ask for a look at these kinds, once for each ``why``."""
    payload = {"kinds": sorted(kinds)}
    await jobs.submit(ports, SWEEP, payload, id=f"alerts.sweep:{why}")


async def follow(ports: Ports, events: Sequence[Event]) -> None:
    """What events tell at once: each source looks at what they concern."""
    touched: dict[str, None] = {}
    priced: dict[str, None] = {}
    asked: dict[str, str] = {}
    live: list[Observation] = []
    spent: dict[str, Observation] = {}
    failed = False
    for event in events:
        match event.type:
            case "proposals.refreshed":
                ids = event.data["product_ids"]
                if ids is None:
                    asked[STOCK.name] = event.id
                else:
                    touched.update(dict.fromkeys(ids))
            case "anomaly.detected":
                live.append(sales.live(event.data))
            case "ai.spent":
                used = costs.spent(event.data, (await shop(ports)).currency)
                spent[used.subject] = used
            case "model.drifted" | "forecast.made":
                asked[FORECAST.name] = event.id
            case "customers.analysed":
                asked[CUSTOMER.name] = event.id
            case "alert-rule.changed":
                await _rule_changed(ports, event, asked)
            case "job.changed":
                failed = failed or event.data.get("state") == "failed"
            case _:
                priced[event.key] = None
    if touched:
        await evaluate(ports, STOCK, await stock.of(ports, touched))
    if live:
        await evaluate(ports, LIVE, live)
    if spent:
        await evaluate(ports, COST, list(spent.values()))
    if priced:
        await evaluate(ports, PRICE, await house.prices_of(ports, priced))
        changes = [e for e in events if e.type.startswith("product.")]
        await evaluate(ports, PRICE_CHANGE, await house.price_changes(ports, changes))
    if failed:
        await evaluate(ports, SYSTEM, await house.failures(ports), complete=True)
    for kind, why in asked.items():
        await ask(ports, [kind], why)


async def _rule_changed(ports: Ports, event: Event, asked: dict[str, str]) -> None:
    """A rule that is new or means something else looks at once, not within the hour."""
    if event.data.get("deleted"):
        return
    found = next((r for r in await rules.everything(ports) if r.id == event.key), None)
    if found is not None and KINDS[found.kind] in _SWEPT:
        asked[found.kind] = event.id
