"""From proposals to drafts: supplier calendars, minimums, budgets, and the answer to why."""

from pathlib import Path
from typing import Any

import pytest

from api.serving import serving
from domains.simulated import ACTOR, Counted, Killed, follow, opened, wrapped
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory import supply
from omnix.domains.inventory.policy import PolicyChange
from omnix.domains.inventory.policy import change as change_policy
from omnix.domains.inventory.purchasing import drafting, service
from omnix.domains.inventory.purchasing.model import Wanted
from omnix.domains.inventory.replenishment import handlers
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.inventory.replenishment.why import why
from omnix.domains.inventory.supply_model import NewTerms, PriceBreak
from omnix.kit.errors import Conflict, NotFound
from omnix.ports import Ports

from .buying import count, shop_of, supplier_of

pytestmark = pytest.mark.anyio


async def _shop(ports: Ports, **supplier: Any) -> None:
    """Three products that are out: two at acme, one that nobody sells."""
    await shop_of(ports, {"tea": 3.0, "mug": 0.5, "pot": 1.0})
    await supplier_of(ports, "acme", {"tea": 200, "mug": 100}, **supplier)
    for id in ("tea", "mug", "pot"):
        await count(ports, id, 0)
    await replenishment.refresh(ports)


async def test_costs_decide_where_they_are_known(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _shop(ports)
        (tea,) = await replenishment.of_product(ports, "tea")
        assert tea.inputs.objective == "least_cost"
        assert tea.quantity >= tea.inputs.reorder_point
        assert tea.inputs.demand_mean == 42
        assert 0.5 < tea.inputs.service_level < 1
        (pot,) = await replenishment.of_product(ports, "pot")
        assert pot.inputs.objective == "service_level"
        assert {a.code for a in pot.assumptions} == {"no-supplier", "lead-time-assumed", "no-cost"}
        dear = await change_policy(ports, ACTOR, PolicyChange(version=0, holding_rate=5.0))
        (less,) = await replenishment.of_product(ports, "tea")
        assert less.quantity < tea.quantity
        with pytest.raises(Conflict, match="version 1"):
            await change_policy(ports, ACTOR, PolicyChange(version=0))
        await change_policy(
            ports, ACTOR, PolicyChange(version=dear.version, objective="fill_rate", fill_rate=0.99)
        )
        (filled,) = await replenishment.of_product(ports, "tea")
        assert filled.inputs.objective == "fill_rate"
        assert filled.inputs.reorder_point >= filled.inputs.demand_mean


async def test_what_earns_nothing_follows_the_service_level(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 3.0}, price_minor=150)
        await supplier_of(ports, "acme", {"tea": 200})
        (tea,) = await replenishment.of_product(ports, "tea")
        assert tea.inputs.objective == "service_level"
        assert "no-margin" in {a.code for a in tea.assumptions}
        assert (await why(ports, "tea", None)).curve == []


async def test_a_suppliers_days(tmp_path: Path) -> None:
    """It is Thursday; the supplier takes orders on Mondays and Wednesdays."""
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 3.0})
        await supplier_of(ports, "acme", {"tea": 200}, order_weekdays=(0, 2))
        (tea,) = await replenishment.of_product(ports, "tea")
        assert tea.inputs.lead_time_days == 4 + 7
        assert tea.inputs.review_days == 2
        assert tea.order_by == "2026-01-05"
        assert "supplier-waits" in {a.code for a in tea.assumptions}


async def test_drafts_by_supplier_and_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _shop(ports)
        proposed = {
            p.product_id: p
            for p in (await replenishment.listing(ports, None, False, 9, None)).items
        }
        made = await drafting.from_replenishment(ports, ACTOR, Wanted())
        (order,) = made.orders
        assert (order.supplier_id, order.location_id, order.origin) == (
            "acme",
            "north",
            "replenishment",
        )
        assert {line.product_id: line.quantity for line in order.lines} == {
            id: proposed[id].quantity for id in ("tea", "mug")
        }
        assert made.spent_minor == order.total_minor
        assert [(s.product_id, s.code) for s in made.skipped] == [("pot", "no-supplier")]
        assert (await service.get(ports, order.id)).state == "draft"
        again = await drafting.from_replenishment(ports, ACTOR, Wanted())
        assert again.orders == ()
        assert {s.code for s in again.skipped} == {"already-drafted", "no-supplier"}
        await service.approve(ports, ACTOR, order.id)
        await follow(ports, handlers.CONSUMERS)
        left = {
            p.product_id: p for p in (await replenishment.listing(ports, None, True, 9, None)).items
        }
        assert left["tea"].on_order == proposed["tea"].quantity
        assert left["tea"].quantity == 0
        assert not (await drafting.from_replenishment(ports, ACTOR, Wanted())).orders


async def test_a_retry_after_a_crash_writes_what_was_planned(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _shop(ports)
        await supplier_of(ports, "other", {"pot": 100})
        records = Counted(ports.records, fail_at=3, only="write")  # the second order
        with pytest.raises(Killed):
            await drafting.from_replenishment(wrapped(ports, records=records), ACTOR, Wanted(), "k")
        assert len((await service.listing(ports, None, None, 9, None)).items) == 1
        made = await drafting.from_replenishment(ports, ACTOR, Wanted(), "k")
        assert len(made.orders) == 2
        assert await drafting.from_replenishment(ports, ACTOR, Wanted(), "k") == made
        stored = (await service.listing(ports, None, None, 9, None)).items
        assert {o.id for o in stored} == {o.id for o in made.orders}
        for order in made.orders:
            for line in order.lines:
                found = await inventory.get(ports, line.product_id, "north")
                assert found.drafted == line.quantity


async def test_orders_reach_the_suppliers_minimum_and_free_delivery(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _shop(ports)
        usual = (await drafting.from_replenishment(ports, ACTOR, Wanted())).orders[0]
        goods = usual.total_minor
        await service.cancel(ports, ACTOR, usual.id)
        acme = await supply.get(ports, "acme")
        from omnix.domains.inventory.supply_model import SupplierChange

        change = SupplierChange(version=acme.version, minimum_order_minor=goods + 1000)
        acme = await supply.change(ports, ACTOR, "acme", change)
        made = await drafting.from_replenishment(ports, ACTOR, Wanted())
        assert goods + 1000 <= made.orders[0].total_minor < goods + 1000 + 200
        assert made.below_minimum == ()
        await service.cancel(ports, ACTOR, made.orders[0].id)
        as_is = await drafting.from_replenishment(ports, ACTOR, Wanted(fill_up=False))
        assert as_is.below_minimum == (as_is.orders[0].id,)
        assert as_is.orders[0].total_minor == goods
        await service.cancel(ports, ACTOR, as_is.orders[0].id)
        change = SupplierChange(
            version=acme.version, minimum_order_minor=0, delivery_minor=900,
            free_delivery_from_minor=goods + 1000,
        )  # fmt: skip
        await supply.change(ports, ACTOR, "acme", change)
        made = await drafting.from_replenishment(ports, ACTOR, Wanted())
        assert made.orders[0].delivery_minor == 0
        assert made.orders[0].total_minor >= goods + 1000


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 1.0])
async def test_a_budget_is_kept(tmp_path: Path, share: float) -> None:
    async with opened(tmp_path) as ports:
        await _shop(ports)
        every = (await replenishment.listing(ports, None, False, 9, None)).items
        whole = sum(p.expected_cost_minor or 0 for p in every)
        budget = int(whole * share)
        made = await drafting.from_replenishment(ports, ACTOR, Wanted(budget_minor=budget))
        assert made.spent_minor <= budget
        if share == 1.0:
            assert made.spent_minor == whole
        if share == 0.0:
            assert made.orders == ()
            assert {s.code for s in made.skipped} == {"over-budget", "no-supplier"}


async def test_why_this_quantity(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _shop(ports)
        await supplier_of(ports, "dear", {"tea": 260}, lead_time_days=2)
        told = await why(ports, "tea", "north")
        chosen = next(p for p in told.curve if p.quantity == told.proposal.quantity)
        assert told.curve[0].quantity == 0
        assert chosen.extra_minor <= 10  # of an order that costs thousands
        assert min(p.extra_minor for p in told.curve) == 0
        assert all(p.days >= 7 and p.lost_units >= 0 for p in told.curve)
        held = [p.holding_minor / p.days for p in told.curve]
        assert held == sorted(held)
        assert [a.code for a in told.alternatives] == ["wait", "half", "double"]
        assert all(a.extra_minor > 0 for a in told.alternatives)
        assert [(o.supplier_id, o.chosen) for o in told.offers] == [("acme", True), ("dear", False)]
        assert told.weights.lost_margin_minor == 300
        await count(ports, "tea", 500)
        told = await why(ports, "tea", None)
        assert told.proposal.quantity == 0
        assert [a.code for a in told.alternatives] == ["order"]
        assert told.alternatives[0].extra_minor > 0
        with pytest.raises(NotFound):
            await why(ports, "tea", "nowhere")
        with pytest.raises(NotFound):
            await why(ports, "none", None)


async def test_a_price_break_that_pays_is_taken(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _shop(ports)
        (usual,) = await replenishment.of_product(ports, "tea")
        start = usual.quantity + 40
        terms = NewTerms(unit_cost_minor=200, breaks=(PriceBreak(start, 180),))
        await supply.set_terms(ports, ACTOR, "tea", "acme", terms)
        (tempted,) = await replenishment.of_product(ports, "tea")
        assert tempted.quantity == start
        terms = NewTerms(unit_cost_minor=200, breaks=(PriceBreak(5000, 199),))
        await supply.set_terms(ports, ACTOR, "tea", "acme", terms)
        (stays,) = await replenishment.of_product(ports, "tea")
        assert stays.quantity == usual.quantity
        told = await why(ports, "tea", "north")
        (dearer,) = [a for a in told.alternatives if a.code == "price-break"]
        assert dearer.extra_minor > 0


async def test_over_http(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        await _shop(served.ports)
        answer = await served.call("POST", "/purchase-orders/from-replenishment", json={})
        assert answer.status_code == 201
        (order,) = answer.json()["orders"]
        path = f"/purchase-orders/{order['id']}"
        assert (await served.call("GET", path)).json() == order
        for step, state in (("approve", "approved"), ("send", "sent")):
            answer = await served.call("POST", f"{path}/{step}")
            assert (answer.status_code, answer.json()["state"]) == (200, state)
        document = (await served.call("GET", f"{path}/document")).json()
        assert order["id"] in document["text"]
        line = order["lines"][0]
        body = {"lines": [{"product_id": line["product_id"], "quantity": 1}]}
        headers = {"Idempotency-Key": "one"}
        for _ in range(2):
            answer = await served.call("POST", f"{path}/receive", json=body, headers=headers)
            assert answer.status_code == 200
            assert answer.json()["state"] == "partly_received"
        found = (await served.call("GET", "/purchase-orders?state=partly_received")).json()
        assert [each["id"] for each in found["items"]] == [order["id"]]
        found = (await served.call("GET", "/purchase-orders?state=nonsense")).status_code
        assert found == 400
        answer = await served.call("GET", "/inventory/replenishment/tea/why")
        assert answer.json()["proposal"]["product_id"] == "tea"
        answer = await served.call("GET", "/suppliers/acme/lead-time")
        assert answer.json()["deliveries"] == 1
        assert len((await served.call("GET", "/suppliers/acme/deliveries")).json()["items"]) == 1
        assert (await served.call("GET", "/inventory/values")).json()["items"]
        policy = (await served.call("GET", "/inventory/policy")).json()
        change = {"version": policy["version"], "order_minor": 50}
        answer = await served.call("PATCH", "/inventory/policy", json=change)
        assert answer.json()["order_minor"] == 50
        assert (await served.call("POST", f"{path}/approve", role="analyst")).status_code == 403
