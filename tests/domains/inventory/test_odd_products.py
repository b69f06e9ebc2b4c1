"""Bad input all the way: odd sales in the lake, forecast at night, ordered from odd suppliers."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domains.simulated import job, opened
from omnix.domains.forecasting import service as forecasting
from omnix.domains.inventory.declare import LOCATIONS
from omnix.domains.inventory.locations import location_items
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.inventory.replenishment.model import ASSUMPTIONS, Proposal
from omnix.domains.orders.declare import SALES
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Product, item
from omnix.ports import Ports

from .buying import count, supplier_of

pytestmark = pytest.mark.anyio
TODAY = date(2026, 1, 1)
OLD, NEW = "2023-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"

SOLD: dict[str, dict[int, int]] = {
    "steady": dict.fromkeys(range(1, 801), 4),
    "no-history": {},
    "one-sale": {200: 1},
    "all-zeros": {},
    "gap": {n: 4 for n in range(1, 801) if not 200 < n < 320},
    "returned": {n: -30 if n % 30 == 0 else 4 for n in range(1, 401)},
    "outlier": {n: 1_000_000 if n == 90 else 4 for n in range(1, 401)},
    "two-years-off": dict.fromkeys(range(740, 801), 4),
    "free": dict.fromkeys(range(1, 401), 4),
    "at-once": dict.fromkeys(range(1, 401), 4),
    "unknown-lead": dict.fromkeys(range(1, 401), 4),
    "large-minimum": dict.fromkeys(range(1, 401), 4),
    "absurd-minimum": {n: 4 for n in range(1, 401) if n % 20 == 0},
}
"""Units by how many days ago; what came back on a day beside what was cancelled is negative."""


async def _filled(ports: Ports) -> None:
    made = [
        Product(
            id=id, sku=id, name=id.title(), price_minor=0 if id == "free" else 500, currency="EUR",
            created_at=NEW if id == "no-history" else OLD, updated_at=NEW,
            category="New" if id in ("no-history", "all-zeros") else "Tea",
        )
        for id in SOLD
    ]  # fmt: skip
    await ports.records.load(LOCATIONS, location_items([("main", "Main")], OLD))
    await ports.records.load(PRODUCTS, [item(each) for each in made])
    columns: dict[str, list[Any]] = {name: [] for name in SALES.columns}
    for id, days in SOLD.items():
        for ago, units in days.items():
            day = TODAY - timedelta(days=ago)
            row = {
                "order_id": f"{id}-{ago}", "line": 1, "product_id": id, "location_id": "main",
                "kind": "sale" if units > 0 else "cancellation", "quantity": units,
                "at": datetime(day.year, day.month, day.day, 12), "day": day,  # noqa: DTZ001
                "month": f"{day:%Y-%m}", "channel": "store", "discount_minor": 0,
                "revenue_minor": 0 if id == "free" else 500 * units, "currency": "EUR",
                "source": "import",
            }  # fmt: skip
            for name, values in columns.items():
                values.append(row.get(name))
    await ports.lake.append(SALES, columns)
    others = ("at-once", "unknown-lead", "large-minimum", "absurd-minimum")
    await supplier_of(ports, "acme", {id: 200 for id in SOLD if id not in others})
    await supplier_of(ports, "near", {"at-once": 200}, lead_time_days=0.0)
    await supplier_of(ports, "bulk", {"large-minimum": 200}, {"minimum_quantity": 300})
    await supplier_of(ports, "docks", {"absurd-minimum": 200}, {"minimum_quantity": 90_000})
    for id in SOLD:
        await count(ports, id, 0, "main")


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, int | float):
        yield float(value)


async def test_odd_products_are_forecast_and_ordered_with_words_of_doubt(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await _filled(ports)
        await forecasting.forecast_all(job(ports), {})
        told: dict[str, Proposal] = {}
        notes: dict[str, set[str]] = {}
        for id in SOLD:
            document = await forecasting.stored(ports, id)
            assert document is not None, id
            assert all(math.isfinite(each) for each in _numbers(dict(document))), id
            notes[id] = set(document["notes"])
            (told[id],) = await replenishment.of_product(ports, id)
            assert all(math.isfinite(each) for each in _numbers(msgspec.to_builtins(told[id]))), id
            assert told[id].quantity >= 0
            assert told[id].reason
        codes = {id: {each.code for each in made.assumptions} for id, made in told.items()}
        assert codes["steady"] == {"lead-time-of-supplier"}
        wanted = {
            "no-history": "no_history", "all-zeros": "no_sales", "one-sale": "few_sales",
            "returned": "returns_ignored", "outlier": "outliers_capped",
            "two-years-off": "dormant",
        }  # fmt: skip
        for id, note in wanted.items():
            assert note in notes[id], (id, notes[id])
            assert f"forecast-{note.replace('_', '-')}" in codes[id], (id, codes[id])
        usual = told["steady"].quantity
        for id in ("gap", "returned", "outlier"):
            assert 0.6 * usual < told[id].quantity < 1.7 * usual, (id, told[id].quantity, usual)
        for id in ("no-history", "all-zeros", "one-sale", "two-years-off"):
            assert told[id].quantity <= 5, (id, told[id].quantity)
        assert "no-margin" in codes["free"]
        assert told["free"].quantity > 0
        assert told["at-once"].inputs.lead_time_days == 0
        assert told["at-once"].quantity > 0
        assert told["at-once"].inputs.reorder_point < told["steady"].inputs.reorder_point
        assert {"no-supplier", "lead-time-assumed"} <= codes["unknown-lead"]
        # Both follow the service level: without a margin, and without a known cost.
        assert told["unknown-lead"].quantity == pytest.approx(told["free"].quantity, rel=0.1)
        assert told["large-minimum"].quantity >= 300
        assert "minimum-above-demand" in codes["large-minimum"]
        assert told["absurd-minimum"].quantity == 0
        assert "minimum-not-worth" in codes["absurd-minimum"]
        assert "90,000" in told["absurd-minimum"].assumptions[-1].text
        assert set().union(*codes.values()) <= set(ASSUMPTIONS)
