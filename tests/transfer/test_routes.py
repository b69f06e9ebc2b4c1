"""Imports over HTTP: uploaded, planned at once, run by a worker, looked up afterwards."""

import asyncio
import sys
from pathlib import Path

import duckdb
import pytest

from api.serving import assert_problem, serving
from omnix.app import MAX_BODY
from omnix.platform.jobs import work_once
from omnix.transfer.jobs import JOBS, UPLOADS
from omnix.transfer.routes import MAX_UPLOAD

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


async def test_a_file_is_looked_at_before_anything_is_asked_for(tmp_path: Path) -> None:
    async with serving(tmp_path / "shop") as served:
        path = "/imports/plan?file_name=p.csv&layout=promotions"
        text = b"article,cheaper by,from,until\nA,20,2026-06-01,2026-06-07\n"
        planned = (await served.call("POST", path, content=text)).json()["plan"]
        assert (planned["missing"], planned["unmapped"]) == (["percent_off"], ["cheaper by"])
        assert planned["columns"] == ["article", "cheaper by", "from", "until"]
        needed = {f["field"] for f in planned["fields"] if f["required"]}
        assert needed == {"first_day", "last_day"}
        named = await served.call("POST", f"{path}&map=percent_off=cheaper by", content=text)
        planned = named.json()["plan"]
        assert planned["missing"] == []
        assert planned["sample"][0]["percent_off"] == "20"
        for content in (b"", b"\0\1\2\3" * 100):
            assert_problem(await served.call("POST", "/imports/plan", content=content))
        refused = await served.call("POST", f"{path}&map=percent_off=nowhere", content=text)
        assert assert_problem(refused)["errors"][0]["field"] == "mapping.percent_off"
        assert (await served.call("POST", path, "analyst", content=text)).status_code == 403
        assert not (await served.call("GET", "/imports")).json()["items"]
        assert not (await served.call("GET", "/jobs")).json()["items"]


async def test_a_large_file_is_sent_first_and_imported_then(tmp_path: Path) -> None:
    """Larger than any other body may be: its rows are followed by empty ones."""
    data = samples.UCI.encode() + b"\n" * (MAX_BODY + 1)
    async with serving(tmp_path / "shop") as served:
        answer = await served.call("POST", "/imports/uploads", json={"size": len(data)})
        assert answer.status_code == 201
        told = answer.json()
        path = told["address"].removeprefix("/v1")
        assert path == f"/imports/uploads/{told['id']}"
        query = f"/imports?file_name=sales.csv&upload={told['id']}"
        refused = assert_problem(await served.call("POST", query))
        assert [error["field"] for error in refused["errors"]] == ["upload"]

        assert (await served.call("PUT", path, content=data)).status_code == 204
        asked = await served.call("POST", query)
        assert asked.status_code == 202
        assert await work_once(served.ports, JOBS)
        job = (await served.call("GET", f"/jobs/{asked.json()['job']['id']}")).json()
        assert (job["state"], job["result"]["counts"]["orders"]) == ("done", 5)
        assert_problem(await served.call("POST", query))
        assert not await served.ports.blobs.list(UPLOADS)


async def test_uploads_that_cannot_be(tmp_path: Path) -> None:
    async with serving(tmp_path / "shop") as served:
        for size, status in ((0, 400), (MAX_UPLOAD + 1, 413)):
            answer = await served.call("POST", "/imports/uploads", json={"size": size})
            assert assert_problem(answer)["status"] == status
        for id in ("..%2Fsecrets", "upl_..", "imp_1"):
            answer = await served.call("PUT", f"/imports/uploads/{id}", content=b"x")
            assert assert_problem(answer)["status"] == 404
            answer = await served.call("POST", f"/imports?upload={id}")
            assert assert_problem(answer)["status"] == 404
        answer = await served.call("POST", "/imports?upload=upl_1", content=b"x")
        assert assert_problem(answer)["status"] == 400
        new = {"size": 1}
        assert (
            await served.call("POST", "/imports/uploads", "analyst", json=new)
        ).status_code == 403


async def test_what_the_service_cannot_read_the_job_plans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sales.parquet"
    (tmp_path / "sales.csv").write_text(samples.UCI)
    source = f"read_csv('{tmp_path}/sales.csv', all_varchar=true)"
    duckdb.sql(f"COPY (SELECT * FROM {source}) TO '{file}' (FORMAT parquet)")
    async with serving(tmp_path / "shop") as served:
        with monkeypatch.context() as without:
            without.setitem(sys.modules, "duckdb", None)
            path = "/imports?file_name=sales.parquet"
            asked = await served.call("POST", path, content=file.read_bytes())
        assert (asked.status_code, asked.json()["plan"]) == (202, None)
        assert await work_once(served.ports, JOBS)
        job = (await served.call("GET", f"/jobs/{asked.json()['job']['id']}")).json()
        assert (job["state"], job["result"]["counts"]["orders"]) == ("done", 5)
