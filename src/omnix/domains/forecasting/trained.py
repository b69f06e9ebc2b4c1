"""The trained model over the whole catalogue, as a part of a job: told about, and stoppable."""

import asyncio
import threading

import numpy as np

from omnix.engine.forecast import Forecast, forecast_global
from omnix.platform.jobs import JobContext

from .history import History
from .inputs import Inputs
from .model import HORIZON_DAYS, SHOWN_LEVELS

TOLD_EVERY = 1.0
"""Seconds between two signs of progress."""


class _Stopped(Exception):
    """Ends the work in its thread."""


async def by_product(
    context: JobContext, history: History, known: Inputs, step: tuple[int, int]
) -> Forecast:
    """Forecasts of every product, of the trained model where it would have done better.

    Progress is told as a part of the job's ``step`` (which, of how many). A job that is asked to
    stop ends between two trees.
    """
    done, steps = 0, 1
    stop = threading.Event()

    def told(now: int, of: int) -> None:
        nonlocal done, steps
        done, steps = now, of
        if stop.is_set():
            raise _Stopped

    def work() -> Forecast:
        panel = history.by_product
        made = forecast_global(
            panel, HORIZON_DAYS, quantiles=SHOWN_LEVELS, covariates=known.covariates(),
            signals=known.signals(panel.size), drivers=known.drivers, told=told,
        )  # fmt: skip
        return made.forecast

    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        while not (await asyncio.wait({task}, timeout=TOLD_EVERY))[0]:
            share = int(np.floor(100 * done / steps))
            await context.progress(*step, f"training on {len(history.products)} products, {share}%")
    except BaseException:
        stop.set()
        await asyncio.wait({task})
        task.exception()
        raise
    return task.result()
