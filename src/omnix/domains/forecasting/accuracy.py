"""How forecasts of earlier days did: the rolling-origin backtest behind the figures shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from omnix.domains.ml.model import ALL, Score
from omnix.domains.products.model import Product
from omnix.engine.forecast.backtest import rolling_cuts
from omnix.engine.forecast.tally import FIGURES, Gathered

from .backtests import study
from .backtests.study import Grouping, Tell, number
from .history import History
from .inputs import Inputs
from .model import Accuracy

HORIZON_DAYS = 28
ORIGINS = 3
_OF_A_PRODUCT = ("wape", "bias", "coverage_80")


@dataclass(frozen=True)
class Judged:
    """Figures of each product, of all, and by group as the registry of models keeps them."""

    quality: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    overall: Accuracy = field(default_factory=Accuracy)
    scores: Sequence[Score] = ()


async def judge(
    past: History, known: Inputs, products: Mapping[str, Product], tell: Tell
) -> Judged:
    """Nothing where the history is too short to judge; ``tell`` is called before each origin."""
    try:
        cuts = rolling_cuts(past.window.days, HORIZON_DAYS, ORIGINS)
    except ValueError:
        return Judged()
    kinds = {
        "category": study.by_category(products, past.products),
        "class": study.by_class(products, past, cuts[-1]),
    }
    panel = past.by_product
    gathered = await study.study(
        panel, HORIZON_DAYS, cuts, kinds, tell,
        signals=known.signals(panel.size), drivers=known.drivers,
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
    return Judged(each, overall, _scores(gathered, kinds))


def _scores(gathered: Gathered, kinds: Mapping[str, Grouping]) -> list[Score]:
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
