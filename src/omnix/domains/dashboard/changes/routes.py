"""Why a figure changed, over HTTP."""

from datetime import date
from typing import Annotated, Literal

from litestar import get
from litestar.params import Parameter, QueryParameter

from omnix.platform.http import allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from .model import Changes

From = Annotated[date | None, QueryParameter(name="from", description="First day, included.")]
To = Annotated[date | None, QueryParameter(name="to", description="Last day, included.")]


@get("/dashboard/changes", opt=allow("dashboard:read"), summary="Why a figure changed")
async def dashboard_changes(
    ports: Ports,
    turns: Turns,
    from_: From = None,
    to: To = None,
    days: Annotated[
        int,
        Parameter(ge=1, le=92, description="The last so many whole days, if no first is given."),
    ] = 7,
    against: Annotated[
        Literal["previous", "last_year"],
        Parameter(description="The days just before, or those 364 days earlier."),
    ] = "previous",
    metric: Annotated[
        Literal["revenue", "units", "margin"], Parameter(description="What changed.")
    ] = "revenue",
) -> Changes:
    """Causes with what each did, summing to the change; those out of the ordinary come first.

    The last whole days of data where no range is given, at most 92.
    """
    # Numerics are imported where they are used: this route is answered by the computing function.
    from .kept import explained

    async with turns.take():
        return await explained(
            ports, metric=metric, first=from_, last=to, days=days, against=against
        )


ROUTES = (dashboard_changes,)
