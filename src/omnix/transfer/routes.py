"""Imports over HTTP."""

import asyncio
import contextlib
import hashlib
import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import Parameter, QueryParameter

from omnix.kit.errors import Invalid, NotFound, TooLarge
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Item, Ports

from .declare import IMPORT_RUN, IMPORTS
from .incoming.plan.planning import ImportOptions, look, plan
from .jobs import UPLOADS
from .report import REFUSED, ImportReport

_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_UPLOAD = re.compile(r"upl_[0-9a-z]+")
MAX_UPLOAD = 200_000_000
UPLOAD_SECONDS = 3600


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
    """An import that was asked for: its plan, and the job that runs it.

    Of a file that was sent by an upload, or that the service cannot read itself, the job makes the
    plan: its result, the report, tells how the file was read, and the id.
    """

    import_id: str | None
    plan: dict[str, Any] | None
    job: JobRun


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """How a file would be read: its layout, what each column is taken for, which fields lack one,
    and the first rows.
    """

    plan: dict[str, Any]


class NewUpload(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that is going to be sent; `size` in bytes."""

    size: Annotated[int, msgspec.Meta(ge=1)]


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """Where to PUT the file, as it is, before the end; then import it by its `id`.

    An `address` that begins with `https:` needs no authorisation besides; a path is one of this
    API.
    """

    id: str
    address: str
    ends_at: str


Text = Annotated[str | None, Parameter(max_length=200)]
Pairs = Annotated[
    list[str] | None,
    QueryParameter(
        name="map",
        description="`field=column`, where the guess is wrong.",
        max_items=50,
        schema_extra={"items": {"type": "string", "pattern": "="}},
    ),
]


@post(
    "/imports",
    opt=allow("imports:write", 413, file="optional"),
    summary="Import a file",
    status_code=202,
)
async def import_file(
    request: Request[Any, Any, Any],
    ports: Ports,
    actor: Actor,
    file_name: Annotated[str, Parameter(min_length=1, max_length=200)] = "upload.csv",
    upload: Text = None,
    dry_run: bool = False,
    layout: Text = None,
    currency: Text = None,
    time_zone: Text = None,
    pairs: Pairs = None,
) -> Asked:
    """The body is the file itself: CSV (also gzipped), XLSX, Parquet or JSON lines.

    The answer shows the guessed layout and columns; the job's result is the report. With
    `dry_run` nothing is stored. The same file again changes nothing. A file that was sent by an
    `upload` is named by its id, and there is no body.
    """
    data = await request.body()
    if not data and upload is None:
        raise Invalid.field("file", "is empty")
    if data and upload is not None:
        raise Invalid.field("upload", "was sent before; there is no body now")
    options = ImportOptions(
        layout=layout, mapping=_mapping(pairs), currency=currency, time_zone=time_zone
    )
    name = _named(file_name)
    described: dict[str, Any] | None = None
    id: str | None = None
    if upload is not None:
        blob = _blob_of(upload)
        if blob not in await ports.blobs.list(blob):
            raise Invalid.field("upload", "has not arrived, or was imported before")
    else:
        # Who answers on AWS cannot read every format; the job can.
        with contextlib.suppress(ModuleNotFoundError):
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


@post(
    "/imports/plan",
    opt=allow("imports:write", 413, file="required"),
    summary="Look at a file",
    status_code=200,
)
async def plan_import(
    request: Request[Any, Any, Any],
    file_name: Annotated[str, Parameter(min_length=1, max_length=200)] = "upload.csv",
    layout: Text = None,
    pairs: Pairs = None,
) -> Planned:
    """How the file in the body would be read; nothing is stored and no job is asked for.

    Of CSV and JSON lines the beginning is enough. Fields without a column are named in `missing`,
    so that `map` can tell theirs.
    """
    data = await request.body()
    if not data:
        raise Invalid.field("file", "is empty")
    options = ImportOptions(layout=layout, mapping=_mapping(pairs))
    try:
        described = await asyncio.to_thread(_looked_at, data, _named(file_name), options)
    except ModuleNotFoundError as error:
        raise Invalid.field("file", "cannot be looked at here, only imported") from error
    return Planned(plan=described)


def _named(file_name: str) -> str:
    return _NAME.sub("_", file_name).lstrip(".")[-100:] or "upload"


def _looked_at(data: bytes, name: str, options: ImportOptions) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="omnix-plan-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return look(path, options).describe()


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


@post(
    "/imports/uploads",
    opt=allow("imports:write", 413),
    summary="Ask where to send a file",
    status_code=201,
)
async def ask_for_upload(data: NewUpload, ports: Ports) -> Upload:
    """For files too large to be the body of a request: on AWS that is beyond 4 MB.

    What is not imported within a week may be gone.
    """
    _fits(data.size)
    id = new_id("upl")
    address = await ports.blobs.upload_address(_blob_of(id), data.size, UPLOAD_SECONDS)
    ends = ports.clock.now() + timedelta(seconds=UPLOAD_SECONDS)
    return Upload(id=id, address=address or f"/v1/imports/uploads/{id}", ends_at=instant(ends))


@put(
    "/imports/uploads/{upload_id:str}",
    opt=allow("imports:write", 404, 413, file="required"),
    summary="Send a file",
    status_code=204,
    request_max_body_size=MAX_UPLOAD,
)
async def send_upload(request: Request[Any, Any, Any], ports: Ports, upload_id: str) -> None:
    """The body is the file. Another one under the same id takes its place."""
    data = await request.body()
    _fits(len(data))
    if not data:
        raise Invalid.field("file", "is empty")
    await ports.blobs.put(_blob_of(upload_id), data)


def _fits(size: int) -> None:
    if size > MAX_UPLOAD:
        raise TooLarge(f"the file has {size} bytes; at most {MAX_UPLOAD}")


def _blob_of(upload: str) -> str:
    if not _UPLOAD.fullmatch(upload):
        raise NotFound(f"no upload {upload}")
    return f"{UPLOADS}{upload}"


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


ROUTES = (
    import_file,
    plan_import,
    ask_for_upload,
    send_upload,
    list_imports,
    get_import,
    get_refused,
)
