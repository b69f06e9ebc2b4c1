"""What is known of customers, over HTTP."""

from typing import Annotated, Any, Literal

from litestar import delete, get, post
from litestar.params import Parameter

from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from . import insights
from .declare import ANALYSE
from .insights_model import (
    Analysed,
    ChurnAnswer,
    ConsumptionAnswer,
    InsightsAnswer,
    LifetimeValueAnswer,
    ReliabilityAnswer,
    SegmentAnswer,
    State,
)
from .segments_model import NewSegment, Performance, Segment

_READ = allow("insights:read")


class SegmentList(Listing, frozen=True, kw_only=True):
    """A page of segments."""

    items: list[Segment]


def _head(customer_id: str, state: State, found: Analysed | None) -> dict[str, Any]:
    if found is None:
        return {"customer_id": customer_id, "state": state}
    return {
        "customer_id": customer_id,
        "state": state,
        "as_of": found.as_of,
        "made_at": found.made_at,
    }


@get("/customers/{customer_id:str}/insights", opt=_READ, summary="All that is known")
async def get_insights(ports: Ports, actor: Actor, customer_id: str) -> InsightsAnswer:
    """Facts, segments, churn, lifetime value and next purchases, as the last analysis found."""
    state, found = await insights.known(ports, actor, customer_id)
    return InsightsAnswer(**_head(customer_id, state, found), insights=found)


@get("/customers/{customer_id:str}/consumption-predictions", opt=_READ, summary="Next purchases")
async def get_consumption(ports: Ports, actor: Actor, customer_id: str) -> ConsumptionAnswer:
    """What runs out when, each with an interval and chances within 7 and 14 days."""
    state, found = await insights.known(ports, actor, customer_id)
    return ConsumptionAnswer(
        **_head(customer_id, state, found), items=found.consumption if found else []
    )


@get("/customers/{customer_id:str}/replenishment-alerts", opt=_READ, summary="Shopping list")
async def get_alerts(
    ports: Ports,
    actor: Actor,
    customer_id: str,
    within_days: Annotated[int, Parameter(ge=1, le=60)] = 7,
) -> ConsumptionAnswer:
    """What is expected to run out within ``within_days`` of the analysis, likeliest first."""
    state, found = await insights.known(ports, actor, customer_id)
    items = insights.due_by(found, within_days) if found else []
    return ConsumptionAnswer(**_head(customer_id, state, found), items=items)


@get("/customers/{customer_id:str}/churn", opt=_READ, summary="Chance of staying away")
async def get_churn(ports: Ports, actor: Actor, customer_id: str) -> ChurnAnswer:
    """The chance of no purchase within 90 days, and of having left for good."""
    state, found = await insights.known(ports, actor, customer_id)
    return ChurnAnswer(**_head(customer_id, state, found), churn=found.churn if found else None)


@get("/churn/reliability", opt=allow("segments:read"), summary="Churn told and come true")
async def get_churn_reliability(ports: Ports) -> ReliabilityAnswer:
    """Chances of staying away as told on earlier days, by tenths, beside who did stay away."""
    return await insights.reliability(ports)


@get("/customers/{customer_id:str}/lifetime-value", opt=_READ, summary="Lifetime value")
async def get_lifetime_value(ports: Ports, actor: Actor, customer_id: str) -> LifetimeValueAnswer:
    """Purchases and spend of the next year, with intervals and the calibration behind them."""
    state, found = await insights.known(ports, actor, customer_id)
    return LifetimeValueAnswer(
        **_head(customer_id, state, found),
        currency=found.currency if found else None,
        lifetime_value=found.lifetime_value if found else None,
    )


@get("/customers/{customer_id:str}/segment", opt=_READ, summary="A customer's segments")
async def get_customer_segment(ports: Ports, actor: Actor, customer_id: str) -> SegmentAnswer:
    """Lifecycle, RFM fifths, and the segments that the customer is in."""
    state, found = await insights.known(ports, actor, customer_id)
    head = _head(customer_id, state, found)
    if found is None:
        return SegmentAnswer(**head)
    return SegmentAnswer(**head, lifecycle=found.lifecycle, rfm=found.rfm, segments=found.segments)


@post(
    "/customers/batch-analysis",
    opt=allow("insights:write"),
    status_code=202,
    summary="Analyse all customers",
)
async def analyse_customers(ports: Ports, actor: Actor) -> JobRun:
    """Asks for a job that analyses every customer; follow it at ``/v1/jobs/{id}``."""
    return await jobs.submit(ports, ANALYSE, {}, by=actor.id)


@get("/segments", opt=allow("segments:read"), summary="List segments")
async def list_segments(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    sort: Annotated[
        Literal[
            "name",
            "-name",
            "customers",
            "-customers",
            "revenue",
            "-revenue",
            "expected_spend",
            "-expected_spend",
            "churn",
            "-churn",
        ]
        | None,
        Parameter(description="With a minus: the last or highest first. By id if none is given."),
    ] = None,
) -> SegmentList:
    """Rules that people defined, the lifecycle, and clusters."""
    page = await insights.segments(ports, limit, cursor, sort)
    return SegmentList(items=list(page.items), next_cursor=page.next_cursor)


@post("/segments", opt=allow("segments:write"), summary="Define a segment")
async def define_segment(ports: Ports, data: NewSegment) -> Segment:
    """Defines a segment by a rule; the next analysis finds who is in it."""
    return await insights.define(ports, data)


@delete("/segments/{segment_id:str}", opt=allow("segments:write", 409), summary="Delete a segment")
async def delete_segment(ports: Ports, segment_id: str) -> None:
    """Forgets a segment that a person defined; customers lose it with the next analysis."""
    await insights.drop(ports, segment_id)


@get(
    "/segments/{segment_id:str}/performance",
    opt=allow("segments:read", 409),
    summary="How a segment does",
)
async def segment_performance(ports: Ports, segment_id: str) -> Performance:
    """Money, orders, churn and who came and went, as the last analysis found."""
    return await insights.performance(ports, segment_id)


ROUTES = (
    get_insights,
    get_consumption,
    get_alerts,
    get_churn,
    get_churn_reliability,
    get_lifetime_value,
    get_customer_segment,
    analyse_customers,
    list_segments,
    define_segment,
    delete_segment,
    segment_performance,
)
