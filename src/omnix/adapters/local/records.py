"""Collections of items in SQLite. Events of a batch commit with it, into the bus's own log."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

import apsw

from omnix.adapters.local import claims, ranges, remembered
from omnix.adapters.local.claims import Claims
from omnix.adapters.local.database import Database
from omnix.adapters.local.filing import Filing
from omnix.adapters.local.group import Group, Need, Row, Stored, store
from omnix.adapters.local.latest import KeyParts
from omnix.adapters.local.log import SCHEMA, TOPIC, prepared
from omnix.adapters.local.marks import BYTES, marks_of
from omnix.adapters.local.remembered import UNKNOWN, Remembered
from omnix.adapters.local.tables import INDEXED, Table, create, decode
from omnix.kit.declare import Collection
from omnix.kit.errors import ConditionFailed, Unavailable
from omnix.kit.events import Event
from omnix.kit.paging import Page, encode_cursor
from omnix.kit.trace import producer
from omnix.ports import (
    MAX_BATCH,
    Clock,
    Condition,
    Delete,
    Item,
    Key,
    Operation,
    Put,
    Tell,
    Update,
    check_grows,
    check_sizes,
    check_update,
    holds,
    key_parts,
    keys_parts,
)

CHUNK = 1000
SWEEP_SECONDS = 60.0

# What is looked at before anything is written: at which position, and how it is to change.
_Judged = tuple[int, Table, KeyParts, tuple[Condition, ...], Update | None]


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
        self._claims = Claims(database)
        self._filing = Filing(database, self._tables.values())
        database.transact(self._create)

    def _create(self, connection: apsw.Connection) -> None:
        connection.execute(SCHEMA)
        connection.execute(claims.SCHEMA)
        create(connection, self._tables.values())
        remembered.create(connection, self._tables.values())
        self._filing.begin(connection)

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
        item = kept.get(key, UNKNOWN)
        if item is UNKNOWN:
            found = self._database.select(table.find, key)
            return self._remembered.keep(kept, key, found[0][0] if found else None)
        shared: Item | None = decode(item) if type(item) is bytes else item
        return shared

    async def get_many(self, collection: Collection, keys: Sequence[Key]) -> list[Item | None]:
        table = self._tables[collection.name]
        wanted = keys_parts(table.collection, keys)
        items: list[Any]
        if not table.remembered:
            items = [body and decode(body) for body in self._bodies(table, wanted)]
            if table.ttl is not None:
                now = self._time()
                items = [item if item and table.alive(item, now) else None for item in items]
            return items
        kept = self._remembered.of(table)
        items = [kept.get(key, UNKNOWN) for key in wanted]
        missing = [place for place, item in enumerate(items) if item is UNKNOWN]
        if missing:
            bodies = self._bodies(table, [wanted[place] for place in missing])
            if self._remembered.of(table, again=True) is not kept:
                # Something changed meanwhile: all of them anew, so that they are of one moment.
                kept, missing = self._remembered.of(table), list(range(len(wanted)))
                bodies = self._bodies(table, wanted)
            for place, body in zip(missing, bodies, strict=True):
                items[place] = self._remembered.keep(kept, wanted[place], body)
        if bytes in map(type, items):
            return [decode(item) if type(item) is bytes else item for item in items]
        return items

    def _bodies(self, table: Table, wanted: Sequence[tuple[Any, ...]]) -> list[bytes | None]:
        """In their order, by one statement: each gives up the interpreter lock."""
        if not wanted:
            return []
        if table.tail:
            each = [self._database.select(table.find, key) for key in wanted]
            return [rows[0][0] if rows else None for rows in each]
        one = "(" + ",".join("?" * len(table.key)) + ")"
        sql = f"{table.each}{','.join([one] * len(wanted))}{table.of_each}"
        rows = self._database.select(sql, tuple(itertools.chain.from_iterable(wanted)))
        return [body for (body,) in rows]

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
        judged: list[_Judged] = []
        stored: list[Stored] = []
        needs: list[Need] = []
        named: set[Need] = set()
        sizes: list[int] = []
        for position, op in enumerate(operations):
            table = tables[op.collection.name]
            change: Update | None = None
            if isinstance(op, Put):
                row = table.row(op.item)
                key = row[: table.parts]
                sizes.append(len(row[-1]))
                stored.append((table, key, row))
            else:
                check_grows(op)
                key = key_parts(op.collection, op.key)
                if isinstance(op, Update):
                    check_update(op.collection, op)
                    change = op
                elif isinstance(op, Delete):
                    stored.append((table, key, None))
            need = table, key
            named.add(need)
            if change is not None or op.when:
                check_grows(op)
                needs.append(need)
                judged.append((position, table, key, op.when, change))
        if len(named) != len(operations):
            raise ValueError("a batch may name each key once")
        check_sizes(sizes)
        rows = prepared(events) if events else []
        caused = producer() if rows else ""
        await self._database.submit(
            lambda group: self._apply(group, judged, stored, rows, caused),
            TOPIC if rows else "",
            needs,
        )
        self._sweep_now_and_then()
        self._filing.look()

    def _apply(
        self,
        group: Group,
        judged: list[_Judged],
        stored: list[Stored],
        rows: list[Row],
        caused: str,
    ) -> Exception | None:
        """Read and judge everything first, so that a refusal leaves nothing to undo."""
        failed: list[int] = []
        changed: list[tuple[Table, KeyParts, dict[str, Any]]] = []
        for position, table, key, when, change in judged:
            item = group.read(table, key)
            if item is not None and table.ttl is not None and not table.alive(item, self._time()):
                item = None
            for condition in when:
                if not holds(condition, item):
                    failed.append(position)
                    break
            else:
                if change is not None:
                    try:
                        changed.append((table, key, _updated(table, key, change, item)))
                    except ValueError as error:
                        return error
        if failed:
            return ConditionFailed(failed)
        group.replace(stored)
        group.change(changed)
        if rows:
            group.append(rows, caused)
        return None

    async def claim(
        self, collection: Collection, keys: Sequence[str], end: int, tell: Tell
    ) -> list[int]:
        """As the port says, in one commit with one event. No item of the collection shows it."""
        if not keys:
            return []
        if len(set(keys)) != len(keys):
            raise ValueError("a claim may name each key once")
        table = self._tables[collection.name]
        if not self._claims.made(table):
            await asyncio.to_thread(self._claims.make, table, int(self._time()))
        marks = marks_of(collection.name, keys)
        rows, caused = prepared([tell(range(len(keys)))]), producer()

        def work(group: Group) -> list[int]:
            known = self._claims.known(group, marks, int(self._time()))
            if not known:
                self._claims.take(group, marks, end)
                group.append(rows, caused)
                return known
            there = set(known)
            left = [n for n in range(len(keys)) if n not in there]
            if left:
                own = b"".join([marks[n * BYTES : (n + 1) * BYTES] for n in left])
                self._claims.take(group, own, end)
                group.append(prepared([tell(left)]), caused)
            return known

        found: list[int] = await self._database.submit(work, TOPIC)
        self._sweep_now_and_then()
        return found

    def _sweep_now_and_then(self) -> None:
        if not self._sweeping and abs(self._time() - self._swept) > SWEEP_SECONDS:
            self._sweep_some()

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
                if table.tail:
                    # What came before must not take the place of what is loaded.
                    connection.execute(table.file)
                    connection.execute(table.clear)
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
        # The tail first, and at once: what is filed while this runs comes up again in the table.
        waiting = self._database.select(table.all_waiting) if table.tail else []
        known = {row[1:] for row in waiting}
        for start in range(0, len(waiting), 500):
            yield [decode(row[0]) for row in waiting[start : start + 500]]
            await asyncio.sleep(0)
        after = -1
        while True:
            rows = self._database.select(table.scan, (after, 500))
            if not rows:
                return
            after = rows[-1][0]
            now = self._time()
            items = [item for _, body in rows if table.alive(item := decode(body), now)]
            if known:
                items = [item for item in items if tuple(item[a] for a in table.key) not in known]
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
        connection.execute(claims.SWEEP, (now,))
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
