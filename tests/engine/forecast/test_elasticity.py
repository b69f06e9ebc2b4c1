"""Effects of price and promotion: recovered where there is evidence, doubtful where not."""

from datetime import date

import numpy as np
import pytest

from omnix.engine.forecast.effects import pooled
from omnix.engine.forecast.elasticity import price_effect, promotion_effect
from omnix.engine.simulator import ShopSpec, simulate

N, T = 60, 730


def shop(seed: int, elasticity: float, lift: float) -> tuple[np.ndarray, ...]:
    """Products of two groups with a price change a year and promotions, and a common season."""
    draws = np.random.default_rng(seed)
    price = np.full((N, T), 100.0, np.float32)
    depth = np.zeros((N, T), np.float32)
    for row in range(N):
        for day in draws.integers(80, T - 80, 2):
            price[row, day:] *= draws.choice([0.85, 0.9, 1.1, 1.2])
        for day in draws.integers(40, T - 40, 6):
            depth[row, day : day + 7] = draws.choice([0.1, 0.2, 0.3])
    season = 1 + 0.5 * np.sin(np.arange(T) / 58.0)
    mean = 4.0 * season * (price / 100.0) ** elasticity * np.exp(lift * depth)
    demand = draws.poisson(mean).astype(np.float32)
    return demand, price, depth, np.arange(N) % 2, np.ones(N)


@pytest.mark.parametrize("elasticity", [-0.5, -2.5])
def test_known_effects_come_back(elasticity: float) -> None:
    demand, price, depth, group, clump = shop(1, elasticity, 3.0)
    learnt = price_effect(demand, price, depth, group, clump)
    found = learnt.effect
    assert found.mean.mean() == pytest.approx(elasticity, abs=0.2)
    inside = np.abs(found.mean - elasticity) < 1.2816 * found.error
    assert inside.mean() > 0.7
    assert (learnt.changes >= 1).mean() > 0.9
    promoted = promotion_effect(demand, depth, group, clump).effect
    assert promoted.mean.mean() == pytest.approx(3.0, abs=0.25)
    assert (np.abs(promoted.mean - 3.0) < 1.2816 * promoted.error).mean() > 0.7


def test_without_changes_the_prior_is_all_there_is() -> None:
    demand, price, depth, group, clump = shop(2, -2.0, 3.0)
    flat = np.full_like(price, 100.0)
    learnt = price_effect(demand, flat, depth, group, clump)
    assert learnt.changes.sum() == 0
    assert (learnt.effect.evidence == 0).all()
    assert (learnt.effect.error > 0.9).all()
    none = promotion_effect(demand, np.zeros_like(depth), group, clump)
    assert none.changes.sum() == 0
    unknown = price_effect(demand, np.full_like(price, np.nan), depth, group, clump)
    assert (unknown.effect.evidence == 0).all()


@pytest.mark.parametrize("odd", ["zeros", "free", "missing", "one day", "nobody"])
def test_odd_histories_get_finite_answers(odd: str) -> None:
    demand, price, depth, group, clump = shop(3, -2.0, 3.0)
    if odd == "zeros":
        demand[:] = 0
    elif odd == "free":
        price[:, 300:] = 0
    elif odd == "missing":
        demand[::2] = np.nan
    elif odd == "one day":
        demand, price, depth = demand[:, :1], price[:, :1], depth[:, :1]
    else:
        demand, price, depth, group, clump = (each[:0] for each in (demand, price, depth, group,
                                                                    clump))  # fmt: skip
    for learnt in (
        price_effect(demand, price, depth, group, clump),
        promotion_effect(demand, depth, group, clump),
    ):
        assert np.isfinite(learnt.effect.mean).all()
        assert np.isfinite(learnt.effect.error).all()
        assert len(learnt.changes) == len(demand)


def test_promotions_of_the_simulated_shop() -> None:
    made = simulate(ShopSpec(date(2025, 12, 31), seed=9, products=150, customers=300, days=730))
    offers = made.promotions
    depth = np.zeros((150, 730), np.float32)
    for product, first, last, percent in zip(
        offers.product, offers.first_day, offers.last_day, offers.percent_off, strict=True
    ):
        depth[product, first : last + 1] = percent / 100
    wanted = made.truth.demand.sum(1).astype(np.float32)
    group = made.products.category.astype(np.int64)
    learnt = promotion_effect(wanted, depth, group, np.full(150, 1.7))
    told = learnt.effect.mean[offers.product] * offers.percent_off / 100
    truth = np.log(made.truth.promotion_lift)
    assert told.mean() == pytest.approx(truth.mean(), abs=0.12)
    assert np.sqrt(np.mean((told - truth) ** 2)) < truth.std()


def test_shrinkage_against_the_textbook() -> None:
    """Equal precisions: a series moves to its group's mean by the share that noise has."""
    own = np.array([-1.0, -3.0, -1.5, -2.5])
    found = pooled(own, np.full(4, 1e9), np.zeros(4, np.int64), -1.5, 1.0)
    assert found.mean == pytest.approx(own, abs=1e-3)
    weak = pooled(own, np.full(4, 1e-6), np.zeros(4, np.int64), -1.5, 1.0)
    assert weak.mean == pytest.approx(np.full(4, -1.5), abs=0.01)
    none = pooled(own, np.zeros(4), np.arange(4), -1.5, 1.0)
    assert none.mean == pytest.approx(np.full(4, -1.5))
    assert (none.error > 1.0).all()
