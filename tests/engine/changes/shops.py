"""Small made-up histories with one thing in them that is known."""

from dataclasses import replace

import numpy as np

from omnix.engine.changes import Groups, History
from omnix.engine.changes.data import Real, Whole

DAYS, PRODUCTS = 126, 30
BEFORE, NOW = DAYS - 14, DAYS - 7


def history(seed: int = 1, **change: object) -> History:
    """Poisson sales at steady rates and prices; two outlets, half the orders from two groups."""
    rng = np.random.default_rng(seed)
    rate = rng.uniform(4, 30, PRODUCTS)
    units = rng.poisson(rate[:, None] * np.ones(DAYS)).astype(np.float64)
    price = rng.integers(200, 2000, PRODUCTS).astype(np.float64)[:, None] * np.ones(DAYS)
    orders = rng.poisson(60, (2, DAYS)).astype(np.float64)
    gross = units * price
    made = History(
        metric="revenue",
        units=units,
        gross=gross,
        discount=np.zeros_like(gross),
        cost=None,
        stock=np.ones_like(units),
        listed=price,
        orders=orders,
        single=np.rint(orders.sum(axis=0) * 0.4),
        returned=-rng.poisson(500, DAYS).astype(np.float64),
        charged=np.zeros(DAYS),
        groups=(groups(rng, gross),),
    )
    return replace(made, **change)  # type: ignore[arg-type]


def groups(rng: np.random.Generator, gross: Real) -> Groups:
    part = np.array([0.3, 0.2, 0.5])[:, None]
    orders = rng.poisson(120 * part * np.ones(DAYS)).astype(np.float64)
    amount = gross.sum(axis=0) * orders / orders.sum(axis=0)
    share = part * np.ones(PRODUCTS)
    whole = Whole(amount.sum(axis=0), orders.sum(axis=0), share.sum(axis=0))
    return Groups("home", ["north", "south", "west"], amount, orders, share, whole)
