"""The machine-readable description (OpenAPI 3.1), with what every route may refuse."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import Method

from omnix.platform.access import PUBLIC
from omnix.platform.http import DEPENDENCIES
from omnix.platform.openapi_schemas import PREFIX, handlers, sharpen
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


def _operation_id(
    handler: HTTPRouteHandler, method: HttpMethod | Method, path: Iterable[Any]
) -> str:
    """The handler's own name, from which clients name their functions."""
    return handler.handler_name


def _refusals(opt: Mapping[str, Any], path: str, method: str, operation: Any) -> set[int]:
    """The statuses of the problems that a route may answer with, by what it takes."""
    named = {parameter.get("name") for parameter in operation.get("parameters", ())}
    statuses = {400, 429, 503, *opt.get("problems", ())}
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


_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def _spare(operation: dict[str, Any]) -> None:
    """Say that a body which may be null may be left out."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if {"type": "null"} in content["schema"].get("anyOf", ()):
            operation["requestBody"]["required"] = False


def _loosen(part: Any) -> None:
    """Turn ``oneOf`` into ``anyOf``: 0 is an integer and a number, and that is one too many."""
    if isinstance(part, dict):
        if "oneOf" in part and "discriminator" not in part:
            part["anyOf"] = part.pop("oneOf")
        for inner in part.values():
            _loosen(inner)
    elif isinstance(part, list):
        for inner in part:
            _loosen(inner)


def document(title: str, version: str, root: Router) -> dict[str, Any]:
    """The description of the routes below ``root``, each with its refusals.

    Comes from an application made for it alone, because Litestar adds pages of its own to one
    that describes itself.
    """
    app = Litestar(
        [root],
        dependencies=dict(DEPENDENCIES),
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title=title,
            version=version,
            operation_id_creator=_operation_id,
            use_handler_docstrings=True,
            components=Components(
                security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer")}
            ),
            security=[{"bearer": []}],
        ),
    )
    described: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(app.openapi_schema.to_schema())
    )
    _, parts = msgspec.json.schema_components([Problem], ref_template=PREFIX + "{name}")
    described["components"].setdefault("schemas", {}).update(parts)
    answer = {"application/problem+json": {"schema": {"$ref": PREFIX + "Problem"}}}
    sharpen(described, app)
    _loosen(described)
    for route, handler in handlers(app):
        operations = described["paths"].get(route.path_format, {})
        for method in (str(name).lower() for name in handler.http_methods):
            operation = operations.get(method)
            if operation is None:
                continue
            responses = operation["responses"]
            responses.pop("400", None)
            responses.get("204", {}).pop("content", None)
            if handler.opt.get("also"):
                text = {"schema": {"type": "string"}}
                responses["200"]["content"][handler.opt["also"]] = text
            _spare(operation)
            if handler.opt.get("file"):
                required = handler.opt["file"] == "required"
                operation["requestBody"] = {"required": required, "content": _FILE}
            for status in sorted(_refusals(handler.opt, route.path_format, method, operation)):
                responses.setdefault(
                    str(status), {"description": _REASONS[status], "content": answer}
                )
            if handler.opt.get("permission") == PUBLIC:
                operation["security"] = []
    return described
