"""The key condition for one page of a partition, and where the page begins."""

from dataclasses import dataclass

from omnix.adapters.aws.expressions import Terms
from omnix.adapters.aws.layout import AFTER, SEPARATOR, Layout, Slot, text
from omnix.kit.errors import Invalid
from omnix.kit.paging import decode_cursor


@dataclass(frozen=True)
class Bounds:
    """Key texts that bound the sort key, both included; or what it begins with."""

    low: str | None = None
    high: str | None = None
    prefix: str | None = None


class Order:
    """The order of a collection's key, or of the index in ``slot``."""

    def __init__(self, layout: Layout, slot: Slot | None) -> None:
        self.layout = layout
        self.slot = slot
        self.tail = slot.tail if slot else layout.key[1:] or layout.key
        self._sorted = slot is not None or len(layout.key) == 2

    def bounds(
        self, low: str | int | None, high: str | int | None, prefix: str | None
    ) -> Bounds | None:
        """Raises ValueError for bounds where nothing is sorted, or a prefix with other bounds.

        None if nothing can lie between ``low`` and ``high``, which DynamoDB takes for an error.
        """
        if low is None and high is None and prefix is None:
            return Bounds()
        if not self._sorted:
            raise ValueError("this collection has no sort attribute to bound")
        if prefix is not None:
            if low is not None or high is not None:
                raise ValueError("give a prefix or low and high, not both")
            return Bounds(prefix=self._text(prefix) or None)
        # What equals the upper bound goes on with the item's key.
        end = SEPARATOR + AFTER if self.slot else ""
        lowest = None if low is None else self._text(low)
        highest = None if high is None else self._text(high) + end
        if lowest is not None and highest is not None and lowest > highest:
            return None
        return Bounds(lowest, highest)

    def _text(self, value: str | int) -> str:
        if self.slot is None and self.layout.verbatim:
            return str(value)
        return text(value)

    @property
    def shards(self) -> range:
        """The numbers of the shards that one partition's items lie in."""
        return range(self.slot.spread if self.slot else 1)

    def condition(self, terms: Terms, partition: str | int, shard: int, bounds: Bounds) -> str:
        """The key condition of one shard of ``partition`` within ``bounds``."""
        layout, slot = self.layout, self.slot
        if slot is not None:
            name, sort = slot.index.partition, slot.index.sort
            key = layout.slot_partition(slot, partition, shard)
        else:
            name, sort = layout.table.partition, layout.table.sort or ""
            key = layout.partition(partition)
        made = [f"{terms.name(name)} = {terms.value({'S': key})}"]

        def mark(value: str) -> str:
            return terms.value({"S": value})

        if bounds.prefix is not None:
            made.append(f"begins_with({terms.name(sort)}, {mark(bounds.prefix)})")
        elif bounds.low is not None and bounds.high is not None:
            made.append(f"{terms.name(sort)} BETWEEN {mark(bounds.low)} AND {mark(bounds.high)}")
        elif bounds.low is not None:
            made.append(f"{terms.name(sort)} >= {mark(bounds.low)}")
        elif bounds.high is not None:
            made.append(f"{terms.name(sort)} <= {mark(bounds.high)}")
        return " AND ".join(made)

    def start(
        self, partition: str | int, shard: int, cursor: str, bounds: Bounds
    ) -> dict[str, str]:
        """The key behind which the page begins in a shard; an item need not be there.

        Raises Invalid for a cursor that is not of this list.
        """
        layout, slot = self.layout, self.slot
        position = dict(zip(self.tail, decode_cursor(cursor, len(self.tail)), strict=True))
        try:
            if slot is None:
                parts = (
                    (partition, position[self.tail[0]]) if len(layout.key) == 2 else (partition,)
                )
                key = layout.table_key(parts)
                at = key[layout.table.sort] if layout.table.sort else ""
            else:
                # The partition's own attribute may be a part of the key, or of what sorts.
                given = {slot.partition: partition, **position}
                key = layout.table_key(tuple(given[attribute] for attribute in layout.key))
                at = layout.slot_sort(slot, [given[attribute] for attribute in slot.tail])
                key |= {slot.index.partition: layout.slot_partition(slot, partition, shard)}
                key |= {slot.index.sort: at}
        except ValueError as error:
            raise Invalid.field("cursor", "is not one that this list returned") from error
        outside = (
            (bounds.low is not None and at < bounds.low)
            or (bounds.high is not None and at > bounds.high)
            or (bounds.prefix is not None and not at.startswith(bounds.prefix))
        )
        if outside:
            raise Invalid.field("cursor", "is not one that this list returned")
        return key
