"""Whether anybody listens: while nobody does, no event is turned into messages."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from omnix.adapters.local.platform import LocalPlatform
from omnix.domains.realtime.channels import LIVE
from omnix.platform.consume import consume_forever

_log = logging.getLogger("omnix.live")

IDLE_SECONDS = 30.0
"""How long telling goes on with nobody there: a client that reconnects soon missed nothing."""

WAIT_SECONDS = 10.0
_PAUSE_SECONDS = 1.0


class Audience:
    """The clients of this process, and the consumer that tells them of events."""

    def __init__(self, local: LocalPlatform, idle_seconds: float = IDLE_SECONDS) -> None:
        self._local = local
        self._idle = idle_seconds
        self._members = 0
        self._wanted = asyncio.Event()
        self._telling = asyncio.Event()
        self._deserted = True

    @contextlib.asynccontextmanager
    async def seat(self) -> AsyncIterator[None]:
        """For as long as a client is connected: whatever happens within is told.

        Raises TimeoutError where telling cannot begin: the disk is full, or somebody holds it.
        """
        self._members += 1
        self._wanted.set()
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._telling.wait()
            yield
        finally:
            self._members -= 1

    async def tell_forever(self) -> None:
        """Push events to the clients for ever, whatever goes wrong with one."""
        while True:
            await self._wanted.wait()
            try:
                await self._tell()
            except Exception as error:
                _log.error("live updates pause", exc_info=error)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _tell(self) -> None:
        """From the log's end on, until nobody has listened for a while.

        After a fault it goes on where it stopped, as those who listen were told nothing else.
        """
        ports = self._local.ports
        if self._deserted:
            await ports.bus.rewind(LIVE.name, await ports.bus.end())
            self._local.push.skip()
            self._deserted = False
        self._telling.set()
        consuming = asyncio.create_task(consume_forever(ports, LIVE))
        try:
            deserted = 0.0
            while deserted < self._idle and not consuming.done():
                step = min(1.0, self._idle)
                await asyncio.wait({consuming}, timeout=step)
                deserted = 0.0 if self._members else deserted + step
            if consuming.done():
                consuming.result()
        finally:
            # In one go with the look at the members, so that nobody sits down in between.
            self._telling.clear()
            if not self._members:
                self._deserted = True
                self._wanted.clear()
            consuming.cancel()
            await asyncio.gather(consuming, return_exceptions=True)
