"""The domains put together: one ASGI application. What happens behind it is in ``work``."""

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.datastructures import State
from litestar.handlers.base import BaseRouteHandler

from omnix.declared import FACTS, MODELS
from omnix.domains.alerts import routes as alerts_routes
from omnix.domains.analyst import insight_routes
from omnix.domains.analyst import routes as analyst_routes
from omnix.domains.analyst.drafts import routes as draft_routes
from omnix.domains.analyst.mcp import routes as mcp_routes
from omnix.domains.auth import routes as auth_routes
from omnix.domains.customers import routes as customers_routes
from omnix.domains.customers.migrations import MIGRATIONS
from omnix.domains.dashboard import interactions_routes
from omnix.domains.dashboard import routes as dashboard_routes
from omnix.domains.dashboard.changes import routes as changes_routes
from omnix.domains.experiments import ofrep
from omnix.domains.experiments import routes as experiments_routes
from omnix.domains.forecasting import routes as forecasting_routes
from omnix.domains.forecasting.backtests import routes as backtest_routes
from omnix.domains.inventory import echelon_routes
from omnix.domains.inventory import routes as inventory_routes
from omnix.domains.inventory.replenishment import routes as replenishment_routes
from omnix.domains.ml import routes as ml_routes
from omnix.domains.orders import routes as orders_routes
from omnix.domains.products import routes as products_routes
from omnix.domains.recommendations import routes as recommendations_routes
from omnix.domains.streaming import routes as streaming_routes
from omnix.domains.system import lag
from omnix.domains.system import routes as system_routes
from omnix.domains.system.health import Doctor, Probe
from omnix.platform import problems
from omnix.platform.access import PUBLIC, Authenticator
from omnix.platform.http import DEPENDENCIES, JsonRequest, allow, guard
from omnix.platform.kinds import get_problem
from omnix.platform.openapi import document
from omnix.platform.options import options
from omnix.platform.pace import Pace
from omnix.platform.turns import Turns
from omnix.ports import Ports
from omnix.transfer import routes as transfer_routes
from omnix.transfer.privacy import routes as privacy_routes
from omnix.version import VERSION

MAX_BODY = 10 * 1024 * 1024

ROUTES: tuple[BaseRouteHandler, ...] = (
    *auth_routes.ROUTES,
    *system_routes.ROUTES,
    *products_routes.ROUTES,
    *customers_routes.ROUTES,
    *inventory_routes.ROUTES,
    *echelon_routes.ROUTES,
    *orders_routes.ROUTES,
    *replenishment_routes.ROUTES,
    *forecasting_routes.ROUTES,
    *backtest_routes.ROUTES,
    *dashboard_routes.ROUTES,
    *interactions_routes.ROUTES,
    *changes_routes.ROUTES,
    *ml_routes.ROUTES,
    *recommendations_routes.ROUTES,
    *experiments_routes.ROUTES,
    *ofrep.ROUTES,
    *streaming_routes.ROUTES,
    *alerts_routes.ROUTES,
    *analyst_routes.ROUTES,
    *insight_routes.ROUTES,
    *draft_routes.ROUTES,
    *mcp_routes.ROUTES,
    *transfer_routes.ROUTES,
    *privacy_routes.ROUTES,
)
DIRECT = (*orders_routes.DIRECT, *recommendations_routes.DIRECT, *streaming_routes.DIRECT)
WORK = frozenset({"CONSUMERS", "JOBS", "ALWAYS"})


def __getattr__(name: str) -> Any:
    """What stands in ``omnix.work``, imported when it is asked for: it brings numerics along,
    which who only answers requests should not have to wait for.
    """
    if name in WORK:
        return getattr(importlib.import_module("omnix.work"), name)
    raise AttributeError(name)


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
    lagging: lag.Lagging = lag.told,
    pace: Pace | None = None,
    **settings: Any,
) -> Litestar:
    """The HTTP interface under ``/v1``, and ``/problems/...`` that explains its refusals.

    ``more`` are a runtime's own handlers at the root, ``probes`` its own checks of health, and
    ``lagging`` tells which consumers are behind there. Without a ``pace`` visitors are not counted.
    """
    doctor = Doctor(ports, FACTS, probes)
    below_v1 = (*ROUTES, get_openapi)
    at_root = (
        *ofrep.ROUTES,  # at the root too, where OpenFeature's providers look for it
        *mcp_routes.ROUTES,  # and assistants for their tools
        get_problem,
        *more,
    )
    return Litestar(
        [
            Router("/v1", route_handlers=[*options(below_v1), *below_v1]),
            *options(at_root),
            *at_root,
        ],
        state=State(
            {
                "ports": ports,
                "authenticate": authenticate,
                "doctor": doctor,
                "models": {model.name: model for model in MODELS},
                "turns": Turns(),
                "pace": pace or Pace(0),
                "lagging": lagging,
                "migrations": MIGRATIONS,
            }
        ),
        dependencies=dict(DEPENDENCIES),
        guards=[guard],
        exception_handlers=problems.HANDLERS,
        logging_config=None,
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        request_class=JsonRequest,
        **settings,
    )
