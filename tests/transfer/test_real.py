"""The real files: what is published about them must come out."""

from pathlib import Path

import pytest

from omnix.domains.orders import service as order_service
from omnix.domains.orders.declare import ORDERS
from omnix.transfer.incoming.plan.planning import plan

from .shop import bring, everything, sales, shared, shop

pytestmark = pytest.mark.anyio

TOTALS = (
    "SELECT kind, count(*) AS n, CAST(sum(quantity) AS BIGINT) AS units FROM sales "
    "GROUP BY kind ORDER BY kind"
)


async def test_the_whole_file(tmp_path: Path) -> None:
    path = shared("online_retail_II_until_2011-08-31.csv.gz")
    planned = plan(path)
    assert planned.layout.name == "uci-online-retail-2"
    assert {g.value for g in planned.guesses} == {"GBP", "Europe/London"}
    async with shop(tmp_path) as ports:
        report = await bring(ports, tmp_path, path)
        assert report.rows == 846_166
        assert report.doubled == 22_523
        assert report.refused == 0
        counts = report.counts
        kept = counts["sale lines"] + counts["return lines"] + counts["charge lines"]
        assert kept + report.skipped + report.doubled == report.rows
        assert (report.first_day, report.last_day) == ("2009-12-01", "2011-08-31")
        found = {row["kind"]: row["n"] for row in await sales(ports, TOTALS)}
        assert found["sale"] == counts["sale lines"]
        assert found["return"] == counts["return lines"]
        # Every order's document and facts tell the same.
        facts = await sales(
            ports,
            "SELECT order_id, CAST(sum(revenue_minor) FILTER (kind<>'return' OR quantity<0 AND "
            "order_id LIKE 'C%') AS BIGINT) AS money, count(*) FILTER (kind='sale') AS lines "
            "FROM sales GROUP BY order_id",
        )
        documents = {o["id"]: o for o in await everything(ports, ORDERS)}
        assert len(documents) == counts["orders"] == len(facts)
        for row in facts:
            assert documents[row["order_id"]]["total_minor"] == (row["money"] or 0)
        # The longest invoice lies in pieces and comes back whole.
        longest = max(documents.values(), key=lambda o: o["line_count"])
        assert "lines" not in longest
        order = await order_service.get(ports, longest["id"])
        assert [line.line for line in order.lines] == list(range(1, longest["line_count"] + 1))
        again = await bring(ports, tmp_path, path)
        assert again.created == {}
        assert await sales(ports, "SELECT count(*) AS n FROM sales") == [{"n": sum(found.values())}]


async def test_the_workbook_with_two_sheets(tmp_path: Path) -> None:
    path = shared("online_retail_II_excerpt_until_2011-08-31.xlsx")
    async with shop(tmp_path) as ports:
        report = await bring(ports, tmp_path, path)
        assert report.layout == "uci-online-retail-2"
        assert (report.rows, report.doubled, report.refused) == (26_234, 441, 0)
        assert report.created["customers"] == 228
        told = Path(report.refused_file or "").read_text().splitlines()
        assert len(told) == 442
        assert told[1].startswith("Year 2010-2011,")


async def test_the_same_rows_as_parquet_are_the_same_orders(tmp_path: Path) -> None:
    path = shared("online_retail_ii.parquet")
    async with shop(tmp_path) as ports:
        report = await bring(ports, tmp_path, path, dry_run=True)
        assert (report.rows, report.doubled) == (846_166, 22_523)
