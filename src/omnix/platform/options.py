"""``OPTIONS`` of every path, answered with the methods that all its handlers take together."""

import re
from collections import defaultdict
from collections.abc import Iterable

from litestar import Response
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler

from omnix.platform.access import PUBLIC

_PARAMETER = re.compile(r"{[^}]*}")


def options(routes: Iterable[object]) -> list[HTTPRouteHandler]:
    """A handler of OPTIONS for each path of ``routes``, to be registered before them.

    Litestar's own tells the methods of the handler that came first to a path, and takes a path
    whose parameter has another name for another path.
    """
    handlers = [route for route in routes if isinstance(route, HTTPRouteHandler)]
    methods: defaultdict[str, set[str]] = defaultdict(lambda: {"OPTIONS"})
    for handler in handlers:
        for path in handler.paths:
            methods[_PARAMETER.sub("{}", path)] |= {str(name) for name in handler.http_methods}
    paths = dict.fromkeys(path for handler in handlers for path in handler.paths)
    return [_telling(path, methods[_PARAMETER.sub("{}", path)]) for path in paths]


def _telling(path: str, methods: Iterable[str]) -> HTTPRouteHandler:
    headers = {"Allow": ", ".join(sorted(methods))}

    def answer() -> Response[None]:
        return Response(None, status_code=204, headers=headers)

    return HTTPRouteHandler(
        path,
        http_method=HttpMethod.OPTIONS,
        opt={"permission": PUBLIC},
        include_in_schema=False,
        sync_to_thread=False,
    )(answer)
