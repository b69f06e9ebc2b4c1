"""Chance in answers: its propensities are those that it has."""

from collections import Counter

import pytest

from omnix.domains.recommendations.explore import DEPTH, EPSILON, FIRST, placed


def test_the_first_places_are_left_alone_and_every_rank_comes_once() -> None:
    for seed in range(200):
        found = placed(30, 20, [str(seed)])
        assert [one.at for one in found[:FIRST]] == list(range(FIRST))
        assert len({one.at for one in found}) == 20
        assert found == placed(30, 20, [str(seed)])
    assert [one.at for one in placed(3, 20, ["x"])] == [0, 1, 2]
    assert placed(0, 20, ["x"]) == []


def test_what_is_told_of_chances_is_how_often_it_happens() -> None:
    rounds = 4000
    seen: Counter[int] = Counter()
    told: dict[int, float] = {}
    for seed in range(rounds):
        spot = placed(30, FIRST + 1, [str(seed)])[FIRST]
        seen[spot.at] += 1
        told[spot.at] = spot.propensity
        assert spot.explored == (spot.at != FIRST)
    assert told[FIRST] == pytest.approx(1 - EPSILON + EPSILON / DEPTH)
    assert sum(told.values()) == pytest.approx(1.0)
    for at, chance in told.items():
        spread = (chance * (1 - chance) / rounds) ** 0.5
        assert seen[at] / rounds == pytest.approx(chance, abs=5 * spread)
