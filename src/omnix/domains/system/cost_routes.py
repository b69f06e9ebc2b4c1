"""What running this costs, over HTTP."""

from datetime import date

import msgspec
from litestar import get
from litestar.datastructures import State

from omnix.cost import LOADS, Estimate, Load, estimate, spend_limit
from omnix.platform.http import allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from .bill import DAYS, orders_lately

_HERE = "no bill: runs on your machine"
_THERE = "the dashboard called cost shows what was used and spent so far"


class ServiceCost(msgspec.Struct, frozen=True, kw_only=True):
    """One service of a month's bill, in millionths of a US dollar."""

    service: str
    amount_micro: int


class MonthlyCost(msgspec.Struct, frozen=True, kw_only=True):
    """A month's bill in millionths of a US dollar, and the load it was computed for."""

    requests: int
    orders: int
    events: int
    gigabytes: int
    total_micro: int
    services: list[ServiceCost]


class MeasuredCost(msgspec.Struct, frozen=True, kw_only=True):
    """The load of the last ``days``, and what it would cost a month.

    ``orders`` are counted in the lake. Requests are in proportion to them, and what is kept is
    as stated: nothing here counts either. Events that other systems send are not counted.
    """

    days: int
    since: date
    orders: int
    month: MonthlyCost


class SystemCost(msgspec.Struct, frozen=True, kw_only=True):
    """``stated`` is the bill on AWS at the load that the environment is meant for."""

    runs_on: str
    bill: str
    environment: str
    region: str
    currency: str
    prices_as_of: str
    spend_limit_usd: int
    stated: MonthlyCost
    measured: MeasuredCost


@get("/system/cost", opt=allow("system:write"), summary="What running this costs")
async def get_cost(ports: Ports, state: State, turns: Turns) -> SystemCost:
    """The bill of this deployment on AWS, at the stated load and at that of the last 30 days.

    On a machine of one's own nothing is billed: the figures are what AWS would cost.
    """
    stage: str | None = state.get("stage")
    environment = stage if stage in LOADS else "dev"
    region = str(state.get("region") or "us-east-1")
    made = estimate(environment, region=region)
    async with turns.take():
        since, orders = await orders_lately(ports)
    load = Load.of_month(environment, orders, 0)
    return SystemCost(
        runs_on="aws" if stage else "this machine",
        bill=_THERE if stage else _HERE,
        environment=environment,
        region=region,
        currency="USD",
        prices_as_of=made.prices_as_of,
        spend_limit_usd=spend_limit(environment),
        stated=_month(made),
        measured=MeasuredCost(
            days=DAYS,
            since=since,
            orders=orders,
            month=_month(estimate(environment, region=region, load=load)),
        ),
    )


def _month(made: Estimate) -> MonthlyCost:
    services = made.by_service()
    return MonthlyCost(
        requests=made.load.requests,
        orders=made.load.orders,
        events=made.load.events,
        gigabytes=made.load.gigabytes,
        total_micro=made.total_micro,
        services=[ServiceCost(service=s, amount_micro=micro) for s, micro in services.items()],
    )


ROUTES = (get_cost,)
