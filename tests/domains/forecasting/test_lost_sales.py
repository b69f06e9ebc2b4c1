"""Lost sales: near the truth where stock is told of, and none where it is not."""

from pathlib import Path
from typing import Any

import pytest

from domains.simulated import SPEC, job, opened, simulated
from omnix.domains.dashboard import service as dashboard
from omnix.domains.forecasting import catalogue, history, service
from omnix.domains.forecasting.declare import LOST_SALES
from omnix.domains.forecasting.hidden import desk as lost_desk
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
