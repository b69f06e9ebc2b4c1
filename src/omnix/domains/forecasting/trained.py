"""The trained model over the whole catalogue, as a part of a job: told about, and stoppable."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast import GlobalForecast, forecast_global
from omnix.engine.forecast.hindsight import trained_means
from omnix.platform.jobs import JobContext

from .history import History
from .inputs import Inputs
from .model import HORIZON_DAYS, SHOWN_LEVELS

T = TypeVar("T")
Told = Callable[[int, int], None]

TOLD_EVERY = 1.0
"""Seconds between two signs of progress."""


class _Stopped(Exception):
    """Ends the work in its thread."""


async def stoppable(
    context: JobContext, step: tuple[int, int], words: str, work: Callable[[Told], T]
) -> T:
    """What ``work`` returns, done in a thread. It calls what it is given with the steps done and
    the steps in all; that tells ``words`` with their share as a part of the job's ``step`` (which,
    of how many), and raises where the job was asked to stop.
    """
    done, steps = 0, 1
    stop = threading.Event()

    def told(now: int, of: int) -> None:
        nonlocal done, steps
        done, steps = now, of
        if stop.is_set():
            raise _Stopped

    task = asyncio.create_task(asyncio.to_thread(work, told))
    try:
        while not (await asyncio.wait({task}, timeout=TOLD_EVERY))[0]:
            share = int(np.floor(100 * done / steps))
            await context.progress(*step, f"{words}, {share}%")
    except BaseException:
        stop.set()
        await asyncio.wait({task})
        task.exception()
        raise
    return task.result()


async def by_product(
    context: JobContext, history: History, known: Inputs, step: tuple[int, int]
) -> GlobalForecast:
    """Forecasts of every product, of the trained model where it would have done better.

    A job that is asked to stop ends between two trees.
    """

    def work(told: Told) -> GlobalForecast:
        panel = history.by_product
        return forecast_global(
            panel, HORIZON_DAYS, quantiles=SHOWN_LEVELS, covariates=known.covariates(),
            signals=known.signals(panel.size), drivers=known.drivers, told=told,
        )  # fmt: skip

    return await stoppable(context, step, f"training on {len(history.products)} products", work)


async def of_earlier(
    context: JobContext,
    history: History,
    known: Inputs,
    cuts: Sequence[int],
    horizon: int,
    step: tuple[int, int],
) -> tuple[dict[int, NDArray[np.float32]], bool]:
    """Means of every product by cut as ``by_product`` would have given them there, where there was
    enough to train on; and whether any followed the trained model.
    """

    def work(told: Told) -> tuple[dict[int, NDArray[np.float32]], bool]:
        panel = history.by_product
        return trained_means(
            panel, horizon, cuts, covariates=known.covariates(),
            signals=known.signals(panel.size), drivers=known.drivers, told=told,
        )  # fmt: skip

    return await stoppable(context, step, "training on what was known then", work)
