"""Collections of items in DynamoDB."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, code, pause, refused
from omnix.adapters.aws.expressions import Terms, alive, update
from omnix.adapters.aws.items import Wire, decode, encode, plain, wire
from omnix.adapters.aws.layout import Layout
from omnix.adapters.aws.outbox import Outbox
from omnix.adapters.aws.own import OUTBOX, OWN
from omnix.adapters.aws.ranges import Order
from omnix.adapters.aws.runs import Run, taken
from omnix.adapters.aws.tables import KIND, physical
from omnix.adapters.aws.transactions import Step, Transaction, step
from omnix.kit.declare import Collection
from omnix.kit.errors import ConditionFailed, Invalid, Unavailable
from omnix.kit.events import Event
from omnix.kit.paging import Page, encode_cursor
from omnix.ports import (
    MAX_BATCH,
    Clock,
    Delete,
    Item,
    Key,
    Operation,
    Put,
    Tell,
    Update,
    check_grows,
    check_sizes,
    claimed_by_writes,
    keys_parts,
)

ATTEMPTS = 40
"""How often a batch is tried that loses against others; about eight seconds of pauses."""

LOAD_CHUNK = 25
LOADERS = 4
SEGMENTS = 4


class AwsRecords:
    """Records of the declared ``collections`` in the tables that ``name`` names.

    ``name`` maps a table of ``tables.physical`` to what it is called in the account. Another
    collection than these is a KeyError.
    """

    def __init__(
        self,
        calls: Calls,
        collections: Iterable[Collection],
        clock: Clock,
        name: Callable[[str], str],
    ) -> None:
        declared = (*collections, *OWN)
        tables = physical(declared)
        self.calls = calls
        self._clock = clock
        self._name = name
        self._layouts = {c.name: Layout(c, tables[c.table]) for c in declared}
        self._outbox = Outbox(self, self._layouts[OUTBOX.name], clock)

    def layout(self, collection: Collection) -> Layout:
        return self._layouts[collection.name]

    async def get(self, collection: Collection, key: Key) -> Item | None:
        layout = self._layouts[collection.name]
        answer = await self._call(
            "get_item",
            TableName=self._name(collection.table),
            Key=_wired(layout.table_key(layout.parts(key))),
            ConsistentRead=True,
        )
        return self._alive(layout, answer.get("Item"))

    def _alive(self, layout: Layout, stored: Wire | None) -> dict[str, Any] | None:
        """The item, unless it is absent or its time has come."""
        if stored is None:
            return None
        item = decode(layout, stored)
        ttl = layout.collection.ttl
        end = None if ttl is None else item.get(ttl)
        return None if end is not None and end <= self._time() else item

    async def get_many(self, collection: Collection, keys: Sequence[Key]) -> list[Item | None]:
        layout = self._layouts[collection.name]
        wanted = [layout.table_key(parts) for parts in keys_parts(collection, keys)]
        table = self._name(collection.table)
        distinct = list({tuple(key.values()): _wired(key) for key in wanted}.values())
        rest: Any = {table: {"Keys": distinct, "ConsistentRead": True}} if keys else {}
        found: dict[tuple[str, ...], Wire] = {}
        for attempt in itertools.count():
            if not rest:
                break
            answer = await self._call("batch_get_item", RequestItems=rest)
            for stored in answer["Responses"].get(table, ()):
                found[tuple(stored[name]["S"] for name in wanted[0])] = stored
            rest = answer.get("UnprocessedKeys")
            await self._left(rest, attempt)
        return [self._alive(layout, found.get(tuple(key.values()))) for key in wanted]

    async def _left(self, rest: Any, attempt: int) -> None:
        """Wait before what the tables had no capacity for is asked again."""
        if rest:
            if attempt >= ATTEMPTS:
                raise Unavailable("the table has no capacity left")
            await asyncio.sleep(pause(attempt))

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
        layout = self._layouts[collection.name]
        order = Order(layout, None if index is None else layout.slot(index))
        bounds = order.bounds(low, high, prefix)
        if bounds is None:
            return Page([])
        ends = layout.collection.ttl is not None
        read: dict[str, Any] = {"TableName": self._name(collection.table)}
        read |= {"IndexName": order.slot.index.name} if order.slot else {"ConsistentRead": True}
        runs = []
        for shard in order.shards:
            terms = Terms()
            condition = order.condition(terms, partition, shard, bounds)
            request = terms.request(
                KeyConditionExpression=condition,
                FilterExpression=alive(terms, layout, self._time()) if ends else None,
            )
            request |= {
                "TableName": self._name(collection.table),
                "ScanIndexForward": not newest_first,
                **(
                    {"IndexName": order.slot.index.name} if order.slot else {"ConsistentRead": True}
                ),
            }
            start = None
            if cursor is not None:
                start = _wired(order.start(partition, shard, cursor, bounds))
            runs.append(Run(self._call, request, start))
        sort = order.slot.index.sort if order.slot else ""
        stored = await taken(runs, limit + 1, sort, newest_first=newest_first)
        items: list[Item] = [decode(layout, one) for one in stored]
        if len(items) <= limit:
            return Page(items)
        del items[limit:]
        last = items[-1]
        return Page(items, encode_cursor([last[attribute] for attribute in order.tail]))

    async def write(self, operations: Sequence[Operation], events: Sequence[Event] = ()) -> None:
        """As the port says. Unavailable also if too many others change the same items."""
        if len(operations) + len(events) > MAX_BATCH:
            raise ValueError(f"at most {MAX_BATCH} operations and events at a time")
        check_sizes([len(msgspec.json.encode(op.item)) for op in operations if isinstance(op, Put)])
        for op in operations:
            check_grows(op)
        steps = [step(self._layouts[op.collection.name], op) for op in operations]
        if len({one.place for one in steps}) != len(steps):
            raise ValueError("a batch may name each key once")
        if not steps and not events:
            return
        if len(steps) == 1 and not events and await self._alone(steps[0]):
            return
        transaction = Transaction(self.calls, self._name, self._time)
        await transaction.read([one for one in steps if one.unknown])
        for attempt in range(ATTEMPTS):
            posts = await self._outbox.steps(events)
            outcome = await transaction.attempt([*steps, *posts])
            if outcome.done:
                self._outbox.posted(posts)
                return
            self._outbox.forget([posts[n - len(steps)] for n in outcome.failed if n >= len(steps)])
            failed = [n for n in outcome.failed if n < len(steps)]
            if failed and (not outcome.contended or attempt == ATTEMPTS - 1):
                raise ConditionFailed(failed)
            await transaction.read([steps[n] for n in outcome.amiss])
            if outcome.contended:
                await asyncio.sleep(pause(attempt))
        raise Unavailable("too many others change the same items")

    async def _alone(self, one: Step) -> bool:
        """Write a single step that may be repeated without harm, at half the price."""
        op, layout = one.op, one.layout
        if op.when or not isinstance(op, (Put, Delete)):
            return False
        table = self._name(layout.table.name)
        if isinstance(op, Put):
            await self._call("put_item", TableName=table, Item=one.item)
        else:
            await self._call("delete_item", TableName=table, Key=_wired(one.key))
        return True

    async def claim(
        self, collection: Collection, keys: Sequence[str], end: int, tell: Tell
    ) -> list[int]:
        return await claimed_by_writes(self, collection, keys, end, tell)

    async def count(
        self, collection: Collection, key: Key, attribute: str, also: Item | None = None
    ) -> int:
        """Add one to a number and return it; no two callers get the same. ``also`` is set with it.

        For numbers that may have gaps: a repetition after a lost answer counts again.
        """
        layout = self._layouts[collection.name]
        op = Update(collection, key, {attribute: 1}, set=also or {})
        terms = Terms()
        expression, _ = update(terms, layout, layout.parts(key), op, {}, frozenset())
        answer = await self._call(
            "update_item",
            TableName=self._name(collection.table),
            Key=_wired(layout.table_key(layout.parts(key))),
            ReturnValues="UPDATED_NEW",
            **terms.request(UpdateExpression=expression),
        )
        return int(plain(answer["Attributes"][layout.stored(attribute)]))

    async def load(self, collection: Collection, items: Iterable[Item]) -> int:
        layout = self._layouts[collection.name]
        rest = iter(items)

        def take() -> list[Wire]:
            """Items to store together; of those with one key the last."""
            by_key: dict[tuple[str, ...], Wire] = {}
            for item in itertools.islice(rest, LOAD_CHUNK):
                made = encode(layout, item)
                by_key[tuple(layout.table_key(layout.parts_of(item)).values())] = made
                counted[0] += 1
            return list(by_key.values())

        counted = [0]
        under_way: set[asyncio.Task[None]] = set()
        try:
            while chunk := await asyncio.to_thread(take):
                if len(under_way) >= LOADERS:
                    done, under_way = await asyncio.wait(
                        under_way, return_when=asyncio.FIRST_COMPLETED
                    )
                    for task in done:
                        task.result()
                under_way.add(asyncio.create_task(self._store(collection, chunk)))
        finally:
            await asyncio.gather(*under_way)
        return counted[0]

    async def _store(self, collection: Collection, chunk: list[Wire]) -> None:
        rest: Any = {self._name(collection.table): [{"PutRequest": {"Item": i}} for i in chunk]}
        for attempt in itertools.count():
            answer = await self._call("batch_write_item", RequestItems=rest)
            rest = answer.get("UnprocessedItems")
            if not rest:
                return
            await self._left(rest, attempt)

    async def scan(self, collection: Collection) -> AsyncIterator[Sequence[Item]]:
        layout = self._layouts[collection.name]
        terms = Terms()
        if layout.native:
            mine = f"{terms.name(KIND)} = {terms.value(wire(collection.name))}"
        else:
            begin = terms.value(wire(f"{collection.name}#"))
            mine = f"begins_with({terms.name(layout.table.partition)}, {begin})"
        if collection.ttl is not None:
            mine += f" AND {alive(terms, layout, self._time())}"
        request = terms.request(FilterExpression=mine)

        def page(segment: int, start: Wire | None) -> asyncio.Task[tuple[int, dict[str, Any]]]:
            async def read() -> tuple[int, dict[str, Any]]:
                more = {} if start is None else {"ExclusiveStartKey": start}
                answer = await self._call(
                    "scan",
                    TableName=self._name(collection.table),
                    ConsistentRead=True,
                    Segment=segment,
                    TotalSegments=SEGMENTS,
                    **request,
                    **more,
                )
                return segment, answer

            return asyncio.create_task(read())

        under_way = {page(segment, None) for segment in range(SEGMENTS)}
        try:
            while under_way:
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    segment, answer = task.result()
                    if answer.get("LastEvaluatedKey"):
                        under_way.add(page(segment, answer["LastEvaluatedKey"]))
                    if answer["Items"]:
                        yield [decode(layout, stored) for stored in answer["Items"]]
        finally:
            for task in under_way:
                task.cancel()

    async def _call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        try:
            return await self.calls.call("dynamodb", operation, **parameters)
        except ClientError as error:
            if code(error) == "ValidationException":
                raise Invalid(f"the table refuses this: {error}") from error
            raise refused(error, "the table cannot be used") from error

    def _time(self) -> float:
        return self._clock.now().timestamp()


def _wired(key: Mapping[str, str]) -> Wire:
    return {name: {"S": value} for name, value in key.items()}
