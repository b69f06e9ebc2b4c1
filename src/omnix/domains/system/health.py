"""Whether OMNIX works: each dependency tried for real, at most once in a few seconds."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec

from omnix.kit.declare import Fact
from omnix.kit.ids import new_id
from omnix.platform.consume import MOST_IN_A_ROW, POISONED, TROUBLED
from omnix.ports import Ports, Put
from omnix.version import VERSION

from .declare import BEATS

_log = logging.getLogger("omnix.health")

BEAT_SECONDS = 10
LATE_SECONDS = 45
_REMEMBERED_SECONDS = 2.0
_PATIENCE_SECONDS = 2.0
_KEPT_SECONDS = 7 * 86_400
WORKER = "worker"

State = Literal["ok", "degraded", "failed"]


class Check(msgspec.Struct, frozen=True):
    """One dependency. ``detail`` is for people and names neither paths nor addresses."""

    name: str
    status: State
    detail: str = ""


class Health(msgspec.Struct, frozen=True):
    """``failed``: requests are refused; ``degraded``: they work, and something else does not."""

    status: State
    version: str
    checks: list[Check]


Probe = Callable[[], Awaitable[Check]]


class Doctor:
    """Looks at ``ports`` and at what a runtime adds as ``probes``, by name.

    Asked again within two seconds it repeats itself, so that whoever asks all day does no harm.
    """

    def __init__(
        self, ports: Ports, facts: tuple[Fact, ...] = (), probes: Mapping[str, Probe] | None = None
    ) -> None:
        self._ports = ports
        self._facts = facts
        self._probes: dict[str, Probe] = {
            "records": self._records,
            "lake": self._lake,
            "worker": self._worker,
            "events": self._events,
            **(probes or {}),
        }
        self._known: tuple[float, Health] | None = None
        self._looking: asyncio.Task[Health] | None = None

    async def report(self) -> Health:
        """What is known, at most two seconds old."""
        if self._known is not None and time.monotonic() - self._known[0] < _REMEMBERED_SECONDS:
            return self._known[1]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._look())
        # A caller that goes away must not take the others' answer with it.
        return await asyncio.shield(self._looking)

    async def _look(self) -> Health:
        checks = await asyncio.gather(
            *(_tried(name, probe) for name, probe in self._probes.items())
        )
        states = {check.status for check in checks}
        status: State = "ok"
        if states != {"ok"}:
            broken = any(c.name == "records" and c.status == "failed" for c in checks)
            status = "failed" if broken else "degraded"
        health = Health(status, VERSION, list(checks))
        self._known = (time.monotonic(), health)
        return health

    async def _records(self) -> Check:
        mark = new_id("hlt")
        expires = int(self._ports.clock.now().timestamp()) + _KEPT_SECONDS
        await self._ports.records.write(
            [Put(BEATS, {"name": "health", "mark": mark, "expires": expires})]
        )
        found = await self._ports.records.get(BEATS, "health")
        # Another process may have asked in between: its mark is as good a sign.
        if found is None:
            return Check("records", "failed", "what was written could not be read")
        return Check("records", "ok", "writes and reads")

    async def _lake(self) -> Check:
        for fact in self._facts[:1]:
            await self._ports.lake.position(fact, "health")
        return Check("lake", "ok", "readable")

    async def _worker(self) -> Check:
        beat = await self._ports.records.get(BEATS, WORKER)
        if beat is None:
            return Check("worker", "degraded", "no worker has begun yet")
        age = int(self._ports.clock.now().timestamp()) - int(beat["at"])
        if age > LATE_SECONDS:
            return Check("worker", "degraded", f"no sign of life for {age} seconds")
        if age < -LATE_SECONDS:
            return Check("worker", "degraded", "no sign of life since the clock was put back")
        return Check("worker", "ok", "at work")

    async def _events(self) -> Check:
        troubled = await self._ports.records.query(TROUBLED, "all")
        stuck = [t["consumer"] for t in troubled.items if t["in_a_row"] >= MOST_IN_A_ROW]
        if stuck:
            return Check("events", "degraded", f"{', '.join(stuck)} took none of the last ones")
        aside = await self._ports.records.query(POISONED, "poisoned", index="listing-index")
        if aside.items:
            more = " or more" if aside.next_cursor else ""
            told = f"{len(aside.items)}{more} lie aside; redrive or discard them"
            return Check("events", "degraded", told)
        return Check("events", "ok", "all taken")


async def _tried(name: str, probe: Probe) -> Check:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await probe()
    except TimeoutError:
        return Check(name, "failed", f"no answer within {_PATIENCE_SECONDS:.0f} seconds")
    except Exception as error:
        _log.warning("health check %s failed", name, exc_info=error)
        return Check(name, "failed", "does not work; the log says why")


async def beat(ports: Ports) -> None:
    """Give a sign of life now."""
    now = int(ports.clock.now().timestamp())
    await ports.records.write(
        [Put(BEATS, {"name": WORKER, "at": now, "expires": now + _KEPT_SECONDS})]
    )


async def beat_forever(ports: Ports) -> None:
    """Give a sign of life every few seconds, until cancelled: what a worker does all the time."""
    while True:
        try:
            await beat(ports)
        except Exception as error:
            # A worker that cannot write is late, which is what the check tells.
            _log.warning("no sign of life could be given", exc_info=error)
        await asyncio.sleep(BEAT_SECONDS)
