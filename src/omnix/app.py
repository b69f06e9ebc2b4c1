"""The domains put together: one ASGI application, and what happens behind it."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from omnix.declared import FACTS
from omnix.domains.auth import routes as auth_routes
from omnix.domains.customers import routes as customers_routes
from omnix.domains.dashboard import handlers as dashboard_handlers
from omnix.domains.dashboard import routes as dashboard_routes
from omnix.domains.forecasting import handlers as forecasting_handlers
from omnix.domains.forecasting import routes as forecasting_routes
from omnix.domains.inventory import handlers as inventory_handlers
from omnix.domains.inventory import routes as inventory_routes
from omnix.domains.inventory.replenishment import handlers as replenishment_handlers
from omnix.domains.inventory.replenishment import routes as replenishment_routes
from omnix.domains.orders import handlers as orders_handlers
from omnix.domains.orders import routes as orders_routes
from omnix.domains.products import handlers as products_handlers
from omnix.domains.products import routes as products_routes
from omnix.domains.system import routes as system_routes
from omnix.domains.system.health import Doctor, Probe, beat_forever
from omnix.platform import problems
from omnix.platform.access import PUBLIC, Authenticator
from omnix.platform.consume import Consumer
from omnix.platform.direct import Api
from omnix.platform.http import DEPENDENCIES, JsonRequest, allow, guard
from omnix.platform.jobs import JobHandler
from omnix.platform.kinds import get_problem
from omnix.platform.openapi import document
from omnix.platform.redrive import redriving
from omnix.platform.turns import Turns
from omnix.platform.upkeep import RESENDING, compacting, trimming
from omnix.ports import Ports
from omnix.transfer import jobs as transfer_jobs
from omnix.transfer import routes as transfer_routes
from omnix.transfer.demo import load as demo
from omnix.version import VERSION

MAX_BODY = 10 * 1024 * 1024

ROUTES: tuple[BaseRouteHandler, ...] = (
    *auth_routes.ROUTES,
    *system_routes.ROUTES,
    *products_routes.ROUTES,
    *customers_routes.ROUTES,
    *inventory_routes.ROUTES,
    *orders_routes.ROUTES,
    *replenishment_routes.ROUTES,
    *forecasting_routes.ROUTES,
    *dashboard_routes.ROUTES,
    *transfer_routes.ROUTES,
)
CONSUMERS: tuple[Consumer, ...] = (
    *products_handlers.CONSUMERS,
    *orders_handlers.CONSUMERS,
    *replenishment_handlers.CONSUMERS,
    *dashboard_handlers.CONSUMERS,
)
JOBS: tuple[JobHandler, ...] = (
    compacting(FACTS),
    trimming(CONSUMERS),
    RESENDING,
    redriving(CONSUMERS),
    *inventory_handlers.JOBS,
    *orders_handlers.JOBS,
    *forecasting_handlers.JOBS,
    *dashboard_handlers.JOBS,
    *demo.JOBS,
    *transfer_jobs.JOBS,
)
ALWAYS: tuple[Callable[[Ports], Coroutine[Any, Any, None]], ...] = (beat_forever,)
"""What a worker does all the time, each a coroutine that never returns."""


@cache
def openapi_document() -> bytes:
    """The machine-readable description of this interface (OpenAPI 3.1)."""
    root = Router("/v1", route_handlers=ROUTES)
    return msgspec.json.encode(document("OMNIX AI", VERSION, root))


@get("/openapi.json", opt=allow(PUBLIC), include_in_schema=False, sync_to_thread=True)
def get_openapi() -> Response[bytes]:
    """The machine-readable description of this interface (OpenAPI 3.1)."""
    return Response(openapi_document(), media_type="application/json")


def api(
    ports: Ports,
    authenticate: Authenticator,
    more: Sequence[Any] = (),
    probes: Mapping[str, Probe] | None = None,
    **options: Any,
) -> Litestar:
    """The HTTP interface under ``/v1``, and ``/problems/...`` that explains its refusals.

    ``more`` are a runtime's own handlers at the root, ``probes`` its own checks of health.
    """
    doctor = Doctor(ports, FACTS, probes)
    made = Api(
        [Router("/v1", route_handlers=[*ROUTES, get_openapi]), get_problem, *more],
        state=State(
            {"ports": ports, "authenticate": authenticate, "doctor": doctor, "turns": Turns()}
        ),
        dependencies=dict(DEPENDENCIES),
        guards=[guard],
        exception_handlers=problems.HANDLERS,
        logging_config=None,
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        request_class=JsonRequest,
        **options,
    )
    made.direct = {route.path: route for route in orders_routes.DIRECT}
    return made
