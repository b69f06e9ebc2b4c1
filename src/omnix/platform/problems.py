"""Errors as problem+json (RFC 9457): one handler for every kind, nothing of the inside shown."""

import logging
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from omnix.kit.errors import FieldError, OmnixError
from omnix.kit.ids import new_id
from omnix.platform.wording import field_path, split_reason

_log = logging.getLogger("omnix.http")
_TITLES = {
    400: ("invalid", "The request is not valid"),
    401: ("unauthenticated", "Sign in first"),
    403: ("forbidden", "Not allowed"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Method not allowed"),
    413: ("too-large", "Too large"),
    415: ("unsupported-media-type", "Send application/json"),
    429: ("too-many", "Too many requests"),
}


class FieldProblem(msgspec.Struct, frozen=True):
    """A wrong field, by its path as sent, and why."""

    field: str
    reason: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was refused. ``type`` is stable and meant for programs."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: tuple[FieldProblem, ...] = ()
    retry_after: int = 0


def _body(
    status: int,
    kind: str,
    title: str,
    detail: str,
    errors: Iterable[FieldError],
    extra: dict[str, Any],
) -> dict[str, Any]:
    """As RFC 9457 has it: what a kind tells beyond the common members stands beside them."""
    told = Problem(
        type=f"/problems/{kind}",
        title=title,
        status=status,
        detail=detail,
        errors=tuple(FieldProblem(e.field, e.reason) for e in errors),
    )
    return {**extra, **msgspec.to_builtins(told)}


def encoded(error: OmnixError) -> bytes:
    """The body of the answer to one of our errors."""
    told = (error.status, error.kind, error.title, error.detail, error.errors, error.extra)
    return msgspec.json.encode(_body(*told))


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str,
    errors: Iterable[FieldError] = (),
    headers: dict[str, str] | None = None,
    **extra: Any,
) -> Response[dict[str, Any]]:
    """The answer itself; ``type`` is a reference to the page that explains it."""
    body = _body(status, kind, title, detail, errors, extra)
    return Response(
        body, status_code=status, media_type="application/problem+json", headers=headers
    )


def _ours(_: Request[Any, Any, Any], error: OmnixError) -> Response[dict[str, Any]]:
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    if "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after"])
    return problem(
        error.status, error.kind, error.title, error.detail, error.errors, headers, **error.extra
    )


def _invalid(_: Request[Any, Any, Any], error: ValidationException) -> Response[dict[str, Any]]:
    found = []
    for entry in error.extra if isinstance(error.extra, list) else ():
        message = str(entry.get("message", ""))
        key = str(entry.get("key", ""))
        told = split_reason(message)
        # Litestar names a field as the handler does: the body is "data", and what Python reserves
        # has an underscore behind it.
        field = field_path(key).removesuffix("_")
        found.append(told if key in ("", "data") else FieldError(field, told.reason))
    if not found:
        found.append(split_reason(error.detail))
    detail = "; ".join(f"{e.field}: {e.reason}" for e in found)
    return problem(400, *_TITLES[400], detail, found)


def _http(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    status = error.status_code
    if status >= 500 and "client disconnected" in error.detail:
        return problem(400, *_TITLES[400], "the request ended too early")  # to nobody
    if status >= 500:
        return _unexpected(_, error)
    kind, title = _TITLES.get(status, ("http", error.detail or "Refused"))
    if status == 400:  # a body that is no JSON
        told = split_reason(error.detail)
        return problem(400, kind, title, error.detail, [told])
    headers = dict(error.headers) if error.headers else None
    return problem(
        status, kind, title, error.detail if status != 404 else "no such page", (), headers
    )


def _unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    reference = _reported(request.method, request.url.path, error)
    return problem(500, "internal", "Internal error", f"reported as {reference}")


def unexpected(method: str, path: str, error: Exception) -> bytes:
    """The body of the answer to what nobody expected, which is logged under its reference."""
    reference = _reported(method, path, error)
    return msgspec.json.encode(
        _body(500, "internal", "Internal error", f"reported as {reference}", (), {})
    )


def _reported(method: str, path: str, error: Exception) -> str:
    reference = new_id("err")
    _log.error("unexpected error %s on %s %s", reference, method, path, exc_info=error)
    return reference


HANDLERS: dict[int | type[Exception], Any] = {
    OmnixError: _ours,
    ValidationException: _invalid,
    HTTPException: _http,
    Exception: _unexpected,
}
