"""Copying a whole shop over the ports: the same code to AWS, from there, and between folders.

Every part is copied, then read back and compared by count and checksum. How far it came stands
on the target after each part, so that a copy which died goes on; what is half-way in a part is
looked up rather than written again, so nothing doubles.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.declare import Collection, Fact
from omnix.kit.errors import ConditionFailed, Conflict
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform.consume import Consumer
from omnix.ports import Absent, Equals, Ports, Put
from omnix.transfer.declare import IMPORTS, MOVES

from . import blobs, collections, facts
from .pace import Pace
from .sums import Sum
from .what import EMPTY, POSITIONS, moving

Progress = Callable[[int, int, str], None]
"""Parts done, parts in all, and what is being done."""

_IN, _OUT = "in", "out"
_BLOBS = "blobs"
_MARGIN_SECONDS = 86_400
"""Items whose time ends within a day are copied but not compared: they may go meanwhile."""


@dataclass(frozen=True)
class Side:
    """One of the two places, and what people call it."""

    ports: Ports
    name: str


class Part(msgspec.Struct, frozen=True):
    """A collection, a table of the lake, or all blobs: equal on both sides by these figures.

    ``removed`` counts items of the target that the source does not have.
    """

    name: str
    count: int
    checksum: str
    removed: int = 0


class Report(msgspec.Struct, frozen=True):
    """A finished copy."""

    move: str
    parts: list[Part]


async def move(
    source: Side,
    target: Side,
    declared: Iterable[Collection],
    tables: Sequence[Fact],
    consumers: Sequence[Consumer],
    *,
    resume: bool = False,
    pace: Pace | None = None,
    progress: Progress = lambda done, total, step: None,
) -> Report:
    """Copy the shop of ``source`` into ``target``, which must hold none.

    With ``resume`` the copy that was begun goes on. Raises Conflict where the source is not at
    rest or changes meanwhile, where the target holds a shop, and where the two differ at the end.
    """
    await _at_rest(source, consumers)
    copying = _Copying(source, target, list(declared), tables, pace or Pace(), progress)
    await copying.begin(resume)
    return await copying.run()


async def _at_rest(source: Side, consumers: Sequence[Consumer]) -> None:
    """Raises Conflict while events or jobs wait: they do not move, so none may be left."""
    ports = source.ports
    counts = await ports.jobs.counts()
    if counts["queued"] or counts["running"]:
        raise Conflict(f"{source.name} has jobs queued or at work: wait until they ended")
    for consumer in consumers:
        if (await ports.bus.read(consumer.name, consumer.types, 1)).events:
            raise Conflict(f"{source.name}: {consumer.name} has events to take; try again then")


class _Copying:
    def __init__(
        self,
        source: Side,
        target: Side,
        declared: list[Collection],
        tables: Sequence[Fact],
        pace: Pace,
        progress: Progress,
    ) -> None:
        self._source, self._target = source, target
        self._from, self._to = source.ports, target.ports
        self._collections = moving(declared)
        self._facts = tables
        self._pace, self._progress = pace, progress
        self._state: dict[str, Any] = {}
        self._fresh: set[str] = set()
        self._moment = source.ports.clock.now().timestamp() + _MARGIN_SECONDS

    async def begin(self, resume: bool) -> None:
        """Find where the copy stands, or that it may begin. Raises Conflict."""
        inward = await self._to.records.get(MOVES, _IN)
        event = await self._from.bus.end()
        if inward is None:
            if resume:
                raise Conflict(f"no copy into {self._target.name} was begun")
            await self._refuse_a_shop()
            await self._first(event)
            return
        if not resume or inward["state"] == "done":
            raise Conflict(_stands(self._target.name, inward))
        outward = await self._from.records.get(MOVES, _OUT)
        if outward is None or outward["move"] != inward["move"]:
            raise Conflict(f"the copy that was begun into {self._target.name} is of another shop")
        self._state = dict(inward)
        if self._state["event"] != event:
            # Something happened since: what was equal may be so no more.
            self._state |= {"event": event, "parts": {}}
        # Who was at work on it until now learns of us at its next part.
        await self._save()

    async def _refuse_a_shop(self) -> None:
        to, name = self._to, self._target.name
        if (await shop(to)).mode != "empty":
            raise Conflict(f"{name} holds a shop already")
        for fact in self._facts:
            if await facts.measure(to.lake, fact):
                raise Conflict(f"{name} holds a shop already: there are {fact.name} in its lake")
        for collection in self._collections:
            if await collections.is_empty(to.records, collection):
                self._fresh.add(collection.name)
            elif collection in EMPTY:
                raise Conflict(f"{name} holds a shop already: there are {collection.name}")

    async def _first(self, event: int) -> None:
        move, now = new_id("mov"), instant(self._from.clock.now())
        both = {"move": move, "from": self._source.name, "to": self._target.name, "begun_at": now}
        await self._from.records.write([Put(MOVES, {"id": _OUT, **both})])
        rest = {"state": "copying", "step": 0, "event": event, "parts": {}}
        self._state = {"id": _IN, **both, **rest}
        await self._written(Put(MOVES, self._state, (Absent(),)))

    async def _save(self) -> None:
        step = self._state["step"]
        self._state["step"] = step + 1
        await self._written(Put(MOVES, self._state, (Equals("step", step),)))

    async def _written(self, put: Put) -> None:
        try:
            await self._to.records.write([put])
        except ConditionFailed as error:
            raise Conflict(f"another copy into {self._target.name} is under way") from error

    async def run(self) -> Report:
        """Copy what is not done yet, then make sure that the source stayed as it was."""
        parts = self._parts()
        for number, (name, work) in enumerate(parts.items()):
            self._progress(number, len(parts), name)
            if name not in self._state["parts"]:
                done = await work(self._told(number, len(parts), name))
                self._state["parts"][name] = [done.count, done.checksum, done.removed]
                await self._save()
        if await self._from.bus.end() != self._state["event"]:
            raise Conflict(
                f"{self._source.name} was written to meanwhile; the same again with --resume "
                "copies what differs"
            )
        self._state |= {"state": "done", "ended_at": instant(self._from.clock.now())}
        await self._save()
        self._progress(len(parts), len(parts), "done")
        told = [Part(name, *self._state["parts"][name]) for name in parts]
        return Report(self._state["move"], told)

    def _told(self, number: int, total: int, name: str) -> Callable[[int], None]:
        return lambda count: self._progress(number, total, f"{name}: {count:,}")

    def _parts(self) -> Mapping[str, Any]:
        """What copies each part, in order; the settings are the last."""
        parts: dict[str, Any] = {_BLOBS: self._blobs}
        for fact in self._facts:
            parts[f"lake/{fact.name}"] = self._fact(fact)
        for collection in self._collections:
            parts[collection.name] = self._collection(collection)
        return parts

    async def _blobs(self, told: Callable[[int], None]) -> Part:
        found = await blobs.copy(self._from.blobs, self._to.blobs, told)
        return _equal(_BLOBS, found, await blobs.measure(self._to.blobs))

    def _fact(self, fact: Fact) -> Any:
        async def work(told: Callable[[int], None]) -> Part:
            source, target = self._from.lake, self._to.lake
            found = await facts.copy(source, target, fact, told)
            await facts.copy_positions(source, target, fact, await self._positions(fact))
            there = facts.added(await facts.measure(target, fact))
            return _equal(f"lake/{fact.name}", found, there)

        return work

    async def _positions(self, fact: Fact) -> list[str]:
        """Names under which the lake keeps positions that move."""
        names = list(POSITIONS.get(fact.name, ()))
        cursor = None
        while True:
            page = await self._from.records.query(
                IMPORTS, "running", index="state-index", cursor=cursor
            )
            for item in page.items:
                names += [f"import:{item['id']}", f"import:{item['id']}:changed"]
            cursor = page.next_cursor
            if cursor is None:
                return names

    def _collection(self, collection: Collection) -> Any:
        async def work(told: Callable[[int], None]) -> Part:
            source, target, pace = self._from.records, self._to.records, self._pace
            fresh = collection.name in self._fresh
            found = await collections.copy(
                source, target, collection, pace, told, fresh=fresh, moment=self._moment
            )
            there = await collections.measure(target, collection, pace, self._moment)
            removed = 0
            if there != found and not fresh:
                removed = await collections.prune(source, target, collection, pace)
                there = await collections.measure(target, collection, pace, self._moment)
            return _equal(collection.name, found, there, removed)

        return work


def _equal(name: str, found: Sum, there: Sum, removed: int = 0) -> Part:
    if there != found:
        raise Conflict(
            f"{name} differ: {found.count:,} with checksum {found.checksum} were read, "
            f"{there.count:,} with {there.checksum} are there; go on with --resume"
        )
    return Part(name, found.count, found.checksum, removed)


def _stands(name: str, inward: Mapping[str, Any]) -> str:
    came = f"from {inward['from']}, begun at {inward['begun_at']},"
    if inward["state"] == "done":
        return f"{name} holds a shop already: the copy {came} ended at {inward['ended_at']}"
    return f"a copy into {name} {came} is half-way: go on with --resume"
