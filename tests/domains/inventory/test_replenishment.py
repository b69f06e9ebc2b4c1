"""Proposals follow from forecast, stock, terms and settings, and say what they assume."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.serving import serving
from domains.simulated import ACTOR, SPEC, follow, job, opened
from omnix.domains.forecasting import service as forecasting
from omnix.domains.forecasting.declare import FORECAST_RUNS, FORECASTS
from omnix.domains.forecasting.model import TOTAL_DAYS, TOTAL_LEVELS
from omnix.domains.inventory import policy, supply
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.declare import BALANCES, LOCATIONS, PROPOSAL_COUNTS, PROPOSALS
from omnix.domains.inventory.locations import location_items
from omnix.domains.inventory.model import Adjustment
from omnix.domains.inventory.policy import PolicyChange
from omnix.domains.inventory.replenishment import handlers
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.inventory.replenishment.model import Proposal
from omnix.domains.inventory.supply_model import NewSupplier, NewTerms, SupplierChange
from omnix.domains.orders import service as orders
from omnix.domains.orders import transitions
from omnix.domains.orders.model import Cancellation, NewLine, NewOrder
from omnix.domains.products import service as products
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Component, Product, item
from omnix.domains.system.settings import ShopChange, change_shop, shop
from omnix.ports import Ports, Update

pytestmark = pytest.mark.anyio
AT = "2025-01-01T00:00:00.000Z"
START = "2026-01-01"


def _product(id: str, **given: Any) -> Product:
    fields = {"sku": id, "name": f"Product {id}", "price_minor": 500, "currency": "EUR"}
    return Product(id=id, created_at=AT, updated_at=AT, **{**fields, **given})


def _totals(rate: float) -> dict[str, Any]:
    """Demand of ``rate`` a day whose quantile at level p is (0.5 + p) times the mean."""
    return {
        "days": list(TOTAL_DAYS),
        "levels": list(TOTAL_LEVELS),
        "mean": [rate * days for days in TOTAL_DAYS],
        "quantiles": [[rate * days * (0.5 + p) for p in TOTAL_LEVELS] for days in TOTAL_DAYS],
    }


async def _filled(ports: Ports, rates: Mapping[str, Mapping[str, float]], **given: Any) -> None:
    """Products with forecasts of so much a day by place, at the places north and south."""
    await ports.records.load(
        LOCATIONS, location_items([("north", "North"), ("south", "South")], AT)
    )
    await ports.records.load(PRODUCTS, [item(_product(id, **given)) for id in rates])
    made = [
        {
            "product_id": id, "forecast_date": START, "totals": _totals(sum(places.values())),
            "places": {place: _totals(rate) for place, rate in places.items()},
        }
        for id, places in rates.items()
    ]  # fmt: skip
    await ports.records.load(FORECASTS, made)
    run = {"product_id": "_runs", "forecast_date": "latest", "date": START, "made_at": AT}
    await ports.records.load(FORECAST_RUNS, [run])


async def _stock(ports: Ports, id: str, place: str, count: int) -> None:
    change = Adjustment(location_id=place, count_to=count, reason="opening")
    await inventory.adjust(ports, ACTOR, id, change)


def _codes(proposal: Proposal) -> set[str]:
    return {assumption.code for assumption in proposal.assumptions}


async def _all(ports: Ports) -> dict[tuple[str, str], Proposal]:
    return {
        (each["product_id"], each["location_id"]): msgspec.convert(each, Proposal)
        async for items in ports.records.scan(PROPOSALS)
        for each in items
    }


async def _counts_hold(ports: Ports) -> None:
    every = (await _all(ports)).values()
    told = await replenishment.shortages(ports)
    assert told.low == sum(each.low for each in every)
    assert told.out == sum(each.out for each in every)
    assert [each.urgency for each in told.most_urgent] == sorted(
        (each.urgency for each in every if each.quantity), reverse=True
    )[:20]


async def test_the_figures_of_a_proposal(tmp_path: Path) -> None:
    """7 + 7 days at 2 a day: 28 expected, 28 x 1.45 at 95%; S a review period more."""
    async with opened(tmp_path) as ports:
        await _filled(ports, {"tea": {"north": 2.0}})
        await _stock(ports, "tea", "north", 12)
        (told,) = await replenishment.of_product(ports, "tea")
        assert told.inputs.demand_mean == 28
        assert told.inputs.demand_quantile == pytest.approx(40.6)
        assert told.inputs.reorder_point == 41
        assert told.inputs.target == 41 + 14
        assert told.quantity == 55 - 12
        assert told.low  # 7 days at 95% are 20.3
        assert not told.out
        assert (told.available, told.on_order) == (12, 0)
        assert told.days_of_cover == pytest.approx(6, abs=0.1)
        assert told.stock_out_day == (date(2026, 1, 1) + timedelta(days=6)).isoformat()
        assert told.order_by == START
        assert told.location_name == "North"
        for number in ("28", "41", "12", "43", "55", "14 days", "95%"):
            assert number in told.reason, number
        assert _codes(told) == {"no-supplier", "lead-time-assumed", "no-cost"}


async def test_terms_of_the_cheapest_supplier(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await policy.change(ports, ACTOR, PolicyChange(version=0, objective="service_level"))
        await _filled(ports, {"tea": {"north": 2.0}}, cost_minor=300)
        await _stock(ports, "tea", "north", 0)
        for id, lead in (("dear", 1.0), ("cheap", 0.0)):
            new = NewSupplier(name=id.title(), id=id, lead_time_days=lead)
            await supply.create(ports, ACTOR, new)
        dear = NewTerms(unit_cost_minor=250)
        cheap = NewTerms(unit_cost_minor=200, minimum_quantity=40, pack_size=12)
        await supply.set_terms(ports, ACTOR, "tea", "dear", dear)
        await supply.set_terms(ports, ACTOR, "tea", "cheap", cheap)
        (told,) = await replenishment.of_product(ports, "tea")
        assert (told.supplier_id, told.supplier, told.unit_cost_minor) == ("cheap", "Cheap", 200)
        assert told.inputs.lead_time_days == 0
        assert told.inputs.reorder_point == math.ceil(14 * 1.45)
        assert told.inputs.target == 21 + 14
        assert told.quantity == 48
        assert told.expected_cost_minor == 48 * 200
        assert "order 48: 35 would do" in told.reason
        assert _codes(told) == {"lead-time-of-supplier", "minimum-above-demand"}
        assert told.out
        own = NewTerms(unit_cost_minor=100, lead_time_days=2.0, lead_time_deviation_days=1.0)
        await supply.set_terms(ports, ACTOR, "tea", "dear", own)
        (told,) = await replenishment.of_product(ports, "tea")
        assert told.supplier_id == "dear"
        assert (told.inputs.lead_time_days, told.inputs.lead_time_deviation_days) == (2, 1)
        assert _codes(told) == set()


async def test_on_order_is_netted(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _filled(ports, {"tea": {"north": 2.0}})
        await _stock(ports, "tea", "north", 12)
        await ports.records.write([Update(BALANCES, ("tea", "north"), add={"on_order": 10})])
        (told,) = await replenishment.of_product(ports, "tea")
        assert (told.quantity, told.on_order) == (33, 10)
        await ports.records.write([Update(BALANCES, ("tea", "north"), add={"on_order": 19})])
        (told,) = await replenishment.of_product(ports, "tea")
        assert (told.quantity, told.order_by, told.low) == (0, None, False)


async def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _filled(ports, {"tea": {"north": 2.0}})
        await ports.records.load(PRODUCTS, [item(_product("new"))])
        (tea,) = await replenishment.of_product(ports, "tea")
        assert "stock-not-counted" in _codes(tea)
        assert not tea.low
        assert not tea.out
        assert tea.quantity == 55
        assert "never counted" in tea.reason
        (new,) = await replenishment.of_product(ports, "new")
        assert (new.location_id, new.quantity) == ("north", 0)
        assert {"no-forecast", "stock-not-counted"} <= _codes(new)
        assert new.stock_out_day is None
        await replenishment.refresh(ports)
        told = await replenishment.shortages(ports)
        assert (told.low, told.out) == (0, 0)


async def test_places_are_told_apart_and_bundles_left_to_their_parts(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _filled(ports, {"tea": {"north": 2.0, "south": 0.5}, "box": {"north": 9.0}})
        box = _product("box", components=(Component("tea", 2),))
        await ports.records.load(PRODUCTS, [item(box)])
        north, south = await replenishment.of_product(ports, "tea")
        assert (north.location_id, south.location_id) == ("north", "south")
        assert north.inputs.demand_mean == 4 * south.inputs.demand_mean
        assert await replenishment.of_product(ports, "box") == []
        assert await replenishment.refresh(ports) == 2
        assert set(await _all(ports)) == {("tea", "north"), ("tea", "south")}


async def test_settings_are_followed(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _filled(ports, {"tea": {"north": 2.0}})
        await _stock(ports, "tea", "north", 12)
        before = await replenishment.of_product(ports, "tea")
        change = ShopChange(
            version=(await shop(ports)).version, lead_time_days=20, service_level=0.99
        )
        await change_shop(ports, ACTOR, change)
        await follow(ports, handlers.CONSUMERS)
        (told,) = (await _all(ports)).values()
        assert told.quantity > before[0].quantity
        assert told.inputs.lead_time_days == 20
        assert told.inputs.service_level == 0.99


async def test_proposals_follow_orders_counts_products_and_suppliers(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await forecasting.forecast_all(job(ports), {})
        await follow(ports)
        await _counts_hold(ports)
        every = await _all(ports)
        rich = max(every.values(), key=lambda each: each.available)
        line = NewLine(rich.product_id, rich.available)
        new = NewOrder(lines=(line,), location_id=rich.location_id)
        id = (await orders.place(ports, ACTOR, new))["id"]
        await follow(ports)
        key = (rich.product_id, rich.location_id)
        sold_out = (await _all(ports))[key]
        assert sold_out.available == 0
        assert sold_out.quantity >= rich.quantity + (1 if sold_out.inputs.demand_mean else 0)
        await _counts_hold(ports)
        await transitions.cancel(ports, ACTOR, id, Cancellation())
        await follow(ports)
        assert (await _all(ports))[key].available == rich.available
        await _stock(ports, *key, 0)
        await follow(ports)
        assert (await _all(ports))[key].out == (rich.inputs.demand_mean > 0)
        await _counts_hold(ports)
        assert rich.supplier_id is not None
        supplier = await supply.get(ports, rich.supplier_id)
        change = SupplierChange(version=supplier.version, lead_time_days=60.0)
        await supply.change(ports, ACTOR, supplier.id, change)
        await follow(ports)
        assert (await _all(ports))[key].inputs.lead_time_days == 60
        product = await products.get(ports, rich.product_id)
        await products.archive(ports, ACTOR, product.id)
        await follow(ports)
        assert key not in await _all(ports)
        await _counts_hold(ports)


async def test_a_second_delivery_counts_nothing_twice(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await forecasting.forecast_all(job(ports), {})
        await follow(ports)
        start = await ports.bus.end()
        every = await _all(ports)
        for key in list(every)[:5]:
            await _stock(ports, *key, 0)
        await follow(ports)
        after = await ports.records.get(PROPOSAL_COUNTS, "counts")
        (consumer,) = handlers.CONSUMERS
        await ports.bus.rewind(consumer.name, start)
        await follow(ports)
        assert await ports.records.get(PROPOSAL_COUNTS, "counts") == after
        await _counts_hold(ports)
        # One by one or all at once, the same comes out.
        changing = {"made_at"}
        some = {k: _without(v, changing) for k, v in (await _all(ports)).items()}
        await replenishment.refresh(ports)
        assert {k: _without(v, changing) for k, v in (await _all(ports)).items()} == some
        await _counts_hold(ports)


async def test_every_product_of_a_shop_has_one(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await forecasting.forecast_all(job(ports), {})
        await replenishment.refresh(ports)
        goods = []
        async for items in ports.records.scan(PRODUCTS):
            goods += [p["id"] for p in items if p["status"] == "active" and not p["components"]]
        every = await _all(ports)
        assert {id for id, _ in every} == set(goods)
        assert SPEC.locations == len({place for _, place in every})
        for each in every.values():
            assert each.inputs.available == each.available
            assert each.inputs.on_order == each.on_order
            position = each.available + each.on_order
            assert (each.quantity > 0) == (position < each.inputs.reorder_point)
            if each.quantity:
                assert f"order {each.quantity:,}" in each.reason
                assert position + each.quantity >= each.inputs.reorder_point
            assert each.inputs.demand_quantile == pytest.approx(
                each.inputs.demand_mean + each.inputs.safety_stock, abs=0.02
            )


async def test_over_http(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        await _filled(served.ports, {f"p{n}": {"north": float(n + 1)} for n in range(6)})
        await replenishment.refresh(served.ports)
        page = (await served.call("GET", "/inventory/replenishment?limit=4")).json()
        rest = await served.call(
            "GET", "/inventory/replenishment", params={"limit": 4, "cursor": page["next_cursor"]}
        )
        listed = [each["product_id"] for each in page["items"] + rest.json()["items"]]
        assert listed == [f"p{n}" for n in range(5, -1, -1)]
        for query, number in (
            ("product_id=p3", 1),
            ("location_id=north", 6),
            ("location_id=south", 0),
            ("include=all", 6),
        ):
            answer = await served.call("GET", f"/inventory/replenishment?{query}")
            assert len(answer.json()["items"]) == number, query
        assert (
            await served.call("GET", "/inventory/replenishment?product_id=x")
        ).status_code == 404
        assert (await served.call("GET", "/inventory/replenishment?include=x")).status_code == 400


def _without(proposal: Proposal, names: set[str]) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(proposal)
    return {name: value for name, value in told.items() if name not in names}
