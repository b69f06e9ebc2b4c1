"""Demand as a level times what discount, activity and the kind of day do; levels by kinship."""

from dataclasses import dataclass

import numpy as np

from bench.freshretail.data import F64, I64, Sales, summed
from omnix.engine.forecast.effects import moments

CUT_SHORT = 0.3
"""Weight of a day not seen whole, beside its exposure: it is short because it sold well."""

_CLUMP = 4.0
_PASSES = 4
_WINDOW = 25.0
_KINDS = 8
_KIND_PRIOR = 400.0
_GROUP_PRIOR, _PRODUCT_PRIOR = 20.0, 4.0
_ELASTICITY = -1.5
_ACTIVITY_GROUP_PRIOR, _ACTIVITY_PRIOR = 50.0, 20.0


@dataclass(frozen=True)
class Shape:
    """factor [n,t+7] of each day; y and exposure [n,t] as weighted for the level; slope [n]."""

    factor: F64
    y: F64
    exposure: F64
    slope: F64


def kinds(sales: Sales) -> I64:
    """The weekday, 7 for a holiday that falls on Monday to Friday."""
    weekday = np.broadcast_to(sales.weekday, sales.holiday.shape)
    return np.where(sales.holiday & (weekday < 5), 7, weekday)


def pair(a: I64, b: I64) -> I64:
    """One code for each pair that occurs."""
    return np.asarray(np.unique(a * (int(b.max()) + 1) + b, return_inverse=True)[1], np.int64)


def shape(sales: Sales) -> Shape:
    """Alternate between each series' own slowly moving level and the effects shared by its kin."""
    t = sales.known
    code = sales.code
    exposure = np.where(sales.seen, 1.0, CUT_SHORT * sales.exposure)
    y = np.where(sales.seen, sales.sold, CUT_SHORT * sales.sold)
    log_price = np.log(sales.discount)
    kind = kinds(sales)
    age = np.arange(t)
    near = 0.5 ** (np.abs(age[:, None] - age[None, :]) / _WINDOW)
    known = (log_price, sales.activity)
    slopes = [np.full(len(y), _ELASTICITY), np.zeros(len(y))]
    priors = (
        (_ELASTICITY, _GROUP_PRIOR, _PRODUCT_PRIOR, -6.0, 0.5),
        (0.0, _ACTIVITY_GROUP_PRIOR, _ACTIVITY_PRIOR, -2.0, 2.0),
    )
    by_kind = np.ones((len(y), _KINDS))
    by_kind[:, 5:] = 1.25
    group, product = code["second_category_id"], code["product_id"]
    kin = (
        np.zeros(len(y), np.int64), group, code["store_id"], product,
        pair(code["store_id"], group),
    )  # fmt: skip
    sold = y @ near
    for turn in range(_PASSES):
        factor = np.take_along_axis(by_kind, kind[:, :t], 1)
        for slope, x in zip(slopes, known, strict=True):
            factor = factor * np.exp(slope[:, None] * x[:, :t])
        seen = (exposure * factor) @ near
        typical = sold.sum(1) / np.maximum(seen.sum(1), 1e-9)
        mean = (sold + 2.0 * typical[:, None]) / (seen + 2.0) * factor * exposure
        for j, (x, drawn_to) in enumerate(zip(known, priors, strict=True)):
            new = _slopes(y, mean, x[:, :t], slopes[j], (group, product), drawn_to, first=turn == 0)
            mean = mean * np.exp((new - slopes[j])[:, None] * x[:, :t])
            slopes[j] = new
        for k in range(_KINDS):
            on = kind[:, :t] == k
            there = np.where(on, y, 0.0).sum(1) / _CLUMP
            meant = np.where(on, mean, 0.0).sum(1) / _CLUMP
            for number, codes in enumerate(kin):
                prior = _KIND_PRIOR if number else 1.0
                ratio = ((summed(there, codes) + prior) / (summed(meant, codes) + prior))[codes]
                by_kind[:, k] *= ratio
                meant = meant * ratio
        by_kind /= by_kind[:, :1]
    factor = np.take_along_axis(by_kind, kind, 1)
    for slope, x in zip(slopes, known, strict=True):
        factor = factor * np.exp(slope[:, None] * x)
    return Shape(factor, y, exposure, slopes[0])


def _slopes(
    y: F64,
    mean: F64,
    x: F64,
    slope: F64,
    codes: tuple[I64, I64],
    prior: tuple[float, float, float, float, float],
    *,
    first: bool,
) -> F64:
    """One Newton step of the slopes [n] on x [n,t]: a product's, drawn to its group's, drawn to
    all. `prior` has their middle, the information that group and product are drawn with, limits."""
    group, product = codes
    middle, group_prior, product_prior, low, high = prior
    score, information = moments(y, mean, x)
    score, information = score / _CLUMP, information / _CLUMP
    if not first:
        middle = float(np.average(slope, weights=information + 1e-6))
    told = score + information * slope
    drawn = (summed(told, group) + group_prior * middle) / (
        summed(information, group) + group_prior
    )
    centre = np.zeros(int(product.max()) + 1)
    centre[product] = drawn[group]
    own = (summed(told, product) + product_prior * centre) / (
        summed(information, product) + product_prior
    )
    return np.asarray(np.clip(own[product], low, high))


def level(sales: Sales, made: Shape) -> F64:
    """Level [n] at the end of the known days.

    The series' own slow level, then the quicker movements of its category, product and product in
    the city, then its own; last, what days seen whole sold beside all days: those that were cut
    short had sold well before.
    """
    t, code = sales.known, sales.code
    age = t - 1 - np.arange(t)
    base = made.exposure * made.factor[:, :t]
    product = code["product_id"]
    city = pair(product, code["city_id"])
    weight = 0.5 ** (age / 30.0)
    sold, seen = (made.y * weight).sum(1), (base * weight).sum(1)
    typical = (summed(sold, city) / np.maximum(summed(seen, city), 1e-9))[city]
    out = (sold + 2.0 * typical) / (seen + 2.0)
    steps: tuple[tuple[I64 | None, float, float], ...] = (
        (None, 21.0, 15.0), (code["third_category_id"], 4.0, 100.0), (product, 4.0, 20.0),
        (city, 3.0, 20.0), (product, 1.5, 60.0), (None, 4.0, 50.0),
    )  # fmt: skip
    for codes, half_life, prior in steps:
        weight = 0.5 ** (age / half_life)
        sold, seen = (made.y * weight).sum(1), (base * weight).sum(1) * out
        if codes is not None:
            sold, seen = summed(sold, codes)[codes], summed(seen, codes)[codes]
        out = out * (sold + prior) / (seen + prior)
    weight = np.where(sales.seen, 0.5 ** (age / 10.0), 0.0)
    whole = float((made.y * weight).sum())
    meant = float(((made.factor[:, :t] * weight).sum(1) * out).sum())
    return np.asarray(out * (whole + 1.0) / (meant + 1.0))
