"""Data quality over HTTP."""

from typing import Annotated

from litestar import get, post
from litestar.params import QueryParameter

from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from . import quality
from .declare import QUALITY_CHECK
from .quality import QualityReport, Severity, State


class QualityReportList(Listing, frozen=True, kw_only=True):
    """A page of what checks found."""

    items: list[QualityReport]


@get("/system/data-quality", opt=allow("system:read"), summary="What is wrong with the data")
async def list_data_quality(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    severity: Severity | None = None,
    found: Annotated[State | None, QueryParameter(name="state")] = None,
) -> QualityReportList:
    """Every check with what it found last: how many, examples, what to do. Worst first.

    Empty until the first check was made, which happens every night.
    """
    page = await quality.listing(ports, severity, found, limit, cursor)
    return QualityReportList(items=list(page.items), next_cursor=page.next_cursor)


@post(
    "/system/data-quality/check",
    opt=allow("jobs:write"),
    summary="Check the data now",
    status_code=202,
)
async def check_data_quality(ports: Ports, actor: Actor) -> JobRun:
    """Asks for the job that makes all checks."""
    return await jobs.submit(ports, QUALITY_CHECK, {}, by=actor.id)


ROUTES = (list_data_quality, check_data_quality)
