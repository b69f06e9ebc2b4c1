"""Classes and simulations of the simulated shop."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.serving import serving
from domains.simulated import SPEC, facts, job, opened
from omnix import app
from omnix.domains.inventory.analysis import classes
from omnix.domains.inventory.analysis.classes import WEEKS, classify_all
from omnix.domains.inventory.analysis.model import ProductClass
from omnix.domains.inventory.analysis.replay import replay
from omnix.kit.errors import Invalid
from omnix.platform import jobs
from omnix.ports import Ports

pytestmark = pytest.mark.anyio


async def _classes(ports: Ports, wanted: str | None = None, limit: int = 7) -> list[ProductClass]:
    found: list[ProductClass] = []
    cursor = None
    while True:
        page = await classes.listing(ports, wanted, limit, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_classes_of_the_shop(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await classify_all(job(ports), {})
        found = await _classes(ports)
        first = SPEC.last_day - timedelta(days=7 * WEEKS - 1)
        sold: dict[str, list[int]] = {}
        for row in await facts(ports):
            if (
                row["product_id"]
                and row["day"] >= first
                and row["kind"] in ("sale", "cancellation")
            ):
                sums = sold.setdefault(row["product_id"], [0, 0])
                sums[0] += row["quantity"]
                sums[1] += row["revenue_minor"]
        assert {c.product_id: [c.units, c.revenue_minor] for c in found} == sold
        assert [c.revenue_minor for c in found] == sorted(
            (v[1] for v in sold.values()), reverse=True
        )
        assert sum(c.share for c in found) == pytest.approx(1, abs=1e-4)
        top = sum(c.share for c in found if c.abc == "A")
        assert 0.8 <= top < 0.95
        for wanted in ("AX", "BY", "CZ"):
            some = await _classes(ports, wanted, 3)
            assert [c.product_id for c in some] == [
                c.product_id for c in found if c.abc + c.xyz == wanted
            ]
        await classify_all(job(ports), {})
        assert len(await _classes(ports)) == len(found)


async def test_policies_played_over_history(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        told = await replay(job(ports), {"days": 84, "renew_days": 42})
        assert told["days"] == 84
        assert told["last_day"] == SPEC.last_day.isoformat()
        found: dict[str, dict[str, Any]] = {each["policy"]: each for each in told["policies"]}
        assert set(found) == {"least_cost", "service_level", "base_stock", "fixed_quantity"}
        for each in found.values():
            parts = ("holding_minor", "ordering_minor", "lost_margin_minor", "waste_minor")
            assert each["total"]["minor"] == pytest.approx(sum(each[p] for p in parts), abs=3)
            assert (
                each["total"]["low_minor"] <= each["total"]["minor"] <= each["total"]["high_minor"]
            )
            assert 0.5 < each["fill_rate"] <= 1
        own = found["fixed_quantity"]
        assert (own["saved"]["minor"], own["saved_share"]["value"]) == (0, 0)
        best = found["least_cost"]
        assert best["saved"]["minor"] == pytest.approx(
            own["total"]["minor"] - best["total"]["minor"], abs=2
        )
        assert best["saved"]["minor"] > 0
        again = await replay(job(ports), {"days": 84, "renew_days": 42})
        assert again == told


@pytest.mark.parametrize(
    "asked", [{"days": 365}, {"product_ids": ["none"]}, {"location_id": "nowhere"}]
)
async def test_what_cannot_be_played(shop_data: Path, asked: dict[str, Any]) -> None:
    async with opened(shop_data) as ports:
        with pytest.raises(Invalid):
            await replay(job(ports), {"days": 84, **asked})


async def test_as_jobs_over_http(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        headers = {"Idempotency-Key": "once"}
        body = {"days": 56, "policies": ["least_cost"]}
        runs = [
            (await served.call("POST", "/inventory/simulate", json=body, headers=headers)).json()
            for _ in range(2)
        ]
        assert runs[0]["id"] == runs[1]["id"]
        assert (await served.call("POST", "/inventory/classes")).status_code == 202
        while await jobs.work_once(served.ports, app.JOBS):
            pass
        run = (await served.call("GET", f"/jobs/{runs[0]['id']}")).json()
        assert run["state"] == "failed"  # an empty shop has no history, and says so
        assert "days are known" in run["error"]
        assert (await served.call("GET", "/inventory/classes?class=AX")).json()["items"] == []
        assert (await served.call("GET", "/inventory/classes?class=QQ")).status_code == 400
        body = {"days": 5}
        assert (await served.call("POST", "/inventory/simulate", json=body)).status_code == 400
