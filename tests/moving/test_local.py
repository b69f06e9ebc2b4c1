"""From one folder to another: what arrives, what stays, and what a death in between leaves."""

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from moving.shops import a_shop, change_something, moved, opened
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.auth.declare import SESSIONS, USERS
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.inventory.declare import STOCK_DAYS
from omnix.domains.inventory.stock_days import SOURCE
from omnix.domains.orders.declare import ORDERS, SALES
from omnix.domains.system.settings import shop
from omnix.kit.errors import Conflict
from omnix.kit.events import Event
from omnix.ports import Put, Query
from omnix.transfer.declare import IMPORTS
from omnix.transfer.moving import blobs, collections, facts
from omnix.transfer.moving.move import Side
from omnix.transfer.moving.pace import Pace
from omnix.transfer.moving.sums import Sum, content
from omnix.transfer.moving.what import EMPTY, STAYS, moving

pytestmark = pytest.mark.anyio


async def sums(side: Side) -> dict[str, Sum]:
    """Every part of what moves, read independently of the copy."""
    found = {"blobs": await blobs.measure(side.ports.blobs)}
    for fact in FACTS:
        found[fact.name] = facts.added(await facts.measure(side.ports.lake, fact))
    for collection in moving(COLLECTIONS):
        found[collection.name] = await collections.measure(
            side.ports.records, collection, Pace(), side.ports.clock.now().timestamp() + 86_400
        )
    return found


async def test_everything_that_moves_arrives_and_the_rest_stays(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        await here.ports.records.load(SESSIONS, [{"id": "ses_1", "expires": 4_000_000_000}])
        await here.ports.lake.append(STOCK_DAYS, {}, source=SOURCE, version=740_000)
        await here.ports.lake.append(SALES, {}, source="bus:0", version=99)
        report = await moved(here, there)
        before, after = await sums(here), await sums(there)
        assert before == after
        assert before["orders"].count > 50
        assert before["sales"].count > 100
        assert before["blobs"].count == 2
        told = {
            part.name.removeprefix("lake/"): (part.count, part.checksum) for part in report.parts
        }
        assert told == {name: (found.count, found.checksum) for name, found in before.items()}
        assert await there.ports.records.get(SESSIONS, "ses_1") is None
        assert await there.ports.lake.position(STOCK_DAYS, SOURCE) == 740_000
        assert await there.ports.lake.position(SALES, "bus:0") is None
        assert await there.ports.secrets.get("auth-signing-keys") is None
        assert (await shop(there.ports)).mode == "demo"
        # Both that end soon and that end late came, though only the late one is compared.
        query = [
            item
            async for items in there.ports.records.scan(_declared("idempotency"))
            for item in items
        ]
        assert len(query) == 2


def _declared(name: str):  # type: ignore[no-untyped-def]
    return next(each for each in COLLECTIONS if each.name == name)


async def test_a_target_that_holds_a_shop_is_refused(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    a_shop(tmp_path / "there")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        before = await sums(there)
        with pytest.raises(Conflict, match="there holds a shop"):
            await moved(here, there)
        with pytest.raises(Conflict, match="was begun"):
            await moved(here, there, resume=True)
        assert await sums(there) == before


@pytest.mark.parametrize("name", [each.name for each in EMPTY])
async def test_one_item_makes_a_shop(tmp_path: Path, name: str) -> None:
    collection = _declared(name)
    a_shop(tmp_path / "here")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        item = dict.fromkeys(collection.key, "one")
        await there.ports.records.write([Put(collection, item)])
        with pytest.raises(Conflict, match=f"there are {name}"):
            await moved(here, there)


async def test_what_a_first_start_made_gives_way(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        await there.ports.records.write([Put(USERS, {"id": "usr_of_there", "listing": "all"})])
        report = await moved(here, there)
        assert await there.ports.records.get(USERS, "usr_of_there") is None
        assert {p.name: p.removed for p in report.parts if p.removed} == {"users": 1}
        assert await sums(here) == await sums(there)


class Died(Exception):
    """In place of a process that ends."""


def dying(at: int):  # type: ignore[no-untyped-def]
    """A progress that dies when it is told for the ``at``-th time."""
    calls = iter(range(at))

    def progress(done: int, total: int, step: str) -> None:
        if next(calls, None) is None:
            raise Died(step)

    return progress


def dying_at(part: str):  # type: ignore[no-untyped-def]
    def progress(done: int, total: int, step: str) -> None:
        if step.startswith(part):
            raise Died(step)

    return progress


class Counting:
    """Records that count what is loaded into them."""

    def __init__(self, records) -> None:  # type: ignore[no-untyped-def]
        self._records, self.loaded = records, 0

    def __getattr__(self, name: str):  # type: ignore[no-untyped-def]
        return getattr(self._records, name)

    async def load(self, collection, items):  # type: ignore[no-untyped-def]
        items = list(items)
        self.loaded += len(items)
        return await self._records.load(collection, items)


async def test_it_goes_on_where_it_died_and_writes_nothing_twice(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        counting = Counting(there.ports.records)
        watched = Side(dataclasses.replace(there.ports, records=counting), there.name)
        deaths = 0
        while True:
            try:
                await moved(here, watched, resume=deaths > 0, progress=dying(9 + 8 * deaths))
            except Died:
                deaths += 1
                continue
            break
        assert deaths > 2
        found = await sums(here)
        assert found == await sums(there)
        items = sum(found[c.name].count for c in moving(COLLECTIONS))
        # Besides, what ends soon, and settings of the target that were replaced.
        assert items <= counting.loaded <= items + 2
        with pytest.raises(Conflict, match="holds a shop already: the copy from here"):
            await moved(here, there, resume=True)


async def test_only_the_same_shop_may_go_on(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    a_shop(tmp_path / "other")
    async with (
        opened(tmp_path / "here") as here,
        opened(tmp_path / "other") as other,
        opened(tmp_path / "there") as there,
    ):
        with pytest.raises(Died):
            await moved(here, there, progress=dying(8))
        with pytest.raises(Conflict, match="half-way"):
            await moved(here, there)
        with pytest.raises(Conflict, match="of another shop"):
            await moved(other, there, resume=True)
        await moved(here, there, resume=True)


async def test_what_changed_in_between_is_brought_over(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        with pytest.raises(Died):
            await moved(here, there, progress=dying_at(IMPORTS.name))
        (gone,) = (
            await here.ports.records.query(ORDERS, "all", index="listing-index", limit=1)
        ).items
        from omnix.ports import Delete

        await here.ports.records.write([Delete(ORDERS, gone["id"])])
        await here.ports.lake.delete(SALES, {"order_id": gone["id"]})
        await change_something(here.ports)
        report = await moved(here, there, resume=True)
        assert {p.name: p.removed for p in report.parts if p.removed} == {"orders": 1}
        assert await there.ports.records.get(CUSTOMERS, "cus_late") is not None
        assert await there.ports.records.get(ORDERS, gone["id"]) is None
        assert await sums(here) == await sums(there)


async def test_a_source_that_is_written_to_is_told(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        written = False

        def progress(done: int, total: int, step: str) -> None:
            nonlocal written
            if step == "settings" and not written:
                written = True
                tasks.append(asyncio.ensure_future(change_something(here.ports)))

        tasks: list = []  # type: ignore[type-arg]
        with pytest.raises(Conflict, match="written to meanwhile"):
            await moved(here, there, progress=progress)
        await asyncio.gather(*tasks)
        await moved(here, there, resume=True)
        assert await sums(here) == await sums(there)


async def test_nothing_moves_while_work_waits(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        id = await here.ports.jobs.send("lake.compact", {})
        with pytest.raises(Conflict, match="jobs queued"):
            await moved(here, there)
        message = await here.ports.jobs.receive(["lake.compact"], 60)
        assert message is not None
        assert message.id == id
        await here.ports.jobs.done(message)
        await here.ports.bus.publish([Event("sales.recorded", "sales", "2026-11-21T00:00:00Z", {})])
        with pytest.raises(Conflict, match="has events to take"):
            await moved(here, there)


async def test_a_partition_of_many_rows_goes_in_several_commits(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        a, b = here.ports.lake, there.ports.lake
        await facts.copy(a, b, SALES, lambda count: None, most_rows=40)
        wanted = await facts.measure(a, SALES)
        assert await facts.measure(b, SALES) == wanted
        month = max(wanted, key=lambda part: wanted[part].count)
        assert wanted[month].count > 80
        # What is half-way is completed, and what is wrong is made anew.
        some = Query(
            "some", "Some.", "SELECT order_id FROM sales WHERE month=$m LIMIT 1", ("sales",)
        )
        (row,) = await b.rows(some, m=month)
        await b.delete(SALES, row)
        await facts.copy(a, b, SALES, lambda count: None, most_rows=40)
        assert await facts.measure(b, SALES) == wanted
        await b.append(SALES, {"order_id": ["x"], "month": ["1999-01"]})
        await facts.copy(a, b, SALES, lambda count: None, most_rows=40)
        assert await facts.measure(b, SALES) == wanted


async def test_a_pace_lets_through_no_more_than_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr("asyncio.sleep", sleep)
    pace = Pace(1000)
    for _ in range(10):
        await pace.take(500)
    # The last ones begin when the nine lots before them had their time.
    assert now[0] == pytest.approx(104.5)
    await Pace(None).take(10**9)
    assert now[0] == pytest.approx(104.5)
    with pytest.raises(ValueError, match="at least one"):
        Pace(0)


def test_content_does_not_depend_on_the_store() -> None:
    one = {
        "id": "a",
        "n": 1.0,
        "big": 1e25,
        "far": float("nan"),
        "list": (1, 2.5),
        "m": {"b": -0.0},
    }
    two = {"m": {"b": 0}, "list": [1, 2.5], "far": None, "big": 10**25, "n": 1, "id": "a"}
    assert content(one) == content(two)
    assert content({"a": True}) != content({"a": 1})
    assert content({"a": 2**62}) != content({"a": 2**62 + 1})


def test_the_sum_counts_what_comes_twice_and_forgets_the_order() -> None:
    assert Sum().plus(b"a").plus(b"b") == Sum().plus(b"b").plus(b"a")
    assert Sum().plus(b"a").plus(b"a").total not in (0, Sum().plus(b"a").total)


def test_every_collection_that_stays_is_declared() -> None:
    assert set(STAYS) <= {each.name for each in COLLECTIONS}
    assert IMPORTS in moving(COLLECTIONS)
    assert moving(COLLECTIONS)[-1].name == "settings"


async def test_a_killed_copy_goes_on(tmp_path: Path) -> None:
    a_shop(tmp_path / "here")
    command = [sys.executable, "-m", "moving.killed"]
    places = [str(tmp_path / "here"), str(tmp_path / "there")]
    paths = [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    for part in ("lake/sales", "orders"):
        died = await asyncio.to_thread(
            subprocess.run, [*command, *places, part], env=settings, check=False
        )
        assert died.returncode == -signal.SIGKILL
    async with opened(tmp_path / "here") as here, opened(tmp_path / "there") as there:
        await moved(here, there, resume=True)
        assert await sums(here) == await sums(there)
