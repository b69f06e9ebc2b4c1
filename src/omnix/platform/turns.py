"""Heavy work behind a request, in turns: so that many who ask for it do not hold up the rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from omnix.kit.errors import Unavailable

AT_ONCE = 2
WAITING = 16
RETRY_SECONDS = 2


class Turns:
    """``at_once`` have their turn, ``waiting`` wait for it, and the others are sent away."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self.at_once = at_once
        self._most = at_once + waiting
        self._here = 0
        self._turn = asyncio.Semaphore(at_once)

    @property
    def running(self) -> int:
        """How many have their turn."""
        return min(self._here, self.at_once)

    @property
    def waiting(self) -> int:
        """How many wait for theirs."""
        return self._here - self.running

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """Wait for a turn and have it. Raises Unavailable where too many wait already."""
        if self._here >= self._most:
            raise Unavailable(
                "too many such requests at once; come again", retry_after=RETRY_SECONDS
            )
        self._here += 1
        try:
            async with self._turn:
                yield
        finally:
            self._here -= 1
