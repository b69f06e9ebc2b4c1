"""The job that makes a backtest."""

from collections.abc import Mapping
from typing import Any

import msgspec

from omnix.domains.forecasting import history, inputs
from omnix.domains.forecasting.catalogue import active
from omnix.domains.forecasting.declare import BACKTEST_GROUPS, BACKTESTS
from omnix.domains.forecasting.model import label
from omnix.domains.forecasting.trained import of_earlier
from omnix.domains.ml.lineage import code_version
from omnix.engine.forecast.backtest import rolling_cuts
from omnix.kit.time import instant
from omnix.platform.jobs import JobContext
from omnix.ports import Put

from . import study
from .model import Backtest, BacktestRequest, Group, Groups

INSTANT, TRAINED = "ets_tsb", "boosted"
KEPT_SECONDS = 400 * 86_400


async def run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Forecast from earlier days and store what came of it, under the job's own id.

    Begun again it ends the same. Where the history is too short nothing is stored, and the
    result says so: it is no fault that a new shop's weekly backtest should fail for.
    """
    asked = msgspec.convert(payload, BacktestRequest)
    ports = context.ports
    span = await history.window(ports)
    products = await active(ports)
    if span is None or not products:
        return _nothing("nothing was sold yet")
    await context.progress(0, 1, "reading the sales history")
    past = await history.read(ports, span, products, all=True)
    days, horizon, step = span.days, asked.horizon_days, asked.step_days
    try:
        cuts = rolling_cuts(days, horizon, asked.origins, step=step)
    except ValueError:
        return _nothing(f"{days} days of sales are too few to look {horizon} ahead")
    total_steps, done = 3 * len(cuts) + 2, 1

    async def tell() -> None:
        nonlocal done
        await context.progress(done, total_steps, "forecasting from earlier days")
        done += 1

    by_id = {product.id: product for product in products}
    kinds = {
        "category": study.by_category(by_id, past.products),
        "class": study.by_class(by_id, past, cuts[-1]),
        "pattern": study.by_pattern(past, cuts[-1]),
    }
    known = await inputs.read(ports, past, by_id, horizon)
    panel, places = past.by_product, past.by_place
    means, follow = await of_earlier(context, past, known, cuts, horizon, (0, total_steps))
    gathered = await study.study(
        panel, horizon, cuts, kinds, tell, step,
        signals=known.signals(panel.size), drivers=known.drivers, means=means,
    )  # fmt: skip
    found: dict[str, tuple[list[Group], int]] = {
        kind: study.groups(gathered, kind, grouping.names, span) for kind, grouping in kinds.items()
    }
    if past.places:
        place = {"location": study.by_location(past)}
        placed = await study.study(
            places, horizon, cuts, place, tell, step,
            signals=known.signals(places.size), drivers=known.drivers.of(past.owner),
        )  # fmt: skip
        found["location"] = study.groups(placed, "location", place["location"].names, span)
    whole = await study.study(past.total, horizon, cuts, {}, tell, step, signals=known.signals(1))
    await context.progress(total_steps - 1, total_steps, "storing")
    every, _ = study.groups(gathered, study.ALL, ["All products"], span)
    shop, _ = study.groups(whole, study.ALL, ["The shop as one series"], span)
    if not every:
        return _nothing("no day of these windows can be scored: all of it was out of stock")
    model = TRAINED if follow else INSTANT
    made = Backtest(
        id=context.id,
        made_at=instant(ports.clock.now()),
        model=model,
        label=label(model),
        code=code_version("omnix.engine.forecast"),
        fingerprint=study.seen(past),
        first_day=span.first.isoformat(),
        last_day=span.last.isoformat(),
        horizon_days=horizon,
        step_days=step,
        asked=asked.origins,
        origins=study.dates(cuts, span),
        all=every[0],
        total=shop[0] if shop else None,
        steps=study.steps(gathered),
        groups=[
            Groups(kind=kind, kept=len(kept), left_out=left) for kind, (kept, left) in found.items()
        ],
        definitions={},
    )
    expires = {"expires": int(ports.clock.now().timestamp()) + KEPT_SECONDS}
    await ports.records.load(
        BACKTEST_GROUPS,
        (
            {"backtest_id": made.id, "entry": f"{group.kind}:{group.name}"}
            | msgspec.to_builtins(group)
            | expires
            for kept, _ in found.values()
            for group in kept
        ),
    )
    item = {**msgspec.to_builtins(made), "listing": "all", **expires}
    await ports.records.write([Put(BACKTESTS, item)])
    return {"backtest_id": made.id, "origins": len(cuts), "wape": made.all.whole.wape}


def _nothing(reason: str) -> dict[str, Any]:
    return {"backtest_id": None, "reason": reason}
