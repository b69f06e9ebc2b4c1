"""Policies against slow readings of their definitions: every choice tried, every day added up."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.inventory import order_up_to, reorder_point
from omnix.engine.inventory.budget import share_out, within_budget
from omnix.engine.inventory.classes import classify
from omnix.engine.inventory.distribution import Demand, normal_short, over_lead_time
from omnix.engine.inventory.eoq import discounted_quantity, purchase_cost
from omnix.engine.inventory.guaranteed import Stage, place
from omnix.engine.inventory.joint import joint_cycle, top_up
from omnix.engine.inventory.lot_size import wagner_whitin
from omnix.engine.inventory.newsvendor import newsvendor
from omnix.engine.inventory.serial import serial

samples = st.lists(st.floats(0, 200), min_size=1, max_size=30)
money = st.floats(0.1, 50)


@given(samples, st.floats(0, 250))
def test_what_is_left_and_what_is_short(values: list[float], x: float) -> None:
    demand = Demand.of(values)
    assert float(demand.left(x)) == pytest.approx(np.mean([max(x - v, 0) for v in values]))
    short = np.mean([max(v - x, 0) for v in values])
    assert float(demand.short(x)) == pytest.approx(short, abs=1e-9)
    assert float(demand.probability(x)) == pytest.approx(np.mean([v <= x for v in values]))


@given(samples, money, money)
def test_newsvendor_against_every_level(values: list[float], over: float, under: float) -> None:
    found = newsvendor(Demand.of(values), over, under)

    def cost(level: float) -> float:
        return float(
            np.mean([over * max(level - v, 0) + under * max(v - level, 0) for v in values])
        )

    assert found.cost == pytest.approx(cost(found.level), abs=1e-9)
    assert found.cost <= min(map(cost, values)) + 1e-9


def test_the_normal_loss_against_adding_up() -> None:
    nodes = Demand.normal(50, 8)
    for x in (30, 50, 57.3, 70):
        assert normal_short(50, 8, x) == pytest.approx(float(nodes.short(x)), abs=0.02)


def test_lead_time_demand_against_every_way_it_can_come() -> None:
    period, leads = Demand.of([0, 1, 3], [0.5, 0.3, 0.2]), [1, 2, 2]
    chances: dict[float, float] = {}
    for lead in leads:
        ways = itertools.product(zip(period.values, period.weights, strict=True), repeat=lead + 1)
        for way in ways:
            total = sum(value for value, _ in way)
            chances[total] = chances.get(total, 0) + math.prod(p for _, p in way) / len(leads)
    found = over_lead_time(period, leads, more=1)
    assert dict(zip(found.values, found.weights, strict=True)) == pytest.approx(chances)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=7), st.integers(0, 200), st.integers(0, 4))
@settings(max_examples=60)
def test_wagner_whitin_against_every_plan(demand: list[int], lump: int, holding: int) -> None:
    best = math.inf
    for orders in itertools.product([False, True], repeat=len(demand)):
        cost, last = 0.0, None
        for period, needed in enumerate(demand):
            if orders[period]:
                last = period
                cost += lump if any(demand[period:]) else 0
            if needed and last is None:
                cost = math.inf
                break
            cost += needed * holding * (period - (last or 0))
        best = min(best, cost)
    plan = wagner_whitin(demand, lump, holding)
    assert plan.cost <= best + 1e-9
    stock = np.cumsum(plan.quantities) - np.cumsum(demand)
    assert stock.min() >= 0
    assert stock[-1] == 0
    paid = lump * np.count_nonzero(plan.quantities) + holding * stock.sum()
    assert plan.cost == pytest.approx(paid)


@given(
    st.floats(1, 80), st.floats(0.05, 0.6), st.floats(20, 2000),
    st.lists(st.integers(1, 900), min_size=0, max_size=3, unique=True),
    st.sampled_from(["all_units", "incremental"]),
)  # fmt: skip
@settings(max_examples=60)
def test_discounts_against_a_search(
    lump: float, rate: float, demand: float, more: list[int], kind: str
) -> None:
    breaks = [0, *sorted(more)]
    prices = [1.0 - 0.08 * k for k in range(len(breaks))]
    found = discounted_quantity(lump, rate, demand, breaks, prices, kind)  # type: ignore[arg-type]

    def cost(q: float) -> float:
        paid = purchase_cost(q, breaks, prices, kind)  # type: ignore[arg-type]
        return (lump + paid) * demand / q + rate * paid / 2

    tried = [*np.geomspace(0.5, 5000, 1500), *[b for b in breaks if b]]
    assert found.cost == pytest.approx(cost(found.quantity))
    assert found.cost <= min(map(cost, tried)) + 1e-9


@pytest.mark.parametrize(("mean", "lump", "shortage"), [(2, 20, 9), (5, 3, 30), (0.4, 15, 6)])
def test_order_up_to_against_every_pair(mean: float, lump: float, shortage: float) -> None:
    period, over = Demand.poisson(mean), Demand.poisson(3 * mean)
    found = order_up_to.best(lump, 1.0, shortage, period, over)
    pairs = [(s, S) for s in range(-3, 25) for S in range(s + 1, 45)]
    costs = [order_up_to.evaluate(s, S, lump, 1.0, shortage, period, over) for s, S in pairs]
    assert found.cost == pytest.approx(min(costs))


def test_an_order_up_to_policy_costs_what_playing_it_costs() -> None:
    rng = np.random.default_rng(3)
    s, target, cost, position = 4, 10, 0.0, 10
    sold = rng.poisson(6, 200_000)
    for units in sold:
        if position <= s:
            cost += 5
            position = target
        position -= int(units)
        cost += max(position, 0) + 4 * max(-position, 0)
    expected = order_up_to.evaluate(s, target, 5, 1, 4, Demand.poisson(6))
    assert cost / len(sold) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("rate", "lump"), [(3.0, 10.0), (0.7, 4.0), (20.0, 30.0)])
def test_reorder_point_against_every_pair(rate: float, lump: float) -> None:
    lead = Demand.poisson(2 * rate)
    found = reorder_point.exact(lump, 1.0, 12.0, rate, lead)

    def cost(point: int, quantity: int) -> float:
        after = np.arange(point + 1, point + quantity + 1)
        held, short = lead.left(after).sum(), lead.short(after).sum()
        return float((lump * rate + held + 12 * short) / quantity)

    assert found.cost == pytest.approx(cost(int(found.point), int(found.quantity)))
    tried = (cost(r, q) for r in range(-5, 70) for q in range(1, 70))
    assert found.cost <= min(tried) + 1e-9


@given(samples, st.floats(1, 100), st.floats(0.5, 0.99))
def test_targets_are_met_and_not_exceeded_for_nothing(
    values: list[float], quantity: float, rate: float
) -> None:
    demand = Demand.of(values)
    point = reorder_point.for_fill_rate(demand, quantity, rate)
    assert reorder_point.fill_rate(demand, point, quantity) >= rate - 1e-6
    if point > 1e-6:
        assert reorder_point.fill_rate(demand, point * 0.98 - 1e-3, quantity) <= rate + 1e-9
    level = reorder_point.for_service_level(demand, rate)
    assert np.mean([v <= level for v in values]) >= rate - 1e-9


@given(st.integers(0, 10_000), st.integers(2, 5))
@settings(max_examples=40)
def test_joint_cycles_against_every_multiple(seed: int, products: int) -> None:
    rng = np.random.default_rng(seed)
    own, holding, rate = (
        rng.uniform(1, 60, products),
        rng.uniform(0.1, 5, products),
        np.ones(products),
    )
    shared = float(rng.uniform(5, 200))
    found = joint_cycle(shared, own, holding, rate)
    half = holding / 2
    best = math.inf
    for multiples in itertools.product(range(1, 7), repeat=products):
        k = np.array(multiples)
        best = min(best, 2 * math.sqrt((shared + (own / k).sum()) * (half * k).sum()))
    # A product whose best multiple lies beyond those tried can only make ours cheaper.
    assert found.cost <= best * (1 + 1e-9)


def test_topping_up_against_every_choice() -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        costs, packs = rng.integers(50, 400, 3).tolist(), rng.integers(1, 5, 3).tolist()
        holding = rng.uniform(0.01, 1, 3).tolist()
        early = [sorted(rng.uniform(1, 60, 4).tolist()) for _ in range(3)]
        wanted = int(rng.integers(500, 4000))
        made = top_up([1, 0, 2], costs, packs, holding, early, wanted)
        best, reachable = math.inf, False
        for more in itertools.product(range(5), repeat=3):
            value = sum(
                (q + k * p) * c for q, k, p, c in zip([1, 0, 2], more, packs, costs, strict=True)
            )
            if value >= wanted:
                reachable = True
                rise = [holding[i] * packs[i] * sum(early[i][: more[i]]) for i in range(3)]
                best = min(best, sum(rise))
        assert made.reached == reachable
        if reachable:
            assert made.value >= wanted
            # Greedy: the last pack may be larger than the gap, by at most what it costs itself.
            dearest = max(h * p * e[-1] for h, p, e in zip(holding, packs, early, strict=True))
            assert best - 1e-9 <= made.added <= best + dearest + 1e-9


@given(st.integers(0, 100_000), st.floats(0, 1))
@settings(max_examples=60)
def test_budgets_against_every_choice(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    spend, cost = [], []
    for _ in range(4):
        packs = np.arange(5) * int(rng.integers(1, 30))
        spend.append(packs.astype(float))
        falls = np.sort(rng.uniform(0, 40, 4))[::-1]  # each pack saves less than the one before
        cost.append(100 - np.concatenate([[0.0], np.cumsum(falls)]))
    budget = share * sum(float(s[-1]) for s in spend)
    made = within_budget(spend, cost, budget)
    assert made.spent <= budget + 1e-9
    best = math.inf
    for choice in itertools.product(range(5), repeat=4):
        if sum(s[k] for s, k in zip(spend, choice, strict=True)) <= budget + 1e-9:
            best = min(best, sum(c[k] for c, k in zip(cost, choice, strict=True)))
    start = sum(c[0] for c in cost)
    # What one pack at the margin saves at most is all that a greedy choice can miss.
    assert made.cost <= best + 40 + 1e-9
    assert made.cost <= start + 1e-9
    if budget >= sum(float(s[-1]) for s in spend):
        assert made.cost == pytest.approx(best)


def test_sharing_out_against_every_division() -> None:
    rng = np.random.default_rng(8)
    weights = np.full(10, 0.1)
    for _ in range(10):
        values = [np.sort(rng.integers(0, 9, 10)).astype(float) for _ in range(3)]
        margins = rng.uniform(1, 5, 3)
        given_out = share_out(12, values, weights, margins)

        def earned(units: tuple[int, ...], values: Any = values, margins: Any = margins) -> float:
            return math.fsum(
                m * float(np.minimum(v, n) @ weights)
                for m, v, n in zip(margins, values, units, strict=True)
            )

        ways = [w for w in itertools.product(range(13), repeat=3) if sum(w) <= 12]
        assert earned(tuple(given_out)) == pytest.approx(max(map(earned, ways)))
        assert sum(given_out) <= 12


def test_a_line_costs_what_playing_it_costs() -> None:
    """Two stages under their base stocks, a period at a time, against the decomposition's cost."""
    holding, shortage = [2.0, 1.0], 20.0
    line = serial([1, 1], holding, shortage, 10, 2, review=1, points=1500)
    rng = np.random.default_rng(1)
    far, near = line.levels[1], line.levels[0]
    on_way_up, on_way_down = 10.0, 10.0
    back = far - near - 0.0
    front = near - on_way_down
    cost, periods = 0.0, 60_000
    for sold in rng.normal(10, 2, periods):
        back += on_way_up
        front += on_way_down
        wanted = near - front  # nothing is under way to the front at this moment
        on_way_down = min(max(wanted, 0.0), max(back, 0.0))
        back -= on_way_down
        on_way_up = max(far - (back + on_way_down + front), 0.0)
        front -= sold
        echelon_front = front
        echelon_back = back + on_way_down + front
        cost += holding[0] * echelon_front + holding[1] * echelon_back
        cost += (shortage + sum(holding)) * max(-front, 0.0)
    assert cost / periods == pytest.approx(line.cost, rel=0.05)


def _every_placement(stages: list[Stage], links: list[tuple[str, str]]) -> float:
    best = math.inf
    spread = {s.id: s.deviation**2 for s in stages}
    for source, target in reversed(links):
        spread[source] += spread[target]
    suppliers = {s.id: [a for a, b in links if b == s.id] for s in stages}
    for times in itertools.product(range(7), repeat=len(stages)):
        told = {s.id: t for s, t in zip(stages, times, strict=True)}
        cost = 0.0
        for s in stages:
            inbound = max([s.inbound, *(told[a] for a in suppliers[s.id])])
            covered = inbound + s.time - told[s.id]
            if covered < 0 or (s.promised is not None and told[s.id] > s.promised):
                cost = math.inf
                break
            cost += s.holding * s.bound * math.sqrt(spread[s.id] * covered)
        best = min(best, cost)
    return best


@given(st.integers(0, 100_000))
@settings(max_examples=25, deadline=None)
def test_placement_against_every_service_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stages = [Stage("a", int(rng.integers(0, 3)), float(rng.uniform(0.5, 2)))]
    links: list[tuple[str, str]] = []
    for id in "bcd":
        parent = stages[int(rng.integers(0, len(stages)))]
        stages.append(
            Stage(id, int(rng.integers(0, 3)), float(rng.uniform(1, 5)),
                  deviation=float(rng.uniform(0.5, 3)), promised=int(rng.integers(0, 2)))
        )  # fmt: skip
        links.append((parent.id, id))
    assert place(stages, links).cost == pytest.approx(_every_placement(stages, links))


def test_assembly_joins_two_suppliers() -> None:
    stages = [
        Stage("x", 3, 1), Stage("y", 1, 2), Stage("z", 1, 5, deviation=2, promised=0, bound=1.6)
    ]  # fmt: skip
    links = [("x", "z"), ("y", "z")]
    spread = 4.0
    best = math.inf
    for x, y in itertools.product(range(4), range(2)):
        inbound = max(x, y)
        cost = 1.0 * math.sqrt(spread * (3 - x)) + 2.0 * math.sqrt(spread * (1 - y))
        best = min(best, cost + 5 * 1.6 * math.sqrt(spread * (inbound + 1)))
    assert place(stages, links).cost == pytest.approx(best)


def test_classes_by_hand() -> None:
    weeks = [[10, 10, 10, 10], [0, 8, 0, 8], [0, 0, 0, 40], [0, 0, 0, 0]]
    found = classify([800, 100, 60, 40], weeks)
    assert found.abc == ["A", "B", "B", "C"]
    assert found.xyz == ["X", "Y", "Z", "Z"]
    assert found.share == pytest.approx([0.8, 0.1, 0.06, 0.04])


def test_quantiles_become_the_distribution_they_are_of() -> None:
    normal = Demand.normal(50, 8)
    levels = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
    found = Demand.of_quantiles(levels, [normal.quantile(p) for p in levels])
    assert found.mean == pytest.approx(50, abs=0.1)
    assert found.deviation == pytest.approx(8, rel=0.03)
    assert found.quantile(0.999) == pytest.approx(normal.quantile(0.999), rel=0.02)
    assert Demand.of_quantiles([0.5], [0.0]).mean == 0
    assert min(Demand.of_quantiles([0.1, 0.9], [0.0, 9.0]).values) == 0


@pytest.mark.parametrize("values", [[], [float("nan")], [float("inf")]])
def test_samples_that_are_none(values: list[float]) -> None:
    with pytest.raises(ValueError, match="samples"):
        Demand.of(values)
