"""Insights over HTTP."""

from typing import Annotated

import msgspec
from litestar import post
from msgspec import Meta

from omnix.kit.ids import Id
from omnix.platform.access import Actor
from omnix.platform.http import allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import insights
from .insight_model import Insight, PageName

_ASK = allow("ai:ask", 404)
MOST_AT_ONCE = 20


class SeveralCustomers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Customers to put into words."""

    customer_ids: Annotated[list[Id], Meta(min_length=1, max_length=MOST_AT_ONCE)]


class InsightList(msgspec.Struct, frozen=True):
    """Insights in the order in which they were asked for."""

    items: list[Insight]


@post(
    "/customers/{customer_id:str}/analyze", opt=_ASK, status_code=200, summary="A customer in words"
)
async def analyze_customer(ports: Ports, actor: Actor, customer_id: str) -> Insight:
    """What stands out of a customer, each statement with its sources."""
    return await insights.insight(ports, actor, "customer", customer_id)


@post("/ai/insights/customers", opt=_ASK, status_code=200, summary="Several customers in words")
async def analyze_customers(ports: Ports, actor: Actor, data: SeveralCustomers) -> InsightList:
    """What stands out of each customer; a language model's budget holds for all of them."""
    ids = list(dict.fromkeys(data.customer_ids))
    return InsightList([await insights.insight(ports, actor, "customer", id) for id in ids])


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


@post("/ai/insights/pages/{page:str}", opt=_ASK, status_code=200, summary="A page in words")
async def analyze_page(ports: Ports, turns: Turns, actor: Actor, page: PageName) -> Insight:
    """What stands out of the shop, its orders, customers, segments, forecasts, alerts, purchases
    or advice.
    """
    return await insights.insight(ports, actor, page, None, turns)


ROUTES = (
    analyze_customer,
    analyze_customers,
    analyze_product,
    analyze_stock,
    analyze_experiment,
    analyze_page,
)
