"""Explanations and what-if over HTTP."""

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from omnix.domains.forecasting.model import HORIZON_DAYS
from omnix.platform.http import allow
from omnix.ports import Ports

from . import ask
from .explain import explain
from .model import Answer, Explanation, WhatIf


@get(
    "/forecasts/{product_id:str}/explain",
    opt=allow("forecasts:read"),
    summary="Explain a forecast",
)
async def explain_forecast(
    ports: Ports,
    product_id: str,
    days: Annotated[int, Parameter(ge=1, le=HORIZON_DAYS, description="Days to explain.")] = 28,
) -> Explanation:
    """Each day's expected units split into drivers that add up to it, with what is behind them."""
    return await explain(ports, product_id, days)


@post("/forecasts/what-if", opt=allow("forecasts:read", 409), status_code=200, summary="What if")
async def what_if(ports: Ports, data: WhatIf) -> Answer:
    """What another price or a promotion would do to demand, revenue and margin. Changes nothing."""
    return await ask.answer(ports, data)


ROUTES = (explain_forecast, what_if)
