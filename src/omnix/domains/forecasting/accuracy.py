"""How forecasts of earlier days did: the rolling-origin backtest behind the figures shown."""

import asyncio
import math
from datetime import timedelta

from omnix.engine.forecast import Scores, backtest

from .history import History
from .model import Accuracy

HORIZON_DAYS = 28
ORIGINS = 3


def _number(value: float) -> float | None:
    return round(float(value), 4) if math.isfinite(value) else None


def _of(scores: Scores, row: int) -> dict[str, float | None]:
    return {
        "wape": _number(scores.wape[row]),
        "bias": _number(scores.bias[row]),
        "coverage_80": _number(scores.coverage_80[row]),
    }


async def judge(past: History) -> tuple[dict[str, dict[str, float | None]], Accuracy]:
    """Scores of each product and of all; nothing where the history is too short to judge."""
    try:
        tested = await asyncio.to_thread(backtest, past.by_product, HORIZON_DAYS, origins=ORIGINS)
    except ValueError:
        return {}, Accuracy()
    each = {id: _of(tested.series, row) for row, id in enumerate(past.products)}
    whole = tested.overall
    overall = Accuracy(
        series=len(past.products),
        horizon_days=tested.horizon,
        origins=[
            (past.window.first + timedelta(days=origin)).isoformat() for origin in tested.origins
        ],
        wape=_number(whole.wape[0]),
        bias=_number(whole.bias[0]),
        coverage_80=_number(whole.coverage_80[0]),
        coverage_50=_number(whole.coverage_50[0]),
        rmsse=_number(whole.rmsse[0]),
        pinball=_number(whole.pinball[0]),
        value_added=_number(whole.value_added[0]),
    )
    return each, overall
