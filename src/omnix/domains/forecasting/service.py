"""Forecasting's use cases. What computes is imported where it is done: who only shows forecasts
needs no numerics.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.kit.errors import Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform.jobs import JobContext
from omnix.platform.logs import milliseconds
from omnix.ports import Ports, Put

from . import model
from .catalogue import active as all_active
from .declare import FORECAST_RUNS, FORECASTS
from .model import Accuracy, Drivers, FanPoint, ForecastBrief, ForecastDocument, Quality, Totals

_log = logging.getLogger("omnix.forecasting")

_LATEST = ("_runs", "latest")
_PEERS = 150
_BRIEF_DAYS = 28


async def forecast_all(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Forecast every active product and the whole shop, and judge the method on the past."""
    from . import history, inputs, make, registered, trained
    from .accuracy import judge
    from .drivers import effects
    from .foundation import answers, desk
    from .hidden import keep
    from .overrides import desk as overrides
    from .overrides import worth

    ports, began = context.ports, time.perf_counter()
    span = await history.window(ports)
    if span is None:
        return {"products": 0}
    await context.progress(0, 4, "reading the sales history")
    active = await all_active(ports)
    if not active:
        return {"products": 0}
    past = await history.read(ports, span, active, all=True)
    await context.progress(1, 4, f"forecasting {len(active)} products")
    by_id = {product.id: product for product in active}
    known = await inputs.read(ports, past, by_id, model.HORIZON_DAYS)
    fit = await trained.by_product(context, past, known, (1, 4))
    by_product = await answers.applied(context, past, known, by_id, fit.forecast, (1, 4))
    made = await make.engine(past, known, by_product)

    async def tell() -> None:
        await context.progress(2, 4, "judging earlier forecasts")

    judged = await judge(past, known, by_id, tell, dict(fit.judged))
    await context.progress(3, 4, "storing")
    now = instant(ports.clock.now())
    learnt = await effects.learn(ports, past)
    documents = make.documents(past, by_id, made, judged.quality, now, learnt)
    changed = await overrides.open_ones(ports)
    today = await overrides.today_of(ports)
    await ports.records.load(FORECASTS, overrides.applied(documents, changed, today))
    await keep.keep(ports, past, by_id)
    await worth.measure(ports, past, changed)
    forecast_date = span.forecast_date.isoformat()
    accuracy = msgspec.structs.replace(
        judged.overall, made_at=now, forecast_date=forecast_date, state="ready"
    )
    run = {
        "product_id": _LATEST[0],
        "forecast_date": _LATEST[1],
        "date": forecast_date,
        "made_at": now,
        "products": len(active),
        "accuracy": msgspec.to_builtins(accuracy),
    }
    told = {"forecast_date": forecast_date, "products": len(active)}
    await ports.records.write(
        [Put(FORECAST_RUNS, run)], [Event("forecast.made", "forecasts", now, told)]
    )
    await registered.tell(ports, past, by_id, made[0], judged.scores, context.id)
    await desk.ask_weekly(ports, span.forecast_date)
    took = milliseconds(time.perf_counter() - began)
    facts = {"products": len(active), "execution_time": took}
    _log.info("Forecasts generated successfully", extra=facts)
    return told


async def latest_run(ports: Ports) -> Mapping[str, Any] | None:
    """The newest run over all products, if there was one."""
    return await ports.records.get(FORECAST_RUNS, _LATEST)


async def accuracy(ports: Ports) -> Accuracy:
    """The latest run's backtest; state ``none`` before there was a run."""
    run = await latest_run(ports)
    return msgspec.convert(run["accuracy"], Accuracy) if run else Accuracy()


async def stored(ports: Ports, product_id: str) -> Mapping[str, Any] | None:
    """The newest stored document of a product."""
    page = await ports.records.query(FORECASTS, product_id, newest_first=True, limit=1)
    return page.items[0] if page.items else None


async def total(ports: Ports) -> ForecastDocument | None:
    """The forecast of everything sold, in units; None before the first run."""
    document = await stored(ports, model.TOTAL)
    return _shown(document, len(document["mean"])) if document else None


async def known(ports: Ports, product_id: str) -> ForecastDocument | None:
    """The newest forecast of a product, if it has one. Raises NotFound for no such product."""
    await products.get(ports, product_id)
    document = await stored(ports, product_id)
    return None if document is None else _shown(document, document["horizon_days"])


async def get(ports: Ports, product_id: str) -> ForecastDocument:
    """The newest forecast of a product, made now if it has none. Raises NotFound."""
    found = await known(ports, product_id)
    if found is not None:
        return found
    product = await products.get(ports, product_id)
    return await forecast_now(ports, product, model.HORIZON_DAYS)


async def forecast_one(ports: Ports, product_id: str, days: int) -> ForecastDocument:
    """Forecast one product afresh. Raises Invalid for a product that does not exist."""
    try:
        product = await products.get(ports, product_id)
    except NotFound as error:
        raise Invalid.field("product_id", error.detail) from error
    return await forecast_now(ports, product, days)


async def forecast_now(ports: Ports, product: Product, days: int) -> ForecastDocument:
    """From the lake as it is now, beside products of its category, which lend their profiles."""
    from . import history, inputs, make

    began = time.perf_counter()
    span = await history.window(ports) or await history.empty_window(ports)
    page = await products.listing(ports, category=product.category, limit=_PEERS)
    peers = [peer for peer in page.items if peer.id != product.id]
    shown = [product, *peers]
    past = await history.read(ports, span, shown, all=False)
    ahead = await inputs.read(ports, past, {each.id: each for each in shown}, days)
    known = await stored(ports, product.id)
    quality = known["quality"] if known is not None else {}
    now = instant(ports.clock.now())
    document = await make.single(past, ahead, product, days, now, quality)
    if known is not None and "bundle_parts" in known["notes"]:
        document["notes"].append("bundle_parts")
    took = milliseconds(time.perf_counter() - began)
    facts = {"product_id": product.id, "execution_time": took}
    _log.info("Forecast generated successfully", extra=facts)
    return _shown(document, days)


async def listing(
    ports: Ports, category: str | None, limit: int, cursor: str | None
) -> Page[ForecastBrief]:
    """The latest run's forecasts by product id; with ``category`` only its products'."""
    run = await latest_run(ports)
    if run is None:
        return Page([])
    if category is not None:
        chosen = await products.listing(ports, category=category, limit=limit, cursor=cursor)
        keys = [(product.id, run["date"]) for product in chosen.items]
        found = await ports.records.get_many(FORECASTS, keys[:100])
        found += await ports.records.get_many(FORECASTS, keys[100:])
        return Page([_brief(item) for item in found if item is not None], chosen.next_cursor)
    page = await ports.records.query(
        FORECASTS, run["date"], index="forecast-date-index", limit=limit, cursor=cursor
    )
    briefs = [_brief(item) for item in page.items if item["product_id"] != model.TOTAL]
    return Page(briefs, page.next_cursor)


def _brief(item: Mapping[str, Any]) -> ForecastBrief:
    totals = msgspec.convert(item["totals"], Totals)
    at = totals.days.index(_BRIEF_DAYS)
    return ForecastBrief(
        product_id=item["product_id"],
        sku=item["sku"],
        name=item["name"],
        category=item["category"],
        forecast_date=item["forecast_date"],
        horizon_days=_BRIEF_DAYS,
        total_mean=totals.mean[at],
        total_q10=totals.quantiles[at][totals.levels.index(0.1)],
        total_q90=totals.quantiles[at][totals.levels.index(0.9)],
        model=item["model"],
        made_at=item["made_at"],
        quality=msgspec.convert(item["quality"], Quality),
    )


def _shown(item: Mapping[str, Any], days: int) -> ForecastDocument:
    points = [
        FanPoint(*point)
        for point in zip(model.days_of(item), item["mean"], *item["quantiles"], strict=True)
    ]
    return ForecastDocument(
        product_id=item["product_id"],
        sku=item["sku"],
        name=item["name"],
        forecast_date=item["forecast_date"],
        horizon_days=days,
        model=item["model"],
        label=model.label(item["model"]),
        made_at=item["made_at"],
        points=points[:days],
        drivers=msgspec.convert(item["drivers"], Drivers),
        quality=msgspec.convert(item["quality"], Quality),
        notes=model.notes(item["notes"]),
        overrides=list(item.get("overrides", ())),
    )
