"""How far consumers of events are behind: measured by who runs them, told to who is asked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import msgspec

from omnix.kit.time import instant, parse_instant
from omnix.platform.consume import Consumer
from omnix.ports import Ports, Put

from .declare import BEATS

_log = logging.getLogger("omnix.lag")

EVERY_SECONDS = 15.0
_KEPT_SECONDS = 7 * 86_400
_NAME = "consumers"


class ConsumerLag(msgspec.Struct, frozen=True, kw_only=True):
    """A consumer and what it has yet to take.

    ``lag_seconds`` is the age of the oldest event that it has not taken, 0 where it took all;
    ``events`` are those in the log from that one on, whoever they are for. Both are null where
    the runtime knows only that it is behind, which ``detail`` then explains.
    """

    name: str
    lag_seconds: float | None
    events: int | None
    detail: str = ""


class Lags(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, and when; empty until a worker has measured."""

    at: str | None = None
    consumers: list[ConsumerLag] = []


Lagging = Callable[[Ports], Awaitable[Lags]]


async def measured(ports: Ports, consumers: Sequence[Consumer]) -> Lags:
    """Look for the first event that each consumer has yet to take."""
    now = ports.clock.now()
    found = []
    for consumer in consumers:
        batch = await ports.bus.read(consumer.name, consumer.types, 1)
        lag, events = 0.0, 0
        if batch.events:
            first = batch.events[0]
            lag = max(0.0, (now - parse_instant(first.at)).total_seconds())
            events = await ports.bus.end(batch.stream) - first.sequence + 1
        found.append(ConsumerLag(name=consumer.name, lag_seconds=round(lag, 3), events=events))
    return Lags(at=instant(now), consumers=found)


async def told(ports: Ports) -> Lags:
    """What the worker measured last."""
    item = await ports.records.get(BEATS, _NAME)
    return Lags() if item is None else msgspec.convert(item, Lags)


def telling(consumers: Sequence[Consumer]) -> Callable[[Ports], Coroutine[Any, Any, None]]:
    """What a worker with these consumers does all the time to tell of them."""

    async def tell_forever(ports: Ports) -> None:
        while True:
            try:
                await tell(ports, consumers)
            except Exception as error:
                _log.warning("how far consumers are behind was not told", exc_info=error)
            await asyncio.sleep(EVERY_SECONDS)

    return tell_forever


async def tell(ports: Ports, consumers: Sequence[Consumer]) -> None:
    """Measure once and keep it where ``told`` finds it."""
    lags = await measured(ports, consumers)
    expires = int(ports.clock.now().timestamp()) + _KEPT_SECONDS
    item = {"name": _NAME, "expires": expires, **msgspec.to_builtins(lags)}
    await ports.records.write([Put(BEATS, item)])
