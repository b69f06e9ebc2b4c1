"""Contests of a challenger with the champion, from what both came to at the same origins."""

import math
from typing import Any

from omnix.domains.forecasting.declare import FORECAST_MODEL
from omnix.domains.forecasting.history import Window
from omnix.domains.ml.model import ALL, Contest
from omnix.engine.forecast.tally import Breakdown, Gathered

from .study import Grouping, dates

LEAST_SERIES = 5
MOST_CONTESTS = 200


def contests(
    champion: Gathered, challenger: Gathered, kind: str, grouping: Grouping, span: Window
) -> list[Contest]:
    """In ``all``, and in the groups ``kind:name`` of one kind: were there champions by category
    and by class, a product of both would have two.

    Both sides scored the same series from the same origins, by ``grouping`` under ``kind``. Groups
    of fewer than LEAST_SERIES series are left to what wins at large, and so are all but the
    largest MOST_CONTESTS. Raises ValueError for different origins.
    """
    if champion.origins != challenger.origins:
        raise ValueError("both sides of a contest are forecast from the same origins")
    days = dates(champion.origins, span)
    found = [_contest(ALL, 0, days, champion.breakdown(ALL), challenger.breakdown(ALL))]
    mine, other = champion.breakdown(kind), challenger.breakdown(kind)
    order = sorted(range(len(grouping.names)), key=lambda k: -int(mine.series[k, 0]))
    found += [
        _contest(f"{kind}:{grouping.names[k]}", k, days, mine, other)
        for k in order[: MOST_CONTESTS - 1]
        if mine.series[k, 0] >= LEAST_SERIES
    ]
    return found


def _contest(name: str, k: int, days: list[str], mine: Breakdown, other: Breakdown) -> Contest:
    return Contest(
        group=name,
        origins=days,
        series=int(mine.series[k, 0]),
        champion=_floats(mine.by_origin[FORECAST_MODEL.metric][:, k]),
        challenger=_floats(other.by_origin[FORECAST_MODEL.metric][:, k]),
        champion_guards=_guards(mine, k),
        challenger_guards=_guards(other, k),
    )


def _guards(of: Breakdown, k: int) -> dict[str, float]:
    values = {g.metric: float(of.figures[g.metric][k, 0]) for g in FORECAST_MODEL.guards}
    return {name: value for name, value in values.items() if math.isfinite(value)}


def _floats(values: Any) -> list[float]:
    return [float(value) for value in values]
