"""For whom it worked: rankings by expected effect, and the interval of what they are worth."""

import numpy as np
import pytest

from omnix.engine.experiments.uplift import GROUPS, PARTS, Uplift, qini, uplift


def drawn(seed: int, steep: float, units: int = 1500) -> tuple[Uplift, float]:
    """A trial whose effect is 0.3 + steep x the first feature, and what its ranking is truly
    worth."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(units, 5))
    treated = rng.random(units) < 0.4
    effect = 0.3 + steep * x[:, 0]
    found = uplift(x, treated, x[:, 1] + effect * treated + rng.normal(size=units), seed=seed)
    parts = [found.part == part for part in range(PARTS - 1)]
    truth = qini([(found.expected[own], effect[own]) for own in parts]).effect
    return found, truth


@pytest.mark.parametrize("steep", [0.0, 0.4])
def test_the_intervals_hold_the_truth_as_often_as_they_say(steep: float) -> None:
    trials = [drawn(seed, steep) for seed in range(120)]
    held = [found.qini.low <= truth <= found.qini.high for found, truth in trials]
    effects = [found.effect.low <= 0.3 <= found.effect.high for found, _ in trials]
    gain = [found.qini.low > 0.0 for found, _ in trials]
    # 95 % of 120 are 114, give or take 2.4.
    assert sum(held) >= 107
    assert sum(effects) >= 107
    assert sum(gain) >= 115 if steep else sum(gain) <= 9


def test_the_coefficient_is_the_area_between_the_curve_and_its_diagonal() -> None:
    rng = np.random.default_rng(4)
    expected = np.round(rng.normal(size=40), 1)
    estimated = rng.normal(size=40)
    order = np.argsort(-expected)
    # Of equals each counts as their mean, in whatever order they stand.
    value = np.array([estimated[expected == e].mean() for e in expected[order]])
    curve = np.concatenate([[0.0], np.cumsum(value)]) / 40
    diagonal = np.linspace(0.0, curve[-1], 41)
    between = curve - diagonal
    area = float(((between[1:] + between[:-1]) / 2).sum()) / 40
    assert qini([(expected, estimated)]).effect == pytest.approx(area)


def test_fifths_fall_from_the_best_to_the_worst() -> None:
    found, _ = drawn(1, 1.0)
    effects = [group.effect.effect for group in found.groups]
    assert len(effects) == GROUPS
    assert effects[0] > effects[-1] + 1.5
    assert sum(group.units for group in found.groups) == (found.part >= 0).sum()
    assert np.isnan(found.expected[found.part < 0]).all()


def test_unknown_and_constant_features_do_no_harm() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2000, 3))
    treated = rng.random(2000) < 0.5
    outcome = treated * np.where(np.isnan(x[:, 0]), 0.0, x[:, 0] > 0) + rng.normal(size=2000)
    x[::3, 0] = np.nan
    x[:, 1] = 7.0
    found = uplift(x, treated, outcome)
    assert found.qini.low > 0.0
    flat = uplift(np.ones((2000, 1)), treated, outcome)
    assert (flat.qini.effect, flat.qini.p) == (0.0, 1.0)
    assert len(flat.groups) == GROUPS
    nothing = uplift(np.full((2000, 1), np.nan), treated, outcome)
    assert nothing.qini.effect == 0.0


def test_what_cannot_be_read_is_refused() -> None:
    x, treated, y = np.ones((900, 1)), np.arange(900) % 2 == 0, np.zeros(900)
    with pytest.raises(ValueError, match="as many units"):
        uplift(x[:-1], treated, y)
    with pytest.raises(ValueError, match="infinite"):
        uplift(x, treated, np.full(900, np.inf))
    with pytest.raises(ValueError, match="infinite"):
        uplift(x * np.inf, treated, y)
    with pytest.raises(ValueError, match="each arm needs 200"):
        uplift(x, np.arange(900) < 150, y)
