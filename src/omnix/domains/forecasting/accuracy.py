"""How forecasts of earlier days did: the rolling-origin backtest behind the figures shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from omnix.domains.ml.model import ALL, Score
from omnix.domains.products.model import Product
from omnix.engine.forecast.backtest import rolling_cuts
from omnix.engine.forecast.tally import FIGURES, Gathered

from .backtests import study
from .backtests.study import Grouping, Tell, number
from .history import History
from .inputs import Inputs
from .model import Accuracy, GroupAccuracy

HORIZON_DAYS = 28
ORIGINS = 3
MOST_SHOWN = 30
"""Groups of a kind that stand beside the figures of all; a backtest has all of them."""

_OF_A_PRODUCT = ("wape", "bias", "coverage_80")
_OF_A_GROUP = ("wape", "bias", "coverage_80", "coverage_50", "value_added")


@dataclass(frozen=True)
class Judged:
    """Figures of each product, of all, and by group as the registry of models keeps them."""

    quality: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    overall: Accuracy = field(default_factory=Accuracy)
    scores: Sequence[Score] = ()


async def judge(
    past: History,
    known: Inputs,
    products: Mapping[str, Product],
    tell: Tell,
    means: Mapping[int, NDArray[np.float32]],
) -> Judged:
    """Nothing where the history is too short to judge; ``tell`` is called before each origin.

    ``means`` by cut are judged if there are any, the instant forecast if there are none.
    """
    try:
        cuts = sorted(means, reverse=True) or rolling_cuts(past.window.days, HORIZON_DAYS, ORIGINS)
    except ValueError:
        return Judged()
    kinds = {
        "category": study.by_category(products, past.products),
        "class": study.by_class(products, past, cuts[-1]),
        "pattern": study.by_pattern(past, cuts[-1]),
    }
    panel = past.by_product
    gathered = await study.study(
        panel, HORIZON_DAYS, cuts, kinds, tell,
        signals=known.signals(panel.size), drivers=known.drivers, means=means,
    )  # fmt: skip
    series = gathered.series()
    each = {
        id: {name: number(series[name][row]) for name in _OF_A_PRODUCT}
        for row, id in enumerate(past.products)
    }
    whole = gathered.breakdown(ALL).figures
    overall = Accuracy(
        series=len(past.products),
        horizon_days=HORIZON_DAYS,
        origins=study.dates(cuts, past.window),
        wape=number(whole["wape"][0, 0]),
        bias=number(whole["bias"][0, 0]),
        coverage_80=number(whole["coverage_80"][0, 0]),
        coverage_50=number(whole["coverage_50"][0, 0]),
        rmsse=number(whole["rmsse"][0, 0]),
        pinball=number(whole["pinball"][0, 0]),
        value_added=number(whole["value_added"][0, 0]),
    )
    overall = msgspec.structs.replace(overall, groups=_groups(gathered, kinds))
    return Judged(each, overall, scores(gathered, kinds))


def _groups(gathered: Gathered, kinds: Mapping[str, Grouping]) -> list[GroupAccuracy]:
    """The groups of each kind with most days, by name."""
    out = []
    for kind, grouping in kinds.items():
        of = gathered.breakdown(kind)
        there = [k for k in range(len(grouping.names)) if of.observations[k, 0] > 0]
        most = sorted(there, key=lambda k: -int(of.observations[k, 0]))[:MOST_SHOWN]
        out += [
            GroupAccuracy(
                kind=kind,
                name=grouping.names[k],
                series=int(of.series[k, 0]),
                observations=int(of.observations[k, 0]),
                **{name: number(of.figures[name][k, 0]) for name in _OF_A_GROUP},
            )
            for k in sorted(most)
        ]
    return out


def scores(gathered: Gathered, kinds: Mapping[str, Grouping]) -> list[Score]:
    """As ``all`` and ``kind:name``, the groups that had anything to score."""
    out = []
    for kind, names in ((ALL, [ALL]), *((kind, g.names) for kind, g in kinds.items())):
        of = gathered.breakdown(kind)
        out += [
            Score(
                group=ALL if kind == ALL else f"{kind}:{name}",
                series=int(of.series[k, 0]),
                origins=int(of.origins[k, 0]),
                values={figure: number(of.figures[figure][k, 0]) for figure in FIGURES},
            )
            for k, name in enumerate(names)
            if of.observations[k, 0] > 0
        ]
    return out
