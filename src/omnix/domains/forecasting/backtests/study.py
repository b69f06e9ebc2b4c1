"""Forecasts from earlier days, scored by group: what a backtest, and each night's run, rests on."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.domains.forecasting.history import History, Window
from omnix.domains.forecasting.model import SHOWN_LEVELS
from omnix.domains.ml.lineage import fingerprint
from omnix.domains.products.model import Product
from omnix.engine.forecast import Drivers, Panel, Signals
from omnix.engine.forecast.backtest import rolling
from omnix.engine.forecast.patterns import patterns
from omnix.engine.forecast.tally import FIGURES, Breakdown, Gathered
from omnix.engine.inventory.classes import classify

from .model import MOST_GROUPS, AtOrigin, Figures, Group, Part, Step

ALL = "all"
NO_CATEGORY = "(none)"
_CLASS_WEEKS = 26
_AT_ORIGIN = tuple(name for name in AtOrigin.__struct_fields__ if name != "forecast_date")
Tell = Callable[[], Awaitable[None]]


class Grouping:
    """Groups of rows: their names, and the group of each row."""

    def __init__(self, of: Sequence[str]) -> None:
        self.names = sorted(set(of))
        number = {name: n for n, name in enumerate(self.names)}
        self.code = np.array([number[name] for name in of], np.int64)


def by_category(products: Mapping[str, Product], ids: Sequence[str]) -> Grouping:
    return Grouping([products[id].category or NO_CATEGORY for id in ids])


def by_class(products: Mapping[str, Product], past: History, before: int) -> Grouping:
    """ABC/XYZ classes such as AX, from the half year before column ``before`` alone."""
    weeks = min(_CLASS_WEEKS, before // 7)
    days = past.by_product.values[:, before - 7 * weeks : before]
    weekly = np.nan_to_num(days).reshape(len(days), weeks, 7).sum(2, dtype=float)
    price = np.array([products[id].price_minor for id in past.products], float)
    found = classify(weekly.sum(1) * price, weekly)
    return Grouping([a + x for a, x in zip(found.abc, found.xyz, strict=True)])


def by_pattern(past: History, before: int) -> Grouping:
    """How often and how evenly each product sold on the days of the half year before a column."""
    panel = past.by_product
    first = max(0, before - 7 * _CLASS_WEEKS)
    born = np.arange(first, before)[None, :] >= panel.start[:, None]
    return Grouping(patterns(np.where(born, panel.values[:, first:before], np.nan)))


def by_location(past: History) -> Grouping:
    return Grouping([place or NO_CATEGORY for _, place in past.places])


async def study(
    panel: Panel,
    horizon: int,
    cuts: Sequence[int],
    groupings: Mapping[str, Grouping],
    tell: Tell,
    step: int | None = None,
    *,
    signals: Signals | None = None,
    drivers: Drivers | None = None,
    means: Mapping[int, NDArray[np.float32]] | None = None,
) -> Gathered:
    """Score the forecasts from each of ``cuts``, by the groupings and for ``ALL``; ``tell`` is
    called before each origin. Off the event loop, one origin at a time. ``means`` as in `rolling`.
    """
    gathered = gathering(panel.size, groupings)
    scored = rolling(
        panel, horizon, cuts, quantiles=SHOWN_LEVELS, step=step, signals=signals, drivers=drivers,
        means=means,
    )  # fmt: skip

    def one() -> None:
        gathered.add(next(scored))

    for _ in cuts:
        await tell()
        await asyncio.to_thread(one)
    return gathered


def gathering(size: int, groupings: Mapping[str, Grouping]) -> Gathered:
    """What tallies of ``size`` series are added to, by the groupings and for ``ALL``."""
    codes = {name: (len(g.names), g.code) for name, g in groupings.items()}
    return Gathered(size, {ALL: (1, np.zeros(size, np.int64)), **codes})


def number(value: Any) -> float | None:
    """Rounded, or None for what is not finite."""
    return round(float(value), 4) if math.isfinite(value) else None


def figures(of: Breakdown, group: int, at: int = 0) -> Figures:
    """One group's figures over the whole horizon, or over part ``at`` from 1 on."""
    return Figures(
        series=int(of.series[group, at]),
        origins=int(of.origins[group, at]),
        observations=int(of.observations[group, at]),
        **{name: number(of.figures[name][group, at]) for name in FIGURES},
    )


def groups(
    gathered: Gathered, kind: str, names: Sequence[str], span: Window
) -> tuple[list[Group], int]:
    """The groups of a kind with something to score, those with most days first; and how many of
    them are left out.
    """
    of = gathered.breakdown(kind)
    order = sorted(range(len(names)), key=lambda k: (-int(of.observations[k, 0]), names[k]))
    there = [k for k in order if of.observations[k, 0] > 0]
    return [
        Group(
            kind=kind,
            name=names[k],
            whole=figures(of, k),
            parts=[
                Part(first=first, last=last, figures=figures(of, k, at))
                for at, (first, last) in enumerate(of.parts, 1)
            ],
            by_origin=[
                AtOrigin(
                    forecast_date=day,
                    **{name: number(of.by_origin[name][n, k]) for name in _AT_ORIGIN},
                )
                for n, day in enumerate(dates(gathered.origins, span))
            ],
        )
        for k in there[:MOST_GROUPS]
    ], max(0, len(there) - MOST_GROUPS)


def steps(gathered: Gathered) -> list[Step]:
    """All products at each day ahead."""
    of = gathered.steps
    return [
        Step(
            day=day, wape=number(of["wape"][day - 1]), bias=number(of["bias"][day - 1]),
            naive_wape=number(of["naive_wape"][day - 1]),
        )
        for day in range(1, len(of["wape"]) + 1)
    ]  # fmt: skip


def dates(cuts: Sequence[int], span: Window) -> list[str]:
    """The first days forecast from columns of the history."""
    return [(span.first + timedelta(days=cut)).isoformat() for cut in cuts]


def seen(past: History) -> str:
    """The fingerprint of what the forecasts by product learn from."""
    panel = past.by_product
    return fingerprint(
        past.window.first.isoformat(), *past.products, panel.values, panel.start, panel.group
    )
