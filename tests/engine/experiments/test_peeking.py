"""Looking again and again: what holds at every look, and what does not."""

import numpy as np
import pytest

from omnix.engine.experiments.estimate import effect, estimates
from omnix.engine.experiments.readout import fixed, sequential
from omnix.engine.experiments.sums import Sums

from .by_hand import POPULATIONS, Stream, looked_at

UNITS, ALPHA = 6_000, 0.05
LOOKS = [int(x) for x in np.unique(np.geomspace(10, UNITS, 50).astype(int))]


@pytest.mark.parametrize("share", [0.5, 0.1, 0.95])
@pytest.mark.parametrize("population", list(POPULATIONS))
def test_false_alarms_stay_below_alpha_however_often_one_looks(
    population: str, share: float
) -> None:
    """No effect, fifty looks from the tenth unit on, also where one arm is small and the event
    rare: the part where intervals for every look are usually not what they claim."""
    random = np.random.default_rng([5, int(share * 10)])
    rounds, alarms, relative_alarms = 400, 0, 0
    for _ in range(rounds):
        stream = Stream(POPULATIONS[population](random, UNITS), random.random(UNITS) < share)
        sums = [stream.after(look) for look in LOOKS]
        told = [looked_at(arms) for arms in sums]
        alarms += any(t is not None and t.p < ALPHA for t in told)
        told = [looked_at(arms, relative=True) for arms in sums]
        relative_alarms += any(t is not None and t.p < ALPHA for t in told)
    assert alarms / rounds <= ALPHA
    assert relative_alarms / rounds <= ALPHA


def test_a_fixed_horizon_test_does_not_survive_the_same_looks() -> None:
    """What the sequential one is for: the same peeking makes a t-test wrong half the time."""
    random = np.random.default_rng(6)
    alarms = 0
    for _ in range(100):
        stream = Stream(POPULATIONS["normal"](random, UNITS), random.random(UNITS) < 0.5)
        for look in LOOKS:
            found = estimates(stream.after(look), "mean")
            change = found and effect(*found.arms, relative=False)
            if change and fixed(change).p < ALPHA:
                alarms += 1
                break
    assert alarms > 25


def test_an_effect_is_found_and_sooner_when_it_is_larger() -> None:
    random = np.random.default_rng(7)
    found_at = {}
    for lift in (0.2, 0.5):
        firsts = []
        for _ in range(40):
            treated = random.random(UNITS) < 0.5
            stream = Stream(random.normal(10.0, 1.0, UNITS) + lift * treated, treated)
            told = ((look, looked_at(stream.after(look))) for look in LOOKS)
            firsts.append(next((n for n, t in told if t is not None and t.p < ALPHA), UNITS + 1))
        found_at[lift] = np.median(firsts)
    assert found_at[0.5] < found_at[0.2] <= UNITS


def test_intervals_of_all_looks_hold_the_truth_together() -> None:
    random = np.random.default_rng(8)
    rounds, failures = 200, 0
    for _ in range(rounds):
        treated = random.random(UNITS) < 0.3
        stream = Stream(random.gamma(2.0, 5.0, UNITS) * (1 + 0.2 * treated), treated)
        told = [looked_at(stream.after(look)) for look in LOOKS]
        failures += any(t is not None and not t.low <= 2.0 <= t.high for t in told)
    assert failures / rounds <= ALPHA


def test_the_interval_is_narrowest_near_where_it_was_tuned() -> None:
    arms = [Sums.mean(5_000, 50_000.0, 505_000.0), Sums.mean(5_000, 50_100.0, 507_000.0)]
    found = estimates(arms, "mean")
    assert found is not None
    change = effect(*found.arms, relative=False)
    assert change is not None
    width = {n: sequential(change, tuned_at=n).high for n in (100, 10_000, 1_000_000)}
    assert width[10_000] < width[100]
    assert width[10_000] < width[1_000_000]
