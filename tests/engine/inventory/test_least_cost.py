"""The least-cost order against exact optima and a search, and what must always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.inventory.ahead import EDGES, WEIGHTS, Ahead, left, short
from omnix.engine.inventory.distribution import Demand
from omnix.engine.inventory.least_cost import LeastCost, Terms, choices, least_cost
from omnix.engine.inventory.simulate import Prices, Rules, simulate

DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 90)
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99)


def poisson(*rates: float) -> Ahead:
    quantiles = [
        [[Demand.poisson(rate * days).quantile(p) for p in LEVELS] for days in DAYS]
        for rate in rates
    ]
    return Ahead.of(DAYS, LEVELS, [[rate * days for days in DAYS] for rate in rates], quantiles)


def terms(count: int = 1, **given: float) -> Terms:
    fields = {
        "lead_days": 7.0, "lead_deviation": 0.0, "review_days": 7.0, "holding": 0.1,
        "margin": 20.0, "order_cost": 50.0, "unit_cost": 30.0, "minimum": 1, "pack": 1,
        "shelf_days": math.inf, **given,
    }  # fmt: skip
    whole = ("minimum", "pack")
    return Terms(
        **{n: np.full(count, v, np.int64 if n in whole else float) for n, v in fields.items()}
    )


def ordered(ahead: Ahead, position: int, **given: float) -> LeastCost:
    count = len(ahead)
    return least_cost(ahead, terms(count, **given), np.full(count, position, np.int64))


@pytest.mark.parametrize("rate", [0.2, 1.0, 5.0])
@pytest.mark.parametrize(
    ("lead", "review", "lump", "holding", "margin"),
    [(7, 7, 50, 0.1, 20), (0, 1, 50, 0.1, 20), (14, 1, 500, 0.5, 100), (3, 7, 1, 0.3, 20)],
)
def test_it_costs_little_more_than_the_best_policy_played(
    rate: float, lead: int, review: int, lump: float, holding: float, margin: float
) -> None:
    """Every (s, S) around ours, played over the same 40 years of Poisson demand."""
    made = ordered(
        poisson(rate), 0, lead_days=lead, review_days=review, order_cost=lump,
        holding=holding, margin=margin,
    )  # fmt: skip
    ours, gap = int(made.point[0]), int(made.target[0]) - int(made.point[0])
    steps = max(1, round(ours / 12)), max(1, round(gap / 8))
    points = [max(0, ours + k * steps[0]) for k in range(-9, 7)]
    gaps = [max(0, gap + k * steps[1]) for k in range(-6, 7)]
    pairs = [(ours, ours + gap), *((p, p + g) for p in points for g in gaps)]
    days = 40 * 365
    demand = np.random.default_rng(1).poisson(rate, days)
    played = simulate(
        np.repeat(demand[:, None], len(pairs), axis=1),
        Rules([p for p, _ in pairs], [t for _, t in pairs]),
        Prices(holding, margin, lump),
        lead_days=lead,
        opening=ours,
        reviews=(np.arange(days) % review == 0)[None, :],
    )
    cost = played.cost.sum(axis=0)
    assert cost[0] <= cost.min() * 1.06
    assert cost[0] / days == pytest.approx(float(made.day_cost[0]), rel=0.2)


def test_what_to_do_instead_costs_more() -> None:
    ahead, how = poisson(2.0), terms()
    plan = least_cost(ahead, how, np.zeros(1, np.int64))
    quantities = np.arange(0, 200)
    made = choices(ahead, how, 0, quantities)
    assert made.extra.min() == 0
    assert made.extra[int(plan.quantity[0])] <= 2.0  # of an order that costs 50 and its holding
    assert made.extra[0] > 5
    parts = made.costs.holding + made.costs.lost + made.costs.waste
    spent = made.order_cost + parts - float(plan.day_cost[0]) * made.days
    assert spent - spent.min() == pytest.approx(made.extra)
    assert (np.diff(made.days[60:]) > 0).all()
    full = choices(ahead, how, 500, np.array([0, 1, 20]))
    assert full.extra.tolist() == sorted(full.extra)
    assert full.extra[1] > 50  # another order, for nothing


def test_a_price_break_is_weighed() -> None:
    ahead, how = poisson(2.0), terms()
    quantities = np.array([50, 120])
    same = choices(ahead, how, 0, quantities, np.array([30.0, 30.0]))
    cheaper = choices(ahead, how, 0, quantities, np.array([30.0, 25.0]))
    assert np.argmin(same.extra) == 0
    assert np.argmin(cheaper.extra) == 1
    assert cheaper.purchase.tolist() == [0.0, -600.0]


def test_nodes_read_the_distribution() -> None:
    ahead = poisson(4.0)
    values = ahead.values_over(np.array([14.0]))
    exact = Demand.poisson(56.0)
    assert sum(WEIGHTS) == pytest.approx(1)
    assert len(WEIGHTS) == len(EDGES) - 1
    assert float((values @ WEIGHTS)[0]) == pytest.approx(56, rel=0.01)
    for level in (40.0, 56.0, 65.0, 75.0):
        at = np.array([level])
        assert float(left(values, at)[0]) == pytest.approx(float(exact.left(level)), abs=0.5)
        assert float(short(values, at)[0]) == pytest.approx(float(exact.short(level)), abs=0.5)


def test_beyond_the_known_days_and_between_them() -> None:
    ahead = poisson(4.0)
    assert ahead.mean_over(np.array([180.0]))[0] == pytest.approx(720)
    assert ahead.mean_over(np.array([4.0]))[0] == pytest.approx(16)
    wide = np.ptp(ahead.values_over(np.array([180.0])))
    assert wide == pytest.approx(
        np.ptp(ahead.values_over(np.array([90.0]))) * math.sqrt(2), rel=0.1
    )


rates = st.floats(0.02, 40)


@given(
    rates, st.integers(0, 400), st.integers(0, 60), st.integers(1, 60), st.integers(1, 30),
    st.integers(0, 40), st.sampled_from([1.0, 7.0, 14.0]), st.floats(0, 500), st.floats(0.001, 5),
    st.floats(0.5, 500), st.sampled_from([math.inf, 3.0, 20.0]), st.floats(0, 10),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_what_always_holds(
    rate: float, stock: int, more: int, minimum: int, pack: int, lead: int, review: float,
    lump: float, holding: float, margin: float, shelf: float, deviation: float,
) -> None:  # fmt: skip
    given_terms = {
        "minimum": minimum, "pack": pack, "lead_days": float(lead), "review_days": review,
        "order_cost": lump, "holding": holding, "margin": margin, "shelf_days": shelf,
        "lead_deviation": deviation,
    }  # fmt: skip
    ahead = poisson(rate)
    made, with_more = (
        ordered(ahead, stock, **given_terms),
        ordered(ahead, stock + more, **given_terms),
    )
    quantity = int(made.quantity[0])
    assert quantity >= 0
    assert quantity % pack == 0
    assert quantity == 0 or quantity >= minimum
    assert int(with_more.quantity[0]) <= quantity
    assert int(made.point[0]) <= int(made.target[0])
    assert (quantity > 0) == (stock < int(made.point[0]))
    assert math.isfinite(float(made.day_cost[0]))
    if quantity:
        assert stock + quantity >= int(made.point[0])


def test_dearer_shortage_and_cheaper_holding_keep_more() -> None:
    ahead = poisson(2.0)
    points = [int(ordered(ahead, 0, margin=m).point[0]) for m in (1, 5, 20, 100, 1000)]
    assert points == sorted(points)
    assert points[0] < points[-1]
    targets = [int(ordered(ahead, 0, holding=h).target[0]) for h in (2.0, 0.5, 0.1, 0.02)]
    assert targets == sorted(targets)
    assert targets[0] < targets[-1]


def test_what_spoils_is_not_bought_for_later() -> None:
    keeps = ordered(poisson(2.0), 0, order_cost=2000)
    spoils = ordered(poisson(2.0), 0, order_cost=2000, shelf_days=10)
    assert int(spoils.target[0]) < int(keeps.target[0])
    assert float(spoils.days[0]) <= 14 < float(keeps.days[0])


def test_a_minimum_above_demand_is_ordered_later_and_lasts() -> None:
    usual = ordered(poisson(0.5), 0, holding=0.01)
    large = ordered(poisson(0.5), 0, holding=0.01, minimum=400)
    assert 400 <= int(large.quantity[0]) <= 410
    at_point = ordered(poisson(0.5), int(large.point[0]) - 1, holding=0.01, minimum=400)
    assert int(at_point.quantity[0]) == 400
    assert int(large.point[0]) < int(usual.point[0])
    assert float(large.days[0]) > float(usual.days[0])


def test_a_minimum_that_would_lie_for_years_is_not_ordered() -> None:
    made = ordered(poisson(0.1), 0, minimum=500)
    assert int(made.quantity[0]) == 0
    assert float(made.day_cost[0]) == pytest.approx(0.1 * 20, rel=0.1)  # all sales are lost


def test_a_lead_time_that_varies_needs_more() -> None:
    sure, unsure = ordered(poisson(3.0), 0), ordered(poisson(3.0), 0, lead_deviation=5)
    assert int(unsure.point[0]) > int(sure.point[0])


@pytest.mark.parametrize(
    ("mean", "quantiles"),
    [(0.0, 0.0), (math.nan, math.nan), (-3.0, -3.0), (math.inf, math.inf), (1e-9, 0.0)],
)
def test_bad_forecasts_order_nothing(mean: float, quantiles: float) -> None:
    ahead = Ahead.of(
        DAYS, LEVELS, np.full((1, len(DAYS)), mean), np.full((1, len(DAYS), len(LEVELS)), quantiles)
    )
    made = ordered(ahead, 0)
    assert int(made.quantity[0]) == 0
    assert math.isfinite(float(made.day_cost[0]))


def test_what_earns_nothing_is_not_ordered() -> None:
    assert int(ordered(poisson(5.0), 0, margin=0.0).quantity[0]) == 0


def test_free_holding_and_no_lead_time_still_end() -> None:
    made = ordered(poisson(1.0), 0, holding=0.0, lead_days=0, review_days=1)
    assert 0 < int(made.quantity[0]) < 1000


def test_many_stocks_are_planned_as_each_alone() -> None:
    few = poisson(0.2, 1.0, 6.0)
    index = np.arange(5000) % 3
    many = Ahead(few.days, few.mean[index], few.nodes[index])
    position = np.arange(5000, dtype=np.int64) % 40
    made = least_cost(many, terms(5000), position)
    for i in (0, 1, 2, 2047, 2048, 4999):
        alone = least_cost(many.part(i, i + 1), terms(), position[i : i + 1])
        assert int(made.quantity[i]) == int(alone.quantity[0])
    assert len(least_cost(few.part(0, 0), terms(0), np.zeros(0, np.int64)).quantity) == 0
