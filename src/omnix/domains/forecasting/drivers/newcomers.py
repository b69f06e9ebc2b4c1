"""New products from products like them: same category, words in common, like price.

A product that has hardly been seen is forecast by the engine from the median of its category. Here
that median gives way to the mean of those of its category that are most like it, weighted by
likeness; the rest of the forecast, its wide spread included, stays the engine's.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from omnix.domains.products.model import Product
from omnix.engine.forecast import Forecast

_BORROWING = frozenset({"group", "group_mean"})
_BORROWED_DAYS = 4.0
_LEAST_DAYS = 28
_MOST = 8
_LEAST = 3
_WORDS, _PRICE = 4.0, 1.0
_FARTHEST = 3.0


def _words(product: Product) -> frozenset[str]:
    told = [product.name, *(str(v) for v in product.attributes.values())]
    return frozenset(" ".join(told).casefold().split())


def likeness(a: Product, b: Product) -> float:
    """Weight of ``b`` as a neighbour of ``a``: e^(4 x share of words in common - gap of log price),
    where both have a price."""
    mine, theirs = _words(a), _words(b)
    shared = len(mine & theirs) / max(len(mine | theirs), 1)
    gap = abs(math.log(a.price_minor / b.price_minor)) if a.price_minor and b.price_minor else 0.0
    return math.exp(_WORDS * shared - _PRICE * gap)


def neighbours(
    made: Forecast, ids: Sequence[str], products: Mapping[str, Product]
) -> dict[int, tuple[float, list[str]]]:
    """For rows that lean on their category: a factor on their forecast, and who lent it."""
    parts = made.components
    by_category: dict[str, list[int]] = {}
    for row, id in enumerate(ids):
        if parts.observed[row] >= _LEAST_DAYS and parts.sales[row] > 0 and parts.level[row] > 0:
            by_category.setdefault(products[id].category, []).append(row)
    found = {}
    for row, model in enumerate(made.model):
        peers = by_category.get(products[ids[row]].category, [])
        if model not in _BORROWING or len(peers) < _LEAST:
            continue
        me = products[ids[row]]
        weighed = sorted(((likeness(me, products[ids[p]]), p) for p in peers), reverse=True)
        near = weighed[:_MOST]
        total = sum(weight for weight, _ in near)
        like = sum(w * math.log(float(parts.level[p])) for w, p in near) / total
        middle = math.log(median(float(parts.level[p]) for p in peers))
        share = _BORROWED_DAYS / (_BORROWED_DAYS + float(parts.observed[row]))
        move = max(-_FARTHEST, min(_FARTHEST, like - middle)) * share
        found[row] = (math.exp(move), [ids[p] for _, p in near])
    return found


def moved(document: dict[str, Any], factor: float, lenders: list[str]) -> dict[str, Any]:
    """The document of a newcomer: all its amounts times ``factor``, labelled a cold start."""

    def times(values: Sequence[float]) -> list[float]:
        return [round(value * factor, 3) for value in values]

    def sums(totals: Mapping[str, Any]) -> dict[str, Any]:
        rows = [times(row) for row in totals["quantiles"]]
        return {**totals, "mean": times(totals["mean"]), "quantiles": rows}

    drivers = document["drivers"]
    return {
        **document,
        "mean": times(document["mean"]),
        "quantiles": [times(row) for row in document["quantiles"]],
        "drivers": {**drivers, "level": round(drivers["level"] * factor, 4)},
        "totals": sums(document["totals"]),
        "places": {place: sums(each) for place, each in document["places"].items()},
        "neighbours": lenders,
        "notes": [*document["notes"], "cold_start"],
    }
