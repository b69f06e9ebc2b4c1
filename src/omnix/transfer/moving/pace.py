"""How fast a copy may go, so that a shop at work beside it keeps its capacity."""

import asyncio
import time


class Pace:
    """At most ``rate`` items a second over all that go through; None is as fast as it goes."""

    def __init__(self, rate: int | None = None) -> None:
        if rate is not None and rate < 1:
            raise ValueError("a rate is at least one item a second")
        self._rate = rate
        self._free_at = 0.0

    async def take(self, items: int) -> None:
        """Return when ``items`` more may go."""
        if self._rate is None:
            return
        now = time.monotonic()
        begin = max(now, self._free_at)
        self._free_at = begin + items / self._rate
        if begin > now:
            await asyncio.sleep(begin - now)
