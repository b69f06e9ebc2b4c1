"""Imports over HTTP: uploaded, planned at once, run by a worker, looked up afterwards."""

import asyncio
from pathlib import Path

import pytest

from api.serving import assert_problem, serving
from omnix.platform.jobs import work_once
from omnix.transfer.jobs import JOBS

from . import samples

pytestmark = pytest.mark.anyio


async def test_an_upload_is_planned_run_and_told(tmp_path: Path) -> None:
    async with serving(tmp_path / "shop") as served:
        answer = await served.call(
            "POST", "/imports?file_name=sales.csv", content=samples.UCI.encode()
        )
        assert answer.status_code == 202
        asked = answer.json()
        assert asked["plan"]["layout"] == "uci-online-retail-2"
        assert asked["plan"]["mapping"][0]["confidence"] == 1.0
        assert await work_once(served.ports, JOBS)
        job = (await served.call("GET", f"/jobs/{asked['job']['id']}")).json()
        assert job["state"] == "done"
        assert job["result"]["counts"]["orders"] == 5
        one = (await served.call("GET", f"/imports/{asked['import_id']}")).json()
        assert (one["state"], one["report"]["refused"]) == ("done", 2)
        assert one["report"]["refused_file"] is None
        listed = (await served.call("GET", "/imports")).json()
        assert [item["id"] for item in listed["items"]] == [asked["import_id"]]
        refused = await served.call("GET", f"/imports/{asked['import_id']}/refused")
        assert refused.headers["content-type"].startswith("text/csv")
        assert "is no whole number" in refused.text


async def test_what_cannot_be_imported_is_refused_at_once(tmp_path: Path) -> None:
    async with serving(tmp_path / "shop") as served:
        for content in (b"", b"\0\1\2\3" * 100, b"a,b\n1,2\n", b"PK\3\4 no archive"):
            assert_problem(await served.call("POST", "/imports", content=content))
        for query in ("map=nonsense", "currency=EURO", "time_zone=Mars", "layout=none"):
            answer = await served.call("POST", f"/imports?{query}", content=samples.UCI.encode())
            assert assert_problem(answer)["status"] == 400
        assert_problem(await served.call("GET", "/imports/imp_none"))
        assert_problem(await served.call("GET", "/imports/imp_none/refused"))
        assert (await served.call("POST", "/imports", "analyst", content=b"x")).status_code == 403
        await asyncio.sleep(0)
