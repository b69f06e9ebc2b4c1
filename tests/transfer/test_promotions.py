"""Promotions from files: recognised, judged against the shop, stored once, written out again."""

from pathlib import Path
from typing import Any

import pytest

from api.serving import assert_problem, serving
from omnix.domains.forecasting.declare import PROMOTIONS
from omnix.kit.errors import Invalid
from omnix.platform.jobs import work_once
from omnix.ports import Ports
from omnix.transfer.incoming.plan.planning import ImportOptions, plan
from omnix.transfer.jobs import JOBS
from omnix.transfer.outgoing.export import export

from .shop import bring, everything, shop

pytestmark = pytest.mark.anyio
GOODS = "sku,name,price,category\nTEA-1,Tea,4.90,Tea\nTEA-2,More tea,5.90,Tea\nMUG,Mug,9.00,Mugs\n"
HEAD = "name,percent_off,from,to,sku,category\n"
WEEK = HEAD + (
    "Tea week,20,2026-06-01,2026-06-07,TEA-1,\n"
    "Tea week,20%,2026-06-01,2026-06-07,TEA-2,\n"
    ",0.15,07/01/2026,2026/07/31,,Mugs\n"
)


def file(folder: Path, text: str, name: str = "promotions.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


async def told(ports: Ports) -> list[dict[str, Any]]:
    items = await everything(ports, PROMOTIONS)
    return sorted(items, key=lambda each: each["first_day"])


def test_a_file_of_promotions_is_told_from_others(tmp_path: Path) -> None:
    planned = plan(file(tmp_path, WEEK))
    assert (planned.kind, planned.layout.name) == ("promotions", "omnix-promotions")
    assert {m.field: m.column for m in planned.mapping} == {
        "name": "name", "percent_off": "percent_off", "first_day": "from", "last_day": "to",
        "sku": "sku", "category": "category",
    }  # fmt: skip
    prices = "sku,name,regular price,sale price,valid from,valid until\n"
    assert plan(file(tmp_path, prices + "A,Tea,9,8,2026-06-01,2026-06-02\n")).kind == "promotions"
    orders = "order id,order date,ship date,sku,quantity,price,discount,category\n"
    row = "1,2026-06-01,2026-06-02,A,1,9,1,Tea\n"
    assert plan(file(tmp_path, orders + row)).kind == "orders"
    assert plan(file(tmp_path, GOODS)).kind == "products"
    # What was said of a column is held against the layouts that know the field.
    named = ImportOptions(mapping={"percent_off": "cheaper by"})
    text = WEEK.replace("percent_off", "cheaper by")
    assert plan(file(tmp_path, text), named).kind == "promotions"
    with pytest.raises(Invalid, match="field of no layout"):
        plan(file(tmp_path, text), ImportOptions(mapping={"percent": "cheaper by"}))


async def test_rows_become_promotions_once(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        await bring(ports, tmp_path / "shop", file(tmp_path, GOODS, "goods.csv"))
        dry = await bring(ports, tmp_path / "shop", file(tmp_path, WEEK), dry_run=True)
        assert (dry.state, dry.counts, await told(ports)) == ("dry-run", {"promotions": 2}, [])
        report = await bring(ports, tmp_path / "shop", file(tmp_path, WEEK))
        assert (report.created, report.refused) == ({"promotions": 2}, 0)
        tea, mugs = await told(ports)
        assert (tea["name"], tea["percent_off"], tea["product_ids"], tea["category"]) == (
            "Tea week", 20, ["TEA-1", "TEA-2"], None,
        )  # fmt: skip
        assert (mugs["name"], mugs["category"], mugs["product_ids"]) == ("15% off", "Mugs", [])
        assert (mugs["first_day"], mugs["last_day"]) == ("2026-07-01", "2026-07-31")

        again = await bring(ports, tmp_path / "shop", file(tmp_path, WEEK))
        assert any("imported before" in warning for warning in again.warnings)
        # Other bytes that say the same, and one article more.
        more = WEEK.replace("Tea week,20,", "Tea week,20 %,", 1)
        same = await bring(ports, tmp_path / "shop", file(tmp_path, more))
        assert same.unchanged == {"promotions": 2}
        assert await told(ports) == [tea, mugs]
        mug = WEEK + "Tea week,20,2026-06-01,2026-06-07,MUG,\n"
        grown = await bring(ports, tmp_path / "shop", file(tmp_path, mug))
        assert (grown.changed, grown.unchanged) == ({"promotions": 1}, {"promotions": 1})
        (after, _) = await told(ports)
        assert (after["product_ids"], after["version"]) == (["TEA-1", "TEA-2", "MUG"], 2)
        assert (after["id"], after["created_at"]) == (tea["id"], tea["created_at"])

        out = tmp_path / "out.csv"
        assert await export(ports, "promotions", "csv", out) == 4
        back = await bring(ports, tmp_path / "shop", out)
        assert back.unchanged == {"promotions": 2}


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("A,20,2026-06-07,2026-06-01,MUG,", "last_day", "before the first day"),
        ("A,20,2026-06-07,2027-06-08,MUG,", "last_day", "more than 366 days"),
        ("A,20,soon,2026-06-08,MUG,", "first_day", "no day"),
        ("A,0,2026-06-07,2026-06-08,MUG,", "percent_off", "1 to 95"),
        ("A,96,2026-06-07,2026-06-08,MUG,", "percent_off", "1 to 95"),
        ("A,much,2026-06-07,2026-06-08,MUG,", "percent_off", "no number"),
        ("A,,2026-06-07,2026-06-08,MUG,", "percent_off", "missing"),
        ("A,20,2026-06-07,2026-06-08,,", "sku", "or a category"),
        ("A,20,2026-06-07,2026-06-08,MUG,Tea", "sku", "not both"),
        ("A,20,2026-06-07,2026-06-08,CUP,", "sku", "no article number"),
        ("A,20,2026-06-07,2026-06-08,,Cups", "category", "no category"),
    ],
)
async def test_what_is_wrong_in_a_row_is_told(
    tmp_path: Path, row: str, field: str, reason: str
) -> None:
    async with shop(tmp_path / "shop") as ports:
        await bring(ports, tmp_path / "shop", file(tmp_path, GOODS, "goods.csv"))
        path = file(tmp_path, WEEK + row + "\n")
        report = await bring(ports, tmp_path / "shop", path, dry_run=True)
        assert (report.refused, report.counts) == (1, {"promotions": 2})
        (why,) = report.not_imported
        assert why.startswith(field)
        assert reason in why
        assert report.first_lines == {why: 5}
        assert report.refused_file is not None
        assert (
            Path(report.refused_file).read_text().splitlines()[1].startswith(f",5,refused,{field}")
        )


async def test_two_prices_tell_the_percentage_and_many_articles_are_several(
    tmp_path: Path,
) -> None:
    goods = "sku,name,price\n" + "".join(f"S{n},S{n},10\n" for n in range(501))
    prices = "sku,usual price,promotion price,from,to,name\n" + "".join(
        f"S{n},10.00,7.50,2026-06-01,2026-06-02,Quarter\n" for n in range(501)
    )
    async with shop(tmp_path / "shop") as ports:
        await bring(ports, tmp_path / "shop", file(tmp_path, goods, "goods.csv"))
        mapping = {"price": "usual price"}
        report = await bring(ports, tmp_path / "shop", file(tmp_path, prices), mapping=mapping)
        assert report.created == {"promotions": 2}
        assert {each["percent_off"] for each in await told(ports)} == {25}
        assert sorted(len(each["product_ids"]) for each in await told(ports)) == [1, 500]


async def test_a_file_that_no_row_of_is_right_is_refused(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        with pytest.raises(Invalid, match="no row that can be imported"):
            await bring(ports, tmp_path / "shop", file(tmp_path, WEEK))


async def test_over_http_they_are_imported_listed_and_changed(tmp_path: Path) -> None:
    async with serving(tmp_path / "shop") as served:
        await bring(served.ports, tmp_path / "shop", file(tmp_path, GOODS, "goods.csv"))
        path = "/imports?file_name=promotions.csv"
        asked = (await served.call("POST", path, content=WEEK.encode())).json()
        assert asked["plan"]["kind"] == "promotions"
        assert await work_once(served.ports, JOBS)
        listed = (await served.call("GET", "/forecasts/promotions")).json()["items"]
        assert [each["name"] for each in listed] == ["15% off", "Tea week"]
        tea = listed[1]
        body = {"name": "Tea days", "percent_off": 25, "first_day": "2026-06-02",
                "last_day": "2026-06-05", "product_ids": ["MUG"], "version": 1}  # fmt: skip
        there = f"/forecasts/promotions/{tea['id']}"
        changed = await served.call("PUT", there, json=body)
        assert changed.status_code == 200, changed.text
        assert changed.json() == {**tea, **body, "version": 2}
        assert (await served.call("GET", there)).json() == changed.json()
        late = await served.call("PUT", there, json=body)
        assert assert_problem(late)["status"] == 409
        wrong = {**body, "version": 2, "category": "Tea"}
        refused = assert_problem(await served.call("PUT", there, json=wrong))
        assert refused["errors"][0]["field"] == "product_ids"
        nowhere = await served.call("PUT", "/forecasts/promotions/prm_none", json=body)
        assert nowhere.status_code == 404
