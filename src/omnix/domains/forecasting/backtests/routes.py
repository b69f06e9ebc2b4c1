"""Backtests over HTTP."""

import msgspec
from litestar import get, post

from omnix.domains.forecasting.declare import BACKTEST
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from . import desk
from .model import Backtest, BacktestBrief, BacktestRequest, Group, Kind


class BacktestList(Listing, frozen=True, kw_only=True):
    """A page of backtests."""

    items: list[BacktestBrief]


class BacktestGroupList(Listing, frozen=True, kw_only=True):
    """A page of a backtest's groups."""

    items: list[Group]


@get("/forecasts/backtests", opt=allow("forecasts:read"), summary="List backtests")
async def list_backtests(ports: Ports, limit: Limit, cursor: Cursor) -> BacktestList:
    """How forecasts of earlier days would have done, newest backtest first."""
    page = await desk.listing(ports, limit, cursor)
    return BacktestList(items=list(page.items), next_cursor=page.next_cursor)


@post(
    "/forecasts/backtests",
    opt=allow("forecasts:write"),
    status_code=202,
    summary="Backtest the forecasts",
)
async def start_backtest(ports: Ports, actor: Actor, data: BacktestRequest) -> JobRun:
    """Asks for a job; follow it at ``/v1/jobs/{id}``, where it can be cancelled. The backtest
    will have the job's id."""
    return await jobs.submit(ports, BACKTEST, msgspec.to_builtins(data), by=actor.id)


@get(
    "/forecasts/backtests/{backtest_id:str}",
    opt=allow("forecasts:read"),
    summary="Get a backtest",
)
async def get_backtest(ports: Ports, backtest_id: str) -> Backtest:
    """All products by horizon, origin and day ahead, with what each figure means."""
    return await desk.get(ports, backtest_id)


@get(
    "/forecasts/backtests/{backtest_id:str}/groups",
    opt=allow("forecasts:read"),
    summary="Groups of a backtest",
)
async def list_backtest_groups(
    ports: Ports, backtest_id: str, limit: Limit, cursor: Cursor, kind: Kind | None = None
) -> BacktestGroupList:
    """By category, ABC/XYZ class and location: the same figures, and what is behind them."""
    page = await desk.groups(ports, backtest_id, kind, limit, cursor)
    return BacktestGroupList(items=list(page.items), next_cursor=page.next_cursor)


ROUTES = (list_backtests, start_backtest, get_backtest, list_backtest_groups)
