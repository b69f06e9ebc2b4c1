"""Orders by possible futures: against a loop over every quantity, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.inventory import next_order as policy
from omnix.engine.inventory.arrivals import NEVER, arrival_hazards, drawn_ages
from omnix.engine.inventory.next_order import AHEAD, next_order
from omnix.engine.inventory.paths import demand_paths


def test_paths_follow_what_was_seen() -> None:
    rng = np.random.default_rng(3)
    history = rng.normal(100, 20, (300, 40))
    paths = demand_paths(history, 3, 200)
    following = rng.normal(100, 20, 300)
    below = (paths[:, :, 0] <= following[:, None]).mean(axis=1)
    assert 0.74 <= np.mean((below > 0.1) & (below < 0.9)) <= 0.88
    assert paths.mean() == pytest.approx(100, rel=0.03)
    rising = demand_paths(np.arange(1.0, 41.0)[None, :] * 10, 4, 400)[0].mean(axis=0)
    assert rising == pytest.approx(400, rel=0.05)


def test_paths_widen_ahead_where_the_level_moves() -> None:
    walk = np.cumsum(np.random.default_rng(1).normal(0, 20, (50, 60)), axis=1) + 1000
    spread = demand_paths(walk, 8, 400).std(axis=1).mean(axis=0)
    assert spread[7] > 1.8 * spread[0]


def test_a_stocks_paths_depend_on_no_other_and_holes_are_no_zeros() -> None:
    history = np.random.default_rng(2).poisson(30, (4, 20)).astype(float)
    alone = demand_paths(history[2:3], 5, 50, seed=9)
    assert demand_paths(history, 5, 50, seed=9)[2:3] == pytest.approx(alone)
    holes = np.repeat(history, 2, axis=1)
    holes[:, 1::2] = np.nan
    assert demand_paths(holes, 5, 50) == pytest.approx(demand_paths(history, 5, 50))
    assert not demand_paths(np.full((1, 6), np.nan), 3, 10).any()
    assert demand_paths(np.zeros((1, 6)), 3, 50).max() < 5


def slow_hazards(promised: int, placed: list[float], arrived: list[int], age: int) -> float:
    now = len(placed)
    if age > promised + 3:
        return 0.0
    yes, no = (9, 1) if age == promised else (0.5, 9.5) if age < promised else (0.3, 0.7)
    for order, units in enumerate(placed):
        took = arrived[order] - order if arrived[order] >= 0 else None
        if units <= 0 or order + age >= now or (took is not None and took < age):
            continue
        yes, no = (yes + 1, no) if took == age else (yes, no + 1)
    return yes / (yes + no)


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_hazards_equal_a_count_by_hand(seed: int) -> None:
    rng = np.random.default_rng(seed)
    now = int(rng.integers(0, 12))
    promised = rng.integers(0, 5, 3)
    placed = rng.integers(0, 3, (3, now)).astype(float)
    took = rng.integers(0, 8, (3, now))
    arrived = np.where((took + np.arange(now) < now) & (took < 6), took + np.arange(now), -1)
    found = arrival_hazards(promised, placed, arrived)
    for row in range(3):
        for age in range(found.shape[1]):
            wanted = slow_hazards(
                int(promised[row]), placed[row].tolist(), arrived[row].tolist(), age
            )
            assert found[row, age] == pytest.approx(wanted)


def test_hazards_are_learnt_and_drawn() -> None:
    rng = np.random.default_rng(5)
    took = rng.choice([1, 2, 3, NEVER], 4000)
    order = np.arange(4000)
    arrived = np.where(order + took < 4000, order + took, -1)[None, :]
    hazards = arrival_hazards([2], np.ones((1, 4000)), arrived)
    ages = drawn_ages(hazards, 0, 100_000, rng)[0]
    for age in (1, 2, 3, NEVER):
        assert np.mean(ages == age) == pytest.approx(0.25, abs=0.03)
    waited = drawn_ages(hazards, 3, 100_000, rng)[0]
    assert np.mean(waited == 3) == pytest.approx(0.5, abs=0.04)
    assert (drawn_ages(hazards, 9, 10, rng) == NEVER).all()


def by_hand(
    demand: np.ndarray, lead: int, stock: float, pipe: list[float], hold: float, save: float
) -> int:
    """The cheapest quantity by trying all, where orders come after ``lead`` without fail."""
    worth = []
    for quantity in range(400):
        cost = 0.0
        for path in demand.tolist():
            there = stock
            for step in range(lead + 1 + AHEAD):
                there += pipe[step] if step < len(pipe) else 0.0
                mine = quantity if step == lead else 0
                there += mine
                short, there = max(path[step] - there, 0.0), max(there - path[step], 0.0)
                if step == lead:
                    cost += policy._CAUTION * hold * there + save * short
                    break
        worth.append(cost)
    return int(np.argmin(worth))


@pytest.mark.parametrize("lead", [0, 2])
def test_with_sure_lead_times_it_is_the_myopic_order(
    lead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "_LEFT_OVER", 0.0)
    rng = np.random.default_rng(8)
    demand = rng.poisson(40, (1, 60, lead + AHEAD + 1)).astype(float)
    hazards = np.zeros((1, lead + 4))
    hazards[0, lead] = 1.0
    pipe = [30.0, 35.0][:lead]
    placed = np.array([pipe]) if lead else np.zeros((1, 0))
    made = next_order(
        demand, hazards, promised=[lead], on_hand=[20], placed=placed,
        arrived=np.full(placed.shape, -1), holding=[1.0], margin=[4.0],
    )  # fmt: skip
    assert abs(int(made[0]) - by_hand(demand[0], lead, 20, pipe, 1.0, 4.0)) <= 1


def test_what_must_always_hold() -> None:
    rng = np.random.default_rng(4)
    demand = demand_paths(rng.poisson(50, (6, 9)), 2 + AHEAD + 1, 100)
    placed = np.zeros((6, 4))
    placed[3:, 3] = 60
    arrived = np.full((6, 4), -1)
    hazards = arrival_hazards(np.full(6, 2), placed, arrived)

    def ordered(hand: float, margin: float) -> np.ndarray:
        return next_order(
            demand, hazards, promised=np.full(6, 2), on_hand=np.full(6, hand), placed=placed,
            arrived=arrived, holding=np.ones(6), margin=np.full(6, margin),
        )  # fmt: skip

    plain = ordered(20, 4)
    assert (plain >= 0).all()
    assert plain.dtype == np.int64
    assert (ordered(20, 19) >= plain).all()
    assert (ordered(80, 4) <= plain).all()
    assert not ordered(5000, 19).any()
    assert not ordered(20, 0).any()
    with pytest.raises(ValueError, match="paths end"):
        next_order(
            demand, hazards, promised=np.full(6, 3), on_hand=0, placed=placed, arrived=arrived,
            holding=1, margin=1,
        )  # fmt: skip
