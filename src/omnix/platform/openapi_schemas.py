"""What bodies, answers and parameters look like, as exactly as it is checked.

Litestar describes them as well, but drops bounds that are 0, the bounds of list items and of the
keys and number of entries of an object, and says of a list of any length that anything may stand
in it. msgspec, which does the checking, tells all of it.
"""

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from litestar import Litestar, Response
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

PREFIX = "#/components/schemas/"

_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "min_length": "minLength",
    "max_length": "maxLength",
    "min_items": "minItems",
    "max_items": "maxItems",
    "pattern": "pattern",
}


def handlers(app: Litestar) -> Iterator[tuple[HTTPRoute, HTTPRouteHandler]]:
    """Those that are described, each with its route."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                if handler.resolve_include_in_schema():
                    yield route, handler


def _answered(annotation: Any) -> Any:
    """What a ``Response[...]`` carries; of one that says nothing, None."""
    carrier = typing.get_origin(annotation) or annotation
    if isinstance(carrier, type) and issubclass(carrier, Response):
        return next(iter(typing.get_args(annotation)), None)
    return annotation


def _taken_and_given(app: Litestar) -> list[Any]:
    fields = (
        field
        for _, handler in handlers(app)
        for field in (handler.parsed_data_field, handler.parsed_return_field)
    )
    return [_answered(field.raw) for field in fields if field is not None]


def _names(theirs: Iterable[str], ours: Iterable[str]) -> dict[str, str]:
    """Ours by theirs: two classes of one name are told apart by as much of their modules as is
    needed here, and by all of it there.
    """
    known = set(ours)
    found = {}
    for name in theirs:
        parts = name.split(".")
        ends = ("_".join(parts[start:]) for start in reversed(range(len(parts))))
        found[name] = next((end for end in ends if end in known), name)
    return found


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    if isinstance(part, list):
        return [_renamed(inner, names) for inner in part]
    if not isinstance(part, dict):
        return part
    told = {key: _renamed(value, names) for key, value in part.items()}
    if isinstance(told.get("$ref"), str):
        told["$ref"] = PREFIX + names[told["$ref"].removeprefix(PREFIX)]
    if told.get("type") == "object" and not told.keys() & {"properties", "additionalProperties"}:
        told["additionalProperties"] = {}  # what JSON Schema takes for granted, and clients do not
    if isinstance(told.get("enum"), list) and all(isinstance(one, str) for one in told["enum"]):
        told.setdefault("type", "string")
    return told


def sharpen(described: dict[str, Any], app: Litestar) -> None:
    """Put msgspec's schemas in the place of those that Litestar made for ``app``."""
    schemas = described["components"]["schemas"]
    _, parts = msgspec.json.schema_components(_taken_and_given(app), ref_template=PREFIX + "{name}")
    names = _names(parts, schemas)
    for name, part in parts.items():
        schemas[names[name]] = schema = _renamed(part, names)
        for told in schema.get("properties", {}).values():
            # Clients made from the document would demand of a caller what has a default in it.
            if isinstance(told.get("default", ()), list | dict | None):
                told.pop("default")
    for route, handler in handlers(app):
        bounds = _bounds(handler)
        for method in handler.http_methods:
            operation = described["paths"].get(route.path_format, {}).get(str(method).lower(), {})
            for parameter in operation.get("parameters", ()):
                parameter["schema"] |= bounds.get(parameter["name"], {})


def _bounds(handler: HTTPRouteHandler) -> dict[str, dict[str, Any]]:
    """The bounds of a handler's own parameters, by the names they are sent under."""
    found = {}
    for name, field in handler.parsed_fn_signature.parameters.items():
        told = field.kwarg_definition
        if told is not None:
            sent = getattr(told, "query", None) or getattr(told, "header", None) or name
            given = ((key, getattr(told, key, None)) for key in _BOUNDS)
            found[sent] = {_BOUNDS[key]: bound for key, bound in given if bound is not None}
    return found
