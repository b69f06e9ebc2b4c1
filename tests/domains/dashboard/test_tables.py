"""Figures of each product and stock over time, each traced to the facts, in pages and as files."""

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest

from api.serving import serving
from domains.dashboard import by_hand
from domains.simulated import facts, job, opened
from omnix.domains.dashboard import rollups, tables
from omnix.domains.dashboard.tables_model import ProductFigures
from omnix.domains.inventory import service as inventory
from omnix.kit.errors import Invalid, NotFound
from omnix.ports import Ports, Query

pytestmark = pytest.mark.anyio
LAST = date(2025, 12, 31)
FIRST = LAST - timedelta(days=29)
_STOCK = Query("stock", "Every closed day.", "SELECT * FROM stock_days", ("stock_days",))


async def _all(ports: Ports, sort: str = "-revenue", limit: int = 200) -> list[ProductFigures]:
    found: list[ProductFigures] = []
    cursor = None
    while True:
        page = await tables.products_sold(
            ports, FIRST, LAST, sort, None, None, limit, cursor,  # type: ignore[arg-type]
        )  # fmt: skip
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_each_products_figures_are_traced(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        raw = await facts(ports)
        now = by_hand.products(raw, FIRST, LAST)
        then = by_hand.products(raw, FIRST - timedelta(days=30), FIRST - timedelta(days=1))
        told = await _all(ports)
        assert {one.product_id: (one.revenue_minor, one.units) for one in told} == now
        total = sum(revenue for revenue, _ in now.values())
        for one in told:
            rows = [
                row
                for row in raw
                if row["product_id"] == one.product_id and FIRST <= row["day"] <= LAST
            ]
            costed = [row for row in rows if row["cost_minor"] is not None]
            margin = sum(row["revenue_minor"] - row["cost_minor"] for row in costed)
            assert one.margin_minor == (margin if costed else None)
            assert one.orders == len({r["order_id"] for r in rows if r["kind"] == "sale"})
            assert one.previous_revenue_minor == then.get(one.product_id, (0, 0))[0]
            assert one.share == pytest.approx(one.revenue_minor / total)
            here = (await inventory.listing(ports, one.product_id, None, 200, None)).items
            if not here:  # a bundle
                assert (one.on_hand, one.sell_through, one.days_of_cover) == (None, None, None)
                continue
            on_hand = sum(each.on_hand for each in here)
            assert one.on_hand == on_hand
            assert one.sell_through == pytest.approx(one.units / (one.units + on_hand))
        assert len(told) > 20


@pytest.mark.parametrize(
    ("sort", "field"),
    [("-revenue", "revenue_minor"), ("units", "units"), ("-margin", "margin_minor"),
     ("change", "")],
)  # fmt: skip
async def test_pages_in_any_order_hold_each_product_once(
    shop_data: Path, sort: str, field: str
) -> None:
    async with opened(shop_data) as ports:
        whole = await _all(ports, sort)
        assert await _all(ports, sort, 7) == whole
        assert len({one.product_id for one in whole}) == len(whole)
        values = [
            getattr(one, field) if field else one.revenue_minor - one.previous_revenue_minor
            for one in whole
        ]
        assert values == sorted(values, reverse=sort.startswith("-"))


async def test_a_location_and_a_channel_narrow_it(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        raw = await facts(ports)
        place, channel = raw[-1]["location_id"], raw[-1]["channel"]
        page = await tables.products_sold(ports, FIRST, LAST, "-revenue", place, channel, 200, None)
        mine = [row for row in raw if row["location_id"] == place and row["channel"] == channel]
        wanted = by_hand.products(mine, FIRST, LAST)
        assert {one.product_id: (one.revenue_minor, one.units) for one in page.items} == wanted
        assert (
            0
            < sum(u for _, u in wanted.values())
            < sum(u for _, u in by_hand.products(raw, FIRST, LAST).values())
        )
        with pytest.raises((Invalid, NotFound)):
            await tables.products_sold(ports, FIRST, LAST, "-revenue", "moon", None, 5, None)
        with pytest.raises(Invalid):
            await tables.products_sold(ports, FIRST, LAST, "-revenue", None, None, 5, "WzEsMl0")


async def test_stock_over_time_is_what_each_day_closed_with(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await rollups.rebuild(job(ports))
        rows = [row for row in await ports.lake.rows(_STOCK) if FIRST <= row["day"] <= LAST]
        told = await tables.stock_graph(ports, FIRST, LAST, None)
        assert [point.day for point in told.points] == sorted(
            {row["day"].isoformat() for row in rows}
        )
        for point in told.points:
            mine = [row for row in rows if row["day"].isoformat() == point.day]
            assert point.on_hand == sum(row["on_hand"] for row in mine)
            assert point.products == len({row["product_id"] for row in mine})
            assert 0 <= point.in_stock <= 1
        assert told.on_hand_now is not None
        assert told.value_minor_now


async def test_files_hold_what_the_pages_tell(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        for path in ("products", "sales", "inventory-graph"):
            page = (await served.call("GET", f"/dashboard/{path}")).json()
            answer = await served.call("GET", f"/dashboard/{path}/export.csv")
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith("text/csv")
            assert (
                f'filename="{path.split("-")[0].replace("inventory", "stock")}-'
                in (answer.headers["content-disposition"])
            )
            rows = list(csv.DictReader(io.StringIO(answer.text)))
            assert len(rows) == len(page.get("items", page.get("points")))
        assert (await served.call("GET", "/dashboard/products?sort=colour")).status_code == 400
