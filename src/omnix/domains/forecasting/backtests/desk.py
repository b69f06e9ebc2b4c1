"""What users read of backtests. Needs no numerics."""

import msgspec

from omnix.domains.forecasting.declare import BACKTEST_GROUPS, BACKTESTS
from omnix.kit.errors import NotFound
from omnix.kit.paging import Page
from omnix.ports import Ports

from .model import DEFINITIONS, Backtest, BacktestBrief, Group, Kind


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[BacktestBrief]:
    """Newest first."""
    page = await ports.records.query(
        BACKTESTS, "all", index="listing-index", newest_first=True, limit=limit, cursor=cursor
    )
    briefs = [
        msgspec.convert({**item, "whole": item["all"]["whole"]}, BacktestBrief)
        for item in page.items
    ]
    return Page(briefs, page.next_cursor)


async def get(ports: Ports, id: str) -> Backtest:
    """Raises NotFound."""
    item = await ports.records.get(BACKTESTS, id)
    if item is None:
        raise NotFound(f"no backtest {id}")
    return msgspec.structs.replace(msgspec.convert(item, Backtest), definitions=DEFINITIONS.copy())


async def groups(
    ports: Ports, id: str, kind: Kind | None, limit: int, cursor: str | None
) -> Page[Group]:
    """A backtest's groups by kind and name. Raises NotFound."""
    await get(ports, id)
    prefix = None if kind is None else f"{kind}:"
    page = await ports.records.query(BACKTEST_GROUPS, id, prefix=prefix, limit=limit, cursor=cursor)
    return Page([msgspec.convert(item, Group) for item in page.items], page.next_cursor)
