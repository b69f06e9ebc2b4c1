"""One batch as a transaction: built, tried, and judged by what it was refused for."""

import asyncio
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import BUSY, Calls, code, refused
from omnix.adapters.aws.expressions import (
    Terms,
    alive,
    allowed,
    conditions,
    unknown,
    update,
)
from omnix.adapters.aws.items import Wire, check_size, decode, encode, wire
from omnix.adapters.aws.layout import Layout
from omnix.kit.errors import Invalid, TooLarge
from omnix.ports import Check, Delete, Operation, Put, Update, holds

_OTHERS = frozenset({"TransactionConflict", "ThrottlingError"})


@dataclass
class Step:
    """An operation, and what is known of the item that it meets.

    ``image`` holds what an update has to know of it, ``empty`` the numbers that are None, and
    ``ended`` the time that has come for an item which is stored but counts as absent.
    """

    op: Operation
    layout: Layout
    parts: tuple[str | int, ...]
    key: dict[str, str]
    item: Wire = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    image: dict[str, Any] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    ended: int | None = None
    learned: bool = False

    @property
    def place(self) -> tuple[str, tuple[str | int, ...]]:
        return self.layout.collection.name, self.parts

    def judge(self, stored: Wire | None, now: float) -> bool:
        """Whether the conditions hold for what is stored. Remembers it for another attempt."""
        item = self.learn(stored, now)
        return all(holds(condition, item) for condition in self.op.when)

    def learn(self, stored: Wire | None, now: float) -> dict[str, Any] | None:
        """The item as others see it. Raises ValueError if an update cannot add to it."""
        item = None if stored is None else decode(self.layout, stored)
        ttl = self.layout.collection.ttl
        end = None if ttl is None or item is None else item.get(ttl)
        self.ended = None
        self.learned = True
        if end is not None and end <= now:
            self.ended, item = end, None
        self.image = item or {}
        self.empty = frozenset()
        if isinstance(self.op, Update):
            for attribute in self.op.add:
                value = self.image.get(attribute, 0)
                if value is not None and type(value) is not int and type(value) is not float:
                    raise ValueError(f"{attribute} is no number")
            self.empty = frozenset(
                a for a in self.op.add if a in self.image and self.image[a] is None
            )
        return item

    def request(self, table: str, now: float) -> dict[str, Any]:
        """The member of a transaction."""
        terms = Terms()
        when = conditions(terms, self.layout, self.op.when, now)
        target = {"TableName": table, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        key = {name: wire(value) for name, value in self.key.items()}
        if isinstance(self.op, Put):
            return {"Put": {**target, "Item": self.item, **_when(terms, when)}}
        if isinstance(self.op, Delete):
            return {"Delete": {**target, "Key": key, **_when(terms, when)}}
        if isinstance(self.op, Check):
            if not when:
                name = terms.name(self.layout.table.partition)
                when = [f"(attribute_exists({name}) OR attribute_not_exists({name}))"]
            return {"ConditionCheck": {**target, "Key": key, **_when(terms, when)}}
        if self.ended is not None:
            return {"Put": {**target, **self._anew(self.op)}}
        expression, guards = update(terms, self.layout, self.parts, self.op, self.image, self.empty)
        if self.layout.collection.ttl is not None:
            guards.append(alive(terms, self.layout, now))
        change = terms.request(
            UpdateExpression=expression, ConditionExpression=" AND ".join([*when, *guards])
        )
        return {"Update": {**target, "Key": key, **change}}

    def _anew(self, op: Update) -> dict[str, Any]:
        """The item that the update makes in place of one whose time has come."""
        new: dict[str, Any] = dict(zip(self.layout.key, self.parts, strict=True))
        new |= {**op.add, **op.set}
        terms = Terms()
        name, end = terms.name(self.layout.table.ttl), terms.value(wire(self.ended))
        condition = terms.request(ConditionExpression=f"{name} = {end}")
        return {"Item": encode(self.layout, new), **condition}


def _malformed(why: str) -> Invalid | TooLarge:
    if "size" in why:
        return TooLarge("this would grow beyond what one item or one batch may hold")
    return Invalid(f"the table refuses this: {why}")


def _adds(step: Step) -> bool:
    return isinstance(step.op, Update) and bool(step.op.add)


def _when(terms: Terms, when: Sequence[str]) -> dict[str, Any]:
    return terms.request(ConditionExpression=" AND ".join(when))


def step(layout: Layout, op: Operation) -> Step:
    """Raises ValueError for an operation that makes no sense whatever is stored."""
    parts = layout.parts_of(op.item) if isinstance(op, Put) else layout.parts(op.key)
    made = Step(op, layout, parts, layout.table_key(parts))
    if isinstance(op, Put):
        made.item = encode(layout, op.item)
    elif isinstance(op, Update):
        allowed(layout, op)
        made.unknown = unknown(layout, op)
        check_size({layout.stored(name): wire(value) for name, value in op.set.items()})
    return made


@dataclass(frozen=True)
class Outcome:
    """``failed`` are the positions whose conditions do not hold, ``amiss`` those to be read and
    tried again; ``contended``: others changed the same items at the same time.
    """

    done: bool = False
    failed: tuple[int, ...] = ()
    amiss: tuple[int, ...] = ()
    contended: bool = False


class Transaction:
    """Steps tried together; ``name`` is what a table is called, ``time`` the present."""

    def __init__(self, calls: Calls, name: Callable[[str], str], time: Callable[[], float]) -> None:
        self._calls = calls
        self._name = name
        self._time = time

    async def read(self, steps: Iterable[Step]) -> None:
        """Learn what is stored under the keys of ``steps``."""

        async def one(step: Step) -> None:
            answer = await self._calls.call(
                "dynamodb",
                "get_item",
                TableName=self._name(step.layout.table.name),
                Key={name: wire(value) for name, value in step.key.items()},
                ConsistentRead=True,
            )
            step.learn(answer.get("Item"), self._time())

        await asyncio.gather(*[one(step) for step in steps])

    async def attempt(self, steps: Sequence[Step]) -> Outcome:
        """Raises TooLarge for what grew beyond DynamoDB's sizes, Invalid for what it refuses."""
        now = self._time()
        members = [step.request(self._name(step.layout.table.name), now) for step in steps]
        try:
            # With the token, a repetition after a lost answer is known as the same batch.
            await self._calls.call(
                "dynamodb",
                "transact_write_items",
                TransactItems=members,
                ClientRequestToken=uuid.uuid4().hex,
            )
        except ClientError as error:
            if code(error) == "TransactionCanceledException":
                return self._judged(steps, error, now)
            if code(error) == "ValidationException":
                # An addition to what is no number may be told of without its position.
                adds = [n for n, one in enumerate(steps) if _adds(one) and not one.learned]
                if adds:
                    return Outcome(amiss=tuple(adds))
                raise _malformed(str(error)) from error
            raise refused(error, "this batch was refused") from error
        return Outcome(done=True)

    def _judged(self, steps: Sequence[Step], error: ClientError, now: float) -> Outcome:
        reasons = error.response.get("CancellationReasons", ())
        failed: list[int] = []
        amiss: list[int] = []
        contended = False
        for position, (step, reason) in enumerate(zip(steps, reasons, strict=True)):
            why = reason.get("Code", "None")
            if why == "ConditionalCheckFailed":
                if not step.judge(reason.get("Item"), now):
                    failed.append(position)
            elif why == "ValidationError":
                if not _adds(step) or step.learned:
                    raise _malformed(reason.get("Message", "")) from error
                amiss.append(position)
            elif why in _OTHERS or why in BUSY:
                contended = True
            elif why != "None":
                raise refused(error, why) from error
        return Outcome(False, tuple(failed), tuple(amiss), contended)
