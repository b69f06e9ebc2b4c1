"""What is looked at in a simulated shop: proposals, sales, customers, prices, failed work."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import pstdev
from typing import Any

import msgspec
import pytest

from domains.simulated import ACTOR, SPEC, advance, facts, follow, job, opened
from omnix.domains.alerts import desk, rules, signals, sweep
from omnix.domains.alerts.declare import SIGNALS, SWEEP
from omnix.domains.alerts.model import Alert, Observation
from omnix.domains.alerts.rules import BUILT_IN, AlertRule, Draft, NewRule, RuleChange
from omnix.domains.alerts.watch import house, people, sales, stock
from omnix.domains.customers import insights
from omnix.domains.customers.declare import INSIGHTS
from omnix.domains.customers.insights_model import Analysed
from omnix.domains.forecasting import service as forecasting
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.declare import PROPOSALS
from omnix.domains.inventory.model import Adjustment
from omnix.domains.inventory.purchasing import service as purchasing
from omnix.domains.inventory.purchasing.drafting import from_replenishment
from omnix.domains.inventory.purchasing.model import Wanted
from omnix.domains.inventory.replenishment.model import Proposal
from omnix.domains.products import service as products
from omnix.domains.products.model import NewProduct, ProductChange
from omnix.kit.declare import JobType
from omnix.kit.events import Event
from omnix.platform import jobs
from omnix.platform.consume import Consumer, deliver
from omnix.ports import Ports, Query

pytestmark = pytest.mark.anyio
KEPT = Query("kept", "Every signal.", "SELECT * FROM signals", (SIGNALS.name,))


async def _ready(ports: Ports) -> None:
    await forecasting.forecast_all(job(ports), {})
    await follow(ports)


async def _of(ports: Ports, kind: str) -> list[Alert]:
    return list((await desk.listing(ports, "active", kind, False, 200, None)).items)


async def _asked(ports: Ports) -> None:
    """Do the sweeps that events asked for."""
    handler = jobs.JobHandler(SWEEP, sweep.sweep)
    while await jobs.work_once(ports, [handler]):
        pass


async def _some_low(ports: Ports) -> Proposal:
    """One that replenishment would order and that sells."""
    page = await ports.records.query(PROPOSALS, "open", index="open-index", newest_first=True)
    found = [msgspec.convert(item, Proposal) for item in page.items]
    return next(one for one in found if one.supplier_id and one.inputs.demand_mean > 5)


async def test_an_empty_shelf_leads_to_the_order_that_fills_it(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        low = await _some_low(ports)
        gone = Adjustment(count_to=0, location_id=low.location_id)
        await inventory.adjust(ports, ACTOR, low.product_id, gone)
        await follow(ports)
        place = stock.subject(low.product_id, low.location_id)
        found = {alert.subject: alert for alert in await _of(ports, "stock")}
        alert = found[place]
        assert alert.rule_id == "stock-out"
        assert alert.severity == "critical"
        assert alert.loss_minor > 0
        assert alert.action is not None
        assert alert.action.kind == "draft-purchase-order"
        assert alert.action.details is not None
        drafted = await from_replenishment(ports, ACTOR, msgspec.convert(alert.action.body, Wanted))
        (order,) = drafted.orders
        (line,) = order.lines
        assert (line.product_id, line.quantity, order.supplier_id) == (
            low.product_id, alert.action.details["quantity"], alert.action.details["supplier_id"],
        )  # fmt: skip
        await follow(ports)
        assert (await desk.get(ports, alert.id)).action is not None
        # An approved order is on its way, but the shelf is still empty.
        await purchasing.approve(ports, ACTOR, order.id)
        await follow(ports)
        assert (await desk.get(ports, alert.id)).status == "open"
        advance(ports, days=1)
        full = Adjustment(count_to=line.quantity + 500, location_id=low.location_id)
        await inventory.adjust(ports, ACTOR, low.product_id, full)
        await follow(ports)
        ended = await desk.get(ports, alert.id)
        assert ended.outcome is not None
        assert ended.outcome.ended == "condition-ended"
        assert ended.outcome.realised_minor > 0


async def test_a_sweep_finds_what_events_found_and_nothing_twice(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        await _asked(ports)
        first = {alert.id for kind in ("stock", "demand") for alert in await _of(ports, kind)}
        assert first
        assert await signals.until(ports, "stock") == date(2026, 1, 1)
        rows = len(await ports.lake.rows(KEPT))
        done = await sweep.sweep(job(ports), {})
        assert all(counts["opened"] == counts["ended"] == 0 for counts in done.values())
        assert len(await ports.lake.rows(KEPT)) >= rows
        again = {alert.id for kind in ("stock", "demand") for alert in await _of(ports, kind)}
        assert again == first


async def test_expected_shortage_by_slow_sum(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        page = await ports.records.query(PROPOSALS, "all", index="all-index", limit=50)
        for item in page.items:
            inputs = msgspec.convert(item, Proposal).inputs
            told = stock.expected_shortage(inputs)
            assert told >= 0
            assert told >= inputs.demand_mean - max(0, inputs.available) - inputs.on_order - 1e-6


async def test_demand_beside_the_weeks_before_by_slow_loop(shop_data: Path) -> None:
    day = SPEC.last_day
    async with opened(shop_data) as ports:
        units: dict[str, list[float]] = defaultdict(lambda: [0.0] * 9)
        oldest: dict[str, int] = defaultdict(int)
        for row in await facts(ports):
            age = (day - row["day"]).days
            if row["kind"] == "sale" and row["product_id"] and 0 <= age < 63:
                units[row["product_id"]][age // 7] += row["quantity"]
                oldest[row["product_id"]] = max(oldest[row["product_id"]], age // 7)
        seen = {one.subject: one for one in await sales.demand(ports, day)}
        assert seen
        for id, weeks in units.items():
            usual = sum(weeks[1:]) / 8
            one = seen.get(f"product:{id}")
            if oldest[id] < 7 or (weeks[0] < 3 and usual < 3):
                assert one is None
                continue
            if one is None:
                assert (await products.get(ports, id)).status != "active"
                continue
            spread = max(pstdev(weeks[1:]), (usual + 1) ** 0.5)
            assert one.attributes["sold"] == weeks[0]
            assert one.attributes["usual"] == pytest.approx(usual, abs=0.006)
            assert one.attributes["score"] == pytest.approx(
                abs(weeks[0] - usual) / spread, abs=0.006
            )


async def test_a_day_s_revenue_beside_its_weekday(shop_data: Path) -> None:
    day = SPEC.last_day
    async with opened(shop_data) as ports:
        by_day: dict[date, int] = defaultdict(int)
        for row in await facts(ports):
            by_day[row["day"]] += row["revenue_minor"]
        (one,) = await sales.revenue(ports, day, "EUR")
        same = [by_day[day - timedelta(days=7 * n)] for n in range(1, 9)]
        assert one.attributes["revenue_minor"] == by_day[day]
        assert one.attributes["usual_minor"] == pytest.approx(sum(same) / 8, abs=0.1)
        assert not await sales.revenue(ports, date(2020, 1, 1), "EUR")


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda a, b: a == b,
    "at_least": lambda a, b: a >= b,
    "above": lambda a, b: a > b,
}


def _slowly(rule: AlertRule, rows: list[dict[str, Any]]) -> int:
    """How often the rule's one group begins to hold for a subject, day by day."""
    (group,) = rule.when.any
    days: dict[str, dict[date, bool]] = defaultdict(dict)
    for row in rows:
        known = msgspec.json.decode(row["attributes"])["attributes"]
        days[row["subject"]][row["day"]] = all(
            c.attribute in known and _TESTS[c.operator](known[c.attribute], c.value)
            for c in group.all
        )
    fired = 0
    for mine in days.values():
        ordered = [mine[day] for day in sorted(mine)]
        fired += sum(on and not (n and ordered[n - 1]) for n, on in enumerate(ordered))
    return fired


async def test_a_preview_counts_what_slow_rules_count(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        await sweep.sweep(job(ports), {})
        kept = await ports.lake.rows(KEPT)
        for id in ("stock-out", "low-stock", "overstock", "demand-spike"):
            rule = BUILT_IN[id]
            told = await signals.preview(
                ports, Draft(kind=rule.kind, when=rule.when, face=rule.face)
            )
            assert told.fired == _slowly(rule, [row for row in kept if row["kind"] == rule.kind])
            assert told.fired > 0
            assert told.days >= 30
            assert told.one_in == 1
            standing = sum(alert.rule_id == id for alert in await _of(ports, rule.kind))
            assert told.standing == standing


async def test_a_preview_of_very_many_looks_at_a_part(
    shop_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = BUILT_IN["stock-out"]
    async with opened(shop_data) as ports:
        await _ready(ports)
        await sweep.sweep(job(ports), {})
        monkeypatch.setattr(signals, "_MOST_ROWS", 1000)
        told = await signals.preview(ports, Draft(kind="stock", when=rule.when))
        assert told.one_in == 4
        assert told.signals > 1000


async def test_customers_who_may_leave_are_named_by_id_alone(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await insights.analyse_all(job(ports), {})
        new = NewRule(
            name="Anybody", kind="customer",
            when=rules._when([("churn", "at_least", 0.0)]),
        )  # fmt: skip
        await rules.create(ports, ACTOR, new)
        await follow(ports)
        await _asked(ports)
        known = {}
        async for chunk in ports.records.scan(INSIGHTS):
            known.update({item["customer_id"]: msgspec.convert(item, Analysed) for item in chunk})
        found = await _of(ports, "customer")
        assert {alert.subject for alert in found} == {people.subject(id) for id in known}
        for alert in found:
            one = known[alert.subject_name]
            assert alert.evidence.attributes["churn"] == one.churn.churn
            assert alert.loss_minor <= one.facts.average_order_minor * 90


async def test_prices_below_cost_and_jumps(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await follow(ports)
        new = NewProduct(sku="X1", name="Dear", price_minor=1000, cost_minor=400)
        made = await products.create(ports, ACTOR, new)
        change = ProductChange(version=1, price_minor=300)
        await products.change(ports, ACTOR, made.id, change)
        await follow(ports)
        (below,) = await _of(ports, "price")
        assert below.evidence.attributes["margin_share"] == pytest.approx(-1 / 3, abs=1e-3)
        (jump,) = await _of(ports, "price-change")
        assert jump.evidence.attributes["change_share"] == pytest.approx(-0.7)
        await products.change(ports, ACTOR, made.id, ProductChange(version=2, price_minor=900))
        await follow(ports)
        assert not await _of(ports, "price")


async def test_failed_work_is_an_alert_until_it_is_mended(shop_data: Path) -> None:
    kind = JobType("test-job", "A job that fails", attempts=1)

    async def fail(*_: object) -> None:
        raise ValueError("the disk is upside down")

    async with opened(shop_data) as ports:
        run = await jobs.submit(ports, kind, {})
        await jobs.work_once(ports, [jobs.JobHandler(kind, fail)])
        event = Event("product.changed", "p", "2026-01-01T00:00:00.000Z", {})
        await deliver(ports, Consumer("test", (), fail, attempts=1), [event])
        await follow(ports)
        await sweep.sweep(job(ports), {"kinds": ["system"]})
        found = {alert.subject: alert for alert in await _of(ports, "system")}
        assert set(found) == {"job:test-job", "events:test"}
        assert "upside down" in found["job:test-job"].text
        await jobs.redrive(ports, run.id)
        await sweep.sweep(job(ports), {"kinds": ["system"]})
        assert {alert.subject for alert in await _of(ports, "system")} == {"events:test"}


async def test_old_data_and_biased_forecasts(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        today = date(2026, 1, 20)
        ages = {one.attributes["source"]: one for one in await house.ages(ports, today)}
        assert ages["sales"].attributes["age_days"] == 20.0
        (forecast,) = await house.forecasts(ports, today)
        accuracy = await forecasting.accuracy(ports)
        assert forecast.attributes["bias"] == accuracy.bias
        advance(ports, days=10)
        await sweep.sweep(job(ports), {"kinds": ["data"]})
        assert {a.subject for a in await _of(ports, "data")} == {"data:sales", "data:forecasts"}


async def test_an_anomaly_of_streaming_opens_an_alert(shop_data: Path) -> None:
    told = {
        "id": "revenue-2026010108", "metric": "revenue", "hour": "2026-01-01T08:00:00.000Z",
        "value": 1000, "expected": 9000, "low": 4000, "high": 15000, "score": -6.1,
        "direction": "low", "weeks": 8, "currency": "EUR",
        "detected_at": "2026-01-01T09:00:00.000Z",
    }  # fmt: skip
    async with opened(shop_data) as ports:
        event = Event("anomaly.detected", str(told["id"]), "2026-01-01T09:00:00.000Z", told)
        await ports.bus.publish([event, event])
        await follow(ports)
        (alert,) = await _of(ports, "live")
        assert alert.loss_minor == 8000


async def test_a_changed_rule_looks_at_once(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        await _asked(ports)
        before = len(await _of(ports, "stock"))
        when = rules._when([("available", "at_least", 0.0)])
        change = RuleChange(version=0, when=when)
        await rules.change(ports, ACTOR, "low-stock", change)
        await follow(ports)
        await _asked(ports)
        assert len(await _of(ports, "stock")) > before


async def test_nothing_is_looked_at_while_the_shop_is_filled(shop_data: Path) -> None:
    from omnix.domains.system.setup import tell_setup

    async with opened(shop_data) as ports:
        await tell_setup(ports, "working", "products")
        assert "waits" in await sweep.sweep(job(ports), {})
        assert not await ports.lake.rows(KEPT)


async def test_an_alert_does_not_end_because_its_proposal_moved_in_the_list(
    shop_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(shop_data) as ports:
        await _ready(ports)
        await _asked(ports)
        before = {alert.id for alert in await _of(ports, "stock")}
        assert before

        async def nothing(_: Ports) -> AsyncIterator[list[Observation]]:
            yield []  # as if each page had been read just before they came to it

        monkeypatch.setattr(stock, "everything", nothing)
        await sweep.sweep(job(ports), {"kinds": ["stock"]})
        assert {alert.id for alert in await _of(ports, "stock")} == before
