"""What every implementation of Records does."""

import asyncio
from typing import Any

import pytest

from omnix.kit.errors import ConditionFailed, Invalid, TooLarge
from omnix.kit.events import Event
from omnix.ports import (
    MAX_BATCH,
    MAX_ITEM,
    Absent,
    AtLeast,
    Check,
    Condition,
    Delete,
    Equals,
    Ports,
    Present,
    Put,
    Records,
    Update,
)
from ports.declared import LINES, THINGS, TOKENS, Advance
from ports.growing_contract import GrowingContract, everything

pytestmark = pytest.mark.anyio


BY_GROUP = pytest.mark.parametrize("index", ["by_group", "by_group_spread"])


class RecordsContract(GrowingContract):
    """Needs the fixtures ``ports`` (opened with ports.declared) and ``advance``."""

    loaded = 20_000
    """Items of a long load."""

    @pytest.fixture
    def records(self, ports: Ports) -> Records:
        return ports.records

    async def test_an_item_comes_back_as_it_was_put(self, records: Records) -> None:
        item = {
            "id": "a",
            "text": 'Ünïcode ✓ "quoted"',
            "number": -(2**53) + 1,
            "none": None,
            "yes": True,
            "list": [1, {"deep": ["x"]}],
            "ratio": 0.1,
        }
        await records.write([Put(THINGS, item)])
        assert await records.get(THINGS, "a") == item
        assert await records.get(THINGS, "b") is None

    async def test_what_is_changed_after_the_put_is_not_stored(self, records: Records) -> None:
        item: dict[str, Any] = {"id": "a", "list": [1]}
        await records.write([Put(THINGS, item)])
        item["list"].append(2)
        assert await records.get(THINGS, "a") == {"id": "a", "list": [1]}
        line: dict[str, Any] = {"order": "o", "line": 1, "list": [1]}
        await records.write([Put(LINES, line)])
        read: Any = await records.get(LINES, ("o", 1))
        read["list"].append(3)
        assert await records.get(LINES, ("o", 1)) == line

    async def test_get_many_keeps_the_order_and_marks_what_is_missing(
        self, records: Records
    ) -> None:
        await records.write([Put(LINES, {"order": "o", "line": n}) for n in range(3)])
        found = await records.get_many(LINES, [("o", 2), ("o", 9), ("o", 0)])
        assert found == [{"order": "o", "line": 2}, None, {"order": "o", "line": 0}]
        with pytest.raises(ValueError, match="100"):
            await records.get_many(LINES, [("o", n) for n in range(101)])

    async def test_a_refused_batch_changes_nothing_and_names_all_at_fault(
        self, ports: Ports
    ) -> None:
        records = ports.records
        await records.write([Put(THINGS, {"id": "a", "stock": 1})])
        end = await ports.bus.end()
        with pytest.raises(ConditionFailed) as refused:
            await records.write(
                [
                    Put(THINGS, {"id": "b"}),
                    Update(THINGS, "a", {"stock": -2}, when=(AtLeast("stock", 2),)),
                    Put(THINGS, {"id": "c"}, (Absent(),)),
                    Check(THINGS, "d", (Present(),)),
                ],
                [Event("thing.made", "b", "2026-01-01T00:00:00.000Z", {})],
            )
        assert refused.value.failed == (1, 3)
        assert await records.get_many(THINGS, ["b", "c"]) == [None, None]
        assert await records.get(THINGS, "a") == {"id": "a", "stock": 1}
        assert await ports.bus.end() == end

    @pytest.mark.parametrize(
        ("condition", "holds", "without"),
        [
            (Absent(), False, True),
            (Present(), True, False),
            (Equals("n", 5), True, False),
            (Equals("n", 6), False, False),
            (Equals("n", "5"), False, False),
            (Equals("one", True), False, False),
            (Equals("yes", True), True, False),
            (Equals("yes", 1), False, False),
            (Equals("none", None), True, False),
            (Equals("missing", None), True, False),
            (Equals("n", None), False, False),
            (AtLeast("n", 5), True, False),
            (AtLeast("n", 6), False, False),
            (AtLeast("missing", 0), False, False),
            (AtLeast("text", 0), False, False),
        ],
    )
    async def test_conditions(
        self, records: Records, condition: Condition, holds: bool, without: bool
    ) -> None:
        item = {"id": "a", "n": 5, "one": 1, "yes": True, "none": None, "text": "9"}
        await records.write([Put(THINGS, item)])
        for key, expected in (("a", holds), ("b", without)):
            if expected:
                await records.write([Check(THINGS, key, (condition,))])
            else:
                with pytest.raises(ConditionFailed):
                    await records.write([Check(THINGS, key, (condition,))])

    async def test_all_conditions_of_an_operation_must_hold(self, records: Records) -> None:
        await records.write([Put(THINGS, {"id": "a", "n": 5})])
        with pytest.raises(ConditionFailed):
            await records.write([Delete(THINGS, "a", (Present(), Equals("n", 4)))])
        await records.write([Delete(THINGS, "a", (Present(), Equals("n", 5)))])
        assert await records.get(THINGS, "a") is None

    async def test_update_adds_and_sets_and_makes_what_is_absent(self, records: Records) -> None:
        await records.write([Update(LINES, ("o", 1), {"units": 3}, {"product": "p"})])
        await records.write([Update(LINES, ("o", 1), {"units": -5, "more": 1}, {"note": [1]})])
        expected = {"order": "o", "line": 1, "units": -2, "more": 1, "product": "p", "note": [1]}
        assert await records.get(LINES, ("o", 1)) == expected

    async def test_update_refuses_what_makes_no_sense(self, records: Records) -> None:
        await records.write([Put(THINGS, {"id": "a", "name": "x"})])
        with pytest.raises(ValueError, match="key"):
            await records.write([Update(THINGS, "a", set={"id": "b"})])
        with pytest.raises(ValueError, match="number"):
            await records.write([Put(THINGS, {"id": "z"}), Update(THINGS, "a", {"name": 1})])
        assert await records.get(THINGS, "z") is None

    async def test_a_batch_has_a_size_and_names_a_key_once(self, records: Records) -> None:
        many = [Put(THINGS, {"id": f"t{n:03}"}) for n in range(MAX_BATCH + 1)]
        with pytest.raises(ValueError, match="at most"):
            await records.write(many)
        await records.write(many[:-1])
        with pytest.raises(ValueError, match="once"):
            await records.write([Put(THINGS, {"id": "a"}), Check(THINGS, "a", (Absent(),))])
        with pytest.raises(ValueError):
            await records.write([Put(THINGS, {"name": "no key"})])
        with pytest.raises(ValueError):
            await records.get(LINES, "half a key")

    async def test_an_item_and_a_write_have_a_size(self, records: Records) -> None:
        with pytest.raises(TooLarge):
            await records.write([Put(THINGS, {"id": "a", "note": "x" * MAX_ITEM})])
        much = [Put(THINGS, {"id": f"t{n}", "note": "x" * 350_000}) for n in range(12)]
        with pytest.raises(TooLarge):
            await records.write(much)
        assert await records.get(THINGS, "t0") is None
        await records.write(much[:2])
        found = await records.get(THINGS, "t1")
        assert found is not None
        assert len(found["note"]) == 350_000

    async def test_delete_of_nothing_is_fine(self, records: Records) -> None:
        await records.write([Delete(THINGS, "nothing")])

    @BY_GROUP
    async def test_an_item_moves_in_and_out_of_an_index(self, records: Records, index: str) -> None:
        await records.write([Put(THINGS, {"id": "a", "group": "g", "rank": 1})])
        await records.write([Put(THINGS, {"id": "b", "group": "g"}), Put(THINGS, {"id": "c"})])
        query = {"collection": THINGS, "index": index}
        assert [i["id"] for i in await everything(records, partition="g", **query)] == ["a"]
        await records.write([Update(THINGS, "a", set={"group": "h"})])
        assert await everything(records, partition="g", **query) == []
        assert [i["id"] for i in await everything(records, partition="h", **query)] == ["a"]
        await records.write([Delete(THINGS, "a")])
        assert await everything(records, partition="h", **query) == []
        with pytest.raises(KeyError):
            await records.query(THINGS, "g", index="by_moon")

    @BY_GROUP
    async def test_bounds_are_included_and_a_prefix_bounds_text(
        self, records: Records, index: str
    ) -> None:
        names = ["a", "ab", "ab\U0010ffff", "abc", "ac", "b", "ä"]
        await records.write(
            [Put(THINGS, {"id": n, "group": "g", "rank": n}) for n in names]
            + [Put(LINES, {"order": "o", "line": n}) for n in (-5, 0, 3, 40, 200)]
        )

        async def ranks(**bounds: Any) -> list[str]:
            query = {"collection": THINGS, "partition": "g", "index": index, "limit": 2}
            forward = [i["rank"] for i in await everything(records, **query, **bounds)]
            back = await everything(records, **query, **bounds, newest_first=True)
            assert [i["rank"] for i in back] == forward[::-1]
            return forward

        assert await ranks() == sorted(names)
        assert await ranks(low="ab", high="ac") == sorted(n for n in names if "ab" <= n <= "ac")
        assert await ranks(prefix="ab") == sorted(n for n in names if n.startswith("ab"))
        assert await ranks(prefix="ab\U0010ffff") == ["ab\U0010ffff"]
        assert await ranks(prefix="zz") == []
        numbers = await everything(
            records, collection=LINES, partition="o", low=0, high=40, limit=1
        )
        assert [i["line"] for i in numbers] == [0, 3, 40]

    @BY_GROUP
    async def test_equal_sort_values_are_told_apart_by_key(
        self, records: Records, index: str
    ) -> None:
        ids = [f"t{n:02}" for n in range(25)]
        await records.write(
            [Put(THINGS, {"id": i, "group": "g", "rank": n // 10}) for n, i in enumerate(ids)]
        )
        for newest_first in (False, True):
            found = await everything(
                records,
                collection=THINGS,
                partition="g",
                index=index,
                limit=3,
                newest_first=newest_first,
            )
            assert [i["id"] for i in found] == (ids[::-1] if newest_first else ids)

    async def test_paging_while_others_insert(self, records: Records) -> None:
        """What was there at the start comes exactly once, whatever is inserted meanwhile."""
        await records.load(LINES, ({"order": "o", "line": n * 10} for n in range(100)))
        seen: list[int] = []
        cursor = None
        for step in range(1000):
            page = await records.query(LINES, "o", limit=7, cursor=cursor)
            seen += [item["line"] for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
            fresh = [
                Put(LINES, {"order": "o", "line": seen[-1] - 5}),
                Put(LINES, {"order": "o", "line": seen[-1] + 5}),
                Put(LINES, {"order": "o", "line": 10_000 - step}),
            ]
            await records.write(fresh)
        assert seen == sorted(set(seen))
        assert set(range(0, 1000, 10)) <= set(seen)

    async def test_a_page_boundary_that_is_deleted_loses_nothing(self, records: Records) -> None:
        await records.write([Put(LINES, {"order": "o", "line": n}) for n in range(6)])
        page = await records.query(LINES, "o", limit=3)
        await records.write([Delete(LINES, ("o", 2))])
        rest = await records.query(LINES, "o", limit=3, cursor=page.next_cursor)
        assert [i["line"] for i in rest.items] == [3, 4, 5]
        assert rest.next_cursor is None

    @pytest.mark.parametrize("cursor", ["x", "AAAA", "WzEsMiwzLDRd", "bnVsbA", "é"])
    async def test_a_foreign_cursor_is_invalid(self, records: Records, cursor: str) -> None:
        with pytest.raises(Invalid):
            await records.query(LINES, "o", cursor=cursor)

    async def test_a_cursor_does_not_lead_out_of_its_bounds(self, records: Records) -> None:
        await records.write([Put(LINES, {"order": "o", "line": n}) for n in range(10)])
        early = (await records.query(LINES, "o", limit=2)).next_cursor
        with pytest.raises(Invalid):
            await records.query(LINES, "o", low=5, cursor=early)

    async def test_twenty_units_and_32_buyers(self, records: Records) -> None:
        await records.write([Put(THINGS, {"id": "p", "stock": 20})])

        refusals: list[tuple[int, ...]] = []

        async def buyer(number: int) -> int:
            bought = 0
            for attempt in range(5):
                try:
                    await records.write(
                        [
                            Update(THINGS, "p", {"stock": -1}, when=(AtLeast("stock", 1),)),
                            Put(LINES, {"order": f"o{number}", "line": attempt}, (Absent(),)),
                        ]
                    )
                    bought += 1
                except ConditionFailed as error:
                    refusals.append(error.failed)
            return bought

        bought = await asyncio.gather(*[buyer(number) for number in range(32)])
        assert sum(bought) == 20
        assert refusals == [(0,)] * (32 * 5 - 20)
        assert await records.get(THINGS, "p") == {"id": "p", "stock": 0}
        lines = [item async for chunk in records.scan(LINES) for item in chunk]
        assert len(lines) == 20

    async def test_a_compare_and_set_has_one_winner(self, records: Records) -> None:
        await records.write([Put(THINGS, {"id": "v", "version": 1})])

        async def writer(number: int) -> bool:
            change = Put(THINGS, {"id": "v", "version": 2, "by": number}, (Equals("version", 1),))
            try:
                await records.write([change])
            except ConditionFailed:
                return False
            return True

        won = await asyncio.gather(*[writer(number) for number in range(16)])
        assert won.count(True) == 1
        assert await records.get(THINGS, "v") == {"id": "v", "version": 2, "by": won.index(True)}

    async def test_events_commit_in_the_order_of_the_batch(self, ports: Ports) -> None:
        at = "2026-01-01T00:00:00.000Z"
        events = [Event("thing.made", "a", at, {"n": n}) for n in range(3)]
        await ports.records.write([Put(THINGS, {"id": "a"})], events)
        batch = await ports.bus.read("reader", ["thing.made"])
        assert [(e.id, e.data["n"]) for e in batch.events] == [(e.id, e.data["n"]) for e in events]

    async def test_load_stores_and_replaces(self, records: Records) -> None:
        await records.write([Put(LINES, {"order": "o", "line": 7, "old": True})])
        count = await records.load(
            LINES, ({"order": "o", "line": n, "product": "p"} for n in range(2500))
        )
        assert count == 2500
        assert await records.get(LINES, ("o", 7)) == {"order": "o", "line": 7, "product": "p"}
        page = await records.query(LINES, "p", index="by_product", low=2490, limit=100)
        assert [i["line"] for i in page.items] == list(range(2490, 2500))

    async def test_others_write_while_a_load_runs(self, records: Records) -> None:
        loading = asyncio.ensure_future(
            records.load(LINES, ({"order": "o", "line": n} for n in range(self.loaded)))
        )
        writes = 0
        while not loading.done():
            await records.write([Update(THINGS, "count", {"n": 1})])
            writes += 1
        assert await loading == self.loaded
        assert await records.get(THINGS, "count") == {"id": "count", "n": writes}
        # More than one turn: a load as a single transaction would let in one or two.
        assert writes >= 5

    async def test_a_bad_item_ends_a_load_with_its_error(self, records: Records) -> None:
        with pytest.raises(ValueError):
            await records.load(LINES, [{"order": "o", "line": 1}, {"order": "o"}])

    async def test_scan_finds_every_item_once(self, records: Records) -> None:
        await records.load(LINES, ({"order": f"o{n % 7}", "line": n} for n in range(1203)))
        seen = [item["line"] async for chunk in records.scan(LINES) for item in chunk]
        assert sorted(seen) == list(range(1203))

    async def test_items_past_their_time_are_gone(self, ports: Ports, advance: Advance) -> None:
        records = ports.records
        now = int(ports.clock.now().timestamp())
        await records.write(
            [
                Put(TOKENS, {"id": "short", "expires": now + 2, "n": 1}),
                Put(TOKENS, {"id": "long", "expires": now + 3600}),
                Put(TOKENS, {"id": "ever"}),
            ]
        )
        assert await records.get(TOKENS, "short") is not None
        await advance(3)
        assert await records.get(TOKENS, "short") is None
        seen = [item["id"] async for chunk in records.scan(TOKENS) for item in chunk]
        assert sorted(seen) == ["ever", "long"]
        # To a condition it is absent, and an addition starts from nothing.
        await records.write([Update(TOKENS, "short", {"n": 1}, when=(Absent(),))])
        assert await records.get(TOKENS, "short") == {"id": "short", "n": 1}
