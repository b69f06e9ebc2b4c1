"""How a declared collection lies in its table: key texts and names, no I/O.

Key text sorts as the values do, integers before text: an integer is ``#`` and 20 digits counted
from the lowest, a text is ``=`` and itself. An index's sort key is the sort value followed by the
item's key, so that equal values have an order. Derived attributes stand beside the item's own,
which keep their names; one that is called like a derived attribute gets an underscore in front.

An index that is declared as spread has a shard number before the value in its partition key,
from a checksum of the item's key, so that one value's writes go to several partitions. Another
number of shards would look for present items in the wrong places: load the collection anew.
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from omnix.adapters.aws.tables import KIND, NATIVE, Table, TableIndex, own_keys
from omnix.kit.declare import Collection
from omnix.kit.errors import Invalid
from omnix.ports import key_parts

SEPARATOR = "\0\1"
"""Ends a text inside a key: below every character, and a zero within the text is ``\\0\\2``."""

AFTER = "~"
"""Above the first character of every key part."""

MAX_PARTITION, MAX_SORT = 2048, 1024
"""Bytes that DynamoDB allows in a key."""

_LOWEST = 2**63
_LOWEST = 2**63
_Part = str | int


def text(part: _Part) -> str:
    """The key text of one value; sorts as the value does. Raises ValueError beyond 64 bits."""
    if isinstance(part, str):
        return "=" + part.replace("\0", "\0\2")
    if not -_LOWEST <= part < _LOWEST:
        raise ValueError(f"{part} has more than 64 bits")
    return f"#{part + _LOWEST:020}"


@dataclass(frozen=True)
class Slot:
    """One declared index and the table's index that holds it."""

    name: str
    index: TableIndex
    partition: str
    sort: str
    tail: tuple[str, ...]
    """The attributes that order a partition: the sort attribute, then the key."""

    spread: int
    """Over how many partitions of the table's index the items of one value lie."""

    @property
    def attributes(self) -> tuple[str, str]:
        return self.partition, self.sort


class Layout:
    """How one collection lies in ``table``: names and key texts, no I/O."""

    def __init__(self, collection: Collection, table: Table) -> None:
        self.collection = collection
        self.table = table
        self.key = collection.key
        self.verbatim = own_keys(collection)
        self._derived = table.derived - (set(self.key) if self.verbatim else set())
        self._escaped = re.compile(f"_*({'|'.join(map(re.escape, sorted(self._derived)))})")
        self.native = table.name in NATIVE
        by_name = {index.name: index for index in table.indexes}
        self.slots = tuple(
            Slot(
                index.name,
                by_name[index.name] if self.native else table.indexes[position],
                index.partition,
                index.sort,
                tuple(dict.fromkeys((index.sort, *self.key))),
                index.spread,
            )
            for position, index in enumerate(collection.indexes)
        )

    def slot(self, name: str) -> Slot:
        """The index called ``name``. Raises KeyError if the collection declares none."""
        self.collection.index(name)
        return next(slot for slot in self.slots if slot.name == name)

    def stored(self, attribute: str) -> str:
        """The name under which an item's own attribute lies in the table."""
        return "_" + attribute if self._escaped.fullmatch(attribute) else attribute

    def own(self, stored: str) -> str | None:
        """The item's attribute of a stored name; None for what is derived."""
        if stored in self._derived:
            return None
        return stored[1:] if self._escaped.fullmatch(stored) else stored

    def parts(self, key: Any) -> tuple[_Part, ...]:
        """The values of a key. Raises ValueError if it is not one of this collection's."""
        return key_parts(self.collection, key)

    def parts_of(self, item: Mapping[str, Any]) -> tuple[_Part, ...]:
        return self.parts(tuple(item.get(attribute) for attribute in self.key))

    def partition(self, part: _Part) -> str:
        """The partition key. Raises Invalid if it is too long or empty."""
        if self.verbatim:
            return _fits(self._native_text(part), MAX_PARTITION, self.key[0])
        return _fits(f"{self.collection.name}#{text(part)}", MAX_PARTITION, self.key[0])

    def sort(self, part: _Part) -> str:
        """The sort key of a value of the second key attribute."""
        made = self._native_text(part) if self.verbatim else text(part)
        return _fits(made, MAX_SORT, self.key[-1])

    def _native_text(self, part: _Part) -> str:
        if not isinstance(part, str):
            raise ValueError(f"a key of {self.collection.name} must be text")
        return part

    def table_key(self, parts: tuple[_Part, ...]) -> dict[str, str]:
        """The table's key attributes of the item with this key."""
        made = {self.table.partition: self.partition(parts[0])}
        if self.table.sort is not None:
            made[self.table.sort] = self.sort(parts[1]) if len(parts) == 2 else "-"
        return made

    def slot_partition(self, slot: Slot, part: _Part, shard: int) -> str:
        """The partition key in an index, of one of the ``slot.spread`` shards of a value."""
        number = str(shard) if slot.spread > 1 else ""
        name = f"{self.collection.name}#{number}{text(part)}"
        return _fits(name, MAX_PARTITION, slot.partition)

    def shard(self, slot: Slot, item: Mapping[str, Any]) -> int:
        """The shard that holds ``item``."""
        if slot.spread == 1:
            return 0
        parts = self.parts_of(item)
        return zlib.crc32(SEPARATOR.join(map(text, parts)).encode()) % slot.spread

    def slot_sort(self, slot: Slot, values: Iterable[_Part]) -> str:
        """The sort key of an item in an index, of the values of ``slot.tail``."""
        return _fits(SEPARATOR.join(map(text, values)) + SEPARATOR, MAX_SORT, slot.sort)

    def slot_keys(self, slot: Slot, item: Mapping[str, Any]) -> dict[str, str] | None:
        """The index's key attributes of ``item``; None if the item is not in it."""
        values = [item.get(attribute) for attribute in (slot.partition, *slot.tail)]
        if values[0] is None or values[1] is None:
            return None
        return {
            slot.index.partition: self.slot_partition(slot, values[0], self.shard(slot, item)),
            slot.index.sort: self.slot_sort(slot, values[1:]),  # type: ignore[arg-type]
        }

    def checked(self, attribute: str, value: Any) -> Any:
        """``value`` if an index may hold it: text, integer or None. Raises ValueError."""
        if value is None or type(value) is str or type(value) is int:
            return value
        raise ValueError(f"{self.collection.name}.{attribute} must be text or an integer")

    def derive(self, item: Mapping[str, Any]) -> dict[str, str | int]:
        """All derived attributes of ``item``. Raises ValueError where a key or index is amiss."""
        made: dict[str, str | int] = {**self.table_key(self.parts_of(item)), **self.constants()}
        for slot in self.slots:
            for attribute in slot.attributes:
                self.checked(attribute, item.get(attribute))
            made |= self.slot_keys(slot, item) or {}
        end = None if self.collection.ttl is None else item.get(self.collection.ttl)
        if self.checked("ttl", end) is not None and isinstance(end, int):
            made[self.table.ttl] = end
        return made

    def constants(self) -> dict[str, str]:
        """What every item of the collection has: its name, where keys do not tell it."""
        return {KIND: self.collection.name} if self.native else {}


def _fits(key: str, most: int, attribute: str) -> str:
    if not key:
        raise Invalid.field(attribute, "must not be empty")
    if len(key) * 4 > most and len(key.encode()) > most:
        raise Invalid.field(attribute, f"makes a key of more than {most} bytes")
    return key
