"""Insights over HTTP."""

from litestar import post

from omnix.platform.access import Actor
from omnix.platform.http import allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import insights
from .insight_model import Insight

_ASK = allow("ai:ask", 404)


@post(
    "/customers/{customer_id:str}/analyze", opt=_ASK, status_code=200, summary="A customer in words"
)
async def analyze_customer(ports: Ports, actor: Actor, customer_id: str) -> Insight:
    """What stands out of a customer, each statement with its sources."""
    return await insights.insight(ports, actor, "customer", customer_id)


@post("/products/{product_id:str}/analyze", opt=_ASK, status_code=200, summary="A product in words")
async def analyze_product(ports: Ports, turns: Turns, actor: Actor, product_id: str) -> Insight:
    """What stands out of a product's sales, forecast and stock."""
    return await insights.insight(ports, actor, "product", product_id, turns)


@post("/ai/insights/stock", opt=_ASK, status_code=200, summary="The stock in words")
async def analyze_stock(ports: Ports, actor: Actor) -> Insight:
    """What stands out of the stock: what runs out, what to order, what lies too long."""
    return await insights.insight(ports, actor, "stock", None)


@post(
    "/ai/insights/experiments/{experiment_id:str}",
    opt=_ASK,
    status_code=200,
    summary="An experiment in words",
)
async def analyze_experiment(
    ports: Ports, turns: Turns, actor: Actor, experiment_id: str
) -> Insight:
    """What an experiment comes to."""
    return await insights.insight(ports, actor, "experiment", experiment_id, turns)


ROUTES = (analyze_customer, analyze_product, analyze_stock, analyze_experiment)
