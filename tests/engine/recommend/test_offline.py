"""Replay estimators on a log whose truth is known."""

import numpy as np
import pytest

from omnix.engine.recommend.offline import Estimate, Logged, doubly_robust, ips, snips

ARMS = 5
TRUE = np.array([0.05, 0.1, 0.2, 0.3, 0.4])
LOGGED = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
TARGET = np.array([0.0, 0.1, 0.2, 0.3, 0.4])


def _log(seed: int, customers: int = 400, each: int = 5) -> tuple[Logged, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = customers * each
    arm = rng.choice(ARMS, n, p=LOGGED)
    cluster = np.repeat(np.arange(customers), each)
    mood = np.repeat(rng.choice([0.5, 1.5], customers), each)
    reward = (rng.random(n) < np.clip(TRUE[arm] * mood, 0, 1)).astype(float)
    return Logged(reward, LOGGED[arm], TARGET[arm], cluster), arm


def _estimates(seed: int) -> dict[str, Estimate]:
    of, arm = _log(seed)
    guess = TRUE * 0.7 + 0.02
    model = np.full(len(arm), float(TARGET @ guess))
    return {"ips": ips(of), "snips": snips(of), "dr": doubly_robust(of, guess[arm], model)}


def test_intervals_hold_the_truth_as_often_as_they_promise() -> None:
    truth = float(TARGET @ TRUE)
    found = [_estimates(seed) for seed in range(300)]
    errors = {}
    for name in ("ips", "snips", "dr"):
        values = np.array([one[name].value for one in found])
        assert values.mean() == pytest.approx(truth, abs=4 * values.std() / np.sqrt(300))
        inside = np.mean([one[name].low <= truth <= one[name].high for one in found])
        assert 0.90 <= inside <= 0.985
        errors[name] = np.mean([one[name].error for one in found])
        assert values.std() == pytest.approx(errors[name], rel=0.2)
    assert errors["dr"] < errors["ips"]
    assert errors["snips"] < errors["ips"]
    assert found[0]["ips"].weight == pytest.approx(1.0, abs=0.15)
    assert found[0]["ips"].effective < 2000


def test_a_wrong_model_is_set_right_and_the_same_recommender_is_told_exactly() -> None:
    of, arm = _log(1)
    silly = doubly_robust(of, np.full(len(arm), 0.9), np.full(len(arm), 0.9))
    assert silly.low < float(TARGET @ TRUE) < silly.high
    same = Logged(of.reward, of.propensity, of.propensity, of.cluster)
    assert ips(same).value == snips(same).value == of.reward.mean()
    cut = ips(of, most=2.0)
    assert cut.clipped == pytest.approx(float((of.target / of.propensity > 2).mean()))
    assert cut.value < ips(of).value


def test_logs_that_cannot_be_are_refused() -> None:
    one = np.ones(3)
    ids = np.arange(3)
    for wrong in (
        (np.ones(0), np.ones(0), np.ones(0), np.arange(0)),
        (one, np.zeros(3), one, ids),
        (one, one, 2 * one, ids),
        (one * np.inf, one, one, ids),
        (one, one[:2], one, ids),
    ):
        with pytest.raises(ValueError):
            Logged(*wrong)
    with pytest.raises(ValueError, match="no estimate"):
        snips(Logged(one, one * 0.5, np.zeros(3), ids))
    assert ips(Logged(one, one, one, np.zeros(3, np.int64))).error == np.inf
