"""The audit log over HTTP: filters, pages, the export, and whether it holds."""

import csv
import io
from typing import Any

import msgspec
import pytest

from omnix.declared import EVENTS
from omnix.domains.auth import audit
from omnix.domains.auth.declare import AUDIT
from omnix.platform.consume import consume_once
from omnix.ports import Update

from .serving import Served, assert_problem

pytestmark = pytest.mark.anyio


async def _settled(served: Served) -> None:
    while (await consume_once(served.ports, audit.recording(EVENTS)))[0]:
        pass


async def _changes(served: Served) -> None:
    for number in range(3):
        body = {"name": f"Key {number}", "permissions": ["products:read"]}
        assert (await served.call("POST", "/auth/api-keys", json=body)).status_code == 201
        served.clock.advance(60)
        made = await served.call("POST", "/customers", "manager", json={"name": "Ann Other"})
        assert made.status_code == 201
        served.clock.advance(60)
    await _settled(served)


async def _items(served: Served, **query: Any) -> list[dict[str, Any]]:
    answer = await served.call("GET", "/audit-log", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_who_changed_what_and_when(served: Served) -> None:
    await _changes(served)
    everything = await _items(served)
    assert len(everything) >= 6
    assert "Ann" not in msgspec.json.encode(everything).decode()
    assert everything == sorted(everything, key=lambda e: (e["at"], e["number"]), reverse=True)
    by_admin = await _items(served, actor="usr_admin")
    assert {e["type"] for e in by_admin} == {"api-key.created", "session.began"}
    customers = await _items(served, type="customer.created")
    assert [e["actor"] for e in customers] == ["usr_manager"] * 3
    assert await _items(served, actor="usr_admin", type="customer.created") == []
    middle = customers[1]["at"]
    assert len(await _items(served, type="customer.created", since=middle)) == 2
    assert len(await _items(served, type="customer.created", until=middle)) == 2
    assert len(await _items(served, type="customer.created", since=middle, until=middle)) == 1


async def test_a_moment_without_an_offset_is_refused(served: Served) -> None:
    for given in ("2026-01-01T00:00:00", "2026-01-01", "yesterday", "2026", "-4469", "9" * 30):
        answer = await served.call("GET", "/audit-log", params={"since": given})
        assert answer.status_code == 400, given
        assert assert_problem(answer)["errors"][0]["field"] == "since"


async def test_the_export_can_be_verified_elsewhere(served: Served) -> None:
    await _changes(served)
    lines = await served.call("GET", "/audit-log/export.jsonl")
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    entries = [msgspec.json.decode(line) for line in lines.text.splitlines()]
    table = await served.call("GET", "/audit-log/export.csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["hash"] for row in rows] == [entry["hash"] for entry in entries]
    before = audit.FIRST
    for entry in entries:
        assert entry["previous"] == before
        before = entry["hash"]
        assert audit._hash(entry) == before
    told = (await served.call("GET", "/audit-log/verification")).json()
    assert told == {
        "intact": True, "first": 1, "last": len(entries), "last_hash": before,
        "complete": True, "wrong": None, "reason": "",
    }  # fmt: skip
    await served.ports.records.write(
        [Update(AUDIT, (audit.CHAIN, 2), set={"actor": "usr_analyst"})]
    )
    told = (await served.call("GET", "/audit-log/verification")).json()
    assert (told["intact"], told["wrong"]) == (False, 2)
    noted = {"known_number": 2}
    answer = await served.call("GET", "/audit-log/verification", params=noted)
    assert assert_problem(answer)["errors"][0]["field"] == "known_hash"
