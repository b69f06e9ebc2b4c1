"""Pairs of the whole shop that may be one person: found, listed, and passed over once settled."""

from pathlib import Path

import msgspec
import pytest

from api.serving import Served, serving
from omnix import work
from omnix.domains.customers.declare import DUPLICATES
from omnix.domains.customers.model import Customer
from omnix.domains.customers.pairs import found
from omnix.platform import jobs

pytestmark = pytest.mark.anyio
PEOPLE = {
    "ann": {"name": "Ann Other", "email": "ann.other@one.test", "phone": "+49 30 12345678"},
    "anne": {"name": "Anne Other", "email": "annother+shop@one.test"},
    "boss": {"name": "B. Other", "phone": "030 12345678"},
    "cem": {"name": "Cem Kaya", "email": "cem@two.test"},
    "cemk": {"name": "Kaya Cem", "email": "kaya.cem@three.test"},
    "dee": {"name": "Dee", "email": "dee@two.test"},
}
PAIRS = {("ann", "anne"), ("ann", "boss"), ("cem", "cemk")}


async def _looked(served: Served) -> None:
    asked = await served.call("POST", "/customers/duplicates/look", "manager")
    assert asked.status_code == 202, asked.text
    while await jobs.work_once(served.ports, work.JOBS):
        pass
    done = await served.call("GET", f"/jobs/{asked.json()['id']}")
    assert done.json()["state"] == "done", done.text


async def _listed(served: Served, limit: int = 2) -> list[tuple[str, str]]:
    seen: list[tuple[str, str]] = []
    cursor = None
    while True:
        query = {"limit": limit, **({"cursor": cursor} if cursor else {})}
        page = (await served.call("GET", "/customers/duplicates", "analyst", params=query)).json()
        assert len(page["items"]) <= limit
        for pair in page["items"]:
            assert pair["reasons"]
            seen.append((pair["one"]["id"], pair["other"]["id"]))
        cursor = page["next_cursor"]
        if cursor is None:
            return seen


async def test_pairs_of_the_whole_shop(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        assert await _listed(served) == []
        for id, given in PEOPLE.items():
            made = await served.call("POST", "/customers", json={"id": id, **given})
            assert made.status_code == 201, made.text
        await _looked(served)
        listed = await _listed(served)
        assert set(listed) == PAIRS
        assert len(listed) == len(PAIRS)
        page = (await served.call("GET", "/customers/duplicates")).json()["items"]
        assert [p["score"] for p in page] == sorted((p["score"] for p in page), reverse=True)
        kept = [item async for chunk in served.ports.records.scan(DUPLICATES) for item in chunk]
        assert "Other" not in msgspec.json.encode(kept).decode(), "ids alone"
        merged = await served.call("POST", "/customers/ann/merge", json={"other": "anne"})
        assert merged.status_code == 200, merged.text
        assert set(await _listed(served, 1)) == PAIRS - {("ann", "anne")}
        change = {"version": 1, "status": "archived"}
        assert (await served.call("PATCH", "/customers/cemk", json=change)).status_code == 200
        await _looked(served)
        assert await _listed(served) == [("ann", "boss")]
        kept = [item async for chunk in served.ports.records.scan(DUPLICATES) for item in chunk]
        assert [item["id"] for item in kept] == ["ann~boss"]
        for role in ("analyst", "customer"):
            refused = await served.call("POST", "/customers/duplicates/look", role)
            assert refused.status_code == 403


def test_a_sign_that_many_share_costs_nothing() -> None:
    at = "2026-01-01T00:00:00.000Z"
    many = {
        f"c{n}": Customer(
            id=f"c{n}", name="Common Name", phone="+1 555 0000000", created_at=at, updated_at=at
        )
        for n in range(2_000)
    }
    assert found(many) == []
