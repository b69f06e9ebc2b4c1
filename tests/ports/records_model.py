"""Records beside a plain dictionary, under whatever Hypothesis thinks of."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from omnix.kit.errors import ConditionFailed
from omnix.ports import Absent, AtLeast, Check, Delete, Equals, Ports, Present, Put, Update
from ports.declared import LINES, THINGS

Opened = Callable[[], AbstractAsyncContextManager[Ports]]

KEYS = st.sampled_from(["a", "b", "c", "d"])
LINE_KEYS = st.tuples(st.sampled_from(["o", "p"]), st.integers(-2, 3))
GROUPS = st.sampled_from(["g", "h", None])
RANKS = st.one_of(st.none(), st.integers(-3, 3))
CONDITIONS = st.lists(
    st.one_of(
        st.just(Absent()),
        st.just(Present()),
        st.builds(AtLeast, st.just("n"), st.integers(-2, 5)),
        st.builds(Equals, st.just("rank"), RANKS),
    ),
    max_size=2,
).map(tuple)


@st.composite
def _thing(draw: Any) -> dict[str, Any]:
    item = {"id": draw(KEYS), "n": draw(st.integers(-2, 5))}
    for attribute, values in (("group", GROUPS), ("rank", RANKS)):
        if draw(st.booleans()):
            item[attribute] = draw(values)
    return item


_LINE = st.builds(
    lambda key, product: {"order": key[0], "line": key[1], "product": product},
    LINE_KEYS,
    st.sampled_from(["x", "y"]),
)
OPERATIONS = st.one_of(
    st.builds(Put, st.just(THINGS), _thing(), CONDITIONS),
    st.builds(Put, st.just(LINES), _LINE, CONDITIONS),
    st.builds(
        Update,
        st.just(THINGS),
        KEYS,
        st.dictionaries(st.just("n"), st.integers(-2, 2)),
        st.fixed_dictionaries({}, optional={"group": GROUPS, "rank": RANKS}),
        CONDITIONS,
    ),
    st.builds(Delete, st.just(THINGS), KEYS, CONDITIONS),
    st.builds(Delete, st.just(LINES), LINE_KEYS, CONDITIONS),
    st.builds(Check, st.just(THINGS), KEYS, CONDITIONS),
)


def _place(operation: Any) -> tuple[str, Any]:
    if isinstance(operation, Put):
        key = tuple(operation.item[attribute] for attribute in operation.collection.key)
        return operation.collection.name, key if len(key) == 2 else key[0]
    return operation.collection.name, operation.key


def _holds(condition: Any, item: dict[str, Any] | None) -> bool:
    match condition:
        case Absent():
            return item is None
        case Present():
            return item is not None
        case AtLeast(attribute, value):
            return item is not None and attribute in item and item[attribute] >= value
        case Equals(attribute, value):
            return item is not None and item.get(attribute) == value
    raise AssertionError


def records_machine(opened: Opened) -> type[RuleBasedStateMachine]:
    """A state machine over adapters from ``opened``; each begins empty."""

    class RecordsMachine(RuleBasedStateMachine):
        @initialize()
        def open(self) -> None:
            self.runner = asyncio.Runner()
            self.model: dict[tuple[str, Any], dict[str, Any]] = {}
            self.context = opened()
            self.records = self.runner.run(self.context.__aenter__()).records

        def teardown(self) -> None:
            if hasattr(self, "runner"):
                self.runner.run(self.context.__aexit__(None, None, None))
                self.runner.close()

        @rule(operations=st.lists(OPERATIONS, min_size=1, max_size=6, unique_by=_place))
        def write(self, operations: list[Any]) -> None:
            failed = tuple(
                position
                for position, op in enumerate(operations)
                if not all(_holds(c, self.model.get(_place(op))) for c in op.when)
            )
            if failed:
                with pytest.raises(ConditionFailed) as refused:
                    self.runner.run(self.records.write(operations))
                assert refused.value.failed == failed
                return
            self.runner.run(self.records.write(operations))
            for op in operations:
                self.change(op)

        def change(self, op: Any) -> None:
            place = _place(op)
            match op:
                case Put():
                    self.model[place] = dict(op.item)
                case Delete():
                    self.model.pop(place, None)
                case Update():
                    item = self.model.setdefault(place, {"id": op.key})
                    for attribute, amount in op.add.items():
                        item[attribute] = item.get(attribute, 0) + amount
                    item.update(op.set)

        @rule(
            by=st.sampled_from(
                [
                    (THINGS, "by_group"),
                    (THINGS, "by_group_spread"),
                    (LINES, None),
                    (LINES, "by_product"),
                ]
            ),
            partition=st.sampled_from(["g", "h", "o", "p", "x"]),
            low=st.one_of(st.none(), st.integers(-3, 3)),
            high=st.one_of(st.none(), st.integers(-3, 3)),
            newest_first=st.booleans(),
            limit=st.integers(1, 4),
        )
        def query(
            self,
            by: tuple[Any, str | None],
            partition: str,
            low: int | None,
            high: int | None,
            newest_first: bool,
            limit: int,
        ) -> None:
            collection, index = by
            keys = (
                collection.key
                if index is None
                else (collection.index(index).partition, collection.index(index).sort)
            )
            expected = [
                item
                for (name, _), item in self.model.items()
                if name == collection.name
                and item.get(keys[0]) == partition
                and item.get(keys[1]) is not None
                and (low is None or item[keys[1]] >= low)
                and (high is None or item[keys[1]] <= high)
            ]
            expected.sort(
                key=lambda item: [item[a] for a in (keys[1], *collection.key)],
                reverse=newest_first,
            )
            got: list[Any] = []
            cursor = None
            while True:
                page = self.runner.run(
                    self.records.query(
                        collection,
                        partition,
                        index=index,
                        low=low,
                        high=high,
                        newest_first=newest_first,
                        limit=limit,
                        cursor=cursor,
                    )
                )
                got += page.items
                assert len(page.items) == limit or page.next_cursor is None
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert got == expected

        @invariant()
        def all_is_as_in_the_model(self) -> None:
            if hasattr(self, "model"):
                self.runner.run(self.compare())

        async def compare(self) -> None:
            for collection in (THINGS, LINES):
                stored = [item async for chunk in self.records.scan(collection) for item in chunk]
                expected = [v for (name, _), v in self.model.items() if name == collection.name]
                assert sorted(map(repr, map(_sorted, stored))) == sorted(
                    map(repr, map(_sorted, expected))
                )

    RecordsMachine.TestCase.settings = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    return RecordsMachine


def _sorted(item: Any) -> list[tuple[str, Any]]:
    return sorted(item.items())
