"""The trained model as part of the nightly job: labelled where it answers, stoppable."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domains.forecasting.known import known
from domains.simulated import Job, opened
from omnix.domains.forecasting import accuracy, catalogue, history, make, model, trained
from omnix.domains.forecasting.backtests.desk import get
from omnix.domains.forecasting.backtests.run import run
from omnix.engine.forecast import forecast, global_model, hindsight, metrics
from omnix.engine.forecast.boosted import Settings
from omnix.platform import stoppable
from omnix.platform.jobs import Cancelled
from omnix.ports import Ports

pytestmark = pytest.mark.anyio


class Stopping(Job):
    """A job whose user asks it to stop at its first sign of progress."""

    async def progress(self, done: int, total: int, step: str = "") -> None:
        await super().progress(done, total, step)
        raise Cancelled


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty products are enough to train on here, and every product follows what was learnt."""
    monkeypatch.setattr(global_model, "LEAST_ROWS", 500)
    monkeypatch.setattr(stoppable, "TOLD_EVERY", 0.005)

    def all_of_them(run: Any, tried: Any) -> Any:
        groups = run.data.groups
        return np.ones(groups, np.bool_), np.ones(groups), 1.0

    monkeypatch.setattr(global_model, "_choice", all_of_them)


async def _past(ports: Ports) -> history.History:
    span = await history.window(ports)
    assert span is not None
    return await history.read(ports, span, await catalogue.active(ports), all=True)


async def test_products_are_labelled_and_progress_is_told(shop_data: Path, eager: None) -> None:
    async with opened(shop_data) as ports:
        past, job = await _past(ports), Job(ports)
        ahead = await known(ports, past)
        fit = await trained.by_product(job, past, ahead, (1, 4))  # type: ignore[arg-type]
    made = fit.forecast
    assert "boosted" in made.model
    assert {model.label(name) for name in made.model}
    assert np.isfinite(made.mean).all()
    assert made.mean.shape == (len(past.products), model.HORIZON_DAYS)
    assert any("training on" in step and "%" in step for step in job.steps)
    plain = forecast(past.by_product, model.HORIZON_DAYS, quantiles=model.SHOWN_LEVELS)
    assert not np.allclose(plain.mean, made.mean)
    assert 0.8 < made.mean.sum() / plain.mean.sum() < 1.2


async def test_figures_shown_are_those_of_the_forecast_in_use(
    shop_data: Path, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nightly accuracy and the backtests, from the trained model's own earlier days."""
    for each in (global_model.forecast_global, hindsight.trained_means):
        monkeypatch.setitem(each.__kwdefaults__, "settings", Settings(trees=8, leaves=8))
    async with opened(shop_data) as ports:
        past, job = await _past(ports), Job(ports)
        ahead = await known(ports, past)
        by_id = {product.id: product for product in await catalogue.active(ports)}
        fit = await trained.by_product(job, past, ahead, (1, 4))  # type: ignore[arg-type]
        seen = await accuracy.judge(past, ahead, by_id, _nobody, dict(fit.judged))
        instant = await accuracy.judge(past, ahead, by_id, _nobody, {})
        done = await run(job, {"origins": 2})  # type: ignore[arg-type]
        made = await get(ports, done["backtest_id"])
    days = past.window.days
    assert [cut for cut, _ in fit.judged] == [days - 28, days - 56]
    truth = [past.by_product.values[:, cut : cut + 28] for cut, _ in fit.judged]
    alive = past.by_product.start[:, None] <= np.arange(days)
    truth = [
        np.where(alive[:, cut : cut + 28], sold, np.nan)
        for (cut, _), sold in zip(fit.judged, truth, strict=True)
    ]
    means = np.hstack([mean for _, mean in fit.judged])
    assert seen.overall.wape == pytest.approx(metrics.panel_wape(np.hstack(truth), means), abs=2e-3)
    assert seen.overall.wape != instant.overall.wape
    assert len(seen.overall.origins) == 2
    assert made.model == "boosted"
    assert made.all.whole.wape not in (None, instant.overall.wape)
    assert any("known then" in step for step in job.steps)


async def _nobody() -> None:
    """Nobody is told of progress."""


async def test_a_job_that_is_asked_to_stop_does(
    shop_data: Path, eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = 0
    original = global_model.fit

    def counted(*given: Any, **named: Any) -> Any:
        told = named["told"]

        def counting(tree: int) -> None:
            nonlocal grown
            grown += 1
            told(tree)

        return original(*given, **{**named, "told": counting})

    monkeypatch.setattr(global_model, "fit", counted)
    many = Settings(trees=100_000, leaves=4)
    monkeypatch.setitem(global_model.forecast_global.__kwdefaults__, "settings", many)
    async with opened(shop_data) as ports:
        past, job = await _past(ports), Stopping(ports)
        with pytest.raises(Cancelled):
            await trained.by_product(job, past, await known(ports, past), (1, 4))  # type: ignore[arg-type]
    stopped = grown
    assert stopped < 50_000
    await asyncio.sleep(0.05)
    assert grown == stopped


async def test_a_small_shop_keeps_the_instant_forecast(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        past = await _past(ports)
        ahead = await known(ports, past)
        fit = await trained.by_product(Job(ports), past, ahead, (1, 4))  # type: ignore[arg-type]
    made = fit.forecast
    assert fit.judged == ()
    plain, _, _ = await make.engine(past, ahead)
    np.testing.assert_array_equal(made.mean, plain.mean)
    assert made.model == plain.model
