"""The foundation model over HTTP."""

from litestar import get, post

from omnix.platform.access import Actor
from omnix.platform.http import allow
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from . import desk
from .model import FoundationState


@get("/forecasts/foundation", opt=allow("forecasts:read"), summary="The foundation model")
async def get_foundation(ports: Ports) -> FoundationState:
    """Whether a model trained elsewhere is there, what keeps it from use, and where it answers."""
    return await desk.state(ports)


@post(
    "/forecasts/foundation/contest",
    opt=allow("models:write", 409),
    status_code=202,
    summary="Try the foundation model",
)
async def try_foundation(ports: Ports, actor: Actor) -> JobRun:
    """Asks for a job that backtests it against what answers, group by group; it answers from then
    on where it won. Follow it at ``/v1/jobs/{id}``, where it can be cancelled."""
    return await desk.ask(ports, actor.id)


ROUTES = (get_foundation, try_foundation)
