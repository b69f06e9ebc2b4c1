"""Lost sales: near the truth where stock is told of, and none where it is not."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from domains.simulated import SPEC, job, opened, simulated
from omnix.domains.dashboard import service as dashboard
from omnix.domains.forecasting import catalogue, history, service
from omnix.domains.forecasting.declare import LOST_SALES
from omnix.domains.forecasting.hidden import desk as lost_desk
from omnix.domains.products.model import Product
from omnix.ports import Put

pytestmark = pytest.mark.anyio


async def test_lost_sales_are_near_the_truth_and_on_the_dashboard(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await service.forecast_all(job(ports), {})
        made = simulated()
        row_of = {sku: n for n, sku in enumerate(made.products.sku.tolist())}
        found: dict[str, Any] = {}
        cursor = None
        while True:
            page = await lost_desk.listing(ports, 365, 7, cursor)
            found.update((each.product_id, each) for each in page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
        assert [each.rank for each in found.values()] == list(range(1, len(found) + 1))
        money = [each.minor for each in found.values()]
        assert money == sorted(money, reverse=True)
        ids = [product.id for product in await catalogue.active(ports)]
        truth = {id: made.stock_days.lost[row_of[id]][:, -365:].sum() for id in ids}
        guessed = sum(each.units for each in found.values())
        assert guessed == pytest.approx(sum(truth.values()), rel=0.25)
        large = [each for each in found.values() if each.units >= 5]
        inside = [each.units_low <= truth[each.product_id] <= each.units_high for each in large]
        assert sum(inside) / len(inside) > 0.5
        one = await lost_desk.of_product(ports, large[0].product_id)
        assert [each.days for each in one] == sorted({each.days for each in one})
        assert one[-1] == large[0]

        days = await lost_desk.by_day(ports)
        assert days.known
        assert len(days.units) == min(SPEC.days, 730)
        figures = {each.name: each for each in (await dashboard.summary(ports, 30)).metrics}
        # The clock stands on the first of January; the night knew up to the day before.
        assert figures["lost_sales"].value == sum(days.minor[-29:])
        assert figures["lost_units"].value == round(sum(days.units[-29:]))
        assert figures["lost_sales"].unit == "money"
        stale = {"range": "7", "product_id": "gone", "rank": 1, "made_at": "before"}
        await ports.records.write([Put(LOST_SALES, stale)])
        await service.forecast_all(job(ports), {})
        assert await ports.records.get(LOST_SALES, ("7", "gone")) is None


async def test_a_shop_that_counts_no_stock_has_no_lost_sales(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        assert not (await lost_desk.by_day(ports)).known
        figures = {each.name: each for each in (await dashboard.summary(ports, 30)).metrics}
        assert figures["lost_sales"].value is None
        assert (await lost_desk.listing(ports, 7, 10, None)).items == []
        assert await history.window(ports) is None


def test_an_empty_shelf_hides_a_promotion_that_only_the_record_tells_of() -> None:
    """Two a day, six at half price: three weeks of it without stock hide a hundred and twenty."""
    n, t = 20, 160
    span = history.Window(date(2026, 1, 1), date(2026, 6, 9))
    goods = [
        Product(id=f"p{k:02}", sku=f"p{k}", name=f"P{k}", price_minor=100, currency="EUR",
                created_at="2025-01-01T00:00:00.000Z", updated_at="2025-01-01T00:00:00.000Z")
        for k in range(n)
    ]  # fmt: skip
    offered, empty = np.zeros((n, t), bool), np.zeros((n, t), bool)
    for k in range(n):
        offered[k, 3 * k : 3 * k + 14] = True
    offered[0, 120:140] = empty[0, 120:140] = True
    units = np.where(empty, 0, np.where(offered, 6, 2))
    row, day = np.nonzero(units)
    each = units[row, day].astype(np.float64)
    whole, cut = {"row": row, "day": day}, np.where(offered[row, day], 50.0, 0.0)
    sold = {**whole, "place": np.zeros(len(row), np.int32), "units": each}
    bought = {**whole, "units": each, "squares": each, "revenue_minor": each * (100 - cut),
              "discount_minor": each * cut}  # fmt: skip
    out_row, out_day = np.nonzero(empty)
    short = {"row": out_row, "place": np.zeros(20, np.int32), "day": out_day,
             "share": np.zeros(20, np.float32)}  # fmt: skip
    plan = {"product_ids": ["p00"], "category": None, "percent_off": 50,
            "first_day": "2026-05-01", "last_day": "2026-05-20"}  # fmt: skip
    hidden = [
        history.build(span, goods, ["l"], sold, short, bought, recorded).hidden.lost[0].sum()
        for recorded in ([], [plan])
    ]
    assert hidden[0] == pytest.approx(40, rel=0.2)
    assert hidden[1] == pytest.approx(120, rel=0.2)
