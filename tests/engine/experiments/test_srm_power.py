"""Sample ratios, power and sizes, and many comparisons at once."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.experiments.estimate import effect, estimates
from omnix.engine.experiments.multiple import benjamini_hochberg, holm
from omnix.engine.experiments.power import (
    detectable,
    one_sample_power,
    plan,
    proportion_deviation,
    sample_size,
    sequential_power,
    two_sample_power,
)
from omnix.engine.experiments.readout import fixed
from omnix.engine.experiments.srm import ratio_check
from omnix.engine.experiments.sums import Sums


def test_a_real_ratio() -> None:
    """Cookie Cats: 44,700 and 45,489 players, of which 45,094.5 each were due."""
    told = ratio_check([44_700, 45_489], [1, 1])
    assert told.chi_square == pytest.approx(2 * 394.5**2 / 45_094.5)
    assert told.p == pytest.approx(0.0086, abs=5e-5)
    assert not told.mismatch
    assert told.expected == (45_094.5, 45_094.5)


def test_ratios_of_more_arms_and_other_weights() -> None:
    assert ratio_check([100, 200, 700], [10, 20, 70]).p == 1.0
    told = ratio_check([150, 200, 650], [1, 2, 7])
    assert told.chi_square == pytest.approx(50**2 / 100 + 50**2 / 700)
    assert told.p == pytest.approx(math.exp(-told.chi_square / 2))  # two degrees of freedom
    assert ratio_check([0, 0], [1, 1]).p == 1.0
    assert ratio_check([5, 0], [1, 0]).p == 1.0
    with pytest.raises(ValueError, match="weight 0"):
        ratio_check([5, 1], [1, 0])
    with pytest.raises(ValueError):
        ratio_check([1, 2, 3], [1, 1])


def test_a_broken_split_is_seen_and_a_sound_one_seldom_accused() -> None:
    random = np.random.default_rng(11)
    seen = accused = accused_always = 0
    for _ in range(300):
        broken = int(random.binomial(20_000, 0.48))
        seen += ratio_check([broken, 20_000 - broken], [1, 1]).mismatch
        sound = np.cumsum(random.binomial(500, 0.5, 40))
        told = [ratio_check([int(k), 500 * (i + 1) - int(k)], [1, 1]) for i, k in enumerate(sound)]
        accused += any(t.p < 0.05 for t in told)
        accused_always += any(t.p_always < 0.05 for t in told)
    assert seen / 300 > 0.98  # a mean shift of 5.7 standard errors against a bound of 3.3
    assert accused / 300 > 0.2  # looked at forty times
    assert accused_always / 300 <= 0.05


def test_published_power_and_sizes_of_two_samples() -> None:
    """R's power.t.test, as statsmodels' own tests quote it."""
    assert one_sample_power(1.0, 30) == pytest.approx(0.9995636009612725, abs=1e-10)
    assert two_sample_power(1.0, 30) == pytest.approx(0.967708258242517, abs=1e-10)
    # Cohen, 1988, table 2.4.1: 80% at alpha .05 two-sided.
    assert [sample_size(size) for size in (0.2, 0.5, 0.8)] == [394, 64, 26]
    assert sample_size(0.5, 0.95) == 105
    assert sample_size(-0.5) == sample_size(0.5)


def test_power_is_how_often_the_test_finds_it() -> None:
    random = np.random.default_rng(12)
    found = 0
    for _ in range(600):
        arms = [Sums.of(random.normal(0, 1, 40)), Sums.of(random.normal(0.5, 1, 60))]
        made = estimates(arms, "mean")
        change = made and effect(*made.arms, relative=False)
        found += bool(change) and fixed(change).p < 0.05  # type: ignore[arg-type]
    assert found / 600 == pytest.approx(two_sample_power(0.5, 40, ratio=1.5), abs=0.06)


@settings(deadline=None, max_examples=40)
@given(size=st.floats(0.02, 2), power=st.floats(0.3, 0.99), ratio=st.sampled_from([0.2, 1.0, 3.0]))
def test_the_size_is_the_first_that_is_enough(size: float, power: float, ratio: float) -> None:
    n = sample_size(size, power, ratio)
    assert two_sample_power(size, n, ratio) >= power
    least = max(2, math.floor(1 / ratio) + 1)
    assert n == least or two_sample_power(size, n - 1, ratio) < power
    assert detectable(n, power, ratio) <= size * 1.000001
    later = sample_size(size, power, ratio, sequential=True)
    assert later >= n * 0.9
    assert sequential_power(size, later, ratio) >= power


def test_a_plan_in_days() -> None:
    share = 0.05
    told = plan(share, proportion_deviation(share), 0.1, 1_000)
    # By the usual formula for two proportions of the same variance.
    by_hand = 2 * (1.959964 + 0.841621) ** 2 * share * (1 - share) / (share * 0.1) ** 2
    assert told.per_arm == pytest.approx(by_hand, rel=0.001)
    assert told.total == 2 * told.per_arm
    assert told.days == 63
    assert told.days % 7 == 0
    assert told.sequential_days > told.days
    assert plan(share, proportion_deviation(share), 0.1, 1_000, explained=0.5).per_arm == (
        pytest.approx(told.per_arm / 2, rel=0.001)
    )
    assert plan(share, proportion_deviation(share), 0.1, 1_000, arms=3).per_arm > told.per_arm
    for wrong in (
        {"relative_effect": 0.0}, {"arms": 1}, {"units_per_day": 0}, {"baseline": 0.0},
        {"deviation": 5e-324, "explained": 0.95},
    ):  # fmt: skip
        usual = {
            "baseline": 1.0, "deviation": 1.0, "relative_effect": 0.1, "units_per_day": 9,
        }  # fmt: skip
        with pytest.raises(ValueError):
            plan(**{**usual, **wrong})  # type: ignore[arg-type]


def test_published_adjustments() -> None:
    """R's p.adjust of 0.01, 0.02, 0.03, 0.04, 0.05."""
    p = [0.03, 0.01, 0.05, 0.02, 0.04]
    assert holm(p) == pytest.approx([0.09, 0.05, 0.09, 0.08, 0.09])
    assert benjamini_hochberg(p) == pytest.approx([0.05] * 5)
    assert holm([]) == benjamini_hochberg([]) == []


@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=30), alpha=st.floats(0.001, 0.5))
def test_adjusted_values_reject_what_the_steps_reject(p: list[float], alpha: float) -> None:
    adjusted = holm(p)
    rejected: set[int] = set()
    for rank, position in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if (len(p) - rank) * p[position] >= alpha:
            break
        rejected.add(position)
    assert {i for i, value in enumerate(adjusted) if value < alpha} == rejected
    found = benjamini_hochberg(p)
    assert all(a <= b + 1e-12 for a, b in zip(p, found, strict=True))
    assert all(a <= b + 1e-12 for a, b in zip(found, adjusted, strict=True))


def test_no_more_false_discoveries_than_promised() -> None:
    random = np.random.default_rng(13)
    any_false, share_false = 0, 0.0
    for _ in range(500):
        p = [*random.random(15), *(random.random(5) * 1e-3)]
        any_false += any(value < 0.05 for value in holm(p)[:15])
        hit = [value < 0.05 for value in benjamini_hochberg(p)]
        share_false += sum(hit[:15]) / max(1, sum(hit))
    assert any_false / 500 <= 0.08
    assert share_false / 500 <= 0.06
