"""Running the platform, over HTTP."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.datastructures import State
from litestar.openapi import ResponseSpec
from litestar.params import QueryParameter

from omnix.platform import jobs, redrive
from omnix.platform.access import PUBLIC, Actor
from omnix.platform.consume import POISONED
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Ports
from omnix.version import VERSION

from . import cost_routes, metrics_routes, quality_routes, settings
from .health import Doctor, Health
from .metrics import JobCounts, job_counts
from .settings import Former, Shop, ShopChange
from .setup import Setup, data_until, setup


class ShopStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The shop in short."""

    name: str
    currency: str
    time_zone: str
    mode: str


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What the web asks first."""

    shop: ShopStatus
    version: str
    setup: Setup
    data_until: str | None
    jobs: JobCounts


class SettingsHistory(Listing, frozen=True, kw_only=True):
    """A page of former settings."""

    items: list[Former]


class JobList(Listing, frozen=True, kw_only=True):
    """A page of jobs."""

    items: list[JobRun]


class DeadLetterView(msgspec.Struct, frozen=True, kw_only=True):
    """A job's message that failed for good."""

    id: str
    name: str
    payload: dict[str, Any]
    attempts: int
    error: str
    at: str


class DeadLetterList(Listing, frozen=True, kw_only=True):
    """A page of dead letters."""

    items: list[DeadLetterView]


class PoisonedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a consumer could not take, and why."""

    consumer: str
    event_id: str
    type: str
    key: str
    at: str
    data: dict[str, Any]
    error: str
    laid_aside_at: str


class PoisonedEventList(Listing, frozen=True, kw_only=True):
    """A page of poisoned events."""

    items: list[PoisonedEvent]


JobState = Literal["queued", "running", "done", "failed", "cancelled"]


@get(
    "/health",
    opt=allow(PUBLIC, paced=False),
    summary="Whether OMNIX works",
    responses={503: ResponseSpec(Health, description="Requests cannot be served")},
)
async def get_health(state: State) -> Response[Health]:
    """Each dependency, tried within the last seconds; 503 when requests cannot be served."""
    doctor: Doctor = state.doctor
    report = await doctor.report()
    return Response(
        report,
        status_code=503 if report.status == "failed" else 200,
        headers={"Cache-Control": "no-store"},
    )


@get("/system/status", opt=allow("system:read"), summary="The shop and what it is doing")
async def get_status(ports: Ports) -> Status:
    """The shop, its setup, how far its data goes, and its jobs."""
    shop = await settings.shop(ports)
    until = await data_until(ports)
    return Status(
        shop=ShopStatus(
            name=shop.name, currency=shop.currency, time_zone=shop.time_zone, mode=shop.mode
        ),
        version=VERSION,
        setup=await setup(ports),
        data_until=until.isoformat() if until else None,
        jobs=await job_counts(ports),
    )


@get("/system/settings", opt=allow("system:read"), summary="Get the settings")
async def get_settings(ports: Ports) -> Shop:
    """The settings in force."""
    return await settings.shop(ports)


@patch("/system/settings", opt=allow("system:write"), summary="Change the settings")
async def change_settings(ports: Ports, actor: Actor, data: ShopChange) -> Shop:
    """Changes the fields sent, if ``version`` is still the current one."""
    return await settings.change_shop(ports, actor, data)


@get("/system/settings/history", opt=allow("system:read"), summary="List former settings")
async def list_settings_history(ports: Ports, limit: Limit, cursor: Cursor) -> SettingsHistory:
    """Every version of the settings, newest first."""
    page = await settings.history(ports, limit, cursor)
    return SettingsHistory(items=list(page.items), next_cursor=page.next_cursor)


@get("/jobs", opt=allow("system:read"), summary="List jobs")
async def list_jobs(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    job_state: Annotated[JobState | None, QueryParameter(name="state")] = None,
) -> JobList:
    """Jobs, newest first; of one state where it is given."""
    page = await jobs.listing(ports, job_state, limit, cursor)
    return JobList(items=list(page.items), next_cursor=page.next_cursor)


@get("/jobs/{job_id:str}", opt=allow("system:read"), summary="Get a job")
async def get_job(ports: Ports, job_id: str) -> JobRun:
    """One job, with how far it is."""
    return await jobs.get(ports, job_id)


@post("/jobs/{job_id:str}/cancel", opt=allow("jobs:write"), summary="Cancel a job", status_code=200)
async def cancel_job(ports: Ports, job_id: str) -> JobRun:
    """Asks the job to stop, which it does at its next step; an ended one stays as it is."""
    return await jobs.cancel(ports, job_id)


@get("/dead-letters", opt=allow("system:write"), summary="List dead letters")
async def list_dead_letters(ports: Ports, limit: Limit, cursor: Cursor) -> DeadLetterList:
    """Jobs that failed for good, with what they were asked to do, oldest first."""
    page = await ports.jobs.dead(limit, cursor)
    return DeadLetterList(
        items=[
            DeadLetterView(
                id=letter.id,
                name=letter.name,
                payload=dict(letter.payload),
                attempts=letter.attempts,
                error=letter.error,
                at=letter.at,
            )
            for letter in page.items
        ],
        next_cursor=page.next_cursor,
    )


@post(
    "/dead-letters/{letter_id:str}/redrive",
    opt=allow("system:write"),
    summary="Try a dead letter again",
    status_code=204,
)
async def redrive_dead_letter(ports: Ports, letter_id: str) -> None:
    """Queues the job anew, with all its attempts."""
    await jobs.redrive(ports, letter_id)


@get("/poisoned-events", opt=allow("system:write"), summary="List poisoned events")
async def list_poisoned_events(ports: Ports, limit: Limit, cursor: Cursor) -> PoisonedEventList:
    """Events that a consumer could not take and laid aside, newest first."""
    page = await ports.records.query(
        POISONED,
        "poisoned",
        index="listing-index",
        newest_first=True,
        limit=limit,
        cursor=cursor,
    )
    return PoisonedEventList(
        items=msgspec.convert(list(page.items), list[PoisonedEvent]),
        next_cursor=page.next_cursor,
    )


@post(
    "/poisoned-events/{consumer:str}/{event_id:str}/redrive",
    opt=allow("system:write"),
    summary="Give a poisoned event to its consumer again",
    status_code=202,
)
async def redrive_poisoned_event(
    ports: Ports, actor: Actor, consumer: str, event_id: str
) -> JobRun:
    """Asks for a job that does it, and that takes the event off the list if it succeeds."""
    return await redrive.ask(ports, consumer, event_id, actor.id)


@delete(
    "/poisoned-events/{consumer:str}/{event_id:str}",
    opt=allow("system:write"),
    summary="Discard a poisoned event",
)
async def discard_poisoned_event(ports: Ports, consumer: str, event_id: str) -> None:
    """Gives the event up for good: what should follow from it never will."""
    await redrive.discard(ports, consumer, event_id)


ROUTES = (
    get_health,
    get_status,
    get_settings,
    change_settings,
    list_settings_history,
    list_jobs,
    get_job,
    cancel_job,
    list_dead_letters,
    redrive_dead_letter,
    list_poisoned_events,
    redrive_poisoned_event,
    discard_poisoned_event,
    *cost_routes.ROUTES,
    *metrics_routes.ROUTES,
    *quality_routes.ROUTES,
)
