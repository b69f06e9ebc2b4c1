"""Days in stock from files: recognised, judged, stored, and heard by the forecasts."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from omnix.domains.forecasting import catalogue, history
from omnix.ports import Ports, Query
from omnix.transfer.incoming.plan.planning import plan

from .shop import bring, shop

pytestmark = pytest.mark.anyio
FACTS = Query("days", "A test.", "SELECT * FROM stock_days ORDER BY ALL", ("stock_days",))
SALES = "day,sku,quantity,unit_price,in stock\n"


def file(folder: Path, text: str, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


async def told(ports: Ports) -> list[dict[str, Any]]:
    return await ports.lake.rows(FACTS)


def test_the_preview_shows_what_the_columns_are_taken_for(tmp_path: Path) -> None:
    days = plan(file(tmp_path, "date,stock code,in_stock,store\n2026-05-01,A,no,East\n"))
    assert days.kind == "stock_days"
    shown = {m["field"]: m["column"] for m in days.describe()["mapping"]}  # type: ignore[attr-defined]
    assert shown == {"day": "date", "sku": "stock code", "in_stock": "in_stock",
                     "location": "store"}  # fmt: skip
    hours = plan(file(tmp_path, "date,sku,hours in stock,opening hours\n2026-05-01,A,3,10\n"))
    assert hours.kind == "stock_days"
    sales = plan(file(tmp_path, SALES + "2026-05-01,A,3,2.50,yes\n"))
    assert sales.kind == "sales"
    assert sales.position("in_stock") == 4
    assert sales.sample()[0]["in_stock"] == "yes"
    plain = plan(file(tmp_path, "day,sku,quantity\n2026-05-01,A,3\n"))
    assert plain.kind == "sales"
    assert plain.position("in_stock") is None


@pytest.mark.parametrize(
    ("cell", "share"),
    [
        ("yes", 1.0), ("No", 0.0), ("TRUE", 1.0), ("0", 0.0), ("1", 1.0), ("0.25", 0.25),
        ("0,25", 0.25), ("40%", 0.4), ("out of stock", 0.0), ("In Stock", 1.0),
    ],
)  # fmt: skip
async def test_a_day_is_told_in_many_ways(tmp_path: Path, cell: str, share: float) -> None:
    async with shop(tmp_path / "shop") as ports:
        rows = SALES + f'2026-05-01,A,3,2.50,"{cell}"\n'
        await bring(ports, tmp_path / "shop", file(tmp_path, rows))
        (day,) = await told(ports)
        assert (day["product_id"], day["day"], day["in_stock"]) == ("A", date(2026, 5, 1), share)
        assert day["on_hand"] is None
        assert (day["location_id"], day["source"]) == ("main", "import")


async def test_hours_places_and_rows_that_are_refused(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        goods = file(tmp_path, "day,sku,quantity,location\n2026-04-30,A,3,East\n", "sales.csv")
        await bring(ports, tmp_path / "shop", goods)
        text = (
            "day,sku,hours in stock,opening hours,location\n"
            "2026-05-01,A,6,,East\n2026-05-01,A,3,12,East\n2026-05-02,A,24,24,East\n"
            "2026-05-03,A,13,,East\n2026-05-04,A,x,,East\n2026-05-05,A,,,East\n"
            "never,A,3,,East\n2026-05-06,B,3,,East\n2026-05-07,A,3,30,East\n"
        )
        report = await bring(ports, tmp_path / "shop", file(tmp_path, text))
        assert [(row["day"].day, row["in_stock"]) for row in await told(ports)] == [
            (1, 0.25), (2, 1.0),
        ]  # fmt: skip
        assert report.created["days in stock"] == 2
        assert report.refused == 5
        assert any("B were left out" in warning for warning in report.warnings)
        again = await bring(ports, tmp_path / "shop", file(tmp_path, text))
        assert not again.created.get("days in stock")
        assert len(await told(ports)) == 2
        (place,) = {row["location_id"] for row in await told(ports)}
        sold = await ports.lake.rows(Query("at", "A test.", "SELECT location_id FROM sales",
                                           ("sales",)))  # fmt: skip
        assert [row["location_id"] for row in sold] == [place]
        assert place != "main"


async def test_an_empty_shelf_is_no_day_without_demand(tmp_path: Path) -> None:
    """Every third fortnight's second week was sold out: with the flag the demand shows through."""
    rng = np.random.default_rng(1)
    first, days = date(2026, 1, 1), 168
    out = np.arange(days) % 14 >= 9
    lines = []
    for sku in ("A", "B", "C", "D"):
        for n in range(days):
            units = 0 if out[n] and sku == "A" else int(rng.poisson(6))
            flag = "no" if out[n] and sku == "A" else "yes"
            lines.append(f"{first + timedelta(days=n)},{sku},{units},2.50,{flag}\n")
    found = {}
    for name, text in (("with", SALES + "".join(lines)),
                       ("without", "day,sku,quantity,unit_price\n"
                        + "".join(line.rsplit(",", 1)[0] + "\n" for line in lines))):  # fmt: skip
        async with shop(tmp_path / name) as ports:
            await bring(ports, tmp_path / name, file(tmp_path, text, f"{name}.csv"))
            span = await history.window(ports)
            assert span is not None
            past = await history.read(ports, span, await catalogue.active(ports), all=True)
            row = past.products.index("A")
            found[name] = np.nanmean(past.by_product.values[row])
            masked = np.isnan(past.by_product.values[row])
            assert ("A" in past.masked) == (name == "with")
            if name == "with":
                assert (masked == out[: past.window.days]).all()
                lost = past.hidden.lost[past.owner == row].sum()
                assert lost == pytest.approx(6 * out[: past.window.days].sum(), rel=0.15)
    assert found["with"] == pytest.approx(6.0, rel=0.1)
    assert found["without"] < 4.5
