"""What the trained model would have said on earlier days, for a backtest of many origins.

Training at each origin would cost as much as that many nights. A model is trained at the earliest
of a few origins and serves the later ones: it knows less than the night's own would have, never
more.
"""

from collections.abc import Callable, Sequence

import numpy as np

from omnix.engine.forecast.boosted import Settings
from omnix.engine.forecast.driven import Drivers, tested
from omnix.engine.forecast.features import Covariates
from omnix.engine.forecast.global_model import SETTINGS, Run, Told
from omnix.engine.forecast.panel import F32, Panel
from omnix.engine.forecast.signals import Signals

SERVED_DAYS = 84
"""How much later than the day it was trained a model may speak."""


def trained_before(cuts: Sequence[int], days: int = SERVED_DAYS) -> list[list[int]]:
    """The cuts in groups, latest first; a model is trained at the last of each."""
    out: list[list[int]] = []
    for cut in sorted(cuts):
        if out and cut - out[0][-1] < days:
            out[0].insert(0, cut)
        else:
            out.insert(0, [cut])
    return out


def trained_means(
    panel: Panel,
    horizon: int,
    cuts: Sequence[int],
    *,
    covariates: Covariates | None = None,
    signals: Signals | None = None,
    drivers: Drivers | None = None,
    settings: Settings = SETTINGS,
    told: Told | None = None,
) -> tuple[dict[int, F32], bool]:
    """Means [n,h] by cut, in the panel's order, as `forecast_global` would have given them with a
    model up to SERVED_DAYS old; and whether any group ever followed one.

    A cut with too little before it to train a model is left out. Arguments and `told` as there.
    """
    out: dict[int, F32] = {}
    any_followed, done = False, 0
    batches = trained_before(cuts)
    steps = 2 * settings.trees * len(batches)

    def tell() -> None:
        nonlocal done
        done = min(done + 1, steps)
        if told is not None:
            told(done, steps)

    for number, batch in enumerate(batches, 1):
        made, followed = _batch(panel, horizon, batch, covariates, signals, drivers, settings, tell)
        out |= made
        any_followed |= followed
        done = 2 * settings.trees * number - 1
        tell()
    return out, any_followed


def _batch(
    panel: Panel,
    horizon: int,
    cuts: Sequence[int],
    covariates: Covariates | None,
    signals: Signals | None,
    drivers: Drivers | None,
    settings: Settings,
    tell: Callable[[], None],
) -> tuple[dict[int, F32], bool]:
    run = Run(panel, horizon, covariates, signals)
    first = min(cuts)
    judged = [first - 2 * run.learnt, first - run.learnt]
    if not run.enough(judged[0]):
        return {}, False
    run.driven = tested(run.data, drivers, judged, run.learnt, run.plain)
    run.lean(judged)
    verdict = run.judge(judged, settings, tell)
    if verdict is None:
        return {}, False
    trees = run.train(first, settings, tell) if verdict.chosen.any() else None
    out = {}
    for cut in cuts:
        at = run.longer(cut, horizon)
        if trees is not None:
            at = run.moved(trees, at, verdict)
        out[cut] = np.asarray(run.data.restore(at.mean), np.float32)
    return out, trees is not None
