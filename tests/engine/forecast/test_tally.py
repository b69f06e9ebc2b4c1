"""Sums of rolling origins against slow loops over every day."""

import inspect
import math

import numpy as np
import pytest

from omnix.engine.forecast import backtest
from omnix.engine.forecast.backtest import rolling, rolling_cuts
from omnix.engine.forecast.tally import FIGURES, SUMS, Gathered, horizon_parts, tally

from .panels import retail

LEVELS = (0.1, 0.5, 0.9)


def _made(n: int = 7, horizon: int = 16, seed: int = 2) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.poisson(3.0, (n, horizon)).astype(np.float32)
    truth[random.random(truth.shape) < 0.2] = np.nan
    truth[0] = np.nan
    mean = random.gamma(3.0, size=truth.shape).astype(np.float32)
    spread = np.sort(random.gamma(3.0, size=(*truth.shape, 3)), axis=2).astype(np.float32)
    naive = random.poisson(3.0, truth.shape).astype(np.float32)
    inside = np.where(np.isfinite(truth), random.random(truth.shape), np.nan)
    return {"truth": truth, "mean": mean, "spread": spread, "naive": naive, "inside": inside}


def _tally(made: dict[str, np.ndarray], origin: int):  # type: ignore[no-untyped-def]
    n = len(made["truth"])
    return tally(
        origin, made["truth"], made["mean"], made["spread"], LEVELS, made["naive"],
        (made["inside"], made["inside"] / 2), np.linspace(1.0, 2.0, n),
    )  # fmt: skip


def test_figures_of_groups_and_parts_against_a_loop() -> None:
    origins = [_made(seed=2), _made(seed=3)]
    code = np.array([0, 0, 1, 1, 1, -1, 2])
    gathered = Gathered(7, {"kind": (4, code)})
    for number, made in enumerate(origins):
        gathered.add(_tally(made, number))
    found = gathered.breakdown("kind")
    assert found.parts == ((1, 7), (8, 14), (15, 16))
    for group in range(4):
        for at, (first, last) in enumerate([(1, 16), *found.parts]):
            days = range(first - 1, last)
            rows = np.flatnonzero(code == group)
            seen = [
                (made, r, d) for made in origins for r in rows for d in days
                if not math.isnan(made["truth"][r, d])
            ]  # fmt: skip
            assert found.observations[group, at] == len(seen)
            assert found.series[group, at] == len({r for _, r, _ in seen})
            assert found.origins[group, at] == len({id(made) for made, _, _ in seen})
            if not seen:
                assert all(math.isnan(found.figures[name][group, at]) for name in FIGURES)
                continue
            actual = sum(float(m["truth"][r, d]) for m, r, d in seen)
            error = sum(abs(float(m["mean"][r, d]) - float(m["truth"][r, d])) for m, r, d in seen)
            naive = sum(abs(float(m["naive"][r, d]) - float(m["truth"][r, d])) for m, r, d in seen)
            signed = sum(float(m["mean"][r, d]) - float(m["truth"][r, d]) for m, r, d in seen)
            loss = 0.0
            for m, r, d in seen:
                for k, level in enumerate(LEVELS):
                    gap = float(m["truth"][r, d]) - float(m["spread"][r, d, k])
                    loss += (level * gap if gap > 0 else (level - 1) * gap) / len(LEVELS)
            told = {name: found.figures[name][group, at] for name in FIGURES}
            assert told["wape"] == pytest.approx(error / actual)
            assert told["bias"] == pytest.approx(signed / actual)
            assert told["naive_wape"] == pytest.approx(naive / actual)
            assert told["value_added"] == pytest.approx(1 - error / naive)
            assert told["pinball"] == pytest.approx(loss / len(seen))
            assert told["wql"] == pytest.approx(2 * loss / actual)
            held = sum(float(m["inside"][r, d]) for m, r, d in seen)
            assert told["coverage_80"] == pytest.approx(held / len(seen))
            assert told["coverage_50"] == pytest.approx(held / 2 / len(seen))
            each = []
            for r in rows:
                mine = [(m, d) for m, s, d in seen if s == r]
                if mine:
                    square = sum(
                        (float(m["mean"][r, d]) - float(m["truth"][r, d])) ** 2 for m, d in mine
                    )
                    each.append(math.sqrt(square / len(mine) / np.linspace(1.0, 2.0, 7)[r]))
            assert told["rmsse"] == pytest.approx(sum(each) / len(each))
    for number, made in enumerate(origins):
        alone = Gathered(7, {"kind": (4, code)})
        alone.add(_tally(made, number))
        wape = alone.breakdown("kind").figures["wape"][:, 0]
        assert found.by_origin["wape"][number] == pytest.approx(wape, nan_ok=True)


def test_steps_are_the_panel_s_days_ahead() -> None:
    made = _made()
    gathered = Gathered(7, {})
    gathered.add(_tally(made, 0))
    seen = np.isfinite(made["truth"])
    for day in range(16):
        there = seen[:, day]
        error = np.abs(made["mean"][there, day] - made["truth"][there, day]).sum()
        assert gathered.steps["wape"][day] == pytest.approx(error / made["truth"][there, day].sum())


def test_parts_hold_every_day_once() -> None:
    for horizon in (1, 7, 8, 28, 90, 365):
        parts = horizon_parts(horizon)
        days = [day for first, last in parts for day in range(first, last + 1)]
        assert days == list(range(1, horizon + 1))


def test_an_origin_sees_nothing_of_what_follows() -> None:
    """What happens after an origin changes what is scored there, never what was forecast."""
    truth = retail(20, 300, level=1.0, spread=0.5)
    changed = truth.panel.values.copy()
    changed[:, 272:] = 0
    other = type(truth.panel)(changed, truth.panel.start, truth.panel.first_day, truth.panel.group)
    cuts = rolling_cuts(300, 28, 3)
    plain, wiped = (list(rolling(p, 28, cuts)) for p in (truth.panel, other))
    signed, actual = SUMS.index("signed"), SUMS.index("actual")
    assert not np.array_equal(plain[0].sums[signed], wiped[0].sums[signed])
    # forecast = signed error + actual
    assert plain[0].sums[[signed, actual]].sum(0) == pytest.approx(
        wiped[0].sums[[signed, actual]].sum(0)
    )
    for a, b in zip(plain[1:], wiped[1:], strict=True):
        assert np.array_equal(a.sums, b.sums)


def test_means_of_few_origins_are_held() -> None:
    truth = retail(10, 420, level=1.0, spread=0.5)
    made = rolling(truth.panel, 28, rolling_cuts(420, 28, 8))
    for number in range(8):
        next(made)
        held = inspect.getgeneratorlocals(made)["known"]  # type: ignore[arg-type]
        assert len(held) <= 4, number


def test_groups_and_the_whole_agree() -> None:
    truth = retail(60, 300, level=1.0, spread=0.8, groups=3)
    gathered = Gathered(60, {"group": (3, truth.panel.group)})
    for one in rolling(truth.panel, 28, rolling_cuts(300, 28, 3)):
        gathered.add(one)
    report = backtest(truth.panel, 28, origins=3)
    parts = gathered.breakdown("group")
    weight = parts.figures["wape"][:, 0] * _actual(gathered, truth.panel.group)
    assert weight.sum() / _actual(gathered, truth.panel.group).sum() == pytest.approx(
        report.overall.wape[0]
    )


def _actual(gathered: Gathered, group: np.ndarray) -> np.ndarray:
    assert gathered._total is not None
    return np.bincount(group, gathered._total[SUMS.index("actual")].sum(1))
