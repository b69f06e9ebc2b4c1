"""A small shop with forecasts and suppliers, for what is bought."""

from collections.abc import Mapping
from typing import Any

from domains.simulated import ACTOR
from omnix.domains.forecasting.declare import FORECAST_RUNS, FORECASTS
from omnix.domains.forecasting.model import TOTAL_DAYS, TOTAL_LEVELS
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory import supply
from omnix.domains.inventory.declare import LOCATIONS
from omnix.domains.inventory.locations import location_items
from omnix.domains.inventory.model import Adjustment
from omnix.domains.inventory.supply_model import NewSupplier, NewTerms
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Product, item
from omnix.ports import Ports

AT = "2025-01-01T00:00:00.000Z"
START = "2026-01-01"


def totals(rate: float) -> dict[str, Any]:
    """Demand of ``rate`` a day whose quantile at level p is (0.5 + p) times the mean."""
    return {
        "days": list(TOTAL_DAYS),
        "levels": list(TOTAL_LEVELS),
        "mean": [rate * days for days in TOTAL_DAYS],
        "quantiles": [[rate * days * (0.5 + p) for p in TOTAL_LEVELS] for days in TOTAL_DAYS],
    }


async def shop_of(ports: Ports, rates: Mapping[str, float], **given: Any) -> None:
    """Products of price 500 with a forecast at the place north, and a place south."""
    places = [("north", "North"), ("south", "South")]
    await ports.records.load(LOCATIONS, location_items(places, AT))
    fields = {"price_minor": 500, "currency": "EUR", **given}
    made = [
        Product(id=id, sku=id.upper(), name=f"Product {id}", created_at=AT, updated_at=AT, **fields)
        for id in rates
    ]
    await ports.records.load(PRODUCTS, [item(each) for each in made])
    documents = [
        {
            "product_id": id, "forecast_date": START, "totals": totals(rate),
            "places": {"north": totals(rate)},
        }
        for id, rate in rates.items()
    ]  # fmt: skip
    await ports.records.load(FORECASTS, documents)
    run = {"product_id": "_runs", "forecast_date": "latest", "date": START, "made_at": AT}
    await ports.records.load(FORECAST_RUNS, [run])


async def supplier_of(
    ports: Ports, id: str, costs: Mapping[str, int], terms: Mapping[str, Any] | None = None,
    **given: Any,
) -> None:  # fmt: skip
    """A supplier that sells these products."""
    new = NewSupplier(id=id, name=id.title(), **{"lead_time_days": 7.0, **given})
    await supply.create(ports, ACTOR, new)
    for product_id, cost in costs.items():
        sold = NewTerms(unit_cost_minor=cost, **(terms or {}))
        await supply.set_terms(ports, ACTOR, product_id, id, sold)


async def count(ports: Ports, product_id: str, units: int, place: str = "north") -> None:
    change = Adjustment(location_id=place, count_to=units, reason="opening")
    await inventory.adjust(ports, ACTOR, product_id, change)
