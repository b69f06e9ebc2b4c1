"""The job in which the foundation model is tried against what answers, group by group."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.domains.forecasting import history, inputs, registered
from omnix.domains.forecasting.accuracy import HORIZON_DAYS, scores
from omnix.domains.forecasting.backtests import study
from omnix.domains.forecasting.backtests.contest import contests
from omnix.domains.forecasting.catalogue import active
from omnix.domains.forecasting.declare import FORECAST_MODEL
from omnix.domains.forecasting.history import History
from omnix.domains.forecasting.inputs import Inputs
from omnix.domains.forecasting.model import SHOWN_LEVELS
from omnix.domains.ml import gate
from omnix.domains.ml import service as registry
from omnix.domains.ml.model import Contest
from omnix.engine.forecast import forecast_global
from omnix.engine.forecast.backtest import SPREAD_ORIGINS, rolling, rolling_cuts
from omnix.engine.forecast.pretrained import CHUNK, refining
from omnix.engine.forecast.tally import Gathered, Tally
from omnix.platform.jobs import JobContext
from omnix.platform.stoppable import Told, stoppable
from omnix.ports import Ports, Pretrained

from .answers import recipe
from .model import ALGORITHM

KIND = "category"
_STEPS = 4


async def run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Backtest both sides from the same origins and let the registry's gate decide.

    For the champion stands the forecast as the night makes it without a foundation model, trained
    at each origin on what was known then. Where the foundation model answers already, that
    forecast is the challenger. Raises Conflict without weights that can be used.
    """
    ports = context.ports
    await context.progress(0, _STEPS, "opening the foundation model")
    weights = await ports.foundation.open()
    span = await history.window(ports)
    products = await active(ports)
    if span is None or not products:
        return _nothing("nothing was sold yet")
    if (await registry.standing(ports, FORECAST_MODEL)).now is None:
        return _nothing("nothing was forecast yet, so there is nothing to compare with")
    past = await history.read(ports, span, products, all=True)
    by_id = {product.id: product for product in products}
    known = await inputs.read(ports, past, by_id, HORIZON_DAYS)
    try:
        cuts = rolling_cuts(span.days, HORIZON_DAYS, FORECAST_MODEL.least_origins)
    except ValueError:
        cuts = []
    if len(cuts) < FORECAST_MODEL.least_origins:
        return _nothing(f"{span.days} days of sales are too few to compare forecasts")
    kinds = {KIND: study.by_category(by_id, past.products)}
    usual = await _judged_as_usual(context, past, known, cuts, kinds)
    theirs = await _judged(context, past, known, cuts, kinds, weights)
    await context.progress(3, _STEPS, "deciding")

    made = registered.trained(past, by_id, scores(theirs, kinds), ALGORITHM, recipe(weights))
    version = await registry.refresh(ports, FORECAST_MODEL, made, f"{context.id}:{ALGORITHM}")
    found = contests(usual, theirs, KIND, kinds[KIND], span)
    turned = contests(theirs, usual, KIND, kinds[KIND], span)
    verdicts = []
    lost = [c for c in turned if (await _answers(ports, c))[0] == ALGORITHM]
    if lost:
        again = registered.trained(past, by_id, scores(usual, kinds))
        other = await registry.register(ports, FORECAST_MODEL, again, f"{context.id}:usual")
        verdicts += await registry.contend(ports, FORECAST_MODEL, other, lost)
    mine = (ALGORITHM, version.recipe_id)
    tried = [c for c in found if await _answers(ports, c) != mine]
    if tried:
        verdicts += await registry.contend(ports, FORECAST_MODEL, version, tried)
    return {
        "model": weights.name,
        "version": version.version,
        "groups": len(found),
        "answers_for": [c.group for c in found if await _answers(ports, c) == mine],
        "verdict": gate.text(verdicts),
    }


async def _answers(ports: Ports, contest: Contest) -> tuple[str, str]:
    """Algorithm and recipe of what answers for a contest's group now."""
    answers = await registry.champion(ports, FORECAST_MODEL, contest.group)
    assert answers is not None
    return answers.algorithm, answers.recipe_id


async def _judged_as_usual(
    context: JobContext,
    past: History,
    known: Inputs,
    cuts: Sequence[int],
    kinds: Mapping[str, study.Grouping],
) -> Gathered:
    panel = past.by_product
    means: dict[int, NDArray[np.float32]] = {}
    for number, cut in enumerate(cuts, 1):
        then = known.until(cut, HORIZON_DAYS)

        def train(told: Told, cut: int = cut, then: Inputs = then) -> NDArray[np.float32]:
            made = forecast_global(
                panel.until(cut), HORIZON_DAYS, quantiles=SHOWN_LEVELS, told=told,
                covariates=then.covariates(), signals=then.signals(panel.size),
                drivers=then.drivers,
            )  # fmt: skip
            return made.forecast.mean

        words = f"training for origin {number} of {len(cuts)}"
        means[cut] = await stoppable(context, (1, _STEPS), words, train)

    def work(told: Told) -> Gathered:
        scored = rolling(
            panel, HORIZON_DAYS, cuts, quantiles=SHOWN_LEVELS,
            signals=known.signals(panel.size), drivers=known.drivers, means=means,
        )  # fmt: skip
        return _gathered(panel.size, kinds, scored, lambda: told(0, 1))

    return await stoppable(context, (1, _STEPS), "judging what answers", work)


async def _judged(
    context: JobContext,
    past: History,
    known: Inputs,
    cuts: Sequence[int],
    kinds: Mapping[str, study.Grouping],
    weights: Pretrained,
) -> Gathered:
    panel = past.by_product
    passes = len(cuts) + SPREAD_ORIGINS

    def work(told: Told) -> Gathered:
        steps, done = passes * -(-panel.size // CHUNK), 0

        def tell() -> None:
            nonlocal done
            told(done, steps)
            done = min(done + 1, steps)

        scored = rolling(
            panel, HORIZON_DAYS, cuts, quantiles=SHOWN_LEVELS,
            signals=known.signals(panel.size), drivers=known.drivers,
            refined=refining(weights.quantiles, weights.levels, weights.context, tell),
        )  # fmt: skip
        return _gathered(panel.size, kinds, scored, tell)

    return await stoppable(context, (2, _STEPS), "judging the foundation model", work)


def _gathered(
    size: int, kinds: Mapping[str, study.Grouping], scored: Iterator[Tally], tell: Any
) -> Gathered:
    gathered = study.gathering(size, kinds)
    for one in scored:
        gathered.add(one)
        tell()
    return gathered


def _nothing(reason: str) -> dict[str, Any]:
    return {"model": None, "reason": reason}
