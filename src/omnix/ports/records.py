"""Collections of items, their conditions and their atomic batches."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from omnix.kit.declare import Collection
from omnix.kit.events import Event
from omnix.kit.paging import Page

Item = Mapping[str, Any]
"""JSON-like: str, int, bool, None, lists and string-keyed mappings of them; float where no money
or time is meant. Key and index attributes are str or int. What was read may be shared: whoever
changes it, also deep within, makes a copy."""

Key = str | int | tuple[str | int, str | int]
"""The partition value, or partition and sort value where the collection has both."""

MAX_BATCH = 100
"""Operations and events together in one write."""

MAX_ITEM = 400_000
"""Bytes of an item that is put, as JSON; what it grows to by updates is its owner's care."""

MAX_WRITE = 4_000_000
"""Bytes of all items that one write puts."""

MAX_KEYS = 100
"""Keys that are looked up together."""


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


Tell = Callable[[Sequence[int]], Event]
"""Makes the event of some positions of what was given; perhaps more than once."""


class Records(Protocol):
    """Collections of items with atomic batches. A get sees every write acknowledged before it."""

    async def get(self, collection: Collection, key: Key) -> Item | None: ...

    async def get_many(self, collection: Collection, keys: Sequence[Key]) -> list[Item | None]:
        """The items in the order of ``keys``, at most MAX_KEYS of them."""
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
        Reads at most ``limit`` + 1 items, a few more where the index is spread. An index may
        lag behind by a moment on AWS.
        """
        ...

    async def write(self, operations: Sequence[Operation], events: Sequence[Event] = ()) -> None:
        """All of the operations and events, durable on return, or none.

        Raises ConditionFailed with every position at fault; ValueError if one key is named
        twice or there are more than MAX_BATCH operations and events; TooLarge beyond MAX_ITEM
        or MAX_WRITE.
        """
        ...

    async def claim(
        self, collection: Collection, keys: Sequence[str], end: int, tell: Tell
    ) -> list[int]:
        """Claim keys until ``end``, in epoch seconds; the positions of those claimed before.

        ``collection`` has a key of one part and a ``ttl``. Those that nobody had claimed are
        claimed in the same commit in which what ``tell`` makes of them is appended to the log,
        durable on return: in one commit with one event where the adapter can, otherwise in
        several, each by itself whole. ValueError if a key is named twice. Whether a claim also
        shows as an item of the collection is the adapter's business.
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
