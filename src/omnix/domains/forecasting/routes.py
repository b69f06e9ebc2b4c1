"""Forecasts over HTTP."""

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import parents, service
from .declare import FORECAST_ALL
from .drivers import routes as driver_routes
from .foundation import routes as foundation_routes
from .hidden import routes as hidden_routes
from .model import Accuracy, ForecastBrief, ForecastDocument, ForecastRequest
from .overrides import routes as override_routes
from .promotions import routes as promotion_routes


class ForecastList(Listing, frozen=True, kw_only=True):
    """A page of forecasts, each summed over the next 28 days."""

    items: list[ForecastBrief]


@get("/forecasts", opt=allow("forecasts:read"), summary="List forecasts")
async def list_forecasts(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    category: Annotated[str | None, Parameter(max_length=100)] = None,
) -> ForecastList:
    """Demand over the next 28 days of every active product, from the latest run."""
    page = await service.listing(ports, category, limit, cursor)
    return ForecastList(items=list(page.items), next_cursor=page.next_cursor)


@get("/forecasts/accuracy", opt=allow("forecasts:read"), summary="How good the forecasts are")
async def forecast_accuracy(ports: Ports) -> Accuracy:
    """The rolling-origin backtest of the latest run, beside seasonal naive."""
    return await service.accuracy(ports)


@get("/forecasts/{product_id:str}", opt=allow("forecasts:read"), summary="Get a forecast")
async def get_forecast(ports: Ports, turns: Turns, product_id: str) -> ForecastDocument:
    """One product's newest forecast by day, with quantiles, drivers and notes."""
    known = await service.known(ports, product_id)
    if known is not None:
        return known
    async with turns.take():
        return await service.get(ports, product_id)


@get(
    "/product-parents/{parent_id:str}/forecast",
    opt=allow("forecasts:read"),
    summary="Forecast of a parent product",
)
async def get_parent_forecast(ports: Ports, parent_id: str) -> parents.ParentForecast:
    """What the latest run expects of a parent's variants by day, together and each."""
    run = await service.latest_run(ports)
    return await parents.of(ports, parent_id, run["date"] if run is not None else None)


@post("/ai/forecast", opt=allow("forecasts:read"), status_code=200, summary="Forecast a product")
async def make_forecast(ports: Ports, turns: Turns, data: ForecastRequest) -> ForecastDocument:
    """Forecasts one product afresh, up to a year ahead. Changes nothing, so a retry is safe."""
    async with turns.take():
        return await service.forecast_one(ports, data.product_id, data.forecast_days)


@post("/forecasts/batch", opt=allow("forecasts:write"), status_code=202, summary="Forecast all")
async def forecast_batch(ports: Ports, actor: Actor) -> JobRun:
    """Asks for a job that forecasts every product; follow it at ``/v1/jobs/{id}``."""
    return await jobs.submit(ports, FORECAST_ALL, {}, by=actor.id)


ROUTES = (
    list_forecasts,
    forecast_accuracy,
    get_forecast,
    get_parent_forecast,
    make_forecast,
    forecast_batch,
    *driver_routes.ROUTES,
    *foundation_routes.ROUTES,
    *hidden_routes.ROUTES,
    *override_routes.ROUTES,
    *promotion_routes.ROUTES,
)
