"""Estimates and read-outs, against loops, published figures and simulated truth."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.experiments.estimate import Effect, Estimate, effect, estimate, estimates
from omnix.engine.experiments.guardrail import guardrail
from omnix.engine.experiments.readout import Interval, Prior, bayesian, boundary, fixed, sequential
from omnix.engine.experiments.sums import Sums

from .by_hand import looped

A = Sums.mean(3407, 1396.87, 52377.9767)
B = Sums.mean(3461, 2422.7, 134698.29)


def change(a: Sums, b: Sums, kind: str = "mean", *, relative: bool = True) -> Effect:
    found = estimates([a, b], kind)  # type: ignore[arg-type]
    assert found is not None
    made = effect(*found.arms, relative=relative)
    assert made is not None
    return made


def rounded(*values: float) -> list[float]:
    return [round(value, 5) for value in values]


def test_published_t_tests() -> None:
    """gbstats, tests/frequentist: relative, absolute, and of proportions."""
    told = fixed(change(A, B))
    assert rounded(told.effect, told.low, told.high, told.p) == [
        0.70732,
        -0.03526,
        1.44989,
        0.06191,
    ]
    told = fixed(change(A, B, relative=False))
    assert rounded(told.effect, told.low, told.high, told.p) == [0.29, 0.04538, 0.53462, 0.02016]
    told = fixed(change(Sums.proportion(28, 14), Sums.proportion(30, 16), "proportion"))
    assert rounded(told.effect, told.low, told.high, told.p) == [
        0.06667,
        -0.47767,
        0.61101,
        0.80707,
    ]


def test_published_beliefs() -> None:
    """gbstats, tests/bayesian: 49 of 100 against 51 of 100 with nothing believed beforehand."""
    told = bayesian(change(Sums.proportion(100, 49), Sums.proportion(100, 51), "proportion"))
    assert rounded(told.effect, told.low, told.high, told.chance) == [
        0.04082, -0.24779, 0.32943, 0.60918,
    ]  # fmt: skip


def test_published_sequential_widths() -> None:
    """gbstats, tests/frequentist: half widths over standard errors, which they take by the delta
    method, of 3,000 against 3,461 units."""
    assert boundary(6_461, 0.05, 1_000) == pytest.approx(
        (1.56516 + 0.55844) / 2 / 0.33341, rel=1e-4
    )
    assert boundary(6_461, 0.05, 5_000) == pytest.approx(
        (0.60675 - 0.40098) / 2 / 0.03386, rel=3e-4
    )


@pytest.mark.parametrize("alpha", [0.01, 0.05])
def test_a_relative_interval_holds_just_the_ratios_that_are_not_refused(alpha: float) -> None:
    made = change(Sums.proportion(900, 90), Sums.proportion(1_100, 140), "proportion")
    told = sequential(made, alpha)
    width = boundary(2_000, alpha, 5_000)
    for ratio in np.linspace(0.3, 3.0, 400):
        a, b = made.control, made.treatment
        error = math.sqrt(b.variance + ratio**2 * a.variance)
        inside = abs(b.value - ratio * a.value) <= width * error
        assert inside == (told.low <= ratio - 1 <= told.high)
    absolute = change(
        Sums.proportion(900, 90), Sums.proportion(1_100, 140), "proportion", relative=False
    )
    assert told.p == sequential(absolute, alpha).p
    few = change(Sums.proportion(20, 1), Sums.proportion(900, 90), "proportion")
    assert (sequential(few).low, sequential(few).high) == (-math.inf, math.inf)


values = st.lists(st.integers(0, 10_000), min_size=3, max_size=80)


@given(values=values)
def test_a_mean_is_what_a_loop_finds(values: list[int]) -> None:
    made = estimate(Sums.of(values), "mean")
    assert made is not None
    mean, variance = looped(values)
    assert made.value == pytest.approx(mean)
    assert made.variance == pytest.approx(variance / len(values), rel=1e-9, abs=1e-9)


@given(units=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 9)), min_size=3, max_size=60))
def test_a_ratio_has_the_variance_of_its_linearised_units(units: list[tuple[int, int]]) -> None:
    m, d = zip(*units, strict=True)
    made = estimate(Sums.of(m, d), "ratio")
    assert made is not None
    value, per = sum(m) / sum(d), sum(d) / len(d)
    _, variance = looped([(a - value * b) / per for a, b in units])
    assert made.value == pytest.approx(value)
    assert made.variance == pytest.approx(variance / len(units), rel=1e-6, abs=1e-12)


@given(x=values, shift=st.integers(-500, 500))
def test_the_past_as_covariate_against_a_loop(x: list[int], shift: int) -> None:
    past = [value * 3 + shift + (i * 37 % 11) for i, value in enumerate(x)]
    half = max(2, len(x) // 2)
    arms = [(x[:half], past[:half]), (x[half:] + x[:2], past[half:] + past[:2])]
    found = estimates([Sums.of(m, None, c) for m, c in arms], "mean", cuped=True)
    assert found is not None
    joint = within = 0.0
    for m, c in arms:
        mean_m, mean_c = sum(m) / len(m), sum(c) / len(c)
        joint += sum((a - mean_m) * (b - mean_c) for a, b in zip(m, c, strict=True))
        within += sum((b - mean_c) ** 2 for b in c)
    theta = joint / within if within else 0.0
    everyone = [c for _, past_of in arms for c in past_of]
    centre = sum(everyone) / len(everyone)
    assert found.theta == pytest.approx(theta, abs=1e-9)
    for made, (m, c) in zip(found.arms, arms, strict=True):
        moved = [a - theta * (b - centre) for a, b in zip(m, c, strict=True)]
        mean, variance = looped(moved)
        assert made.value == pytest.approx(mean, rel=1e-6, abs=1e-6)
        assert made.variance == pytest.approx(variance / len(m), rel=1e-5, abs=1e-6)


def test_the_past_takes_the_variance_that_it_explains() -> None:
    """With correlation r between past and present, the share r squared."""
    random = np.random.default_rng(1)
    past = random.normal(50.0, 10.0, 20_000)
    for correlation in (0.0, 0.5, 0.9):
        noise = random.normal(0.0, 10.0, 20_000) * math.sqrt(1 - correlation**2)
        now = correlation * past + noise
        arms = [Sums.of(now[:9_000], None, past[:9_000]), Sums.of(now[9_000:], None, past[9_000:])]
        found = estimates(arms, "mean", cuped=True)
        assert found is not None
        assert found.reduction == pytest.approx(correlation**2, abs=0.02)


def test_the_past_undoes_a_start_that_was_unequal() -> None:
    random = np.random.default_rng(2)
    past = random.normal(50.0, 10.0, 4_000)
    treated = past + random.normal(0, 3, 4_000) > 51.0  # the better half by far
    now = past + random.normal(0.0, 1.0, 4_000)
    arms = [
        Sums.of(now[~treated], None, past[~treated]),
        Sums.of(now[treated], None, past[treated]),
    ]
    plain, helped = estimates(arms, "mean"), estimates(arms, "mean", cuped=True)
    assert plain is not None
    assert helped is not None
    assert plain.arms[1].value - plain.arms[0].value > 10
    assert helped.arms[1].value - helped.arms[0].value == pytest.approx(0.0, abs=0.25)


@pytest.mark.parametrize("relative", [True, False])
def test_intervals_hold_the_truth_as_often_as_they_say(relative: bool) -> None:
    random = np.random.default_rng(3)
    held_fixed = held_always = held_belief = 0
    rounds = 400
    truth = 0.1 if relative else 1.0
    for _ in range(rounds):
        a, b = random.gamma(4.0, 2.5, 900), random.gamma(4.0, 2.75, 600)
        made = change(Sums.of(a), Sums.of(b), relative=relative)
        told, always, belief = fixed(made, 0.1), sequential(made, 0.1), bayesian(made, alpha=0.1)
        held_fixed += told.low <= truth <= told.high
        held_always += always.low <= truth <= always.high
        held_belief += belief.low <= truth <= belief.high
    # 0.9 give or take three standard errors of 400 rounds.
    assert 0.855 <= held_fixed / rounds <= 0.945
    assert 0.855 <= held_belief / rounds <= 0.945
    assert held_always >= held_fixed


effects = st.builds(
    lambda value, error, n: Effect(
        n,
        value,
        error**2,
        float(n - 2),
        False,
        Estimate(n // 2, 0.0, error**2 / 2),
        Estimate(n // 2, value, error**2 / 2),
    ),
    st.floats(-5, 5),
    st.floats(0.01, 5),
    st.integers(4, 10**7),
)


@given(made=effects, alpha=st.sampled_from([0.01, 0.05, 0.2]))
def test_a_p_value_is_below_alpha_just_where_the_interval_leaves_out_nothing(
    made: Effect, alpha: float
) -> None:
    for told in (fixed(made, alpha), sequential(made, alpha, 5_000)):
        near = min(abs(told.low), abs(told.high), abs(told.p - alpha)) < 1e-6
        # The mixture's rate depends on alpha, and so do its p-values.
        assert near or (told.low > 0 or told.high < 0) == (told.p < alpha)


@given(made=effects)
def test_looking_always_costs_width(made: Effect) -> None:
    once, always = fixed(made), sequential(made)
    if made.df > 30:
        assert always.low < once.low
        assert always.high > once.high


@given(made=effects, mean=st.floats(-1, 1), sd=st.floats(0.01, 10))
@settings(max_examples=40, deadline=None)
def test_beliefs_against_a_grid(made: Effect, mean: float, sd: float) -> None:
    told = bayesian(made, Prior(mean, sd))
    # The product of both densities, on a grid around where it is not nothing.
    variance = 1 / (1 / made.variance + 1 / sd**2)
    grid = told.effect + math.sqrt(variance) * np.linspace(-9, 9, 20_001)
    log = -((grid - made.value) ** 2) / (2 * made.variance) - (grid - mean) ** 2 / (2 * sd**2)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    assert told.effect == pytest.approx(float(weight @ grid), abs=1e-6)
    assert told.chance == pytest.approx(float(weight[grid > 0].sum()), abs=1e-3)
    assert told.loss == pytest.approx(float(weight @ np.maximum(-grid, 0)), abs=1e-4)
    assert told.forgone == pytest.approx(float(weight @ np.maximum(grid, 0)), abs=1e-4)


def test_what_cannot_be_told() -> None:
    nothing = Sums.none()
    assert estimate(nothing, "mean") is None
    assert estimates([nothing, A], "mean") is None
    assert estimate(Sums.of([5.0]), "mean") is None
    assert estimate(Sums.of([0, 0], [0, 0]), "ratio") is None
    flat = Estimate(10, 3.0, 0.0)
    assert effect(flat, flat, relative=False) is None
    below = Estimate(10, -3.0, 1.0)
    assert effect(below, flat, relative=True) is None
    assert effect(below, flat, relative=False) is not None
    with pytest.raises(ValueError):
        estimate(Sums.mean(3, 5, 11), "proportion")
    with pytest.raises(ValueError):
        fixed(change(A, B), alpha=1.0)
    with pytest.raises(ValueError):
        Prior(0.0, 0.0)


def test_all_or_none_in_an_arm_is_no_certainty() -> None:
    made = change(Sums.proportion(5, 0), Sums.proportion(5, 5), "proportion", relative=False)
    assert made.value == 1.0
    assert fixed(made).p > 1e-6
    none = change(Sums.proportion(50, 0), Sums.proportion(50, 0), "proportion", relative=False)
    assert (none.value, fixed(none).p, sequential(none).p) == (0.0, 1.0, 1.0)


def test_guardrails_judge_the_side_that_hurts() -> None:
    down, up, wide = (
        Interval(-0.2, -0.3, -0.1, 0.0),
        Interval(0.2, 0.1, 0.3, 0.0),
        Interval(0.0, -0.3, 0.3, 1.0),
    )
    assert guardrail(down, 0.05, higher_is_better=True) == "harmed"
    assert guardrail(down, 0.15, higher_is_better=True) == "unclear"
    assert guardrail(down, 0.35, higher_is_better=True) == "safe"
    assert guardrail(down, 0.0, higher_is_better=False) == "safe"
    assert guardrail(up, 0.05, higher_is_better=False) == "harmed"
    assert guardrail(up, 0.0, higher_is_better=True) == "safe"
    assert guardrail(wide, 0.1, higher_is_better=True) == "unclear"
    assert guardrail(None, 0.1, higher_is_better=True) == "unclear"
    with pytest.raises(ValueError):
        guardrail(up, -0.1, higher_is_better=True)
