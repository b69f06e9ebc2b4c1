"""The trained model over the whole catalogue, as a part of a job: told about, and stoppable."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from omnix.engine.forecast import GlobalForecast, forecast_global
from omnix.engine.forecast.hindsight import trained_means
from omnix.platform.jobs import JobContext
from omnix.platform.stoppable import Told, stoppable

from .history import History
from .inputs import Inputs
from .model import HORIZON_DAYS, SHOWN_LEVELS


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
