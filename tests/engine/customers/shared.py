"""CDNOW's customers, where the shared data is."""

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from omnix.engine.customers.histories import Histories, histories

SHARED = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data"))


@cache
def cdnow() -> Histories:
    file = SHARED / "cdnow" / "cdnow_customers_summary.csv"
    if not file.is_file():
        pytest.skip("no shared data here")
    with file.open() as lines:
        rows = list(csv.DictReader(lines))
    names = ("frequency", "recency", "T")
    return histories(*([float(row[name]) for row in rows] for name in names))


def simulated(n: int = 400, seed: int = 3) -> Histories:
    random = np.random.default_rng(seed)
    x = random.poisson(random.gamma(0.6, 2.0, n))
    age = random.uniform(10, 40, n).round()
    recency = np.where(x > 0, np.maximum(1.0, (age * random.random(n)).round()), 0.0)
    return histories(x, recency, age)
