"""A parent product's forecast: those of its variants added up."""

import msgspec

from omnix.domains.products import service as products
from omnix.domains.products import variants
from omnix.ports import Ports

from .declare import FORECASTS
from .model import days_of


class ParentPoint(msgspec.Struct, frozen=True):
    """A day's mean demand over all variants, in units."""

    day: str
    mean: float


class VariantForecast(msgspec.Struct, frozen=True, kw_only=True):
    """A variant's part: ``total_mean`` over the days told, ``share`` of the parent's."""

    product_id: str
    name: str
    options: list[str]
    total_mean: float
    share: float | None


class ParentForecast(msgspec.Struct, frozen=True, kw_only=True):
    """Means alone, since quantiles do not add up. Without a forecast of any variant, empty."""

    parent_id: str
    name: str
    forecast_date: str | None
    points: list[ParentPoint]
    variants: list[VariantForecast]


async def of(ports: Ports, parent_id: str, run_date: str | None) -> ParentForecast:
    """From the run of ``run_date``, over the active variants that it forecast. Raises NotFound."""
    parent = await variants.get(ports, parent_id)
    known = [p for p in await products.variants_of(ports, parent_id) if p.status == "active"]
    keys = [(product.id, run_date) for product in known if run_date is not None]
    stored = await ports.records.get_many(FORECASTS, keys) if keys else []
    made = {item["product_id"]: item for item in stored if item is not None}
    totals = {id: sum(item["mean"]) for id, item in made.items()}
    whole = sum(totals.values())
    means = [sum(day) for day in zip(*(item["mean"] for item in made.values()), strict=True)]
    days = days_of(next(iter(made.values()))) if made else []
    return ParentForecast(
        parent_id=parent.id,
        name=parent.name,
        forecast_date=run_date if made else None,
        points=[ParentPoint(d, round(m, 3)) for d, m in zip(days, means, strict=True)],
        variants=[
            VariantForecast(
                product_id=each.id, name=each.name, options=list(each.options),
                total_mean=round(totals[each.id], 3),
                share=round(totals[each.id] / whole, 4) if whole > 0 else None,
            )
            for each in known
            if each.id in totals
        ],
    )  # fmt: skip
