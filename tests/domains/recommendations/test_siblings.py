"""Variants of one parent: never beside each other, and added up."""

from pathlib import Path

import pytest

from api.serving import serving
from domains.simulated import ACTOR, opened
from omnix.domains.forecasting.declare import FORECAST_RUNS, FORECASTS
from omnix.domains.products import service as products
from omnix.domains.products import variants
from omnix.domains.products.model import NewParent, ProductChange
from omnix.domains.recommendations import shelves
from omnix.domains.recommendations.declare import BESIDE, SHELVES
from omnix.domains.recommendations.model import Asked
from omnix.domains.recommendations.pool import Candidate
from omnix.domains.recommendations.recent import Recent
from omnix.domains.recommendations.serving import _Choice
from omnix.ports import Ports, Put

pytestmark = pytest.mark.anyio
AT = "2026-01-01T00:00:00.000Z"


async def _parent(ports: Ports, many: int = 3) -> tuple[list[str], list[str]]:
    """Three products made variants of one parent, and three others."""
    page = await products.listing(ports, limit=30)
    plain = [p for p in page.items if not p.components][: 2 * many]
    await variants.create(ports, NewParent(id="tee", name="Tee", options=("Size",)))
    for size, one in enumerate(plain[:many]):
        change = ProductChange(version=one.version, parent_id="tee", options=(f"{size}",))
        await products.change(ports, ACTOR, one.id, change)
    return [p.id for p in plain[:many]], [p.id for p in plain[many:]]


async def test_siblings_do_not_stand_beside_each_other(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        (a, b, c), (x, y, z) = await _parent(ports)
        row = [0.5, 0.2, 1.5, 0.4]
        for id, others in ((a, [b, x, c, y]), (x, [b, a, y, c, z])):
            side = [[other, *row] for other in others]
            item = {"product_id": id, "made_at": AT}
            kinds = dict.fromkeys(("similar", "substitutes", "complements", "together"), side)
            await ports.records.write([Put(BESIDE, {**item, **kinds})])
        beside = await shelves.beside(ports, a, "similar", 10, in_stock=False)
        assert [one.product_id for one in beside.items] == [x, y]
        beside = await shelves.beside(ports, x, "complements", 10, in_stock=False)
        assert [one.product_id for one in beside.items] == [b, y, z]
        shelf = {"name": "popular", "made_at": AT, "as_of": "2026-01-01"}
        rows = [[id, 1.0, 0.0] for id in (x, c, a, y)]
        await ports.records.write([Put(SHELVES, {**shelf, "items": rows})])
        shown = await shelves.shelf(ports, "popular", 10, None, in_stock=False)
        assert [one.product_id for one in shown.items] == [x, c, y]

        pool = {id: Candidate(id, [id, score, [], None, None])
                for id, score in ((a, 5.0), (b, 4.0), (x, 3.0), (c, 2.0), (y, 1.0))}  # fmt: skip
        chosen = await _Choice(Asked(in_stock=False), Recent(customer_id="cus")).of(
            ports, pool, iter(())
        )
        assert [product["id"] for _, product, _ in chosen] == [a, x, y]


async def test_sales_and_forecasts_add_up_to_the_parent(shop_data: Path) -> None:
    async with serving(shop_data) as served:
        ids, _ = await _parent(served.ports)
        none = (await served.call("GET", "/product-parents/tee/forecast")).json()
        assert (none["forecast_date"], none["points"]) == (None, [])
        days = {"from": "2025-11-01", "to": "2025-12-31"}
        told = (await served.call("GET", "/product-parents/tee/sales", params=days)).json()
        each = [
            (await served.call("GET", f"/products/{id}/sales", params=days)).json()["points"]
            for id in ids
        ]
        assert sum(point["units"] for point in told["points"]) > 0
        for n, point in enumerate(told["points"]):
            assert point["day"] == each[0][n]["day"]
            assert point["units"] == sum(points[n]["units"] for points in each)
            assert point["revenue_minor"] == sum(points[n]["revenue_minor"] for points in each)
        assert [v["product_id"] for v in told["variants"]] == ids
        assert [v["units"] for v in told["variants"]] == [
            sum(point["units"] for point in points) for points in each
        ]
        run = {"product_id": "_runs", "forecast_date": "latest", "date": "2026-01-01"}
        made = {"forecast_date": "2026-01-01"}
        await served.ports.records.write([
            Put(FORECAST_RUNS, run),
            Put(FORECASTS, {"product_id": ids[0], **made, "mean": [1.0, 2.0]}),
            Put(FORECASTS, {"product_id": ids[1], **made, "mean": [0.5, 4.5]}),
        ])  # fmt: skip
        told = (await served.call("GET", "/product-parents/tee/forecast")).json()
        assert told["points"] == [
            {"day": "2026-01-01", "mean": 1.5}, {"day": "2026-01-02", "mean": 6.5},
        ]  # fmt: skip
        shares = {v["product_id"]: v["share"] for v in told["variants"]}
        assert shares == {ids[0]: 0.375, ids[1]: 0.625}
        detail = (await served.call("GET", "/product-parents/tee")).json()
        assert [v["id"] for v in detail["variants"]] == ids
        assert (await served.call("GET", "/product-parents/none/sales")).status_code == 404
        bad = {"sku": "q", "name": "q", "price_minor": 1, "parent_id": "tee", "options": ["1"]}
        refused = await served.call("POST", "/products", json=bad)
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == "options"
