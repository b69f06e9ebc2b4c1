"""Boosted trees: both implementations agree, learn what is there, and nothing where nothing is."""

import numpy as np
import pytest

from omnix.engine.forecast import implementation
from omnix.engine.forecast.boosted import Settings, Trees, binned, edges_of, fit, predict


def shop(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, Poisson demand with an interaction and a useless feature, and the true mean."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    x[:, 1] = rng.integers(0, 5, n)
    x[rng.random(n) < 0.1, 2] = np.nan
    mean = np.exp(0.5 + 0.6 * (x[:, 0] > 0.3) * (x[:, 1] == 2) + 0.3 * np.nan_to_num(x[:, 2]))
    return x, rng.poisson(mean).astype(np.float32), mean


def boosted(n: int, settings: Settings, using: str | None) -> tuple[Trees, np.ndarray]:
    x, y, _ = shop(n, 1)
    edges = edges_of(x)
    bins = binned(x, edges, using=using)
    one = np.ones(n, np.float32)
    trees = fit(bins, edges, y, one, 0.0 * one, settings, using=using)
    return trees, predict(trees, bins, 0.0 * one, using=using)


@pytest.mark.skipif(implementation() == "numpy", reason="no compiled kernel here")
@pytest.mark.parametrize("bag", [1.0, 0.5])
def test_kernel_and_numpy_grow_the_same_trees(bag: float) -> None:
    settings = Settings(trees=12, leaves=9, features=0.75, bag=bag)
    native, slow = boosted(3000, settings, "native"), boosted(3000, settings, "numpy")
    assert np.array_equal(native[0].feature, slow[0].feature)
    assert np.array_equal(native[0].threshold, slow[0].threshold)
    np.testing.assert_allclose(native[1], slow[1], rtol=1e-3, atol=1e-4)


def test_bins_agree_and_keep_order() -> None:
    x, _, _ = shop(2000, 2)
    edges = edges_of(x)
    fast, slow = binned(x, edges), binned(x, edges, using="numpy")
    assert np.array_equal(fast, slow)
    for j in range(x.shape[1]):
        there = np.isfinite(x[:, j])
        order = np.argsort(x[there, j], kind="stable")
        assert (np.diff(fast[there, j][order].astype(int)) >= 0).all()
        assert fast[there, j].min() >= 1
        assert (fast[~there, j] == 0).all()


def test_learns_the_mean_better_than_a_constant_on_fresh_rows() -> None:
    x, y, _ = shop(20_000, 3)
    edges = edges_of(x)
    one = np.ones(len(x), np.float32)
    chosen = Settings(trees=80, leaves=15, rate=0.1, features=1.0)
    trees = fit(binned(x, edges), edges, y, one, 0 * one, chosen)
    fresh, _, truth = shop(4000, 4)
    made = np.exp(predict(trees, binned(fresh, edges), np.zeros(4000, np.float32)))
    assert np.corrcoef(made, truth)[0, 1] > 0.95
    assert np.square(made - truth).mean() < 0.1 * truth.var()
    assert abs(made.mean() / truth.mean() - 1) < 0.03
    assert trees.importance().argmin() == 3


def test_the_offset_is_what_is_corrected() -> None:
    """With the truth as offset there is nothing left to learn."""
    x, y, mean = shop(20_000, 5)
    edges, bins = edges_of(x), binned(x, edges_of(x))
    offset = np.log(mean).astype(np.float32)
    trees = fit(bins, edges, y, np.ones(len(x), np.float32), offset, Settings(trees=20, least=500))
    assert np.abs(predict(trees, bins, offset) - offset).mean() < 0.05


def test_constant_features_and_targets_give_stumps() -> None:
    x = np.ones((50, 2), np.float32)
    edges = edges_of(x)
    one = np.ones(50, np.float32)
    trees = fit(binned(x, edges), edges, one, one, 0 * one, Settings(trees=3, bag=1.0))
    assert (trees.feature == -1).all()
    assert np.isfinite(trees.value).all()


def test_a_fit_can_be_ended_between_trees() -> None:
    x, y, _ = shop(500, 6)
    edges = edges_of(x)
    seen: list[int] = []

    def told(count: int) -> None:
        seen.append(count)
        if count == 3:
            raise InterruptedError

    one = np.ones(500, np.float32)
    with pytest.raises(InterruptedError):
        fit(binned(x, edges), edges, y, one, 0 * one, Settings(trees=50), told=told)
    assert seen == [1, 2, 3]


def test_sums_over_very_many_rows_lose_nothing() -> None:
    n, few, rate, ridge = 1_500_000, 40, 0.1, 2.0
    x = np.zeros((n, 1), np.float32)
    x[-few:] = 1.0
    sold = (x[:, 0] > 0).astype(np.float32)
    edges = np.full((1, 62), np.inf, np.float32)
    edges[0, 0] = 0.5
    base = np.log(0.017)
    chosen = Settings(trees=1, leaves=2, rate=rate, features=1.0, bag=1.0, ridge=ridge, least=0.5)
    offset = np.full(n, base, np.float32)
    trees = fit(binned(x, edges), edges, sold, np.ones(n, np.float32), offset, chosen)
    expected = [
        rate * (came - rows * 0.017) / (rows * 0.017 + ridge)
        for rows, came in ((n - few, 0), (few, few))
    ]
    # The few are told from what the many add up to: a sum in floats is off by more than they are.
    assert trees.value[trees.feature < 0] == pytest.approx(expected, rel=1e-4)
