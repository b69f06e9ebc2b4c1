"""The shop's own house: prices, forecasts, how old the data is, and work that failed."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.alerts.model import Action, Face, Observation, Value
from omnix.domains.customers.declare import ANALYSES
from omnix.domains.customers.insights import LATEST
from omnix.domains.forecasting import service as forecasting
from omnix.domains.forecasting.declare import FORECAST_MODEL
from omnix.domains.inventory.declare import PROPOSALS
from omnix.domains.inventory.replenishment.model import Proposal
from omnix.domains.ml import stored as registry
from omnix.domains.products import service as products
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Product
from omnix.kit.events import Event
from omnix.kit.money import to_text
from omnix.platform import queries
from omnix.platform.consume import POISONED
from omnix.platform.jobs import JOB_RUNS
from omnix.ports import Ports

from .stock import daily_demand

SQL = queries.load("omnix.domains.alerts")
_MONTH = 30
_LOOKED_AT = 200
_NO_MONEY = "It cannot be put in money."


async def prices_of(ports: Ports, ids: Iterable[str]) -> list[Observation]:
    """Price and cost of these products, as they are now."""
    known = await products.get_many(ports, list(dict.fromkeys(ids)))
    return [await _price(ports, p) for p in known.values() if p.status == "active"]


async def prices(ports: Ports) -> AsyncIterator[list[Observation]]:
    """Every active product that has a price and a cost, a chunk at a time."""
    async for chunk in ports.records.scan(PRODUCTS):
        some = [msgspec.convert(item, Product) for item in chunk if item["status"] == "active"]
        yield [await _price(ports, each) for each in some if each.cost_minor is not None]


async def _daily(ports: Ports, product_id: str) -> float:
    page = await ports.records.query(PROPOSALS, product_id, limit=_LOOKED_AT)
    return sum(daily_demand(msgspec.convert(item, Proposal).inputs) for item in page.items)


async def _price(ports: Ports, product: Product) -> Observation:
    attributes: dict[str, Value] = {"price_minor": float(product.price_minor)}
    loss, daily = 0, 0.0
    cost = product.cost_minor
    if cost is not None:
        attributes["cost_minor"] = float(cost)
        if product.price_minor > 0:
            attributes["margin_share"] = round(1 - cost / product.price_minor, 4)
        if cost > product.price_minor:
            daily = await _daily(ports, product.id)
            attributes["daily_demand"] = round(daily, 3)
            loss = round((cost - product.price_minor) * daily * _MONTH)
    return Observation(
        kind="price", subject=f"product:{product.id}", name=product.name, attributes=attributes,
        faces={"price": Face(
            loss_minor=loss,
            basis=f"Cost above price times the units expected to sell in {_MONTH} days.",
            text=_costs(product),
            action=_reprice(product),
            rate_minor=loss // _MONTH,
        )},
        source=f"/v1/products/{product.id}",
    )  # fmt: skip


def _costs(product: Product) -> str:
    told = f"It sells at {to_text(product.price_minor, product.currency)} {product.currency}"
    if product.cost_minor is not None:
        told += f" and costs {to_text(product.cost_minor, product.currency)}"
    return f"{told}."


def _reprice(product: Product) -> Action:
    return Action(
        kind="reprice", text="Check its price and its cost.", page=f"/product/?id={product.id}"
    )


async def price_changes(ports: Ports, events: Sequence[Event]) -> list[Observation]:
    """Changes of price among ``events`` of products, each an occurrence of its own."""
    found = []
    for event in events:
        before, after = event.data.get("previous_price_minor"), event.data.get("price_minor")
        if not before or after is None or before == after:
            continue
        known = await products.get_many(ports, [event.key])
        if event.key not in known:
            continue
        product = known[event.key]
        daily = await _daily(ports, product.id)
        attributes: dict[str, Value] = {
            "price_minor": float(after),
            "previous_price_minor": float(before),
            "change_share": round(after / before - 1, 4),
            "daily_demand": round(daily, 3),
        }
        if product.cost_minor is not None:
            attributes["cost_minor"] = float(product.cost_minor)
        face = Face(
            loss_minor=round(max(0, before - after) * daily * _MONTH),
            basis=f"What each unit brings less, times the units expected to sell in {_MONTH} days; "
            f"nothing where the price rose.",
            text=f"From {to_text(before, product.currency)} to "
            f"{to_text(after, product.currency)} {product.currency}.",
            action=_reprice(product),
        )
        found.append(Observation(
            kind="price-change", subject=f"product:{product.id}#{event.id}", name=product.name,
            attributes=attributes, faces={"price": face},
            source=f"/v1/products/{product.id}/prices",
        ))  # fmt: skip
    return found


async def forecasts(ports: Ports, today: date) -> list[Observation]:
    """How the forecasts do; nothing before the first ones."""
    accuracy = await forecasting.accuracy(ports)
    if accuracy.state == "none":
        return []
    standing = await registry.standing(ports, FORECAST_MODEL)
    (sold,) = await ports.lake.rows(
        SQL["alert_earned"], day=today, after=today - timedelta(days=28)
    )
    attributes: dict[str, Value] = {"model": FORECAST_MODEL.name, "drift": standing.drift}
    for name in ("wape", "bias", "coverage_80", "value_added"):
        figure = getattr(accuracy, name)
        if figure is not None:
            attributes[name] = float(figure)
    if accuracy.forecast_date is not None:
        age = (today - date.fromisoformat(accuracy.forecast_date)).days
        attributes["age_days"] = float(max(0, age))
    bias = abs(accuracy.bias or 0.0)
    earned = sold["margin_minor"] if sold["costed_minor"] else sold["revenue_minor"]
    wape = "" if accuracy.wape is None else f" Their weighted error is {accuracy.wape:.0%}."
    face = Face(
        loss_minor=round(bias * max(0, earned)),
        basis="The bias of the forecasts times what the last 28 days earned.",
        text=f"Forecasts are off by {accuracy.bias or 0.0:+.0%} on the whole; drift: "
        f"{standing.drift}.{wape}",
        action=Action(
            kind="retrain", text="Train the model anew.", method="POST",
            path=f"/v1/ml/models/{FORECAST_MODEL.name}/train",
        ),
    )  # fmt: skip
    return [Observation(
        kind="forecast", subject=f"model:{FORECAST_MODEL.name}", name=FORECAST_MODEL.title,
        attributes=attributes, faces={"forecast": face}, source="/v1/forecasts/accuracy",
    )]  # fmt: skip


async def ages(ports: Ports, today: date) -> list[Observation]:
    """How old sales, forecasts and the analysis of customers are, each if there is any."""
    (sold,) = await ports.lake.rows(
        SQL["alert_earned"], day=today, after=today - timedelta(days=28)
    )
    run = await forecasting.latest_run(ports)
    analysis = await ports.records.get(ANALYSES, LATEST)
    newest = {
        "sales": sold["newest"],
        "forecasts": date.fromisoformat(run["date"]) if run else None,
        "customers": date.fromisoformat(analysis["as_of"]) if analysis else None,
    }
    todo = {
        "sales": "See whether the till or the import still sends orders.",
        "forecasts": "See why the nightly forecast did not run.",
        "customers": "See why the nightly analysis did not run.",
    }
    return [
        _aged(source, day, today, todo[source]) for source, day in newest.items() if day is not None
    ]


def _aged(source: str, day: date, today: date, todo: str) -> Observation:
    age = max(0, (today - day).days)
    face = Face(
        loss_minor=0, basis=f"{_NO_MONEY} Whatever rests on it is as old.",
        text=f"The newest {source} are of {day}, {age} days ago.",
        action=Action(kind="look", text=todo, page="/"),
    )  # fmt: skip
    return Observation(
        kind="data", subject=f"data:{source}", name=source, faces={"data": face},
        attributes={"source": source, "age_days": float(age)}, source="/v1/system/status",
    )  # fmt: skip


async def failures(ports: Ports) -> list[Observation]:
    """Jobs that failed for good and events that were laid aside, by what they were for."""
    failed = await ports.records.query(
        JOB_RUNS, "failed", index="state-index", newest_first=True, limit=_LOOKED_AT
    )
    aside = await ports.records.query(
        POISONED, "poisoned", index="listing-index", newest_first=True, limit=_LOOKED_AT
    )
    jobs = Counter(item["name"] for item in failed.items)
    consumers = Counter(item["consumer"] for item in aside.items)
    last_job: Mapping[str, Any] = {item["name"]: item for item in reversed(failed.items)}
    last_event: Mapping[str, Any] = {item["consumer"]: item for item in reversed(aside.items)}
    return [
        *(_failed("job", name, n, last_job[name].get("error")) for name, n in jobs.items()),
        *(_failed("events", name, n, last_event[name]["error"]) for name, n in consumers.items()),
    ]


def _failed(what: str, name: str, count: int, error: str | None) -> Observation:
    path = "/v1/dead-letters" if what == "job" else "/v1/poisoned-events"
    said = f"{count} failed for good" if what == "job" else f"{count} events were laid aside"
    face = Face(
        loss_minor=0, basis=f"{_NO_MONEY} What should have followed did not.",
        text=f"{said}. The last one: {(error or 'no reason is known')[:300]}",
        action=Action(kind="redrive", text=f"Mend the cause, then try again ({path})."),
    )  # fmt: skip
    return Observation(
        kind="system", subject=f"{what}:{name}", name=name, faces={"system": face}, source=path,
        attributes={"what": what, "name": name, "failures": float(count)},
    )  # fmt: skip
