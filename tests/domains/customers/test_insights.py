"""Customers analysed on a simulated shop, and what is answered of them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.serving import Served, serving, signed_in, user_of
from domains.simulated import OPENED, advance, facts, job, opened
from omnix.domains.customers import consent, insights
from omnix.domains.customers.declare import CUSTOMERS, INSIGHTS, MEMBERS
from omnix.domains.customers.erasing import forget_customer
from omnix.domains.customers.insights_model import Analysed
from omnix.domains.customers.segments_model import Rule, check, holds
from omnix.domains.orders.declare import SALES
from omnix.engine.customers import rolling
from omnix.kit.errors import Invalid, NotFound
from omnix.ports import Delete, Ports

pytestmark = pytest.mark.anyio


async def _stored(ports: Ports) -> dict[str, Analysed]:
    found = {}
    async for chunk in ports.records.scan(INSIGHTS):
        found.update((item["customer_id"], msgspec.convert(item, Analysed)) for item in chunk)
    return found


async def test_every_buyer_is_analysed_and_the_facts_are_counted(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        told = await insights.analyse_all(job(ports), {})
        found = await _stored(ports)
        sold = [row for row in await facts(ports) if row["customer_id"]]
        assert set(found) == {row["customer_id"] for row in sold if row["kind"] == "sale"}
        assert told["customers"] == len(found) > 50
        one = found[sold[0]["customer_id"]]
        mine = [row for row in sold if row["customer_id"] == one.customer_id]
        days = [row["day"] for row in mine if row["kind"] == "sale"]
        assert one.facts.orders == len({r["order_id"] for r in mine if r["kind"] == "sale"})
        assert one.facts.revenue_minor == sum(
            r["revenue_minor"] for r in mine if r["kind"] != "charge"
        )
        assert one.facts.last_day == max(days).isoformat()
        assert one.facts.first_day == min(days).isoformat()
        for person in found.values():
            value = person.lifetime_value
            assert value.spend_low_minor <= value.spend_high_minor
            assert 0 <= person.churn.churn <= 1
            for item in person.consumption:
                assert item.earliest <= item.latest
                assert item.within_7 <= item.within_14
        again = await insights.analyse_all(job(ports), {})
        assert again == told
        assert {k: v.lifetime_value for k, v in (await _stored(ports)).items()} == {
            k: v.lifetime_value for k, v in found.items()
        }


async def _members(ports: Ports, segment: str, limit: int = 7) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        page = await insights.members(ports, segment, "active", limit, cursor)
        assert len(page.items) <= limit
        found += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found


async def _listed_as_analysed(ports: Ports) -> None:
    """Every segment lists exactly those that the analysis put there, and keeps nobody else."""
    people = await _stored(ports)
    page = await insights.segments(ports, 50, None)
    for segment in page.items:
        inside = {id for id, one in people.items() if segment.id in one.segments}
        found = await _members(ports, segment.id)
        assert len(found) == len(set(found))
        assert set(found) == inside, segment.id
    kept = [item async for chunk in ports.records.scan(MEMBERS) for item in chunk]
    assert len(kept) == sum(len(one.segments) for one in people.values())


async def test_segments_cover_everybody_and_tell_who_moved(shop_data: Path) -> None:
    rule = {"any": [{"all": [{"attribute": "orders", "operator": "at_least", "value": 5}]}]}
    new = msgspec.convert({"name": "Regulars", "rule": rule}, insights.NewSegment)
    async with opened(shop_data) as ports:
        mine = await insights.define(ports, new)
        await insights.analyse_all(job(ports), {})
        found = await _stored(ports)
        page = await insights.segments(ports, 50, None)
        for kind in ("lifecycle", "cluster"):
            sizes = [
                s.performance.customers for s in page.items if s.kind == kind and s.performance
            ]
            assert sum(sizes) == len(found)
        many = [one for one in found.values() if one.facts.orders >= 5]
        told = await insights.performance(ports, mine.id)
        assert told.customers == len(many) == told.entered > 0
        assert all(mine.id in one.segments for one in many)
        await _listed_as_analysed(ports)
        advance(ports, days=200)
        await _sell(ports, next(iter(found)), OPENED.date() + timedelta(days=199))
        await insights.analyse_all(job(ports), {})
        lost = await insights.performance(ports, "lifecycle-lost")
        assert lost.entered > 0
        assert sum(lost.came_from.values()) == lost.entered
        await _listed_as_analysed(ports)
        gone, stays = (await _members(ports, "lifecycle-lost"))[:2]
        await forget_customer(ports, gone, "usr_test")
        assert gone not in await _members(ports, "lifecycle-lost")
        assert stays in await _members(ports, "lifecycle-lost")
        kept = [item async for chunk in ports.records.scan(MEMBERS) for item in chunk]
        assert gone not in {item["customer_id"] for item in kept}
        with pytest.raises(NotFound):
            await insights.members(ports, "no-such", "active", 5, None)


async def _sell(ports: Ports, customer: str, day: date) -> None:
    row: dict[str, Any] = {
        "order_id": f"late-{day}", "line": 1, "kind": "sale", "at": f"{day} 12:00:00", "day": day,
        "month": day.isoformat()[:7], "product_id": None, "customer_id": customer,
        "location_id": None, "channel": "store", "quantity": 1, "revenue_minor": 100,
        "discount_minor": 0, "cost_minor": None, "currency": "EUR", "source": "live",
    }  # fmt: skip
    await ports.lake.append(SALES, {name: [row[name]] for name in SALES.columns})


async def test_what_lies_in_the_future_and_who_is_erased_stay_out(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await insights.analyse_all(job(ports), {})
        found = await _stored(ports)
        gone, ahead = list(found)[:2]
        await _sell(ports, ahead, OPENED.date() + timedelta(days=900))
        await ports.records.write([Delete(CUSTOMERS, gone), *await consent.forgotten(ports, gone)])
        await insights.analyse_all(job(ports), {})
        again = await _stored(ports)
        assert gone not in again
        assert again[ahead].facts == found[ahead].facts


async def test_an_empty_shop_is_analysed_to_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        assert await insights.analyse_all(job(served.ports), {}) == {"customers": 0}
        answer = await served.call("GET", "/segments")
        assert answer.json()["items"] == []


def _rule(*groups: list[dict[str, Any]]) -> Rule:
    return msgspec.convert({"any": [{"all": group} for group in groups]}, Rule)


def test_rules_hold_as_they_read() -> None:
    often = {"attribute": "orders", "operator": "above", "value": 3}
    tea = {"attribute": "favourite_category", "operator": "is", "value": "Tea"}
    rule = _rule([often, {**tea, "negate": True}], [{**often, "value": 100}])
    assert holds(rule, {"orders": 4, "favourite_category": "Milk"})
    assert not holds(rule, {"orders": 4, "favourite_category": "Tea"})
    assert holds(rule, {"orders": 101, "favourite_category": "Tea"})
    assert not holds(rule, {"orders": 4, "favourite_category": None})
    with pytest.raises(Invalid, match="number"):
        check(_rule([{**often, "value": "many"}]))
    with pytest.raises(Invalid, match="must be is"):
        check(_rule([{**tea, "operator": "above"}]))


async def _own(served: Served, customer: str) -> dict[str, str]:
    user = user_of("customer", id="usr_me", email="me@example.test", customer_id=customer)
    return {"Authorization": f"Bearer {await signed_in(served.ports, served.access, user)}"}


PAGES = (
    "insights", "consumption-predictions", "replenishment-alerts", "churn", "lifetime-value",
    "segment",
)  # fmt: skip


async def test_a_customer_sees_itself_alone_and_an_answer_says_when_it_was_made(
    shop_data: Path,
) -> None:
    async with opened(shop_data) as ports:
        await insights.analyse_all(job(ports), {})
        me, other = list(await _stored(ports))[:2]
    async with serving(shop_data) as served:
        headers = await _own(served, me)
        for page in PAGES:
            mine = await served.call("GET", f"/customers/{me}/{page}", None, headers=headers)
            assert mine.status_code == 200, mine.text
            assert mine.json()["state"] == "ready"
            assert mine.json()["made_at"].startswith("2026-01-01")
            theirs = await served.call("GET", f"/customers/{other}/{page}", None, headers=headers)
            assert theirs.status_code == 404
            assert (await served.call("GET", f"/customers/{other}/{page}")).status_code == 200
        answer = await served.call("POST", "/customers", json={"name": "Nobody yet"})
        none = await served.call("GET", f"/customers/{answer.json()['id']}/insights")
        assert none.json()["state"] == "none"
        told = await served.call("GET", "/churn/reliability")
        assert told.json()["state"] == "none"  # too few customers to look back on
        hidden = await served.call("GET", "/churn/reliability", None, headers=headers)
        assert hidden.status_code == 403


async def test_chances_of_staying_away_are_shown_beside_what_came(
    shop_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "LEAST_CUSTOMERS", 60)  # the shop is small
    async with opened(shop_data) as ports:
        await insights.analyse_all(job(ports), {})
        told = await insights.reliability(ports)
        assert told.state == "ready"
        assert told.made_at is not None
        assert told.as_of == "2026-01-01"
        assert told.origins == sorted(told.origins, reverse=True)
        assert told.origins[0] == "2025-10-03"
        said = [row.said for row in told.rows]
        assert said == sorted(said)
        everybody = sum(row.customers for row in told.rows)
        assert told.error is not None
        assert told.error == pytest.approx(
            sum(row.customers * abs(row.said - row.away) for row in told.rows) / everybody, abs=1e-3
        )
        assert told.error < 0.15


async def test_segments_are_listed_in_pages_and_only_rules_are_deleted(tmp_path: Path) -> None:
    rule = {"any": [{"all": [{"attribute": "churn", "operator": "above", "value": 0.5}]}]}
    async with serving(tmp_path) as served:
        made = []
        for number in range(5):
            body = {"name": f"S{number}", "rule": rule}
            answer = await served.call("POST", "/segments", json=body)
            assert answer.status_code == 201, answer.text
            made.append(answer.json()["id"])
        seen, cursor = [], None
        while True:
            more = f"&cursor={cursor}" if cursor else ""
            page = (await served.call("GET", f"/segments?limit=2{more}")).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert sorted(seen) == sorted(made)
        nobody = await served.call("GET", f"/customers?segment={made[0]}")
        assert nobody.json() == {"items": [], "next_cursor": None}
        assert (await served.call("GET", "/customers?segment=none")).status_code == 404
        both = await served.call("GET", f"/customers?segment={made[0]}&search=ann")
        assert both.json()["errors"][0]["field"] == "segment"
        path = f"/segments/{made[0]}"
        assert (await served.call("GET", f"{path}/performance")).status_code == 409
        assert (await served.call("DELETE", path)).status_code == 204
        assert (await served.call("DELETE", path)).status_code == 404
        bad = {"name": "x", "rule": {"any": [{"all": [{"attribute": "age", "operator": "is"}]}]}}
        assert (await served.call("POST", "/segments", json=bad)).status_code == 400
        job_ = await served.call("POST", "/customers/batch-analysis")
        assert job_.status_code == 202
        assert job_.json()["name"] == "customers.analyse"
