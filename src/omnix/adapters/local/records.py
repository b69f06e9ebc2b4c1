"""Collections of items in SQLite. Events of a batch commit with it, into the bus's own log."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import apsw

from omnix.adapters.local import ranges, remembered
from omnix.adapters.local.database import Database
from omnix.adapters.local.group import Group, Need, store
from omnix.adapters.local.log import SCHEMA, TOPIC, prepared
from omnix.adapters.local.remembered import Remembered
from omnix.adapters.local.tables import INDEXED, Table, create, decode
from omnix.kit.declare import Collection
from omnix.kit.errors import ConditionFailed, Unavailable
from omnix.kit.events import Event
from omnix.kit.paging import Page, encode_cursor
from omnix.ports import (
    MAX_BATCH,
    Clock,
    Condition,
    Delete,
    Item,
    Key,
    Operation,
    Put,
    Update,
    check_sizes,
    check_update,
    holds,
    key_parts,
    keys_parts,
)

CHUNK = 1000
SWEEP_SECONDS = 60.0

# An operation's type, and of a Put the row in place of the operation.
_Step = tuple[type[Operation], Table, tuple[Any, ...], tuple[Condition, ...], Any]


class LocalRecords:
    """Records of the declared ``collections`` in ``database``.

    Another collection than these is a KeyError. Beginning twice on one file is safe, also
    from several processes.
    """

    def __init__(self, database: Database, collections: Iterable[Collection], clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._tables = {c.name: Table(c) for c in collections}
        self._ttl = [table for table in self._tables.values() if table.ttl is not None]
        self._swept = 0.0
        self._sweeping = not self._ttl
        self._remembered = Remembered(database)
        database.transact(self._create)

    def _create(self, connection: apsw.Connection) -> None:
        connection.execute(SCHEMA)
        create(connection, self._tables.values())
        remembered.create(connection, self._tables.values())

    async def get(self, collection: Collection, key: Key) -> Item | None:
        table = self._tables[collection.name]
        parts = key_parts(table.collection, key)
        return self._get_remembered(table, parts) if table.remembered else self._get(table, parts)

    def _get(self, table: Table, key: tuple[Any, ...]) -> Item | None:
        found = self._database.select(table.find, key)
        if not found:
            return None
        item: Item = decode(found[0][0])
        if table.ttl is not None and not table.alive(item, self._time()):
            return None
        return item

    def _get_remembered(self, table: Table, key: tuple[Any, ...]) -> Item | None:
        kept = self._remembered.of(table)
        body = kept.get(key)
        if body is None:
            found = self._database.select(table.find, key)
            if not found:
                return None
            body = found[0][0]
            self._remembered.keep(kept, key, body)
        item: Item = decode(body)
        return item

    async def get_many(self, collection: Collection, keys: Sequence[Key]) -> list[Item | None]:
        table = self._tables[collection.name]
        wanted = keys_parts(table.collection, keys)
        if not table.remembered:
            found = {key: decode(body) for key, body in self._bodies(table, wanted)}
            if table.ttl is not None:
                now = self._time()
                found = {key: item for key, item in found.items() if table.alive(item, now)}
            return [found.get(key) for key in wanted]
        kept = self._remembered.of(table)
        bodies: list[bytes | None] = [kept.get(key) for key in wanted]
        if None in bodies:
            # All of them, so that they are of one moment.
            read = dict(self._bodies(table, wanted))
            for key, body in read.items():
                self._remembered.keep(kept, key, body)
            bodies = [read.get(key) for key in wanted]
        return [None if body is None else decode(body) for body in bodies]

    def _bodies(
        self, table: Table, wanted: Sequence[tuple[Any, ...]]
    ) -> list[tuple[tuple[Any, ...], bytes]]:
        """Of those that there are, by one statement: each gives up the interpreter lock."""
        if not wanted:
            return []
        one = "(" + ",".join("?" * len(table.key)) + ")"
        sql = f"{table.among}{','.join([one] * len(wanted))})"
        rows = self._database.select(sql, tuple(itertools.chain.from_iterable(wanted)))
        return [(tuple(row[2:]), row[1]) for row in rows]

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
        if limit < 1:
            raise ValueError("limit must be at least 1")
        table = self._tables[collection.name]
        order = ranges.order_of(table.collection, index)
        span = ranges.span(low, high, prefix, order.sort is not None)
        now = self._time() if table.ttl is not None else None
        sql, parameters = ranges.statement(
            table, order, partition, span, newest_first, cursor, limit + 1, now
        )
        items: list[Item] = [decode(row[0]) for row in self._database.select(sql, parameters)]
        if len(items) <= limit:
            return Page(items)
        del items[limit:]
        last = items[-1]
        return Page(items, encode_cursor([last[attribute] for attribute in order.tail]))

    async def write(self, operations: Sequence[Operation], events: Sequence[Event] = ()) -> None:
        if len(operations) + len(events) > MAX_BATCH:
            raise ValueError(f"at most {MAX_BATCH} operations and events at a time")
        tables = self._tables
        steps: list[_Step] = []
        named: set[Need] = set()
        needs: list[Need] = []
        sizes: list[int] = []
        for op in operations:
            table = tables[op.collection.name]
            what: Any = op
            if isinstance(op, Put):
                what = table.row(op.item)
                key = what[: table.parts]
                sizes.append(len(what[-1]))
            else:
                key = key_parts(op.collection, op.key)
                if isinstance(op, Update):
                    check_update(op.collection, op)
            need = (table, key)
            named.add(need)
            kind, when = type(op), op.when
            if when or kind is Update:
                needs.append(need)
            steps.append((kind, table, key, when, what))
        if len(named) != len(steps):
            raise ValueError("a batch may name each key once")
        check_sizes(sizes)
        rows = prepared(events) if events else []
        await self._database.submit(
            lambda group: self._apply(group, steps, rows), TOPIC if rows else "", needs
        )
        if not self._sweeping and abs(self._time() - self._swept) > SWEEP_SECONDS:
            self._sweep_some()

    def _apply(
        self, group: Group, steps: list[_Step], rows: list[tuple[Any, ...]]
    ) -> Exception | None:
        """Read and judge everything first, so that a refusal leaves nothing to undo."""
        failed: list[int] = []
        changed: list[tuple[Table, tuple[Any, ...], dict[str, Any]]] = []
        for position, (kind, table, key, when, what) in enumerate(steps):
            if not when and kind is not Update:
                continue
            item = group.read(table, key)
            if item is not None and table.ttl is not None and not table.alive(item, self._time()):
                item = None
            for condition in when:
                if not holds(condition, item):
                    failed.append(position)
                    break
            else:
                if kind is Update:
                    try:
                        changed.append((table, key, _updated(table, key, what, item)))
                    except ValueError as error:
                        return error
        if failed:
            return ConditionFailed(failed)
        for kind, table, key, _, what in steps:
            if kind is Put:
                group.put(table, key, what)
            elif kind is Delete:
                group.delete(table, key)
        for table, key, new in changed:
            group.change(table, key, new)
        if rows:
            group.append(rows)
        return None

    def _sweep_some(self) -> None:
        """Ask the writer thread to remove some of what is past its time, now and then."""
        self._sweeping = True

        def swept(removed: "asyncio.Future[Any]") -> None:
            self._sweeping = False
            if not removed.cancelled():
                removed.exception()  # the next write asks again

        # The write that asks is done; a database that closes is no fault of it.
        with contextlib.suppress(Unavailable):
            self._database.submit(self._sweep, long=True).add_done_callback(swept)

    async def load(self, collection: Collection, items: Iterable[Item]) -> int:
        table = self._tables[collection.name]
        rest = iter(items)
        row = table.row

        def take() -> list[tuple[Any, ...]]:
            return [row(item) for item in itertools.islice(rest, CHUNK)]

        def storing(rows: list[tuple[Any, ...]]) -> Callable[[Group], None]:
            def work(group: Group) -> None:
                connection = group.direct()
                store(connection, table.insert, table.marks, table.replace, rows)
                if table.remembered:
                    connection.execute(table.count, (collection.name,))

            return work

        count = 0
        # While one chunk is written, the next is made; no more than that is held in memory.
        under_way: asyncio.Future[Any] | None = None
        try:
            while rows := await asyncio.to_thread(take):
                if under_way is not None:
                    await under_way
                under_way = self._database.submit(storing(rows), long=True)
                count += len(rows)
        finally:
            if under_way is not None:
                await under_way
        return count

    async def scan(self, collection: Collection) -> AsyncIterator[Sequence[Item]]:
        table = self._tables[collection.name]
        after = -1
        while True:
            rows = self._database.select(table.scan, (after, 500))
            if not rows:
                return
            after = rows[-1][0]
            now = self._time()
            items = [item for _, body in rows if table.alive(item := decode(body), now)]
            if items:
                yield items
            await asyncio.sleep(0)

    async def sweep(self) -> int:
        """Remove all items past their time to live; returns how many."""
        count = 0
        while (removed := await self._database.submit(self._sweep, long=True)) > 0:
            count += removed
        return count

    def _sweep(self, group: Group) -> int:
        now = self._time()
        connection = group.direct()
        before = connection.total_changes()
        for table in self._ttl:
            connection.execute(table.sweep, (now,))
        removed = connection.total_changes() - before
        if removed == 0:
            self._swept = now
        return removed

    def _time(self) -> float:
        return self._clock.now().timestamp()


def _updated(
    table: Table, key: tuple[Any, ...], op: Update, item: dict[str, Any] | None
) -> dict[str, Any]:
    """The item as changed, as a new dictionary."""
    new = dict(zip(table.key, key, strict=True)) if item is None else item.copy()
    for attribute, amount in op.add.items():
        value = new.get(attribute)
        if value is None:
            value = 0
        elif type(value) is not int and type(value) is not float:
            raise ValueError(f"{attribute} is no number")
        new[attribute] = value + amount
    new.update(op.set)
    for attribute in table.extra:
        if type(new.get(attribute)) not in INDEXED:
            raise ValueError(f"{table.collection.name}.{attribute} must be text or an integer")
    return new
