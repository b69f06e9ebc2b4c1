"""Imports over HTTP."""

import asyncio
import hashlib
import re
import tempfile
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter, QueryParameter

from omnix.kit.errors import Invalid, NotFound
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Item, Ports

from .declare import IMPORT_RUN, IMPORTS
from .incoming.plan.planning import ImportOptions, plan
from .jobs import UPLOADS
from .report import REFUSED, ImportReport

_NAME = re.compile(r"[^A-Za-z0-9._-]+")


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """An import: how far it is, and what it found."""

    id: str
    file: str
    layout: str
    state: str
    step: str
    done: int
    total: int
    created_at: str
    updated_at: str
    ended_at: str | None = None
    report: ImportReport


class ImportList(Listing, frozen=True, kw_only=True):
    """A page of imports."""

    items: list[Import]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An import that was asked for: its plan, and the job that runs it."""

    import_id: str
    plan: dict[str, Any]
    job: JobRun


Text = Annotated[str | None, Parameter(max_length=200)]
Pairs = Annotated[
    list[str] | None,
    QueryParameter(
        name="map", description="`field=column`, where the guess is wrong.", max_items=50
    ),
]


@post(
    "/imports",
    opt=allow("imports:write", 413),
    summary="Import a file",
    status_code=202,
)
async def import_file(
    request: Request[Any, Any, Any],
    ports: Ports,
    actor: Actor,
    file_name: Annotated[str, Parameter(min_length=1, max_length=200)] = "upload.csv",
    dry_run: bool = False,
    layout: Text = None,
    currency: Text = None,
    time_zone: Text = None,
    pairs: Pairs = None,
) -> Asked:
    """The body is the file itself: CSV (also gzipped), XLSX, Parquet or JSON lines.

    The answer shows the guessed layout and columns; the job's result is the report. With
    `dry_run` nothing is stored. The same file again changes nothing.
    """
    data = await request.body()
    if not data:
        raise Invalid.field("file", "is empty")
    options = ImportOptions(
        layout=layout, mapping=_mapping(pairs), currency=currency, time_zone=time_zone
    )
    name = _NAME.sub("_", file_name).lstrip(".")[-100:] or "upload"
    described, id = await asyncio.to_thread(_planned, data, name, options)
    blob = f"{UPLOADS}{hashlib.sha256(data).hexdigest()}"
    await ports.blobs.put(blob, data)
    payload = {
        "blob": blob,
        "file": name,
        "dry_run": dry_run,
        "layout": layout,
        "mapping": dict(options.mapping),
        "currency": currency,
        "time_zone": time_zone,
    }
    job = await jobs.submit(ports, IMPORT_RUN, payload, by=actor.id)
    return Asked(import_id=id, plan=described, job=job)


def _mapping(pairs: list[str] | None) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs or ():
        field, sign, column = pair.partition("=")
        if not sign:
            raise Invalid.field("map", f"{pair!r} is not field=column")
        mapping[field.strip()] = column.strip()
    return mapping


def _planned(data: bytes, name: str, options: ImportOptions) -> tuple[dict[str, Any], str]:
    with tempfile.TemporaryDirectory(prefix="omnix-plan-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        planned = plan(path, options)
        return planned.describe(), planned.id


@get("/imports", opt=allow("imports:read"), summary="List imports")
async def list_imports(ports: Ports, limit: Limit, cursor: Cursor) -> ImportList:
    """Newest first."""
    page = await ports.records.query(
        IMPORTS, "all", index="listing-index", newest_first=True, limit=limit, cursor=cursor
    )
    return ImportList(items=[_shown(item) for item in page.items], next_cursor=page.next_cursor)


@get("/imports/{import_id:str}", opt=allow("imports:read", 404), summary="Get an import")
async def get_import(ports: Ports, import_id: str) -> Import:
    """One import by its id."""
    return _shown(await _stored(ports, import_id))


@get(
    "/imports/{import_id:str}/refused",
    opt=allow("imports:read", 404),
    summary="Get the rows that were not imported",
    media_type="text/csv",
)
async def get_refused(ports: Ports, import_id: str) -> Response[bytes]:
    """A CSV with line, column and reason of every row that was left out."""
    await _stored(ports, import_id)
    data = await ports.blobs.get(REFUSED.format(import_id))
    if data is None:
        raise NotFound("every row was imported")
    headers = {"Content-Disposition": f'attachment; filename="{import_id}-refused.csv"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


async def _stored(ports: Ports, id: str) -> Item:
    item = await ports.records.get(IMPORTS, id)
    if item is None:
        raise NotFound(f"no import {id}")
    return item


def _shown(item: Item) -> Import:
    shown = msgspec.convert(item, Import)
    # Where it lies on this machine is nobody's business outside.
    report = msgspec.structs.replace(shown.report, refused_file=None)
    return msgspec.structs.replace(shown, report=report)


ROUTES = (import_file, list_imports, get_import, get_refused)
