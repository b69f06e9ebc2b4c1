"""Orders and stock over HTTP: right answers, and a problem with the field for anything wrong."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import AsyncTestClient

from domains.orders.shop import ACTOR, balances, bundle, shop
from omnix.adapters.local.clock import ManualClock
from omnix.app import api
from omnix.declared import PERMISSIONS
from omnix.domains.system.settings import ShopChange, change_shop
from omnix.platform.access import Actor
from omnix.ports import Ports

pytestmark = pytest.mark.anyio

EVERYTHING = frozenset(permission.name for permission in PERMISSIONS)
STOCK = {"a": 1_000_000, "b": 3}


async def _anybody(headers: Mapping[str, str]) -> Actor:
    return Actor("usr_1", "admin", EVERYTHING)


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[AsyncTestClient[Any], Ports]]:
    async with (
        shop(folder, STOCK, bundle("set", {"a": 2, "b": 1})) as ports,
        AsyncTestClient(api(ports, _anybody)) as client,
    ):
        yield client, ports


def _fields(answer: Any) -> list[str]:
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    return [error["field"] for error in body.get("errors", [])]


async def test_an_order_is_placed_replayed_and_found(tmp_path: Path) -> None:
    async with serving(tmp_path) as (client, _):
        body = {"customer_id": "cus_1", "lines": [{"product_id": "a", "quantity": 2}]}
        headers = {"Idempotency-Key": "k1"}
        first = await client.post("/v1/orders", json=body, headers=headers)
        assert first.status_code == 201, first.text
        id = first.json()["id"]
        done = await client.post(f"/v1/orders/{id}/fulfil", json={})
        assert (done.status_code, done.json()["status"]) == (200, "fulfilled")
        again = await client.post("/v1/orders", json=body, headers=headers)
        assert (again.status_code, again.content) == (201, first.content)
        other = {"lines": [{"product_id": "a", "quantity": 3}]}
        reused = await client.post("/v1/orders", json=other, headers=headers)
        assert (reused.status_code, reused.json()["type"]) == (
            422,
            "/problems/idempotency-key-reused",
        )
        number = first.json()["number"]
        for query in ("", "?customer_id=cus_1", "?status=fulfilled", f"?number={number}"):
            listed = (await client.get(f"/v1/orders{query}")).json()
            assert [each["id"] for each in listed["items"]] == [id], query
        assert (await client.get("/v1/orders?number=1")).json()["items"] == []
        assert (await client.get(f"/v1/orders/{id}")).json() == done.json()
        assert (await client.get("/v1/orders/ord_none")).status_code == 404


async def test_orders_of_some_days_of_the_shops_zone(tmp_path: Path) -> None:
    async with serving(tmp_path) as (client, ports):
        berlin = ShopChange(version=0, time_zone="Europe/Berlin")
        await change_shop(ports, ACTOR, berlin)
        placed = {}
        start = ports.clock.now()

        def since() -> float:
            return (ports.clock.now() - start).total_seconds()

        for hour in (1, 22, 23):  # 23:00 UTC is the next day in Berlin
            assert isinstance(ports.clock, ManualClock)
            ports.clock.advance(hour * 3600 - since())
            body = {"customer_id": "cus_1", "lines": [{"product_id": "a", "quantity": 1}]}
            made = (await client.post("/v1/orders", json=body)).json()
            placed[hour] = made["id"]

        async def found(query: str) -> list[str]:
            answer = await client.get(f"/v1/orders?{query}")
            assert answer.status_code == 200, answer.text
            return [each["id"] for each in answer.json()["items"]]

        first, second = [placed[1]], [placed[23]]
        assert await found("placed_to=2026-01-01") == [placed[22], *first]
        assert await found("placed_from=2026-01-02&status=placed") == second
        assert (
            await found("placed_from=2026-01-02&placed_to=2026-01-02&customer_id=cus_1") == second
        )
        assert await found("placed_from=2026-01-03") == []
        for wrong in (
            "placed_from=2026-01-02&placed_to=2026-01-01",
            "placed_from=0001-01-01",
            "placed_to=9999-12-31",
            "placed_from=2026-01-01&number=1",
            "placed_from=soon",
        ):
            assert _fields(await client.get(f"/v1/orders?{wrong}")), wrong


async def test_what_is_lacking_is_told_by_line(tmp_path: Path) -> None:
    async with serving(tmp_path) as (client, ports):
        lines = [{"product_id": "a", "quantity": 1}, {"product_id": "set", "quantity": 4}]
        answer = await client.post("/v1/orders", json={"lines": lines})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/out-of-stock")
        assert _fields(answer) == ["lines[1].quantity"]
        assert "3 of b available, 4 asked for" in answer.json()["errors"][0]["reason"]
        assert await balances(ports) == {"a": (1_000_000, 0), "b": (3, 0)}


_LINE = {"product_id": "a", "quantity": 1}


WRONG_ORDERS: list[tuple[Any, str]] = [
    ({"lines": []}, "lines"),
    ({"lines": [_LINE] * 2001}, "lines"),
    ({}, "lines"),
    ({"lines": [{"product_id": "a"}]}, "lines[0].quantity"),
    ({"lines": [{**_LINE, "quantity": 0}]}, "lines[0].quantity"),
    ({"lines": [{**_LINE, "quantity": -1}]}, "lines[0].quantity"),
    ({"lines": [{**_LINE, "quantity": 1_000_001}]}, "lines[0].quantity"),
    ({"lines": [{**_LINE, "quantity": 2**63}]}, "lines[0].quantity"),
    ({"lines": [{**_LINE, "quantity": 2**80}]}, "lines[0].quantity"),
    ({"lines": [{**_LINE, "quantity": 1.5}]}, "lines[0].quantity"),
    ({"lines": [{**_LINE, "quantity": "2"}]}, "lines[0].quantity"),
    ({"lines": [_LINE, {**_LINE, "unit_price_minor": -1}]}, "lines[1].unit_price_minor"),
    ({"lines": [{**_LINE, "unit_price_minor": 10**12 + 1}]}, "lines[0].unit_price_minor"),
    ({"lines": [{**_LINE, "quantity": 2, "unit_price_minor": 10**12}]}, "lines[0].quantity"),
    ({"lines": [{**_LINE, "discount_minor": 1001}]}, "lines[0].discount_minor"),
    ({"lines": [{**_LINE, "product_id": "ghost"}]}, "lines[0].product_id"),
    ({"lines": [{**_LINE, "product_id": "Größe\u0000"}]}, "lines[0].product_id"),
    ({"lines": [{**_LINE, "product_id": ""}]}, "lines[0].product_id"),
    ({"lines": [{**_LINE, "more": 1}]}, "lines[0].more"),
    ({"lines": [_LINE], "discount_minor": 1001}, "discount_minor"),
    ({"lines": [_LINE], "tax_minor": 10**12}, "tax_minor"),
    ({"lines": [_LINE], "location_id": "nowhere"}, "location_id"),
    ({"lines": [_LINE], "customer_id": "a b"}, "customer_id"),
    ({"lines": [_LINE], "customer_id": "cus_1\n"}, "customer_id"),
    ({"lines": [_LINE], "customer_id": "nobody"}, "customer_id"),
    ({"lines": [{**_LINE, "product_id": "a\n"}]}, "lines[0].product_id"),
    ({"lines": [_LINE], "channel": "WEB SHOP"}, "channel"),
    ({"lines": [_LINE], "payment_state": "later"}, "payment_state"),
    ({"lines": [_LINE], "note": "x" * 1001}, "note"),
]


async def test_a_wrong_order_is_refused_with_the_field(tmp_path: Path) -> None:
    async with serving(tmp_path) as (client, ports):
        for body, field in WRONG_ORDERS:
            answer = await client.post("/v1/orders", json=body)
            assert answer.status_code == 400, answer.text
            assert _fields(answer) == [field], answer.text
        assert await balances(ports) == {"a": (1_000_000, 0), "b": (3, 0)}


WRONG_CHANGES: list[tuple[str, Any, int, str]] = [
    ("inventory/a/adjust", {"delta": 0}, 400, "delta"),
    ("inventory/a/adjust", {}, 400, "delta"),
    ("inventory/a/adjust", {"delta": 1, "count_to": 1}, 400, "delta"),
    ("inventory/a/adjust", {"delta": 2**63}, 400, "delta"),
    ("inventory/a/adjust", {"count_to": -1}, 400, "count_to"),
    ("inventory/a/adjust", {"delta": 1, "reason": "magic"}, 400, "reason"),
    ("inventory/b/adjust", {"delta": -4}, 409, "delta"),
    ("inventory/set/adjust", {"delta": 1}, 400, "product_id"),
    ("inventory/a/receive", {"quantity": 0}, 400, "quantity"),
    ("locations", {"name": " \t "}, 400, "name"),
    ("locations", {"name": "x", "id": "a/b"}, 400, "id"),
    ("locations", {"name": "x", "id": "main"}, 409, "id"),
    ("suppliers", {"name": "x", "lead_time_days": -1}, 400, "lead_time_days"),
    (
        "inventory/transfers",
        {
            "from_location_id": "main",
            "to_location_id": "main",
            "lines": [_LINE],
        },
        400,
        "to_location_id",
    ),
]


async def test_a_wrong_change_of_stock_is_refused_with_the_field(tmp_path: Path) -> None:
    async with serving(tmp_path) as (client, ports):
        for path, body, status, field in WRONG_CHANGES:
            answer = await client.post(f"/v1/{path}", json=body)
            assert answer.status_code == status, answer.text
            assert _fields(answer) == [field], answer.text
        assert await balances(ports) == {"a": (1_000_000, 0), "b": (3, 0)}


_junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)  # fmt: skip
_number = st.integers(-3, 5) | st.sampled_from([2**31, 2**53, 2**63, 2**64]) | _junk
_line = st.fixed_dictionaries(
    {"product_id": st.sampled_from(["a", "b", "set", "ghost"]) | _junk, "quantity": _number},
    optional={"unit_price_minor": _number, "discount_minor": _number},
)
_order = st.fixed_dictionaries(
    {"lines": st.lists(_line, max_size=4) | _junk},
    optional={
        "discount_minor": _number,
        "shipping_minor": _number,
        "tax_minor": _number,
        "customer_id": _junk,
        "location_id": st.just("main") | _junk,
        "channel": _junk,
        "note": _junk,
        "payment_state": st.sampled_from(["paid", "unpaid"]) | _junk,
    },
)


async def test_no_body_makes_it_fail(tmp_path: Path) -> None:
    async with serving(tmp_path) as (client, ports):
        paths = ["fulfil", "return", "cancel", "refund", "pay"]
        first = await client.post("/v1/orders", json={"lines": [_LINE]})
        id = first.json()["id"]

        bodies: list[tuple[str, Any]] = []

        @settings(max_examples=150, suppress_health_check=list(HealthCheck), database=None)
        @given(
            st.tuples(st.just("orders"), _order | _junk)
            | st.tuples(
                st.sampled_from([f"orders/{id}/{path}" for path in paths]),
                st.fixed_dictionaries(
                    {},
                    optional={
                        "lines": st.lists(
                            st.fixed_dictionaries(
                                {"line": _number, "quantity": _number},
                                optional={"restock": _junk},
                            ),
                            max_size=3,
                        ),
                        "amount_minor": _number,
                        "version": _number,
                    },
                )
                | _junk,
            )
        )
        def gather(pair: tuple[str, Any]) -> None:
            bodies.append(pair)

        gather()
        for path, body in bodies:
            answer = await client.post(f"/v1/{path}", json=body)
            assert answer.status_code in (200, 201, 400, 409, 422), (path, body, answer.text)
            if answer.status_code >= 400:
                _fields(answer)
        await balances(ports)


async def test_what_cannot_be_read_at_all_is_refused(tmp_path: Path) -> None:
    raws = [b"", b"{", b"[1", b"\xff\xfe", b"null", b'{"lines":1e999}', b"[" * 9999]
    queries = ["limit=0", "limit=201", "cursor=x", "status=odd", "sort=name"]
    async with serving(tmp_path) as (client, _):
        headers = {"content-type": "application/json"}
        for raw in raws:
            answer = await client.post("/v1/orders", content=raw, headers=headers)
            assert answer.status_code == 400, answer.text
            assert _fields(answer)
        for key in ("", "x" * 201, "ta\tb"):
            headers = {"Idempotency-Key": key}
            answer = await client.post("/v1/orders", json={"lines": [_LINE]}, headers=headers)
            assert answer.status_code == 400
            assert _fields(answer) == ["Idempotency-Key"]
        for query in (*queries, "status=placed&number=1"):
            answer = await client.get(f"/v1/orders?{query}")
            assert answer.status_code == 400, answer.text
            assert _fields(answer)
