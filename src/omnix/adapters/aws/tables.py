"""Which DynamoDB tables there are, and how a declared collection lies in its table.

Four tables have the keys that their names are known for; a collection called as such a table
keeps its key attributes as they are, any other in it has its name put before them. The other
tables are alike: ``pk`` and ``sk`` are text, and five indexes are shared by the collections, so
that another collection or index needs no other table. A collection's n-th index is the table's
n-th: append to a collection's indexes, never insert.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from omnix.kit.declare import Collection

OUTBOX = "outbox"
TABLES = (
    "auth", "customers", "orders", "inventory", "recommendations", "experiments", "models",
    "realtime", OUTBOX, "system", "products", "historical-data", "forecasts", "alerts",
)  # fmt: skip
SHARED_INDEXES = 5
TTL = "ttl"
KIND = "collection"
NATIVE: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "products": (("id",), ("category-index", "sku-index")),
    "historical-data": (("product_id", "date"), ()),
    "forecasts": (("product_id", "forecast_date"), ("forecast-date-index",)),
    "alerts": (("id",), ("priority-created-index",)),
}


@dataclass(frozen=True)
class TableIndex:
    """A global secondary index of all attributes; both its keys are text."""

    name: str
    partition: str
    sort: str


@dataclass(frozen=True)
class Table:
    """A table whose keys are text. ``stream``: changes are streamed with the new image."""

    name: str
    partition: str
    sort: str | None
    indexes: tuple[TableIndex, ...]
    ttl: str = TTL
    stream: bool = False

    @property
    def derived(self) -> frozenset[str]:
        """The attributes that are not an item's own."""
        names = {self.partition, self.ttl, KIND}
        names |= {self.sort} if self.sort else set()
        for index in self.indexes:
            names |= {index.partition, index.sort}
        return frozenset(names)


def physical(collections: Iterable[Collection]) -> dict[str, Table]:
    """Every table by name: the fourteen, and whatever others ``collections`` name.

    Raises ValueError for a collection that its table cannot hold.
    """
    by_table: dict[str, list[Collection]] = {name: [] for name in TABLES}
    for collection in collections:
        by_table.setdefault(collection.table, []).append(collection)
    return {name: _table(name, members) for name, members in by_table.items()}


def _table(name: str, members: list[Collection]) -> Table:
    if name not in NATIVE:
        many = max([SHARED_INDEXES, *(len(member.indexes) for member in members)])
        return Table(
            name,
            "pk",
            "sk",
            tuple(TableIndex(f"gsi{n}", f"gsi{n}pk", f"gsi{n}sk") for n in range(1, many + 1)),
            stream=name == OUTBOX,
        )
    key, known = NATIVE[name]
    for member in members:
        if len(member.key) > len(key):
            raise ValueError(f"{member.name} has a sort attribute, its table {name} has none")
        if own_keys(member) and member.key != key:
            raise ValueError(f"the key of {member.name} must be that of its table: {key}")
    names = dict.fromkeys([*known, *(i.name for member in members for i in member.indexes)])
    return Table(
        name,
        key[0],
        key[1] if len(key) == 2 else None,
        tuple(TableIndex(one, f"{one}-pk", f"{one}-sk") for one in names),
    )


def own_keys(collection: Collection) -> bool:
    """Whether the collection's key attributes are those of its table."""
    return collection.table in NATIVE and collection.name == collection.table.replace("-", "_")
