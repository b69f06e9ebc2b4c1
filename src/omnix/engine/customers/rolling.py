"""Rolling origins for what is said of customers: forecast from earlier days, scored by what came.

Each origin sees purchases up to its day alone, the calibration included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import dropout
from .consumption import Predictions, fit_consumption, next_after, usual_interval
from .histories import Array, Ints, bought_between, summarise
from .lifetime import calibrate
from .logistic import isotonic
from .purchases import Purchases, known_at

LEAST_CUSTOMERS = 300
MOST_CUSTOMERS = 10_000
"""Customers that are looked at, every n-th where there are more: a model is fitted anew at each
origin, and so many tell two of them apart."""

_LEAST_HISTORY = 2


@dataclass(frozen=True)
class Reliability:
    """Chances in ``bins`` of as many rows each, the least likely first: their mean ``said`` [b],
    the share that ``came`` [b], and how many ``rows`` [b] there are.
    """

    said: Array
    came: Array
    rows: Ints

    @property
    def error(self) -> float:
        """Mean distance of what was said from what came, weighted by rows; NaN of nothing."""
        total = self.rows.sum()
        return float(np.abs(self.said - self.came) @ self.rows / total) if total else float("nan")


_NOTHING = Reliability(np.zeros(0), np.zeros(0), np.zeros(0, np.int64))


def reliability(said: Array, came: Array, bins: int = 10) -> Reliability:
    """Equal chances stay in one bin, so that there may be fewer of them."""
    if not len(said):
        return _NOTHING
    order = np.argsort(said, kind="stable")
    said, came = np.asarray(said, float)[order], np.asarray(came, float)[order]
    edges = said[np.arange(bins) * len(said) // bins]
    begins = np.unique(np.searchsorted(said, edges))
    rows = np.diff(np.append(begins, len(said)))
    return Reliability(
        np.add.reduceat(said, begins) / rows, np.add.reduceat(came, begins) / rows, rows
    )


@dataclass(frozen=True)
class Rolled:
    """Figures [o] by name at each of ``origins`` (days since 1970, latest first), over so many
    ``rows`` [o] of customers, or of customers and items. ``chances`` are those of the ``reliable``
    origins together, at which enough customers were known to set them right.
    """

    origins: tuple[int, ...]
    rows: Ints
    figures: Mapping[str, Array]
    chances: Reliability = _NOTHING
    reliable: tuple[int, ...] = ()

    def pooled(self, name: str) -> float:
        """The mean over origins, weighted by their rows; NaN where nothing was scored."""
        values = self.figures[name]
        known = np.isfinite(values)
        weight = self.rows[known].sum()
        return float((values[known] * self.rows[known]).sum() / weight) if weight else float("nan")


def origins_of(day: Ints, end: int, horizon: int, most: int) -> list[int]:
    """Days, ``horizon`` apart, after each of which the next ``horizon`` days are known by day
    ``end``, latest first; each with a history of at least twice the horizon.
    """
    begin = int(np.min(day)) if len(day) else end
    found = [end - horizon * (k + 1) for k in range(most)]
    return [origin for origin in found if origin - begin >= _LEAST_HISTORY * horizon]


def roll_dropout(
    customer: Ints, day: Ints, end: int, horizon: int, *, modified: bool, most: int = 4
) -> Rolled:
    """Purchases and the chance of any within ``horizon`` days, from purchase days sorted by
    customer, then day.

    ``rmse`` of the number of purchases, ``bias`` its sum over what came less 1, ``naive_rmse``
    where each goes on as before; ``brier`` of the chance of any purchase, ``chance_bias`` its
    mean less the share who came, ``naive_brier`` where all have the share of the time before.
    """
    kept = _sampled(customer)
    customer, day = _renumbered(customer[kept]), day[kept]
    found: dict[str, list[float]] = {name: [] for name in (
        "rmse", "bias", "naive_rmse", "brier", "chance_bias", "naive_brier",
    )}  # fmt: skip
    origins, rows = [], []
    reliable: list[int] = []
    said: list[Array] = []
    outcomes: list[Array] = []
    for origin in origins_of(day, end, horizon, most):
        try:
            of = summarise(customer, day, origin)
            model = dropout.fit(of, modified=modified)
        except (ValueError, ArithmeticError):
            continue
        factor = calibrate(customer, day, origin, modified=modified).factor
        expected = model.expected(of, horizon) * factor
        came = bought_between(customer, day, origin, origin + horizon).astype(float)
        usual = of.frequency / np.maximum(of.age, 1.0) * horizon
        chance, share, honest = coming_back(customer, day, origin, horizon, model)
        any_ = (came > 0).astype(float)
        if honest:
            reliable.append(origin)
            said.append(chance)
            outcomes.append(any_)
        total = came.sum()
        found["rmse"].append(_rms(expected - came))
        found["naive_rmse"].append(_rms(usual - came))
        found["bias"].append(float(expected.sum() / total - 1.0) if total else float("nan"))
        found["brier"].append(float(((chance - any_) ** 2).mean()))
        found["naive_brier"].append(float(((share - any_) ** 2).mean()))
        found["chance_bias"].append(float(chance.mean() - any_.mean()))
        origins.append(origin)
        rows.append(len(of))
    return Rolled(
        tuple(origins), np.array(rows, np.int64), {k: np.array(v) for k, v in found.items()},
        reliability(np.concatenate([*said, []]), np.concatenate([*outcomes, []])), tuple(reliable),
    )  # fmt: skip


def coming_back(
    customer: Ints, day: Ints, end: int, horizon: int, model: dropout.DropoutModel
) -> tuple[Array, float, bool]:
    """P(a purchase within ``horizon`` days) of everybody known by day ``end``; the share who came
    within as many days before it; and whether that is what set the chances right.

    The model's chances are corrected by what came of the same forecast ``horizon`` days earlier,
    where there were enough customers then.
    """
    plain = model.active(summarise(customer, day, end), horizon)
    then = end - horizon
    try:
        of = summarise(customer, day, then)
        came = (bought_between(customer, day, then, end) > 0).astype(float)
        if len(of) < LEAST_CUSTOMERS:
            return plain, float(came.mean()), False
        said = dropout.fit(of, modified=model.modified).active(of, horizon)
    except (ValueError, ArithmeticError):
        return plain, 0.5, False
    honest = isotonic(said, came, least=50)(plain)
    return np.clip(honest, 0.0, 1.0), float(came.mean()), True


def roll_consumption(
    rows: Purchases, end: int, *, days: int = 14, most: int = 4
) -> tuple[Rolled, Rolled]:
    """Chances that a customer buys an item again within ``days``, four weeks apart: of the fitted
    model, and of the usual interval alone. ``brier``, and ``bias``, the mean chance less the
    share who came.
    """
    rows = rows.of(_sampled(np.arange(rows.customers)))
    both: tuple[list[tuple[float, float]], ...] = ([], [])
    origins, sizes = [], []
    for k in range(most):
        origin = end - days - 28 * k
        model, known = fit_consumption(rows, origin), known_at(rows, origin)
        if model is None or not len(known.pair):
            continue
        came = next_after(rows.pair, rows.day, origin, known.pair) < days
        for side, made in zip(both, (model.predict(known), usual_interval(known)), strict=True):
            side.append(_chances(made, came))
        origins.append(origin)
        sizes.append(len(known.pair))
    of = np.array(sizes, np.int64)
    fitted, plain = (_rolled(origins, of, side) for side in both)
    return fitted, plain


def _rolled(origins: Sequence[int], rows: Ints, side: Sequence[tuple[float, float]]) -> Rolled:
    values = np.array(side, float).reshape(-1, 2)
    return Rolled(tuple(origins), rows, {"brier": values[:, 0], "bias": values[:, 1]})


def _chances(made: Predictions, came: np.ndarray) -> tuple[float, float]:
    said = made.chance[:, 1]
    return float(((said - came) ** 2).mean()), float(said.mean() - came.mean())


def _sampled(customer: Ints) -> NDArray[np.bool_]:
    """The rows of every n-th customer, so that MOST_CUSTOMERS remain at most."""
    every = -(-(int(customer.max(initial=0)) + 1) // MOST_CUSTOMERS)
    return np.asarray(customer % every == 0)


def _renumbered(codes: Ints) -> Ints:
    """Sorted codes without gaps."""
    return np.asarray(np.unique(codes, return_inverse=True)[1], np.int64)


def _rms(values: Array) -> float:
    return float(np.sqrt((values**2).mean())) if len(values) else float("nan")
