"""Forecasts given in earnest, kept until what they spoke of has come, and then compared with it."""

import io
import math
from datetime import date, timedelta

import numpy as np

from omnix.domains.ml.model import Realised
from omnix.domains.ml.watching import LEAST_DAYS, realised
from omnix.engine.forecast import Forecast, metrics
from omnix.ports import Ports

from .declare import FORECAST_MODEL
from .history import History
from .model import SHOWN_LEVELS

DAYS = 28
EVERY_DAYS = 7
_KEPT_DAYS = 63
_FOLDER = "forecasting/made/"


async def keep(ports: Ports, past: History, made: Forecast, expected: float | None) -> bool:
    """Put the next four weeks aside, once a week, with what the backtest lets expect; what
    is long past is dropped.
    """
    day = past.window.forecast_date
    known = await _kept(ports)
    for old in known:
        if old < day - timedelta(days=_KEPT_DAYS) or old > day:
            await ports.blobs.delete(_name(old))
    if any(day - timedelta(days=EVERY_DAYS) < old <= day for old in known):
        return False
    columns = {
        "products": np.array(past.products, np.str_),
        "mean": np.asarray(made.mean[:, :DAYS], np.float32),
        "quantiles": np.asarray(made.quantiles[:, :DAYS], np.float32),
        "expected": np.array(np.nan if expected is None else expected),
    }
    file = io.BytesIO()
    np.savez_compressed(file, **columns)  # type: ignore[arg-type]
    await ports.blobs.put(_name(day), file.getvalue())
    return True


async def came_true(ports: Ports, past: History) -> Realised | None:
    """The newest forecast whose four weeks are over, or the oldest of which at least LEAST_DAYS
    are; None where there is none. What to expect of it comes from before it was made: tonight's
    backtest has seen what came, and would excuse it.
    """
    end = past.window.forecast_date
    known = [day for day in await _kept(ports) if (end - day).days >= LEAST_DAYS]
    over = [day for day in known if (end - day).days >= DAYS]
    if not known:
        return None
    day = over[-1] if over else known[0]
    raw = await ports.blobs.get(_name(day))
    begin = (day - past.window.first).days
    if raw is None or begin < 0:
        return None
    with np.load(io.BytesIO(raw), allow_pickle=False) as file:
        products, mean, quantiles = (file[name] for name in ("products", "mean", "quantiles"))
        promised = float(file["expected"])
    days = min(mean.shape[1], past.window.days - begin)
    row_of = {id: row for row, id in enumerate(past.products)}
    mine = [(row, row_of[id]) for row, id in enumerate(products.tolist()) if id in row_of]
    if not mine or days < 1:
        return None
    then, now = (np.array(rows) for rows in zip(*mine, strict=True))
    truth = past.by_product.values[now, begin : begin + days]
    mean, quantiles = mean[then, :days], quantiles[then, :days]
    seen = np.isfinite(truth)
    actual = float(np.abs(truth[seen]).sum())
    loss = metrics.pinball_loss(truth.reshape(1, -1), quantiles.reshape(1, -1, len(SHOWN_LEVELS)),
                                SHOWN_LEVELS)[0]  # fmt: skip
    wql = 2.0 * float(loss) * int(seen.sum()) / actual if actual > 0 else float("nan")
    others = {}
    if actual > 0:
        others = {
            "wape": metrics.panel_wape(truth, mean),
            "bias": metrics.panel_bias(truth, mean),
        }
    expected = promised if math.isfinite(promised) else None
    return realised(
        FORECAST_MODEL, wql, expected, day.isoformat(), days, int(seen.any(1).sum()), others
    )


async def _kept(ports: Ports) -> list[date]:
    """The days of the forecasts put aside, oldest first."""
    names = await ports.blobs.list(_FOLDER)
    return sorted(date.fromisoformat(n.removeprefix(_FOLDER).removesuffix(".npz")) for n in names)


def _name(day: date) -> str:
    return f"{_FOLDER}{day.isoformat()}.npz"
