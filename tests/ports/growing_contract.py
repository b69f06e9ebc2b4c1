"""What every implementation of Records does with a collection that grows."""

from typing import Any

import pytest

from omnix.ports import Absent, Check, Delete, Present, Put, Records, Update
from ports.declared import MOVES, THINGS

pytestmark = pytest.mark.anyio


async def everything(records: Records, **query: Any) -> list[Any]:
    """All pages of a query, one after the other."""
    items: list[Any] = []
    cursor = None
    while True:
        page = await records.query(cursor=cursor, **query)
        assert len(page.items) <= query.get("limit", 50)
        items += page.items
        cursor = page.next_cursor
        if cursor is None:
            return items
        assert page.items


def _move(stock: str, number: int) -> dict[str, Any]:
    return {"stock": stock, "entry": f"e{number:03}", "units": number}


class GrowingContract:
    """A part of RecordsContract."""

    async def test_a_collection_that_grows(self, records: Records) -> None:
        """Loaded, or put among other things, its items are found in every way."""
        await records.load(MOVES, [_move(f"p{n % 3}", n) for n in range(30)])
        for start in range(30, 60, 10):
            puts = [Put(MOVES, _move(f"p{n % 3}", n)) for n in range(start, start + 10)]
            await records.write([*puts, Put(THINGS, {"id": f"t{start}"})])
        made = [_move("p1", n) for n in range(1, 60, 3)]
        query: dict[str, Any] = {"collection": MOVES, "partition": "p1", "limit": 3}
        assert await everything(records, **query) == made
        assert await everything(records, **query, newest_first=True) == made[::-1]
        some = await everything(records, **query, low="e010", high="e040")
        assert some == [move for move in made if "e010" <= move["entry"] <= "e040"]
        assert await everything(records, **query, prefix="e04") == made[13:17]
        assert await records.get(MOVES, ("p1", "e058")) == made[-1]
        keys = [("p1", "e058"), ("p1", "e059"), ("p1", "e001")]
        assert await records.get_many(MOVES, keys) == [made[-1], None, made[0]]
        seen = [item["entry"] async for chunk in records.scan(MOVES) for item in chunk]
        assert sorted(seen) == [f"e{n:03}" for n in range(60)]
        await records.write([Delete(MOVES, ("p1", "e058")), Delete(MOVES, ("p1", "e001"))])
        assert await everything(records, **query) == made[1:-1]
        # What is loaded anew takes the place of what was put.
        await records.load(MOVES, [{**_move("p1", 55), "units": -1}])
        assert await everything(records, **query) == [*made[1:-2], {**made[-2], "units": -1}]

    @pytest.mark.parametrize(
        "op",
        [
            Delete(MOVES, ("p", "e"), (Present(),)),
            Update(MOVES, ("p", "e"), {"units": 1}),
            Put(MOVES, {"stock": "p", "entry": "e"}, (Absent(),)),
            Check(MOVES, ("p", "e"), (Present(),)),
        ],
        ids=["delete if present", "update", "put if absent", "check"],
    )
    async def test_what_grows_is_not_changed(self, records: Records, op: Any) -> None:
        with pytest.raises(ValueError, match="moves only grows"):
            await records.write([Put(THINGS, {"id": "a"}), op])
        assert await records.get(THINGS, "a") is None
