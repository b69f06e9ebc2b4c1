"""Promotions on record, by product and day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.domains.products.model import Product
from omnix.engine.forecast import UNKNOWN


def plan(
    recorded: Sequence[Mapping[str, Any]],
    ids: Sequence[str],
    products: Mapping[str, Product],
    first_day: date,
    known: int,
    days: int,
) -> NDArray[np.uint8]:
    """Percent off [n,t] by the promotions on record, the deepest where several meet. UNKNOWN
    before the first of them all, after the ``known`` days of history at the latest."""
    out = np.full((len(ids), days), UNKNOWN, np.uint8)
    if not recorded:
        return out
    row_of = {id: row for row, id in enumerate(ids)}
    by_category: dict[str, list[int]] = {}
    for row, id in enumerate(ids):
        by_category.setdefault(products[id].category, []).append(row)
    column = [(date.fromisoformat(each["first_day"]) - first_day).days for each in recorded]
    out[:, min(known, max(min(column), 0)) :] = 0
    for each, first in zip(recorded, column, strict=True):
        stop = (date.fromisoformat(each["last_day"]) - first_day).days + 1
        rows = [row_of[id] for id in each["product_ids"] if id in row_of]
        rows += by_category.get(each["category"] or "", []) if each["category"] else []
        if rows and stop > 0 and first < days:
            cells = np.ix_(np.array(rows), np.arange(max(first, 0), min(stop, days)))
            out[cells] = np.maximum(out[cells], each["percent_off"])
    return out
