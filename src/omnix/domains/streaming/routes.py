"""Streaming over HTTP."""

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import Parameter

from omnix.kit.errors import Invalid
from omnix.kit.time import MomentText, instant, parse_instant
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.direct import Direct
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import live, reading, taking, watch
from .declare import REPLAY
from .model import (
    Anomaly,
    AnomalyMetric,
    EventBatch,
    LiveMetrics,
    SessionFigures,
    TakenEvent,
    TakenEvents,
    Trending,
)

WRITE = allow("events:write")
READ = allow("streaming:read")


class ReplayRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which moment on; from as far back as live figures go, if none is given."""

    since: Annotated[MomentText, msgspec.Meta(max_length=40)] | None = None


class AnomalyList(Listing, frozen=True, kw_only=True):
    """A page of anomalies."""

    items: list[Anomaly]


@post("/events", opt=WRITE, status_code=202, summary="Send an event")
async def send_event(ports: Ports, data: dict[str, Any]) -> TakenEvent:
    """Takes one event, of our schema, Segment's or GA4's. It counts once for its id."""
    return await taking.take_one(ports, data)


@post("/events/batch", opt=WRITE, status_code=202, summary="Send events")
async def send_events(ports: Ports, data: EventBatch) -> TakenEvents:
    """Takes at most 500 events, each judged by itself: good ones are kept, bad ones are told."""
    return await taking.take_batch(ports, data)


@get(
    "/events/schema",
    opt=WRITE,
    summary="The schema of an event",
    sync_to_thread=False,
)
def get_event_schema() -> dict[str, Any]:
    """The JSON Schema of our events."""
    return taking.schema()


@get("/streaming/metrics", opt=READ, summary="Live figures")
async def streaming_metrics(
    ports: Ports,
    minutes: Annotated[int, Parameter(ge=1, le=180, description="Length of the window.")] = 30,
) -> LiveMetrics:
    """Revenue, orders, active visitors and the funnel of the last minutes, and each minute."""
    return await live.metrics(ports, minutes)


@get("/streaming/trending", opt=READ, summary="Trending products")
async def streaming_trending(
    ports: Ports,
    minutes: Annotated[
        int, Parameter(ge=10, le=180, multiple_of=10, description="Length of the window.")
    ] = 60,
    limit: Annotated[int, Parameter(ge=1, le=100, description="How many.")] = 20,
) -> Trending:
    """Products of more interest now than in the time before, the most surprising first."""
    return await live.trending(ports, minutes, limit)


@get("/streaming/sessions", opt=READ, summary="Sessions")
async def streaming_sessions(
    ports: Ports,
    turns: Turns,
    hours: Annotated[int, Parameter(ge=1, le=168, description="How far back.")] = 24,
) -> SessionFigures:
    """Visits, cut where a visitor did nothing for half an hour."""
    async with turns.take():
        return await reading.session_figures(ports, hours)


@get("/streaming/anomalies", opt=READ, summary="List anomalies")
async def list_stream_anomalies(
    ports: Ports, limit: Limit, cursor: Cursor, metric: AnomalyMetric | None = None
) -> AnomalyList:
    """Hours outside their usual range for the hour of the week, the newest first."""
    page = await watch.listing(ports, metric, limit, cursor)
    return AnomalyList(items=list(page.items), next_cursor=page.next_cursor)


@post(
    "/streaming/replay",
    opt=allow("streaming:replay"),
    status_code=202,
    summary="Count live figures anew",
)
async def replay_streaming(ports: Ports, actor: Actor, data: ReplayRequest) -> JobRun:
    """Asks for a job that makes the live windows anew from the lake, while events come in."""
    since = None
    if data.since is not None:
        try:
            since = instant(parse_instant(data.since))
        except (ValueError, OverflowError) as error:
            raise Invalid.field("since", "is no moment in RFC 3339 with an offset") from error
    return await jobs.submit(ports, REPLAY, {"since": since}, by=actor.id)


async def _batch(ports: Ports, _: Actor, data: EventBatch, __: str | None) -> TakenEvents:
    return await taking.take_batch(ports, data)


DIRECT = (
    Direct("/v1/events/batch", "events:write", EventBatch, 202, _batch, quick=taking.take_body),
)
"""Events come in thousands a second: answered without the framework's detours."""

ROUTES = (
    send_event,
    send_events,
    get_event_schema,
    streaming_metrics,
    streaming_trending,
    streaming_sessions,
    list_stream_anomalies,
    replay_streaming,
)
