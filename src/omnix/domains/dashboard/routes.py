"""The dashboard over HTTP."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from litestar import get, put
from litestar.params import Parameter, QueryParameter

from omnix.domains.products import service as products
from omnix.platform.access import Actor
from omnix.platform.http import allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import analytics, digest, model, service, table_routes
from .metrics import METRICS, Metric

From = Annotated[date | None, QueryParameter(name="from", description="First day, included.")]
To = Annotated[date | None, QueryParameter(name="to", description="Last day, included.")]


class MetricList(msgspec.Struct, frozen=True):
    """Every named metric."""

    items: tuple[Metric, ...]


class CohortList(msgspec.Struct, frozen=True):
    """Monthly cohorts, the oldest first."""

    items: list[model.Cohort]


class RfmList(msgspec.Struct, frozen=True):
    """The cells of the recency, frequency, money cube that hold anybody."""

    items: list[model.RfmCell]


class PriceList(msgspec.Struct, frozen=True):
    """Prices in order of the day each began to hold."""

    items: list[model.PricePoint]


@get("/dashboard/summary", opt=allow("dashboard:read"), summary="The shop at a glance")
async def dashboard_summary(
    ports: Ports,
    days: Annotated[int, Parameter(description="7, 30, 90 or 365.")] = 30,
) -> model.Summary:
    """Named figures of the last days beside those before, with forecast and what runs short."""
    return await service.summary(ports, days)


@get("/dashboard/sales", opt=allow("dashboard:read"), summary="Sales over time")
async def dashboard_sales(
    ports: Ports,
    from_: From = None,
    to: To = None,
    by: Literal["day", "week", "month"] = "day",
) -> model.SalesSeries:
    """Totals of each day, week or month; the last 90 days of data where no range is given."""
    first, last = await analytics.default_range(ports, from_, to, 90)
    return await analytics.sales(ports, first, last, by)


@get("/dashboard/cohorts", opt=allow("dashboard:read"), summary="Retention by cohort")
async def dashboard_cohorts(ports: Ports) -> CohortList:
    """Customers by the month of their first purchase, and how many bought again each month."""
    return CohortList(await analytics.cohorts(ports))


@get("/dashboard/customers", opt=allow("dashboard:read"), summary="Customers by RFM")
async def dashboard_customers(ports: Ports) -> RfmList:
    """Customers by fifths of recency, frequency and money."""
    return RfmList(await analytics.rfm(ports))


@get(
    "/metrics",
    opt=allow("dashboard:read"),
    summary="The catalogue of metrics",
    sync_to_thread=False,
)
def list_metrics() -> MetricList:
    """Every named metric with its one definition."""
    return MetricList(METRICS)


@get("/products/{product_id:str}/sales", opt=allow("products:read"), summary="One product's sales")
async def product_sales(
    ports: Ports, turns: Turns, product_id: str, from_: From = None, to: To = None
) -> model.ProductSales:
    """Units, revenue, shelf price and stock of each day; the last year where no range is given."""
    await products.get(ports, product_id)
    first, last = await analytics.default_range(ports, from_, to, 365)
    async with turns.take():
        return await analytics.product_sales(ports, product_id, first, last)


@get(
    "/product-parents/{parent_id:str}/sales",
    opt=allow("products:read"),
    summary="One parent product's sales",
)
async def parent_sales(
    ports: Ports, turns: Turns, parent_id: str, from_: From = None, to: To = None
) -> model.ParentSales:
    """Units and revenue of its variants by day, together and each; as a product's otherwise."""
    known = await products.variants_of(ports, parent_id)
    first, last = await analytics.default_range(ports, from_, to, 365)
    async with turns.take():
        return await analytics.parent_sales(ports, known, first, last)


@get("/products/{product_id:str}/prices", opt=allow("products:read"), summary="Price history")
async def product_prices(ports: Ports, turns: Turns, product_id: str) -> PriceList:
    """Each shelf price and the day from which it held."""
    product = await products.get(ports, product_id)
    async with turns.take():
        return PriceList(await analytics.price_history(ports, product))


@get("/dashboard/digest", opt=allow("dashboard:read"), summary="My digest")
async def get_digest(ports: Ports, actor: Actor) -> digest.Digest:
    """How often you get the shop's figures by mail."""
    return await digest.of(ports, actor)


@put("/dashboard/digest", opt=allow("dashboard:read"), summary="Ask for a digest")
async def ask_for_digest(ports: Ports, actor: Actor, data: digest.Digest) -> digest.Digest:
    """Each morning, each Monday, or never again. Safe to repeat."""
    return await digest.ask(ports, actor, data)


ROUTES = (
    dashboard_summary,
    dashboard_sales,
    dashboard_cohorts,
    dashboard_customers,
    list_metrics,
    get_digest,
    ask_for_digest,
    parent_sales,
    product_sales,
    product_prices,
    *table_routes.ROUTES,
)
