"""Quantiles with clusters, bandits, interleaving and profit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.experiments.bandit import chances, weights
from omnix.engine.experiments.interleave import credit, preference, team_draft
from omnix.engine.experiments.profit import profit
from omnix.engine.experiments.quantile import quantile
from omnix.engine.experiments.special import normal_quantile
from omnix.engine.experiments.sums import Sums


def test_a_quantile_is_the_value_with_its_share_below() -> None:
    made = quantile(np.arange(1, 1_001), np.arange(1_000), 0.9)
    assert made is not None
    assert (made.value, made.n) == (900.0, 1_000)
    # For independent draws: p (1 - p) / n over the squared density, which is 1/1000 here.
    assert math.sqrt(made.variance) == pytest.approx(math.sqrt(0.09 / 1_000) * 1_000, rel=0.05)


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_clustered_quantiles_are_as_uncertain_as_they_vary(level: float) -> None:
    """Each unit has a level of its own for all its observations: fewer facts than rows."""
    random = np.random.default_rng(21)
    found, errors, naive = [], [], []
    for _ in range(300):
        held = random.integers(1, 12, 400)
        own = np.repeat(random.normal(0, 1, 400), held)
        values = own + random.normal(0, 0.5, len(own))
        made = quantile(values, np.repeat(np.arange(400), held), level)
        loose = quantile(values, np.arange(len(values)), level)
        assert made is not None
        assert loose is not None
        found.append(made.value)
        errors.append(math.sqrt(made.variance))
        naive.append(math.sqrt(loose.variance))
    spread = float(np.std(found))
    assert np.median(errors) == pytest.approx(spread, rel=0.15)
    assert np.median(naive) < 0.65 * spread
    truth = normal_quantile(level) * math.sqrt(1.25)
    held_truth = np.mean(np.abs(np.array(found) - truth) < 1.96 * np.array(errors))
    assert held_truth == pytest.approx(0.95, abs=0.04)


def test_quantiles_that_cannot_be_told() -> None:
    assert quantile([1.0] * 30, range(30), 0.5) is None
    assert quantile(np.zeros(500), np.arange(500), 0.5) is None
    assert quantile(np.arange(500), np.zeros(500), 0.5) is None
    assert quantile(np.arange(150), np.arange(150), 0.95) is None
    for values, units, level in (
        ([1.0, math.inf], [0, 1], 0.5),
        ([1.0], [0, 1], 0.5),
        ([1.0], [0], 1.0),
    ):
        with pytest.raises(ValueError):
            quantile(values, units, level)


def test_chances_of_two_proportions_against_the_sum() -> None:
    a, b = Sums.proportion(20, 4), Sums.proportion(25, 9)
    # P(B > A) of two beta distributions, by their densities on a grid.
    grid = (np.arange(4_000) + 0.5) / 4_000
    of_a, of_b = grid**4 * (1 - grid) ** 16, grid**9 * (1 - grid) ** 16
    above = np.cumsum((of_b / of_b.sum())[::-1])[::-1]
    exact = float((of_a / of_a.sum()) @ above)
    assert chances([a, b], "proportion", 1)[1] == pytest.approx(exact, abs=0.012)
    upside_down = chances([a, b], "proportion", 1, higher_is_better=False)
    assert upside_down[0] == pytest.approx(exact, abs=0.012)


@settings(deadline=None, max_examples=30)
@given(
    counts=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=6),
    seed=st.integers(0, 9),
)
def test_weights_are_whole_sum_up_and_keep_the_floor(
    counts: list[tuple[int, int]], seed: int
) -> None:
    arms = [Sums.proportion(won + lost, won) for won, lost in counts]
    made = weights(arms, "proportion", seed)
    assert sum(made) == 10_000
    assert min(made) >= 200
    assert made == weights(arms, "proportion", seed)


@pytest.mark.parametrize("kind", ["proportion", "mean"])
def test_a_bandit_loses_less_than_an_even_split(kind: str) -> None:
    random = np.random.default_rng(22)
    truth = [0.05, 0.05, 0.09]
    arms = [Sums.none()] * 3
    share, good = [1 / 3] * 3, 0.0
    for step in range(40):
        for arm, n in enumerate(random.multinomial(250, share)):
            won = int(random.binomial(n, truth[arm]))
            made = Sums.proportion(int(n), won)
            if kind == "mean":
                made = Sums.mean(made.n, won * 20.0, won * 400.0)
            arms[arm] = arms[arm] + made
        made_weights = weights(arms, kind, step)  # type: ignore[arg-type]
        share = [weight / 10_000 for weight in made_weights]
        good += share[2] / 40
    assert good > 0.6
    assert share[2] > 0.9


def test_an_arm_nobody_saw_gets_its_chance() -> None:
    seen = Sums.of(np.random.default_rng(1).normal(10, 2, 500))
    assert min(weights([seen, Sums.none()], "mean", 1)) > 2_000
    assert weights([Sums.none(), Sums.none()], "mean", 1)[0] == pytest.approx(5_000, abs=200)
    with pytest.raises(ValueError):
        weights([seen] * 60, "mean", 1)


items = st.lists(st.integers(0, 40), unique=True, max_size=15)


@given(a=items, b=items, length=st.integers(0, 25), seed=st.integers(0, 10_000))
def test_a_team_draft_is_fair_and_complete(
    a: list[int], b: list[int], length: int, seed: int
) -> None:
    shown = team_draft(a, b, length, seed)
    placed = [item for item, _ in shown]
    assert len(set(placed)) == len(placed) == min(length, len({*a, *b}))
    for team, ranking in (("a", a), ("b", b)):
        own = [item for item, by in shown if by == team]
        assert own == [item for item in ranking if item in own]
    if len(a) == len(b) and not {*a} & {*b} and length % 2 == 0:
        assert abs(sum(1 if by == "a" else -1 for _, by in shown)) <= 1 + (length > 2 * len(a))
    assert shown == team_draft(a, b, length, seed)


def test_equal_rankings_share_the_first_place_and_clicks_favour_nobody() -> None:
    random = np.random.default_rng(23)
    votes = {-1: 0, 0: 0, 1: 0}
    for seed in range(4_000):
        shown = team_draft([1, 2, 3, 4], [2, 1, 4, 3], 4, seed)
        clicked = [item for item, _ in shown if random.random() < 0.3]
        votes[credit(shown, clicked)] += 1
    told = preference(votes[-1], votes[1], votes[0])
    assert told.p > 0.001
    assert told.low < 0.5 < told.high


def test_the_better_ranking_is_preferred() -> None:
    random = np.random.default_rng(24)
    votes = {-1: 0, 0: 0, 1: 0}
    for seed in range(400):
        shown = team_draft([9, 8, 7, 1, 2, 3], [1, 2, 3, 9, 8, 7], 4, seed)
        clicked = [i for i, _ in shown if random.random() < (0.5 if i in (1, 2, 3) else 0.1)]
        votes[credit(shown, clicked)] += 1
    told = preference(votes[-1], votes[1], votes[0])
    assert told.p < 1e-6
    assert told.low > 0.5


def test_preferences_of_hand() -> None:
    told = preference(3, 9, 4)
    assert told.share == pytest.approx(11 / 16)
    # Twelve throws of a fair coin, three or fewer on either side.
    assert told.p == pytest.approx(2 * (1 + 12 + 66 + 220) / 4096)
    assert credit([(1, "a"), (2, "b")], [1, 2, 5]) == 0
    assert credit([(1, "a"), (2, "b")], [2, 2]) == 1
    for wrong in ((0, 0, 0), (-1, 2, 3)):
        with pytest.raises(ValueError):
            preference(*wrong)


def test_profit_is_what_is_left() -> None:
    made = profit([10_000, 0], [6_000, 0], [365_000, 73_000], holding_rate=0.25)
    assert made.tolist() == [10_000 - 6_000 - 250, -50]
    assert profit([10], [4]).tolist() == [6]
    with pytest.raises(ValueError):
        profit([1.5], [1])
    with pytest.raises(ValueError):
        profit([1], [1], [1], -0.1)
