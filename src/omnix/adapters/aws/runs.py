"""Pages of a partition that lies in one shard, or merged from several."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from omnix.adapters.aws.items import Wire

SPARE = 2
"""Items that are asked of each shard beyond its share, as shares are seldom equal."""

Call = Callable[..., Awaitable[dict[str, Any]]]


class Run:
    """The items of one shard in order, fetched as they are needed.

    ``request`` are the parameters of a query, ``start`` the key behind which it begins.
    """

    def __init__(self, call: Call, request: dict[str, Any], start: Wire | None) -> None:
        self._call = call
        self._request = request
        self._start = start
        self.waiting: deque[Wire] = deque()
        self.ended = False

    async def fetch(self, count: int) -> None:
        """Have ``count`` items waiting, or all that there are."""
        while not self.ended and len(self.waiting) < count:
            more = {} if self._start is None else {"ExclusiveStartKey": self._start}
            # What is filtered out counts towards the limit, so an answer may hold fewer.
            answer = await self._call(
                "query", Limit=count - len(self.waiting), **self._request, **more
            )
            self.waiting.extend(answer["Items"])
            self._start = answer.get("LastEvaluatedKey")
            self.ended = self._start is None


async def taken(runs: Sequence[Run], count: int, sort: str, *, newest_first: bool) -> list[Wire]:
    """The first ``count`` items of all ``runs`` together, in the order of the attribute ``sort``.

    Reads little more than ``count`` items where the runs are about as long.
    """
    if len(runs) == 1:
        await runs[0].fetch(count)
        return list(runs[0].waiting)
    share = min(count, -(-count // len(runs)) + SPARE)
    await asyncio.gather(*[run.fetch(share) for run in runs])
    choose = max if newest_first else min
    found: list[Wire] = []
    while len(found) < count:
        short = [run for run in runs if not run.waiting and not run.ended]
        await asyncio.gather(*[run.fetch(min(share, count - len(found))) for run in short])
        waiting = [run for run in runs if run.waiting]
        if not waiting:
            break
        first = choose(waiting, key=lambda run: str(run.waiting[0][sort]["S"]))
        found.append(first.waiting.popleft())
    return found
