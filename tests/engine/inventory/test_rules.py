"""Rules of the simulator's policies, learnt lead times and the days of a supplier."""

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.engine.inventory.lead_time import TOLD_COUNTS, learnt_lead_time, next_review
from omnix.engine.inventory.rules import KINDS, rules_of

from .test_least_cost import poisson, terms


def test_rules_by_hand() -> None:
    ahead, how = poisson(1.0, 4.0), terms(2)
    mean, deviation = np.array([1.0, 4.0]), np.array([1.0, 2.0])
    made = {
        kind: rules_of(
            kind, ahead, how, service_level=0.95, daily_mean=mean, daily_deviation=deviation
        )
        for kind in KINDS
    }
    z = NormalDist().inv_cdf(0.95)
    fixed = made["fixed_quantity"]
    assert list(np.asarray(fixed.point)) == [
        math.ceil(14 + z * math.sqrt(14)), math.ceil(56 + z * 2 * math.sqrt(14))
    ]  # fmt: skip
    assert list(np.asarray(fixed.quantity)) == [
        round(math.sqrt(2 * 50 * rate / 0.1)) for rate in (1.0, 4.0)
    ]
    level, base = made["service_level"], made["base_stock"]
    assert (np.asarray(base.point) == np.asarray(base.target)).all()
    assert (np.asarray(level.point) == np.asarray(base.point)).all()
    # A Poisson's 95% quantile over 14 days, as far as the forecast's levels tell it.
    assert np.asarray(level.point) == pytest.approx([20, 69], abs=1)
    assert np.asarray(level.target) - np.asarray(level.point) == pytest.approx([7, 28], abs=1)
    assert (np.asarray(made["least_cost"].target) >= np.asarray(made["least_cost"].point)).all()


def test_free_holding_orders_a_year() -> None:
    made = rules_of(
        "fixed_quantity", poisson(1.0), terms(holding=0.0), service_level=0.95,
        daily_mean=np.array([1.0]), daily_deviation=np.array([1.0]),
    )  # fmt: skip
    assert np.asarray(made.quantity).tolist() == [365.0]


@given(
    st.lists(st.floats(0, 60), max_size=30), st.floats(0, 60), st.floats(0, 10)
)  # fmt: skip
def test_learnt_lead_times(took: list[float], told: float, deviation: float) -> None:
    mean, spread = learnt_lead_time(took, told, deviation)
    whole = len(took) + TOLD_COUNTS
    assert mean == pytest.approx((sum(took) + TOLD_COUNTS * told) / whole, abs=1e-9)
    # The variance of what was seen mixed with what was told, about the mixture's mean.
    squares = sum((days - mean) ** 2 for days in took)
    squares += TOLD_COUNTS * (deviation**2 + (told - mean) ** 2)
    assert spread**2 == pytest.approx(squares / whole, abs=1e-6)


@given(st.integers(0, 6), st.sets(st.integers(0, 6), min_size=1))
def test_the_next_day_that_may_be_ordered_on(weekday: int, allowed: set[int]) -> None:
    wait, gap = next_review(weekday, sorted(allowed), 14.0)
    days = [n for n in range(15) if (weekday + n) % 7 in allowed]
    assert (wait, wait + gap) == (days[0], days[1])
    assert next_review(weekday, (), 14.0) == (0, 14.0)
