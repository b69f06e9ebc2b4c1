"""Growth from year to year: found with a season on top, absent within the first year."""

import numpy as np
import pytest

from omnix.engine.forecast.growth import yearly_growth


def sums(days: int, rate: float, seed: int = 1, groups: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Daily sums with a strong season and a steady growth a day."""
    rng = np.random.default_rng(seed)
    day = np.arange(days)
    mean = 300.0 * np.exp(rate * day + 0.3 * np.sin(2 * np.pi * day / 365.25))
    sold = rng.poisson(np.repeat(mean[None], groups, 0)).astype(float)
    return sold, np.full(sold.shape, 300.0)


@pytest.mark.parametrize("rate", [0.0, 0.0004, -0.0003])
def test_growth_is_found_under_a_season(rate: float) -> None:
    assert np.allclose(yearly_growth(*sums(364 + 90, rate)), rate, atol=0.00004)


def test_within_a_year_there_is_none() -> None:
    assert not yearly_growth(*sums(370, 0.001)).any()


def test_a_new_group_follows_the_others_and_a_jump_is_bounded() -> None:
    sold, expected = sums(364 + 90, 0.0004)
    expected[2, :200] = sold[2, :200] = 0.0
    sold[3, 364:] *= 10.0
    found = yearly_growth(sold, expected)
    assert np.isfinite(found).all()
    assert 0.0 < found[2] < 0.0008
    assert found[3] <= 0.25 / 365 + 1e-12


def test_nothing_sold_is_no_growth() -> None:
    assert not yearly_growth(np.zeros((2, 500)), np.zeros((2, 500))).any()
