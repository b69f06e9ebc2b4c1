"""The grid kernels against the plain recursions, one series and one lane at a time."""

import numpy as np
import pytest

from omnix.engine.forecast.aggregate import Rows, adjust, group_index, row_moments, row_totals
from omnix.engine.forecast.grids import ets_grid, tsb_grid
from omnix.engine.forecast.native import Using, implementation
from omnix.engine.forecast.smoothing import smooth_ets, smooth_tsb

BOTH = [
    pytest.param(
        "native",
        marks=pytest.mark.skipif(implementation() == "numpy", reason="no compiled kernel here"),
    ),
    "numpy",
]


def slow_ets(y, seen, start, alpha, beta, gamma, phi, level, trend, season, horizon):
    """Holt-Winters with additive errors, as in the textbook, for one series."""
    season = list(season)
    m = len(season)
    for t in range(start, len(y)):
        expected_level = level + phi * trend
        if not seen[t]:
            level, trend = expected_level, phi * trend
            continue
        error = y[t] - expected_level - season[t % m]
        level = expected_level + alpha * error
        trend = phi * trend + beta * error
        season[t % m] += gamma * error
    out = []
    for k in range(horizon):
        trend *= phi
        level += trend
        out.append(level + season[(len(y) + k) % m])
    return out


def slow_tsb(y, seen, start, gain_size, gain_probability, size, probability):
    for t in range(start, len(y)):
        if not seen[t]:
            continue
        sold = y[t] > 0
        probability += gain_probability * (float(sold) - probability)
        if sold:
            size += gain_size * (y[t] - size)
    return size * probability


def sample(n=12, t=60, m=7):
    rng = np.random.default_rng(3)
    y = rng.poisson(2.0, (n, t)).astype(np.float32)
    seen = rng.random((n, t)) > 0.15
    start = rng.integers(0, t, n).astype(np.int32)
    start[0] = 0
    start[1] = t
    season = rng.normal(0.0, 0.5, (n, m)).astype(np.float32)
    return y, seen, start, season


@pytest.mark.parametrize("using", BOTH)
@pytest.mark.parametrize("m", [1, 7])
def test_one_lane_follows_the_recursion(using: Using, m: int) -> None:
    y, seen, start, season = sample(m=m)
    level = np.full(len(y), 2.0, np.float32)
    trend = np.full(len(y), 0.1, np.float32)
    grid = ets_grid((0.3,), ((0.2, 0.9),), (0.1,))
    fit = smooth_ets(
        y, seen, start, grid, level0=level, trend0=trend, season0=season, horizon=10, using=using
    )
    for i in range(len(y)):
        gamma, states = (0.1 * 0.7, season[i]) if m > 1 else (0.0, [0.0])
        slow = slow_ets(y[i], seen[i], start[i], 0.3, 0.06, gamma, 0.9, 2.0, 0.1, states, 10)
        np.testing.assert_allclose(fit.forecast[i], slow, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("using", BOTH)
def test_tsb_lane_follows_the_recursion(using: Using) -> None:
    y, seen, start, _ = sample()
    size, probability = np.full(len(y), 1.5, np.float32), np.full(len(y), 0.4, np.float32)
    fit = smooth_tsb(
        y, seen, start, tsb_grid((0.1,), (0.05,)), size0=size, probability0=probability, using=using
    )
    slow = [slow_tsb(y[i], seen[i], start[i], 0.1, 0.05, 1.5, 0.4) for i in range(len(y))]
    np.testing.assert_allclose(fit.mean, slow, rtol=1e-4)


@pytest.mark.parametrize("using", BOTH)
def test_lanes_weigh_by_their_likelihood(using: Using) -> None:
    y, seen, start, _ = sample(n=6, t=40, m=1)
    start[:] = 0
    alphas = (0.1, 0.6)
    level = np.full(6, 2.0, np.float32)
    got = smooth_ets(
        y, seen, start, ets_grid(alphas), level0=level, horizon=1, discount=0.98, using=using
    ).forecast[:, 0]
    for i in range(6):
        ends, scores = [], []
        for alpha in alphas:
            state, error, weight, squares, days = 2.0, 0.0, 0.0, 0.0, 0
            for t in range(40):
                if seen[i, t]:
                    miss = float(y[i, t]) - state
                    error, weight = 0.98 * error + miss * miss, 0.98 * weight + 1.0
                    squares, days = squares + float(y[i, t]) ** 2, days + 1
                    state += alpha * miss
            ends.append(state)
            scores.append(0.5 * weight * np.log(error / (weight + 1) + 1e-6 * squares / (days + 1)))
        share = np.exp(min(scores) - np.array(scores))
        assert got[i] == pytest.approx(float(share @ ends / share.sum()), rel=1e-3)


@pytest.mark.skipif(implementation() == "numpy", reason="no compiled kernel here")
def test_kernel_and_numpy_agree() -> None:
    y, seen, start, season = sample(n=40, t=200)
    level = y.mean(1)
    grid = ets_grid((0.02, 0.1, 0.3, 0.5), ((0.0, 0.0), (0.1, 0.9)), (0.0, 0.1))
    a, b = (
        smooth_ets(
            y, seen, start, grid, level0=level, season0=season, horizon=20, warmup=5,
            discount=0.99, sharpness=0.5, using=using,
        )
        for using in ("native", "numpy")
    )  # fmt: skip
    for name in ("forecast", "level", "trend", "sigma"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-3, atol=1e-4)
    gains = tsb_grid((0.02, 0.1), (0.01, 0.05, 0.2))
    c, d = (
        smooth_tsb(y, seen, start, gains, size0=level, probability0=level / 9, using=using)
        for using in ("native", "numpy")
    )
    for name in ("mean", "probability", "size"):
        np.testing.assert_allclose(getattr(c, name), getattr(d, name), rtol=1e-3)


@pytest.mark.skipif(implementation() == "numpy", reason="no compiled kernel here")
@pytest.mark.parametrize("cut", [200, 197, 30])
def test_panel_passes_agree(cut: int) -> None:
    y, seen, _, _ = sample(n=30, t=200)
    y = np.where(seen, y, np.float32(0.0))
    rng = np.random.default_rng(0)
    group = np.sort(rng.integers(0, 4, 30)).astype(np.int32)
    rows = Rows(y, seen, group, 4, 7)
    caps = np.where(np.arange(30) % 3 == 0, np.float32(2.0), np.float32(np.inf))
    weekday = rng.uniform(0.0, 2.0, (30, 7)).astype(np.float32)
    level, scale = y.mean(1), rng.uniform(0.5, 2.0, 30).astype(np.float32)
    fade = rng.random(min(25, cut)).astype(np.float32)
    shared = rng.uniform(0.5, 1.5, (4, cut - 10 + 9)).astype(np.float32)
    which = np.array([3, 0, 29], np.int64)

    def everything(using: Using) -> list[np.ndarray]:
        totals = row_totals(rows, 10, cut, using=using)
        moments = row_moments(rows, 12, cut, caps, fade, using=using)
        index = group_index(rows, 10, cut, caps, weekday, level, scale, using=using)
        history = adjust(
            rows, which, 10, 15, cut, caps, weekday, shared, smallest=0.3, early=5, using=using
        )
        return [*vars(totals).values(), *vars(moments).values(), *index, *vars(history).values()]

    for a, b in zip(everything("native"), everything("numpy"), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_an_unknown_period_is_refused() -> None:
    if implementation() == "numpy":
        pytest.skip("no compiled kernel here")
    y, seen, start, _ = sample(n=2)
    with pytest.raises(ValueError, match="refused"):
        smooth_ets(
            y, seen, start, ets_grid((0.1,)), level0=y.mean(1),
            season0=np.zeros((2, 65), np.float32), horizon=1,
        )  # fmt: skip
