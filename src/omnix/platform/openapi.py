"""The machine-readable description (OpenAPI 3.1), with what every route may refuse."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import Method

from omnix.platform.access import PUBLIC
from omnix.platform.problems import Problem

_REASONS = {
    400: "The request is not valid",
    401: "No proof of who asks, or a bad one",
    403: "Not allowed",
    404: "Not found",
    409: "The current state forbids it",
    413: "Too large",
    415: "Not a media type that is taken here",
    422: "The Idempotency-Key was used for another request",
    429: "Too many requests; `Retry-After` says when to come again",
    503: "A dependency is away; the same request may work later",
}
_PREFIX = "#/components/schemas/"


def operation_id(
    handler: HTTPRouteHandler, method: HttpMethod | Method, path: Iterable[Any]
) -> str:
    """The handler's own name, from which clients name their functions."""
    return handler.handler_name


def _refusals(opt: Mapping[str, Any], path: str, method: str, operation: Any) -> set[int]:
    """The statuses of the problems that a route may answer with, by what it takes."""
    named = {parameter.get("name") for parameter in operation.get("parameters", ())}
    statuses = {400, 503, *opt.get("problems", ())}
    if opt.get("permission") != PUBLIC:
        statuses |= {401, 403}
    if method != "get":
        statuses |= {409}
    if "requestBody" in operation:
        statuses |= {404, 413, 415}
    if "{" in path or method != "get" or named - {"limit", "cursor"}:
        statuses |= {404}
    if any(str(name).lower() == "idempotency-key" for name in named):
        statuses |= {422}
    return statuses


def described(app: Litestar) -> dict[str, Any]:
    """The document for ``app``: each operation with its refusals and without a needless lock."""
    document: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(app.openapi_schema.to_schema())
    )
    _, parts = msgspec.json.schema_components([Problem], ref_template=_PREFIX + "{name}")
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(parts)
    answer = {"application/problem+json": {"schema": {"$ref": _PREFIX + "Problem"}}}
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        operations = document["paths"].get(route.path_format, {})
        for handler in route.route_handlers:
            for method in (str(name).lower() for name in handler.http_methods):
                operation = operations.get(method)
                if operation is None:
                    continue
                responses = operation["responses"]
                responses.pop("400", None)
                refusals = _refusals(handler.opt, route.path_format, method, operation)
                for status in sorted(refusals):
                    responses.setdefault(
                        str(status), {"description": _REASONS[status], "content": answer}
                    )
                if handler.opt.get("permission") == PUBLIC:
                    operation["security"] = []
    return document
