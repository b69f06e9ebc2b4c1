"""Policies as the simulator plays them: parameters from what was known on a day."""

import math
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .ahead import Ahead, Floats, within
from .least_cost import Terms, least_cost
from .simulate import Rules

Kind = Literal["least_cost", "service_level", "base_stock", "fixed_quantity"]
KINDS: tuple[Kind, ...] = ("least_cost", "service_level", "base_stock", "fixed_quantity")


def rules_of(
    kind: Kind,
    ahead: Ahead,
    terms: Terms,
    *,
    service_level: float,
    daily_mean: Floats,
    daily_deviation: Floats,
    start: int = 0,
) -> Rules:
    """Rules of N stocks from day ``start`` on.

    ``least_cost``: (R, s, S) by expected costs. ``service_level``: (R, s, S), s the quantile of
    the forecast's demand over lead time and review, S one review period above it.
    ``base_stock``: up to that s at each review. ``fixed_quantity``: (s, Q), the rule of thumb
    that shops use without a forecast: s = mean + z x deviation of past daily sales over lead
    time and review, Q the economic order quantity.
    """
    if kind == "least_cost":
        made = least_cost(ahead, terms, np.zeros(len(ahead), np.int64))
        return _rules(made.point, np.maximum(made.target, made.point), 0, terms, start)
    protection = terms.lead_days + terms.review_days
    if kind == "fixed_quantity":
        z = NormalDist().inv_cdf(service_level)
        late = daily_mean * terms.lead_deviation
        spread = np.hypot(daily_deviation * np.sqrt(protection), late)
        point = np.ceil(daily_mean * protection + z * spread - 1e-9)
        with np.errstate(divide="ignore", invalid="ignore"):
            lot = np.sqrt(2 * terms.order_cost * daily_mean / terms.holding)
        # Free holding has no best lot: a year's demand then.
        lot = np.where(np.isfinite(lot), lot, 365 * daily_mean)
        lot = np.maximum(1.0, np.rint(np.minimum(lot, 365 * daily_mean)))
        return _rules(point, point + lot, lot, terms, start)
    values = ahead.values_over(protection, terms.lead_deviation)
    point = _quantile(values, service_level)
    if kind == "base_stock":
        return _rules(point, point, 0, terms, start)
    more = ahead.mean_over(protection + terms.review_days) - ahead.mean_over(protection)
    return _rules(point, np.ceil(point + more - 1e-9), 0, terms, start)


def _rules(point: ArrayLike, target: ArrayLike, lot: ArrayLike, terms: Terms, start: int) -> Rules:
    return Rules(point, target, lot, minimum=terms.minimum, pack=terms.pack, start=start)


def _quantile(values: Floats, level: float) -> Floats:
    """The smallest whole number within which demand stays with probability ``level`` (N,)."""
    low = np.full(values.shape[0], -1.0)
    high = np.ceil(values[:, -1])
    for _ in range(max(1, math.ceil(math.log2(float(high.max(initial=1.0)) + 2)) + 1)):
        middle = np.floor((low + high) / 2)
        enough = within(values, middle) >= level
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.maximum(high, 0.0)
