"""What the running process measures and how it is configured, over HTTP."""

import platform
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import QueryParameter

from omnix.kit.time import instant
from omnix.platform import migrations
from omnix.platform.http import allow
from omnix.platform.measure import REQUESTS
from omnix.platform.migrations import MigrationState
from omnix.ports import Ports
from omnix.version import VERSION

from . import config, exposition, metrics
from .config import SystemConfig
from .metrics import SystemMetrics

Format = Annotated[
    Literal["json", "prometheus"] | None,
    QueryParameter(name="format", description="Else what `Accept` prefers, and JSON."),
]


@get(
    "/system/metrics",
    opt=allow("system:read", also=exposition.KIND),
    summary="What the running process measures",
)
async def get_system_metrics(
    request: Request[Any, Any, Any], ports: Ports, state: State, form: Format = None
) -> Response[SystemMetrics]:
    """Requests and latencies by route, queues, jobs, consumers' lag; also as Prometheus' text.

    Requests, memory and processor time are of the process that answers. With
    `format=prometheus`, or an `Accept` of `text/plain` or OpenMetrics, it is the text format
    0.0.4: let a collector come with an API key that has `system:read`.
    """
    found = await metrics.gathered(ports, state.turns, state.lagging, _runs_on(state))
    if form == "prometheus" or (
        form is None and exposition.wanted(request.headers.get("accept", ""))
    ):
        page: Any = exposition.text(found, REQUESTS.series())
        return Response(page, media_type=exposition.MEDIA_TYPE)
    return Response(found)


@get("/system/config", opt=allow("system:write"), summary="How the platform is configured")
async def get_system_config(ports: Ports, state: State) -> SystemConfig:
    """Each value in force with where it came from; of what is secret only whether it is set.

    `source` is `environment`, `secret` (kept with the service's secrets), `setting` (changed at
    `PATCH /v1/system/settings`), `default` or `unset`. Passwords and queries within addresses
    are masked.
    """
    options = state.get("options", config.OPTIONS)
    return await config.effective(ports, _runs_on(state), options)


class SystemVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What runs here. ``environment`` and ``region`` are null on a machine of one's own."""

    version: str
    python: str
    runs_on: str
    environment: str | None
    region: str | None
    started_at: str
    migrations: list[MigrationState]


@get("/system/version", opt=allow("system:read"), summary="What runs here, and its migrations")
async def get_version(ports: Ports, state: State) -> SystemVersion:
    """The version, and which changes of the form of stored data were made, when and by which.

    One that a later version made is listed too: the version that runs is then older than the data.
    """
    return SystemVersion(
        version=VERSION,
        python=platform.python_version(),
        runs_on=_runs_on(state),
        environment=state.get("stage"),
        region=state.get("region"),
        started_at=instant(metrics.STARTED_AT),
        migrations=await migrations.states(ports, state.migrations),
    )


def _runs_on(state: State) -> str:
    return "aws" if state.get("stage") else "this machine"


ROUTES = (get_system_metrics, get_system_config, get_version)
