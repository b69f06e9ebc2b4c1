"""Quantiles of sums: learnt from earlier sums, wide enough, never below zero."""

import numpy as np
import pytest

from omnix.engine.forecast.hierarchy import Past, dispersion_of, sum_quantiles, sums

LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)


def test_sums_add_up_rows_of_unsorted_groups() -> None:
    rows = np.arange(12.0).reshape(4, 3)
    group = np.array([2, 0, 2, 0])
    expected = np.array([rows[1] + rows[3], np.zeros(3), rows[0] + rows[2]])
    assert np.array_equal(sums(rows, group, 3), expected)


def test_quantiles_of_a_few_sums_hold_what_they_say() -> None:
    rng = np.random.default_rng(3)
    mean = np.full((40, 28), 500.0)

    # A common error of each origin: independent days would make the interval far too narrow.
    def actual() -> np.ndarray:
        shift = rng.normal(1.0, 0.1, (40, 1))
        return mean * shift * rng.normal(1.0, 0.03, mean.shape)

    past = [Past(mean, actual(), np.full(40, 2.0)) for _ in range(3)]
    found = sum_quantiles(past, mean, np.full(40, 2.0), LEVELS)
    after = actual()
    inside = (after > found[:, :, 1]) & (after < found[:, :, 3])
    assert 0.4 < inside.mean() < 0.6
    outer = (after > found[:, :, 0]) & (after < found[:, :, 4])
    assert outer.mean() > 0.88


def test_quantiles_of_many_sums_hold_what_they_say() -> None:
    rng = np.random.default_rng(4)
    rate = np.exp(rng.normal(1.0, 1.0, 3000))
    mean = np.repeat(rate[:, None], 14, 1)
    past = [Past(mean, rng.poisson(mean).astype(float), np.ones(3000)) for _ in range(3)]
    found = sum_quantiles(past, mean, np.ones(3000), LEVELS)
    after = rng.poisson(mean)
    assert abs((after <= found[:, :, 3]).mean() - 0.78) < 0.08
    assert (np.diff(found, axis=2) >= 0).all()


@pytest.mark.parametrize("past", [0, 2])
def test_quantiles_of_nothing_are_zero_and_finite(past: int) -> None:
    zero = np.zeros((3, 7))
    before = [Past(zero, zero, np.ones(3))] * past
    found = sum_quantiles(before, zero, dispersion_of(np.zeros((3, 60))), LEVELS)
    assert np.array_equal(found, np.zeros((3, 7, 5)))


def test_probabilities_must_ascend() -> None:
    with pytest.raises(ValueError, match="ascend"):
        sum_quantiles([], np.ones((1, 1)), np.ones(1), (0.5, 0.1))
