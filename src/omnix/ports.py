"""What the domains need of the ground they stand on. Shaped to the weaker side of each pair.

An adapter raises only errors of ``omnix.kit.errors``; a driver's exception is chained as the
cause. A dependency that is away is ``Unavailable``.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import msgspec

from omnix.kit.declare import Collection, Fact
from omnix.kit.errors import TooLarge
from omnix.kit.events import Event
from omnix.kit.paging import Page

Item = Mapping[str, Any]
"""JSON-like: str, int, bool, None, lists and string-keyed mappings of them; float where no money
or time is meant. Key and index attributes are str or int."""

Key = str | int | tuple[str | int, str | int]
"""The partition value, or partition and sort value where the collection has both."""

MAX_BATCH = 100
"""Operations and events together in one write."""

MAX_ITEM = 400_000
"""Bytes of an item that is put, as JSON; what it grows to by updates is its owner's care."""

MAX_WRITE = 4_000_000
"""Bytes of all items that one write puts."""

MAX_PAYLOAD = 200_000
"""Bytes of a job's payload as JSON: what the queue of AWS takes, with room for the rest."""

MAX_DELAY = 900.0
MAX_VISIBILITY = 43_200.0


class Absent(msgspec.Struct, frozen=True):
    """There is no item under this key."""


class Present(msgspec.Struct, frozen=True):
    """There is an item under this key."""


class Equals(msgspec.Struct, frozen=True):
    """The item exists and ``attribute`` has this value; None also holds where it is missing."""

    attribute: str
    value: str | int | bool | None


class AtLeast(msgspec.Struct, frozen=True):
    """The item exists and ``attribute`` is a number not below ``value``."""

    attribute: str
    value: int


Condition = Absent | Present | Equals | AtLeast


class Put(msgspec.Struct, frozen=True):
    """Store ``item`` in place of whatever has its key."""

    collection: Collection
    item: Item
    when: tuple[Condition, ...] = ()


class Update(msgspec.Struct, frozen=True):
    """Add to numbers and set attributes of one item, made if it is absent.

    A missing number counts as zero. Key attributes cannot be named.
    """

    collection: Collection
    key: Key
    add: Mapping[str, int] = {}
    set: Mapping[str, Any] = {}
    when: tuple[Condition, ...] = ()


class Delete(msgspec.Struct, frozen=True):
    """Remove the item, if it is there."""

    collection: Collection
    key: Key
    when: tuple[Condition, ...] = ()


class Check(msgspec.Struct, frozen=True):
    """Change nothing, but let the batch stand or fall by these conditions."""

    collection: Collection
    key: Key
    when: tuple[Condition, ...]


Operation = Put | Update | Delete | Check


class Records(Protocol):
    """Collections of items with atomic batches. A get sees every write acknowledged before it."""

    async def get(self, collection: Collection, key: Key) -> Item | None: ...

    async def get_many(self, collection: Collection, keys: Sequence[Key]) -> list[Item | None]:
        """The items in the order of ``keys``, at most 100 of them."""
        ...

    async def query(
        self,
        collection: Collection,
        partition: str | int,
        *,
        index: str | None = None,
        low: str | int | None = None,
        high: str | int | None = None,
        prefix: str | None = None,
        newest_first: bool = False,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Item]:
        """Items of one partition in the order of the sort attribute, then of the key.

        ``low`` and ``high`` bound the sort value, both included; ``prefix`` bounds text.
        Reads at most ``limit`` + 1 items. An index may lag behind by a moment on AWS.
        """
        ...

    async def write(self, operations: Sequence[Operation], events: Sequence[Event] = ()) -> None:
        """All of the operations and events, durable on return, or none.

        Raises ConditionFailed with every position at fault; ValueError if one key is named
        twice or there are more than MAX_BATCH operations and events; TooLarge beyond MAX_ITEM
        or MAX_WRITE.
        """
        ...

    async def load(self, collection: Collection, items: Iterable[Item]) -> int:
        """Store many items, each in place of whatever has its key; returns how many.

        Not atomic as a whole: a caller that dies half-way loads again. Causes no events.
        """
        ...

    def scan(self, collection: Collection) -> AsyncIterator[Sequence[Item]]:
        """Every item, in chunks. For backups, checks and jobs now and then; never on a request's
        path, nor for each event: on AWS it reads all of the table that the collection shares.
        """
        ...


def check_sizes(sizes: Sequence[int]) -> None:
    """``sizes`` are the bytes of the items that one write puts. Raises TooLarge."""
    if max(sizes, default=0) > MAX_ITEM:
        raise TooLarge(f"this would be stored as {max(sizes)} bytes; {MAX_ITEM} is the most")
    if sum(sizes) > MAX_WRITE:
        raise TooLarge(f"this would store {sum(sizes)} bytes at once; {MAX_WRITE} is the most")


@dataclass(frozen=True)
class Query:
    """A named analytics query: DuckDB SQL with ``$parameters`` over the facts it reads."""

    name: str
    title: str
    sql: str
    reads: tuple[str, ...]


class Lake(Protocol):
    """Append-only fact tables and named queries over them."""

    async def append(
        self,
        fact: Fact,
        rows: Any,
        *,
        source: str | None = None,
        version: int = 0,
        after: int | None = None,
    ) -> bool:
        """Commit rows; ``rows`` is a mapping of columns or offers ``__arrow_c_stream__``.

        With ``source``, the commit also records ``version`` as that source's position, and a
        version not above the recorded one changes nothing: returns False. So a replay or a
        retry never doubles a row. ``after``, where given, is the position that must still stand
        at the commit (0: none yet); if it does not, nothing changes: returns False. A consumer
        of the bus needs it: it leaves out the events up to ``position``, and another one may
        append some of the rest in the meantime.
        """
        ...

    async def position(self, fact: Fact, source: str) -> int | None:
        """The last ``version`` that ``source`` committed."""
        ...

    async def delete(self, fact: Fact, where: Mapping[str, Any]) -> int:
        """Remove the rows whose columns equal ``where`` (a list means any of it); their number."""
        ...

    async def rows(self, query: Query, **parameters: Any) -> list[dict[str, Any]]:
        """The answer as records of plain Python values. An empty fact table reads as no rows."""
        ...

    async def arrays(self, query: Query, **parameters: Any) -> dict[str, Any]:
        """The answer as numpy arrays by column, for the engine."""
        ...

    async def compact(self, fact: Fact) -> None:
        """Merge small files and drop files that nobody reads any more."""
        ...


@dataclass(frozen=True)
class EventBatch:
    """Events of one stream in order, and the position in it that acknowledges them all."""

    events: Sequence[Event]
    position: int
    stream: str = "0"


class Bus(Protocol):
    """A log of events, delivered at least once.

    It is one stream or several; a local log is one, ``"0"``. All events of a key are in one
    stream, in order. In each stream a consumer has a position of its own, and ``sequence``
    numbers the events from 1 to at most 2**63 - 1, perhaps with gaps, since the lake keeps it
    as a version. Acknowledging an event's ``sequence`` acknowledges it and all before it.
    """

    async def publish(self, events: Sequence[Event]) -> None:
        """Append events that belong to no change of records."""
        ...

    async def read(self, consumer: str, types: Sequence[str], limit: int = 500) -> EventBatch:
        """The events after the consumer's position, of these types (all if empty).

        They are of one stream: of one that has such events, if there is any. The position may
        be ahead of the last event, where others' events were passed over.
        """
        ...

    async def acknowledge(self, consumer: str, position: int, stream: str = "0") -> None:
        """Move the consumer's position; never backwards."""
        ...

    async def rewind(self, consumer: str, position: int, stream: str = "0") -> None:
        """Set the position to anywhere: 0 replays the stream."""
        ...

    async def end(self, stream: str = "0") -> int:
        """The position after the newest event."""
        ...

    async def trim(self, consumers: Sequence[str], keep_seconds: float) -> int:
        """Forget the events of longer ago that all of ``consumers`` have passed; their number.

        0 where the log forgets by itself, as on AWS.
        """
        ...

    async def wait(self, timeout: float) -> None:
        """Return when something new may be there, or after ``timeout`` seconds."""
        ...


@dataclass(frozen=True)
class Message:
    """A job as delivered: ``attempt`` counts from 1; ``receipt`` proves that it is held."""

    id: str
    name: str
    payload: Mapping[str, Any]
    attempt: int
    receipt: str


@dataclass(frozen=True)
class DeadLetter:
    """A message that failed for good, with the last error."""

    id: str
    name: str
    payload: Mapping[str, Any]
    attempts: int
    error: str
    at: str


class Jobs(Protocol):
    """A queue with visibility timeout, retries and dead letters; delivered at least once.

    In no order that can be relied on. The queue of AWS knows neither ids nor pages of dead
    letters: an adapter to it keeps both in a table, and lays a message there by itself.
    A payload is at most MAX_PAYLOAD bytes of JSON, ``delay`` and ``retry_in`` at most MAX_DELAY
    and ``visibility`` at most MAX_VISIBILITY seconds; anything more is a ValueError.
    """

    async def send(
        self, name: str, payload: Mapping[str, Any], *, id: str | None = None, delay: float = 0
    ) -> str:
        """Queue a message and return its id.

        Under an id that is queued, held, a dead letter, or was done within the last day,
        nothing happens.
        """
        ...

    async def receive(
        self, names: Sequence[str], visibility: float, wait: float = 0
    ) -> Message | None:
        """A message that is due, held for ``visibility`` seconds.

        ``names`` are all that are sent to the same queue, since on AWS it cannot choose.
        Where none is due, waits for one up to ``wait`` seconds (at most 20 on AWS).
        """
        ...

    async def extend(self, message: Message, visibility: float) -> bool:
        """Hold it longer; False if it is held no more."""
        ...

    async def done(self, message: Message) -> None: ...

    async def fail(self, message: Message, error: str, *, retry_in: float | None) -> None:
        """Give it back after ``retry_in`` seconds, or lay it with the dead letters if None."""
        ...

    async def dead(self, limit: int = 50, cursor: str | None = None) -> Page[DeadLetter]: ...

    async def redrive(self, id: str) -> bool:
        """Queue a dead letter anew; False if there is none."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """How many messages are ``queued``, ``running`` and ``dead``."""
        ...


class Push(Protocol):
    """Channels to connected clients. Sequence numbers of a channel grow by one."""

    async def subscribe(self, connection: str, channel: str) -> int:
        """The channel's sequence at the time; later messages follow without a gap."""
        ...

    async def unsubscribe(self, connection: str, channel: str | None = None) -> None: ...

    async def publish(self, channel: str, event: str, at: str, data: Mapping[str, Any]) -> int:
        """Send to every subscriber; returns the sequence number."""
        ...


class Blobs(Protocol):
    """Named byte strings. Names are ``/``-separated; a put replaces as a whole or not at all."""

    async def put(self, name: str, data: bytes) -> None: ...

    async def get(self, name: str) -> bytes | None: ...

    async def delete(self, name: str) -> None: ...

    async def list(self, prefix: str = "") -> Sequence[str]: ...


class Secrets(Protocol):
    """Secret values, readable by this service alone."""

    async def get(self, name: str) -> bytes | None: ...

    async def put(self, name: str, value: bytes) -> None: ...

    async def ensure(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The secret, made and stored first if absent; all callers get the same one."""
        ...


class Clock(Protocol):
    """The time, so that tests own it."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        ...


@dataclass(frozen=True)
class Ports:
    """All of them, as a runtime put them together."""

    records: Records
    lake: Lake
    bus: Bus
    jobs: Jobs
    push: Push
    blobs: Blobs
    secrets: Secrets
    clock: Clock
