"""Results from the lake, against figures that a slow loop finds, and what they come to."""

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from omnix.domains.experiments import service
from omnix.domains.experiments.findings import ExperimentResults
from omnix.domains.inventory.declare import STOCK_DAYS
from omnix.engine.experiments.estimate import effect, estimates
from omnix.engine.experiments.readout import bayesian, fixed, sequential
from omnix.engine.experiments.sums import Sums
from omnix.ports import Ports

from .shop import ACTOR, TWO, advance, expose, follow, metric, read, report, running, sell

pytestmark = pytest.mark.anyio
EVERY = [
    {"name": "conversion"},
    {"name": "orders_per_unit", "role": "secondary"},
    {"name": "items_per_unit", "role": "secondary"},
    {"name": "revenue_per_unit", "role": "secondary"},
    {"name": "margin_per_unit", "role": "secondary"},
    {"name": "discount_per_unit", "role": "guardrail", "margin": 0.1},
    {"name": "average_order_value", "role": "secondary"},
    {"name": "items_per_order", "role": "secondary"},
    {"name": "margin_rate", "role": "secondary"},
    {"name": "return_rate", "role": "guardrail", "margin": 0.1},
    {"name": "median_order_value", "role": "secondary"},
    {"name": "high_order_value", "role": "secondary"},
]


def lines_of(random: Random, unit: str, at: Any, lift: float, number: int) -> list[dict[str, Any]]:
    order = {"customer_id": unit, "order_id": f"{unit}.{number}.{at:%d%H}", "at": at}
    lines = [
        {
            **order,
            "line": n + 1,
            "product_id": "p",
            "quantity": random.randint(1, 4),
            "revenue_minor": int(random.randint(500, 9_000) * lift),
            "discount_minor": random.choice([0, 0, 150]),
            "cost_minor": random.choice([None, 300]),
        }
        for n in range(random.randint(1, 3))
    ]
    lines.append({**order, "line": 0, "kind": "charge", "revenue_minor": 490})
    if random.random() < 0.2:
        back = {
            "kind": "return",
            "quantity": -1,
            "revenue_minor": -400,
            "at": at + timedelta(hours=1),
        }
        lines.append({**order, "line": 1, "product_id": "p", "cost_minor": -100, **back})
    return lines


def by_hand(lines: list[dict[str, Any]], units: list[str], name: str, since: Any) -> Sums:
    """The sums of one arm by looping over everything for each unit."""
    rows = []
    for unit in units:
        found = []
        for part in (
            [x for x in lines if x["customer_id"] == unit and x["at"] >= since],
            [x for x in lines if x["customer_id"] == unit and x["at"] < since],
        ):
            orders = len({x["order_id"] for x in part if x.get("kind", "sale") == "sale"})
            items = sum(x.get("quantity", 1) for x in part if x.get("kind") != "charge")
            revenue = sum(x["revenue_minor"] for x in part)
            known = [x for x in part if x.get("cost_minor") is not None]
            costed = sum(x["revenue_minor"] for x in known)
            margin = costed - sum(x["cost_minor"] for x in known)
            sold = sum(x["revenue_minor"] for x in part if x.get("kind", "sale") == "sale")
            back = -sum(x["revenue_minor"] for x in part if x.get("kind") == "return")
            found.append(
                {
                    "conversion": (int(orders > 0), 1),
                    "orders_per_unit": (orders, 1),
                    "items_per_unit": (items, 1),
                    "revenue_per_unit": (revenue, 1),
                    "margin_per_unit": (margin, 1),
                    "discount_per_unit": (sum(x.get("discount_minor", 0) for x in part), 1),
                    "average_order_value": (revenue, orders),
                    "items_per_order": (items, orders),
                    "margin_rate": (margin, costed),
                    "return_rate": (back, sold),
                }[name]
            )
        (m, d), (c, _) = found
        rows.append((m, d, c))
    m, d, c = (np.array(column) for column in zip(*rows, strict=True))
    return Sums.of(m, d, c)


async def test_every_metric_is_what_a_loop_finds(ports: Ports) -> None:
    random = Random(5)
    units = [f"u{n}" for n in range(160)]
    start = ports.clock.now().replace(tzinfo=None)
    arms = {"old": units[::2], "new": units[1::2]}
    lines: list[dict[str, Any]] = []
    for unit in units:
        eager = random.random()
        lift = 1.3 if unit in arms["new"] else 1.0
        for number in range(int(eager * 4)):
            past = start - timedelta(days=random.randint(1, 27), hours=1)
            lines += lines_of(random, unit, past, 1.0, number)
        if random.random() < 0.2 + 0.6 * eager:
            for number in range(random.randint(1, 2)):
                after = start + timedelta(hours=random.randint(1, 47))
                lines += lines_of(random, unit, after, lift, 10 + number)
    other = lines_of(random, "stranger", start + timedelta(hours=5), 1.0, 0)
    long_ago = lines_of(random, "u1", start - timedelta(days=40), 1.0, 99)
    await sell(ports, lines + other + long_ago)
    await running(ports, metrics=EVERY)
    await expose(ports, *((u, variant) for variant, own in arms.items() for u in own))
    advance(ports, days=3)
    told = await read(ports)
    assert [arm.units for arm in told.arms] == [80, 80]
    for name in [each["name"] for each in EVERY][:10]:
        sums = [by_hand(lines, arms[key], name, start) for key in ("old", "new")]
        kind: Any = metric(told, name).kind
        found = estimates(sums, kind, cuped=True)
        assert found is not None
        got = metric(told, name)
        assert [arm.value for arm in got.arms] == pytest.approx([e.value for e in found.arms]), name
        (seen,) = got.comparisons
        # So few came back that the control's rate may be 0, of which no part can be told.
        assert seen.relative == (name != "return_rate")
        change = effect(*found.arms, relative=seen.relative)
        assert change is not None
        once, always, belief = fixed(change), sequential(change), bayesian(change)
        assert seen.effect == pytest.approx(change.value), name
        assert (seen.fixed.low, seen.fixed.p) == pytest.approx((once.low, once.p)), name
        assert (seen.sequential.low, seen.sequential.p) == pytest.approx((always.low, always.p))
        upwards = got.better == "higher"
        better = belief.chance if upwards else 1 - belief.chance
        assert seen.bayesian.chance_better == pytest.approx(better)
        assert seen.bayesian.loss == pytest.approx(belief.loss if upwards else belief.forgone)
    assert 0.05 < metric(told, "orders_per_unit").variance_reduction < 0.9
    values = {
        key: sorted(
            sum(x["revenue_minor"] for x in lines if x["order_id"] == order)
            for order in {
                x["order_id"] for x in lines if x["customer_id"] in own and x["at"] >= start
            }
        )
        for key, own in arms.items()
    }
    for arm in metric(told, "median_order_value").arms:
        assert arm.value == values[arm.variant][(len(values[arm.variant]) + 1) // 2 - 1]


async def conversions(
    ports: Ports, old: int, new: int, of: int = 1_000, **given: Any
) -> ExperimentResults:
    """So many of each arm's units buy."""
    await running(ports, **given)
    await expose(ports, *((f"{key}{n}", key) for key in ("old", "new") for n in range(of)))
    advance(ports, hours=1)
    bought = [f"{key}{n}" for key, many in (("old", old), ("new", new)) for n in range(many)]
    await sell(
        ports, [{"customer_id": u, "product_id": "p", "revenue_minor": 1_000} for u in bought]
    )
    advance(ports, hours=1)
    return await read(ports)


async def test_a_better_variant_is_said_to_be_one(ports: Ports) -> None:
    told = await conversions(ports, 100, 220)
    (seen,) = told.metrics[0].comparisons
    assert seen.effect == pytest.approx(1.2)
    assert seen.significant
    assert (told.verdict.state, told.verdict.variant) == ("better", "new")
    assert told.verdict.text.startswith("new changes conversion by +120.0 % (95 % always-valid")
    assert not told.sample_ratio.mismatch


async def test_a_worse_variant_is_said_to_be_one(ports: Ports) -> None:
    told = await conversions(ports, 220, 100)
    assert told.verdict.state == "worse"
    assert "Keep the control" in told.verdict.text


async def test_nothing_found_says_how_much_is_missing(ports: Ports) -> None:
    told = await conversions(ports, 100, 120)
    assert told.verdict.state == "undecided"
    assert "units in all would decide" in told.verdict.text


async def test_a_fixed_horizon_waits_for_its_size(ports: Ports) -> None:
    told = await conversions(ports, 100, 220, method="fixed", planned_units=3_000)
    assert not told.metrics[0].comparisons[0].significant
    assert [note.code for note in told.notes] == ["not-due"]
    more = [(f"more{n}", ("old", "new")[n % 2]) for n in range(1_000)]
    await expose(ports, *more)
    assert (await read(ports)).metrics[0].comparisons[0].significant


async def test_a_belief_states_its_prior(ports: Ports) -> None:
    prior = {"mean": 0.0, "sd": 0.1}
    told = await conversions(ports, 100, 130, method="bayesian", prior=prior)
    belief = told.metrics[0].comparisons[0].bayesian
    assert belief.prior == "relative effects around 0 with standard deviation 0.1"
    assert 0 < belief.effect < 0.3 * 0.7  # drawn towards nothing
    assert "peeking" in [note.code for note in told.notes]


async def test_a_broken_split_is_not_read(ports: Ports) -> None:
    await running(ports)
    shown = [(f"old{n}", "old") for n in range(900)] + [(f"new{n}", "new") for n in range(700)]
    await expose(ports, *shown)
    told = await read(ports)
    assert told.sample_ratio.mismatch
    assert told.verdict.state == "broken"
    assert "old 900, new 700" in told.verdict.text


async def test_units_in_both_arms_are_shown_and_left_out(ports: Ports) -> None:
    await running(ports)
    both = [(f"b{n}", key) for n in range(70) for key in ("old", "new")]
    await expose(ports, *both, *((f"old{n}", "old") for n in range(50)), ("new1", "new"))
    advance(ports, hours=1)
    await sell(ports, [{"customer_id": "b1", "product_id": "p", "revenue_minor": 1}])
    told = await read(ports)
    assert (told.units, told.crossed_units) == (51, 70)
    assert [note.code for note in told.notes if note.code == "crossed-units"]
    assert all(not arm.value for arm in told.metrics[0].arms)


async def test_nobody_yet_and_a_draft(ports: Ports) -> None:
    await running(ports)
    assert (await read(ports)).verdict.state == "no_data"
    await follow(ports)
    from .shop import plan

    await service.create(ports, ACTOR, plan(id="draft", key="other"))
    told = await read(ports, "draft")
    assert (told.verdict.state, told.metrics) == ("no_data", [])
    await expose(ports, ("one", "old"))
    assert (await read(ports)).verdict.text == "Too few units in some variant to compare them yet."


async def test_what_is_bought_before_exposure_or_after_the_end_does_not_count(ports: Ports) -> None:
    await running(ports)
    advance(ports, days=1)
    await sell(ports, [{"customer_id": "u1", "product_id": "p", "revenue_minor": 5_000}])
    advance(ports, days=1)
    await expose(ports, *((f"u{n}", ("old", "new")[n % 2]) for n in range(8)))
    advance(ports, days=1)
    await service.stop(ports, ACTOR, "exp")
    advance(ports, days=1)
    await sell(ports, [{"customer_id": "u2", "product_id": "p", "revenue_minor": 5_000}])
    assert [arm.value for arm in (await read(ports)).metrics[0].arms] == [0.0, 0.0]


async def test_profit_of_a_reorder_policy(ports: Ports) -> None:
    """Units are products: margin less a quarter of the stock's value a year, by the day."""
    metrics = [{"name": "profit_per_unit"}]
    await running(ports, unit="product", metrics=metrics, holding_rate=0.365, cuped_days=0)
    await expose(ports, *((f"p{n}", ("old", "new")[n % 2]) for n in range(40)))
    now = ports.clock.now()
    advance(ports, days=2)
    rows = [
        {"product_id": f"p{n}", "customer_id": "c", "revenue_minor": 2_000 + n, "cost_minor": 500}
        for n in range(40)
    ]
    await sell(ports, rows)
    days = [now.date(), (now + timedelta(days=1)).date()]
    held = [(f"p{n}", day, 10 + n % 3) for n in range(40) for day in days]
    await ports.lake.append(
        STOCK_DAYS,
        {
            "product_id": [p for p, _, _ in held],
            "location_id": ["shop"] * len(held),
            "day": [day for _, day, _ in held],
            "month": [f"{day:%Y-%m}" for _, day, _ in held],
            "on_hand": [n for _, _, n in held],
            "in_stock": [1.0] * len(held),
            "source": ["live"] * len(held),
        },
    )
    advance(ports, hours=1)
    got = metric(await read(ports), "profit_per_unit")
    for arm, parity in zip(got.arms, (0, 1), strict=True):
        own = [n for n in range(40) if n % 2 == parity]
        # Two days of stock at a cost of 500 each, at a thousandth a day.
        profits = [2_000 + n - 500 - round(2 * (10 + n % 3) * 500 * 0.001) for n in own]
        assert arm.value == pytest.approx(sum(profits) / len(own))


async def test_outcomes_of_every_kind(ports: Ports) -> None:
    kinds = ("mean", "proportion", "ratio", "quantile", "preference")
    metrics = [
        {"name": kind, "role": role, "outcome": {"kind": kind, "level": 0.5}}
        for kind, role in zip(kinds, ("primary", *["secondary"] * 4), strict=True)
    ]
    await running(ports, unit="visitor", metrics=metrics)
    random = np.random.default_rng(3)
    units = [(f"v{n}", ("old", "new")[n % 2]) for n in range(200)]
    await expose(ports, *units)
    advance(ports, minutes=1)
    told: dict[str, list[float]] = {
        u: random.normal(3, 1, n % 4).tolist() for n, (u, _) in enumerate(units)
    }
    for kind in kinds[:4]:
        await report(ports, kind, *((u, v) for u, many in told.items() for v in many))
    await report(
        ports, "preference", *((u, (-1, 0, 1, 1)[n % 4]) for n, (u, _) in enumerate(units))
    )
    advance(ports, minutes=1)
    got = await read(ports)
    for position, (key, parity) in enumerate((("old", 0), ("new", 1))):
        own = [told[u] for n, (u, _) in enumerate(units) if n % 2 == parity]
        flat = [v for many in own for v in many]
        expected = {
            "mean": sum(flat) / len(own),
            "proportion": sum(any(v > 0 for v in many) for many in own) / len(own),
            "ratio": sum(flat) / len(flat),
            "quantile": sorted(flat)[(len(flat) + 1) // 2 - 1],
        }
        for kind, value in expected.items():
            arm = metric(got, kind).arms[position]
            assert (arm.variant, arm.value) == (key, pytest.approx(value)), kind
    vote = metric(got, "preference").preference
    assert vote is not None
    assert (vote.control, vote.variant, vote.ties) == (50, 100, 50)
    assert vote.p < 1e-4


async def test_an_interleaving_is_decided_by_its_units(ports: Ports) -> None:
    wins = {"name": "wins", "outcome": {"kind": "preference"}}
    await running(ports, unit="visitor", metrics=[wins])
    await report(ports, "wins", *((f"v{n}", 1.0 if n % 4 else -1.0) for n in range(80)))
    advance(ports, minutes=1)
    told = await read(ports)
    assert (told.verdict.state, told.verdict.variant) == ("better", "new")
    assert told.verdict.text == "new was preferred to old by 60 units against 20."


async def test_comparisons_of_many_variants_are_corrected(ports: Ports) -> None:
    variants = [{"key": f"v{n}", "weight": 2_500} for n in range(4)]
    metrics = [{"name": "clicks", "outcome": {"kind": "mean"}}]
    await running(ports, variants=variants, metrics=metrics)
    random = np.random.default_rng(4)
    units = [(f"u{n}", f"v{n % 4}") for n in range(400)]
    await expose(ports, *units)
    advance(ports, minutes=1)
    lifts = {"v0": 0.0, "v1": 1.1, "v2": 0.0, "v3": 0.0}
    await report(ports, "clicks", *((u, float(random.normal(5 + lifts[v], 1))) for u, v in units))
    advance(ports, minutes=1)
    (got,) = (await read(ports)).metrics
    raw = sorted(c.sequential.p for c in got.comparisons)
    adjusted = sorted(c.p_adjusted for c in got.comparisons)
    assert adjusted[0] == pytest.approx(min(1.0, 3 * raw[0]))
    assert [c.variant for c in got.comparisons if c.significant] == ["v1"]


async def test_absolute_effects_where_the_control_is_not_above_nothing(ports: Ports) -> None:
    metrics = [{"name": "error", "outcome": {"kind": "mean", "better": "lower"}}]
    await running(ports, metrics=metrics, variants=TWO)
    units = [(f"u{n}", ("old", "new")[n % 2]) for n in range(60)]
    await expose(ports, *units)
    advance(ports, minutes=1)
    await report(
        ports, "error", *((u, -2.0 - (v == "new") + (n % 5) / 10) for n, (u, v) in enumerate(units))
    )
    advance(ports, minutes=1)
    (got,) = (await read(ports)).metrics
    assert not got.comparisons[0].relative
    assert got.comparisons[0].effect == pytest.approx(-1.0, abs=0.05)
