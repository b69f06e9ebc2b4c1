"""Weekly paths: season and kin are found, the future is not looked at."""

import numpy as np
import pytest

from omnix.engine.forecast.boosted import predict
from omnix.engine.inventory.weekly import Weeks, kinds, learn, season_factors, weekly_paths

FIRST = 738000


def shop(stocks: int = 40, weeks: int = 125, seed: int = 1) -> Weeks:
    rng = np.random.default_rng(seed)
    season = 1 + 0.6 * np.sin(2 * np.pi * np.arange(weeks) / 52.18)
    rate = rng.uniform(4, 40, stocks)[:, None] * season
    values = rng.poisson(rate).astype(float)
    values[0, :80] = np.nan
    group = np.arange(stocks) % 2
    return Weeks(values, FIRST, group, (group, np.arange(stocks) % 8))


def test_the_season_is_found_and_carried_on() -> None:
    known = shop()
    factors = season_factors(known, 8)
    truth = 1 + 0.6 * np.sin(2 * np.pi * np.arange(133) / 52.18)
    assert np.corrcoef(factors[5], truth)[0, 1] > 0.97
    assert factors.shape == (40, 133)
    assert season_factors(known.until(30), 3) == pytest.approx(1.0)


def test_paths_stand_around_what_follows_and_trees_take_part() -> None:
    whole = shop()
    known, later = whole.until(117), whole.values[:, 117:121]
    trees = learn(known)
    assert trees is not None
    with_trees = weekly_paths(known, trees, 4, 100)
    without = weekly_paths(known, None, 4, 100)
    for paths in (with_trees, without):
        assert paths.shape == (40, 100, 4)
        assert np.isfinite(paths).all()
        assert (paths >= 0).all()
        assert paths.mean(axis=1).sum() == pytest.approx(later.sum(), rel=0.12)
    assert np.abs(with_trees.mean(axis=1) - without.mean(axis=1)).max() > 0.01
    assert np.isfinite(predict(trees, np.zeros((3, 64), np.uint8), np.zeros(3, np.float32))).all()


def test_what_comes_later_changes_nothing() -> None:
    whole = shop()
    other = shop()
    other.values[:, 110:] *= 7
    assert weekly_paths(whole.until(110), None, 3, 20) == pytest.approx(
        weekly_paths(other.until(110), None, 3, 20)
    )
    first, second = learn(whole.until(110)), learn(other.until(110))
    assert first is not None
    assert second is not None
    assert first.value == pytest.approx(second.value)


def test_little_history_has_no_trees_and_still_an_answer() -> None:
    known = shop(stocks=3).until(9)
    assert learn(known) is None
    paths = weekly_paths(known, None, 3, 20)
    assert not paths[0].any()
    assert paths[1:].mean() > 1


def test_kinds_number_values() -> None:
    first, second = kinds(["b", "a", "b"], [7, 7, 3])
    assert first.tolist() == [1, 0, 1]
    assert second.tolist() == [1, 1, 0]
