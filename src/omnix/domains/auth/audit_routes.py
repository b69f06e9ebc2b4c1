"""The audit log over HTTP."""

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from litestar import get
from litestar.params import Parameter, QueryParameter
from litestar.response import Stream

from omnix.kit.errors import Invalid
from omnix.kit.time import instant, parse_instant
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.tables import download
from omnix.ports import Ports

from . import audit

READ = allow("audit:read")
# Text, since as a moment a mere number would be taken too, for seconds since 1970.
Moment = Annotated[
    str | None,
    Parameter(
        max_length=40,
        description="RFC 3339, with an offset.",
        schema_extra={"format": "date-time"},
    ),
]
Number = Annotated[int, Parameter(ge=1, le=2**53)]
_COLUMNS = ("number", "at", "actor", "type", "subject", "network", "details", "event_id",
            "previous", "hash")  # fmt: skip


class AuditList(Listing, frozen=True, kw_only=True):
    """A page of the log."""

    items: list[audit.Entry]


def _moment(field: str, given: str | None) -> str | None:
    if given is None:
        return None
    try:
        return instant(parse_instant(given))
    except (ValueError, OverflowError) as error:
        raise Invalid.field(field, "is no moment with an offset, such as Z") from error


@get("/audit-log", opt=READ, summary="List changes")
async def list_audit_log(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    by: Annotated[
        str | None,
        QueryParameter(name="actor", min_length=1, max_length=64, description="Who did it."),
    ] = None,
    type_: Annotated[
        str | None,
        QueryParameter(name="type", min_length=1, max_length=64, description="Of an event."),
    ] = None,
    since: Moment = None,
    until: Moment = None,
) -> AuditList:
    """Who changed what, newest first: all, of one actor, of one type, of some time."""
    page = await audit.listing(
        ports,
        actor=by,
        type=type_,
        since=_moment("since", since),
        until=_moment("until", until),
        limit=limit,
        cursor=cursor,
    )
    return AuditList(items=list(page.items), next_cursor=page.next_cursor)


@get("/audit-log/verification", opt=READ, summary="Verify the audit log")
async def verify_audit_log(
    ports: Ports,
    first: Number = 1,
    count: Annotated[int, Parameter(ge=1, le=audit.MOST_CHECKED)] = audit.MOST_CHECKED,
    known_number: Annotated[int | None, Parameter(ge=1, le=2**53)] = None,
    known_hash: Annotated[str | None, Parameter(pattern="^[0-9a-f]{64}$")] = None,
) -> audit.Verified:
    """Looks along the chain of hashes; go on from `last` + 1 until it is complete.

    `known_number` and `known_hash` are of an entry noted before, and must still hold.
    """
    if (known_number is None) != (known_hash is None):
        raise Invalid.field("known_hash", "goes together with known_number")
    known = (known_number, known_hash) if known_number and known_hash else None
    return await audit.verify(ports, first, count, known)


@get(
    "/audit-log/export.jsonl",
    opt=READ,
    summary="Export the audit log as JSON lines",
    media_type="application/x-ndjson",
)
async def export_audit_lines(ports: Ports, first: Number = 1) -> Stream:
    """All entries from number `first` on, in the order of the chain, with their hashes."""
    headers = {"Content-Disposition": 'attachment; filename="audit-log.jsonl"'}
    return Stream(_lines(ports, first), media_type="application/x-ndjson", headers=headers)


@get(
    "/audit-log/export.csv",
    opt=READ,
    summary="Export the audit log as CSV",
    media_type="text/csv",
)
async def export_audit_rows(ports: Ports, first: Number = 1) -> Stream:
    """The same as a table; `details` is JSON."""
    return download(_COLUMNS, _rows(ports, first), "audit-log.csv")


async def _lines(ports: Ports, first: int) -> AsyncIterator[bytes]:
    async for entry in audit.along(ports, first):
        yield msgspec.json.encode(entry) + b"\n"


async def _rows(ports: Ports, first: int) -> AsyncIterator[list[list[object]]]:
    async for entry in audit.along(ports, first):
        told = msgspec.to_builtins(entry)
        told["details"] = msgspec.json.encode(told["details"], order="sorted").decode()
        yield [[told[name] for name in _COLUMNS]]


ROUTES = (list_audit_log, verify_audit_log, export_audit_lines, export_audit_rows)
