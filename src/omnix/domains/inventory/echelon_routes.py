"""Stock over several stages of supply, over HTTP: where to hold it, and how much in a line."""

import asyncio
from typing import Annotated

import msgspec
from litestar import post
from msgspec import Meta

from omnix.kit.errors import Invalid
from omnix.platform.http import allow
from omnix.platform.turns import Turns

MOST_STAGES, MOST_PERIODS = 30, 120
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Periods = Annotated[int, Meta(ge=0, le=MOST_PERIODS)]
Amount = Annotated[float, Meta(ge=0, le=1e9)]
Cost = Annotated[float, Meta(gt=0, le=1e9)]


class StageIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place where stock may be held; times are whole periods, ``holding`` is per unit and
    period, ``deviation`` that of a period's demand of customers at this very stage. ``promised``
    is the longest service time these accept, ``bound`` the standard deviations covered."""

    id: Name
    time: Periods
    holding: Cost
    deviation: Amount = 0.0
    promised: Periods | None = None
    inbound: Periods = 0
    bound: Annotated[float, Meta(gt=0, le=10)] = 1.645


class LinkIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``source`` supplies ``target``."""

    source: Name
    target: Name


class Network(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stages joined to one tree, hence one link fewer than stages."""

    stages: Annotated[tuple[StageIn, ...], Meta(min_length=1, max_length=MOST_STAGES)]
    links: Annotated[tuple[LinkIn, ...], Meta(max_length=MOST_STAGES - 1)] = ()


class StageOut(msgspec.Struct, frozen=True, kw_only=True):
    """The service time a stage promises, the periods its stock covers, and that stock."""

    id: str
    service_time: int
    covered_periods: int
    safety_stock: float


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """``cost`` of holding all safety stock for a period, in the unit of ``holding``."""

    stages: list[StageOut]
    cost: float


class LineIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Stages from the customer up, normal demand per period; ``echelon_holding`` is what each
    stage adds to the holding cost per unit and period."""

    lead_times: Annotated[
        tuple[Annotated[float, Meta(ge=0, le=MOST_PERIODS)], ...],
        Meta(min_length=1, max_length=MOST_STAGES),
    ]
    echelon_holding: Annotated[tuple[Cost, ...], Meta(min_length=1, max_length=MOST_STAGES)]
    shortage_cost: Cost
    demand_mean: Amount
    demand_deviation: Annotated[float, Meta(ge=1e-3, le=1e9)]
    review: Annotated[float, Meta(ge=0, le=MOST_PERIODS)] = 0.0


class Levels(msgspec.Struct, frozen=True, kw_only=True):
    """Echelon base-stock levels from the customer up, in units, and the cost of a period."""

    levels: list[float]
    cost: float


@post(
    "/inventory/echelons/placement",
    status_code=200,
    opt=allow("inventory:read"),
    summary="Where to hold safety stock in a supply tree",
)
async def place_stock(turns: Turns, data: Network) -> Placed:
    """The cheapest guaranteed service times (Graves and Willems 2000); stores nothing."""
    from omnix.engine.inventory.guaranteed import Stage, place

    if sum(stage.time + stage.inbound for stage in data.stages) > MOST_PERIODS:
        raise Invalid.field("stages", f"their times must sum to at most {MOST_PERIODS} periods")
    stages = [Stage(**msgspec.structs.asdict(stage)) for stage in data.stages]
    links = [(link.source, link.target) for link in data.links]
    async with turns.take():
        try:
            found = await asyncio.to_thread(place, stages, links)
        except ValueError as error:
            raise Invalid.field("links", str(error)) from error
    return Placed(
        stages=[
            StageOut(
                id=stage.id,
                service_time=found.service_times[stage.id],
                covered_periods=found.covered[stage.id],
                safety_stock=found.safety_stock[stage.id],
            )
            for stage in stages
        ],
        cost=found.cost,
    )


@post(
    "/inventory/echelons/levels",
    status_code=200,
    opt=allow("inventory:read"),
    summary="Base-stock levels of stages in line",
)
async def line_levels(turns: Turns, data: LineIn) -> Levels:
    """Echelon base stock at least expected cost (Clark and Scarf 1960); stores nothing."""
    # Numerics are imported where they are used: this route is answered by the computing function.
    from omnix.engine.inventory.serial import serial

    if len(data.lead_times) != len(data.echelon_holding):
        raise Invalid.field("echelon_holding", "needs one cost for each lead time")
    if sum(data.lead_times) + data.review <= 0:
        raise Invalid.field("lead_times", "some time must pass somewhere")
    async with turns.take():
        found = await asyncio.to_thread(
            serial,
            data.lead_times,
            data.echelon_holding,
            data.shortage_cost,
            data.demand_mean,
            data.demand_deviation,
            data.review,
        )
    return Levels(levels=[float(level) for level in found.levels], cost=float(found.cost))


ROUTES = (place_stock, line_levels)
