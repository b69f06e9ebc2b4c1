"""The tools for other assistants, asked by the protocol's own client."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.serving import Served, serving
from domains.simulated import opened
from omnix.domains.analyst import asking
from omnix.domains.analyst.mcp.protocol import VERSIONS, answer
from omnix.domains.analyst.toolbox import tools
from omnix.domains.dashboard import service
from omnix.domains.inventory.purchasing import service as purchasing
from omnix.platform.access import Actor

from .shop import ADMIN

mcp = pytest.importorskip("mcp", reason="the protocol's own client is not installed")
pytestmark = pytest.mark.anyio
COMMAND = "from omnix.cli import main; main()"


@contextlib.asynccontextmanager
async def listening(served: Served) -> AsyncIterator[str]:
    """The application behind a port of this machine."""
    config = uvicorn.Config(
        served.app, host="127.0.0.1", port=0, log_config=None, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def client_of(address: str, token: str) -> AsyncIterator[Any]:
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=30) as http,
        mcp.Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
    ):
        yield client


def told(result: Any) -> dict[str, Any]:
    assert not result.is_error, result
    found: dict[str, Any] = result.structured_content
    assert json.loads(result.content[0].text) == found
    return found


def value(found: dict[str, Any], key: str) -> Any:
    return next(f["value"] for f in found["figures"] if f["key"] == key)


async def test_an_answer_over_http_is_the_dashboards_figure(data: Path) -> None:
    async with serving(data) as served, listening(served) as address:
        summary = await service.summary(served.ports, 30)
        shown = {m.name: m.value for m in summary.metrics}
        async with client_of(address, served.tokens["manager"]) as client:
            listed = (await client.list_tools()).tools
            names = {tool.name for tool in listed}
            assert names == {*tools(), "draft_purchase_order", "draft_promotion"}
            reads = {tool.name for tool in listed if tool.annotations.read_only_hint}
            assert reads == set(tools())
            found = told(await client.call_tool("metrics", {"days": 30}))
            for name, known in shown.items():
                assert value(found, name) == known, name
            assert found["period"]["to"] == summary.range.last
            refused = await client.call_tool("metrics", {"days": 31})
            assert refused.is_error
            people = told(await client.call_tool("find_customers", {"text": "ada"}))
            assert {row["name"] for row in people["rows"]} <= {f"customer {n}" for n in range(1, 6)}
        records = (await asking.calls(served.ports, 50, None)).items
        assert {(r.kind, r.by) for r in records} == {("mcp", "assistant")}
        assert len(records) == 3


async def test_a_write_is_a_draft_and_a_retry_is_safe(data: Path) -> None:
    async with serving(data) as served, listening(served) as address:
        async with client_of(address, served.tokens["manager"]) as client:
            proposals = told(await client.call_tool("replenishment", {"limit": 1}))
            product = proposals["rows"][0]["id"]
            suppliers = (await served.call("GET", "/suppliers?limit=1")).json()["items"]
            given = {
                "supplier_id": suppliers[0]["id"], "key": "a-key-of-mine",
                "lines": [{"product_id": product, "quantity": 12}],
            }  # fmt: skip
            made = told(await client.call_tool("draft_purchase_order", given))
            again = told(await client.call_tool("draft_purchase_order", given))
            wrong = await client.call_tool("draft_purchase_order", {**given, "lines": []})
            assert wrong.is_error
        assert value(made, "id") == value(again, "id")
        orders = (await purchasing.listing(served.ports, None, None, 50, None)).items
        assert [(o.id, o.state) for o in orders] == [(value(made, "id"), "draft")]
        assert made["link"] == f"/purchase-order/?id={orders[0].id}"
        async with client_of(address, served.tokens["analyst"]) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert "draft_purchase_order" not in names
            refused = await client.call_tool("draft_purchase_order", given)
            assert refused.is_error
            assert "purchasing:write" in refused.content[0].text


async def test_a_proposed_promotion_waits_for_a_person(data: Path) -> None:
    async with serving(data) as served, listening(served) as address:
        product = (await served.call("GET", "/products?limit=1")).json()["items"][0]
        given = {
            "name": "Spring", "percent_off": 20, "first_day": "2030-03-01",
            "last_day": "2030-03-07", "product_ids": [product["id"]], "key": "spring-2030",
        }  # fmt: skip
        async with client_of(address, served.tokens["manager"]) as client:
            made = told(await client.call_tool("draft_promotion", given))
            again = told(await client.call_tool("draft_promotion", given))
            other = told(await client.call_tool("draft_promotion", {**given, "key": "autumn-2030"}))
            for wrong in ({"percent_off": 30}, {"product_ids": ["none"], "key": "other-key"}):
                assert (await client.call_tool("draft_promotion", {**given, **wrong})).is_error
            suppliers = (await served.call("GET", "/suppliers?limit=1")).json()["items"]
            order = {"supplier_id": suppliers[0]["id"],
                     "lines": [{"product_id": product["id"], "quantity": 2}]}  # fmt: skip
            ordered = told(await client.call_tool("draft_purchase_order", order))
        id = value(made, "id")
        assert (id, made["link"]) == (value(again, "id"), "/ask/")
        assert not (await served.call("GET", "/forecasts/promotions?from_day=2030-01-01")).json()[
            "items"
        ]
        shown = (await served.call("GET", "/ai/drafts", "manager")).json()["items"]
        assert {(one["draft"]["kind"], one["link"]) for one in shown} == {
            ("promotion", "/ask/"), ("purchase_order", ordered["link"]),
        }  # fmt: skip
        assert [one["products"] for one in shown if one["draft"]["id"] == id] == [
            [{"id": product["id"], "name": product["name"]}]
        ]
        paged: list[str] = []
        cursor = ""
        while cursor is not None:
            page = (await served.call("GET", f"/ai/drafts?limit=1{cursor}")).json()
            paged += [one["draft"]["id"] for one in page["items"]]
            cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
        assert sorted(paged) == sorted(one["draft"]["id"] for one in shown)
        assert (await served.call("GET", "/ai/drafts", "customer")).status_code == 403
        key = {"name": "n", "permissions": ["ai:ask", "forecasts:write"]}
        key = (await served.call("POST", "/auth/api-keys", json=key)).json()["key"]
        approve = f"/ai/drafts/{id}/approve"
        robot = await served.call("POST", approve, None, headers={"Authorization": f"Bearer {key}"})
        assert robot.status_code == 403
        for _ in range(2):
            approved = (await served.call("POST", approve, "manager")).json()
            assert (approved["state"], approved["decided_by"]) == ("approved", "usr_manager")
        (promotion,) = (
            await served.call("GET", "/forecasts/promotions?from_day=2030-01-01")
        ).json()["items"]
        assert (promotion["id"], promotion["name"], promotion["author"]) == (
            approved["promotion_id"], "Spring", "usr_manager",
        )  # fmt: skip
        late = await served.call("POST", f"/ai/drafts/{id}/refuse", "manager")
        assert late.status_code == 409
        refuse = f"/ai/drafts/{value(other, 'id')}/refuse"
        assert (await served.call("POST", refuse, "manager")).json()["state"] == "refused"
        (left,) = (await served.call("GET", "/ai/drafts")).json()["items"]
        order_id = left["draft"]["purchase_order_id"]
        await served.call("POST", f"/purchase-orders/{order_id}/approve")
        assert not (await served.call("GET", "/ai/drafts")).json()["items"]
        on_its_page = await served.call("POST", f"/ai/drafts/{left['draft']['id']}/approve")
        assert on_its_page.status_code == 409


async def test_over_standard_input_the_figures_are_the_same(data: Path) -> None:
    async with opened(data) as ports:
        shown = await service.summary(ports, 365)
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    server = mcp.StdioServerParameters(
        command=sys.executable, args=["-c", COMMAND, "mcp", "--data", str(data)], env=environment
    )
    async with mcp.Client(server) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names == set(tools())
        found = told(await client.call_tool("list_metrics", {}))
        assert len(found["rows"]) == len(shown.metrics)
        found = told(await client.call_tool("replenishment", {}))
        assert found["link"] == "/replenishment/"


async def test_who_has_no_proof_is_told_where_to_read(data: Path) -> None:
    async with serving(data) as served:
        http = served.client
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        refused = await http.post("/mcp", json=call)
        assert refused.status_code == 401
        challenge = refused.headers["www-authenticate"]
        address = challenge.split('resource_metadata="')[1].rstrip('"')
        told_ = (await http.get(address)).json()
        assert told_["resource"] == "http://shop.test/mcp"
        assert told_["bearer_methods_supported"] == ["header"]
        assert (await http.get("/.well-known/oauth-protected-resource")).json() == told_
        bearer = served.bearer("analyst")
        assert (await http.post("/mcp", json=call, headers=bearer)).status_code == 200
        foreign = await http.post(
            "/mcp", json=call, headers={**bearer, "Origin": "http://evil.test"}
        )
        assert foreign.status_code == 403
        version = {**bearer, "MCP-Protocol-Version": "1999-01-01"}
        assert (await http.post("/mcp", json=call, headers=version)).status_code == 400
        assert (await http.get("/mcp", headers=bearer)).status_code == 405
        customer = served.bearer("customer")
        assert (await http.post("/mcp", json=call, headers=customer)).status_code == 403
        note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        assert (await http.post("/mcp", json=note, headers=bearer)).status_code == 202


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"{", -32700), (b"\xff", -32700), (b"[]", -32600), (b"7", -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/list"}', -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "server/discover"}', -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {}}', -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "rm"}}', -32602),
        (b"[" * 5000, -32600),
    ],
)  # fmt: skip
async def test_what_is_no_message_gets_the_protocols_error(
    tmp_path: Path, message: bytes, code: int
) -> None:
    async with serving(tmp_path) as served:
        said = await answer(served.ports, ADMIN, message)
        assert said is not None
        assert json.loads(said)["error"]["code"] == code


async def test_old_and_new_clients_agree_on_a_version(tmp_path: Path) -> None:
    nobody = Actor("key_1", "service", frozenset({"ai:ask"}))
    async with serving(tmp_path) as served:
        for wanted in (*VERSIONS, "2099-01-01"):
            call = {"jsonrpc": "2.0", "id": "x", "method": "initialize",
                    "params": {"protocolVersion": wanted}}  # fmt: skip
            said = await answer(served.ports, nobody, json.dumps(call).encode())
            assert said is not None
            agreed = json.loads(said)["result"]["protocolVersion"]
            assert agreed == (wanted if wanted in VERSIONS else VERSIONS[0])
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}
        said = await answer(served.ports, nobody, json.dumps(call).encode())
        assert said is not None
        assert json.loads(said)["result"]["tools"] == []


def test_without_a_shop_the_command_says_so(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", COMMAND, "mcp", "--data", "none"],
        cwd=tmp_path, capture_output=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert run.returncode == 1
    assert b"holds no OMNIX data" in run.stderr
