"""(R,s,S) numbers against a slow reading of their definition, and what must always hold."""

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.inventory import Plan, TotalDemand, plan

LEVELS = [0.1, 0.5, 0.9, 0.95, 0.99]
DAYS = [1, 7, 14, 28, 90]


def steady(rate: float, spread: float = 1.0) -> TotalDemand:
    """``rate`` a day; quantiles of a normal whose variance grows with the days."""
    normal = NormalDist()
    return TotalDemand(
        DAYS,
        LEVELS,
        [rate * days for days in DAYS],
        [
            [max(0.0, rate * days + spread * math.sqrt(days) * normal.inv_cdf(p)) for p in LEVELS]
            for days in DAYS
        ],
    )


def ordered(demand: TotalDemand, **given: float) -> Plan:
    inputs: dict[str, float] = {
        "available": 0, "on_order": 0, "lead_time_days": 7, "lead_time_deviation_days": 0,
        "review_days": 7, "service_level": 0.95,
    }  # fmt: skip
    return plan(demand, **{**inputs, **given})  # type: ignore[arg-type]


def walked(days: list[int], values: list[float], wanted: float) -> float:
    """Adds up day by day at the rate of the stretch that each day lies in."""
    total, step, at = 0.0, 0.01, 0.0
    while at < wanted - 1e-9:
        here = at + step / 2
        k = next((k for k, day in enumerate(days) if here <= day), None)
        if k is None:
            rate = values[-1] / days[-1]
        else:
            low_day, low = (days[k - 1], values[k - 1]) if k else (0, 0.0)
            rate = (values[k] - low) / (days[k] - low_day)
        total += rate * step
        at += step
    return total


@pytest.mark.parametrize(("lead", "review"), [(0, 1), (0, 7), (3.5, 7), (7, 7), (13, 14), (80, 30)])
def test_against_the_definition(lead: float, review: float) -> None:
    demand = steady(4.0, 3.0)
    made = ordered(demand, lead_time_days=lead, review_days=review, available=5, on_order=3)
    protection = lead + review
    mean = walked(DAYS, list(demand.mean), protection)
    column = LEVELS.index(0.95)
    curve = [row[column] for row in demand.quantiles]
    if protection <= DAYS[-1]:
        quantile = walked(DAYS, curve, protection)
    else:
        quantile = mean + (curve[-1] - demand.mean[-1]) * math.sqrt(protection / DAYS[-1])
    another = walked(DAYS, list(demand.mean), protection + review)
    point = math.ceil(quantile - 1e-6)
    target = math.ceil(point + another - mean - 1e-6)
    assert made.demand_mean == pytest.approx(mean, rel=1e-3)
    assert made.demand_quantile == pytest.approx(quantile, rel=1e-3)
    assert made.safety_stock == pytest.approx(quantile - mean, rel=1e-2)
    assert abs(made.reorder_point - point) <= 1
    assert abs(made.target - target) <= 1
    assert made.position == 8
    assert made.quantity == (made.target - 8 if made.reorder_point > 8 else 0)


def test_a_textbook_case() -> None:
    """10 a day, standard deviation 4 a day, 9 + 5 days, 95%: s = 140 + 1.645 x 4 x sqrt(14)."""
    normal = NormalDist()
    days = [1, 14, 19, 90]
    rows = [[10 * d + 4 * math.sqrt(d) * normal.inv_cdf(p) for p in LEVELS] for d in days]
    demand = TotalDemand(days, LEVELS, [10.0 * d for d in days], rows)
    made = ordered(demand, lead_time_days=9, review_days=5)
    assert made.reorder_point == math.ceil(140 + 1.645 * 4 * math.sqrt(14)) == 165
    assert made.target == 165 + 50
    assert made.quantity == 215


def test_packs_and_minimum() -> None:
    demand = steady(1.0, 0.5)
    bare = ordered(demand).quantity
    assert bare % 12
    assert ordered(demand, pack_size=12).quantity == -(-bare // 12) * 12
    assert ordered(demand, minimum_quantity=100).quantity == 100
    assert ordered(demand, minimum_quantity=100, pack_size=12).quantity == 108
    enough = ordered(demand).target
    assert ordered(demand, available=enough, minimum_quantity=100, pack_size=12).quantity == 0


def test_what_is_on_order_is_netted() -> None:
    demand = steady(3.0)
    bare = ordered(demand)
    for on_order in (1, 10, bare.reorder_point - 1):
        assert ordered(demand, on_order=on_order).quantity == bare.quantity - on_order
    assert ordered(demand, on_order=bare.reorder_point).quantity == 0
    assert ordered(demand, available=-5).quantity == bare.quantity + 5


def test_a_variable_lead_time_needs_more() -> None:
    demand = steady(10.0, 4.0)
    calm = ordered(demand)
    shaky = ordered(demand, lead_time_deviation_days=3)
    added = NormalDist().inv_cdf(0.95) * 10 * 3
    assert shaky.safety_stock == pytest.approx(math.hypot(calm.safety_stock, added), rel=1e-6)
    assert shaky.quantity > calm.quantity


def test_beyond_the_highest_level_the_excess_grows() -> None:
    demand = steady(10.0, 4.0)
    top = demand.quantile_over(14, 0.99)
    rarer = demand.quantile_over(14, 0.999)
    normal = NormalDist()
    growth = normal.inv_cdf(0.999) / normal.inv_cdf(0.99)
    assert rarer - 140 == pytest.approx((top - 140) * growth)


def test_no_demand_orders_nothing() -> None:
    none = TotalDemand([1], [0.5], [0.0], [[0.0]])
    made = ordered(none)
    assert (made.quantity, made.reorder_point, made.target, made.low) == (0, 0, 0, False)


def test_low_is_about_the_lead_time_alone() -> None:
    demand = steady(10.0, 4.0)
    least = math.ceil(demand.quantile_over(7, 0.95))
    assert ordered(demand, available=least - 1).low
    calm = ordered(demand, available=least)
    assert not calm.low
    assert calm.quantity > 0


amounts = st.floats(0, 50, allow_nan=False)


@st.composite
def demands(draw: st.DrawFn) -> TotalDemand:
    days = sorted(draw(st.sets(st.integers(1, 120), min_size=1, max_size=6)))
    levels = sorted(draw(st.sets(st.sampled_from([0.05, 0.25, 0.5, 0.8, 0.9, 0.99]), min_size=1)))
    means, total, last = [], 0.0, 0
    rows = []
    for day in days:
        total += draw(amounts) * (day - last)
        last = day
        means.append(total)
        rows.append(
            sorted(draw(st.lists(st.floats(0, 6000), min_size=len(levels), max_size=len(levels))))
        )
    return TotalDemand(days, levels, means, rows)


@settings(max_examples=150, deadline=None)
@given(
    demand=demands(),
    available=st.integers(-50, 5000),
    on_order=st.integers(0, 5000),
    lead=st.floats(0, 200),
    deviation=st.floats(0, 20),
    review=st.integers(1, 90),
    level=st.floats(0.5, 0.999),
    minimum=st.integers(1, 500),
    pack=st.integers(1, 144),
)
def test_what_always_holds(
    demand: TotalDemand,
    available: int,
    on_order: int,
    lead: float,
    deviation: float,
    review: int,
    level: float,
    minimum: int,
    pack: int,
) -> None:
    def made(**changed: float) -> Plan:
        inputs: dict[str, float] = {
            "available": available, "on_order": on_order, "lead_time_days": lead,
            "lead_time_deviation_days": deviation, "review_days": review, "service_level": level,
            "minimum_quantity": minimum, "pack_size": pack,
        }  # fmt: skip
        return plan(demand, **{**inputs, **changed})  # type: ignore[arg-type]

    one = made()
    assert one.quantity >= 0
    assert one.quantity % pack == 0
    assert one.target >= one.reorder_point >= 0
    assert one.position == available + on_order
    assert (one.quantity > 0) == (one.position < one.reorder_point)
    if one.quantity:
        assert one.quantity >= minimum
        assert one.position + one.quantity >= one.target
        smaller = one.quantity - pack
        assert smaller < minimum or one.position + smaller < one.target
    assert made(available=available + 7).quantity <= one.quantity
    assert made(on_order=on_order + 7).quantity <= one.quantity
    assert made(service_level=min(0.999, level + 0.1)).reorder_point >= one.reorder_point
    assert made(lead_time_deviation_days=deviation + 1).reorder_point >= one.reorder_point
    if one.low:
        assert one.position < one.reorder_point or one.position <= 0
    assert one.demand_quantile == pytest.approx(one.demand_mean + one.safety_stock)
