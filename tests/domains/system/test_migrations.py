"""What an earlier version stored is brought to this one's form, once, while the shop is open."""

from typing import Any

import pytest

from domains.simulated import Counted, Killed, job, wrapped
from omnix.domains.customers import duplicates, service
from omnix.domains.customers.migrations import MIGRATIONS
from omnix.domains.customers.model import NewCustomer
from omnix.platform import migrations
from omnix.platform.access import Actor
from omnix.platform.jobs import JobContext
from omnix.platform.migrations import MADE, Migration, migrating
from omnix.platform.search import SEARCH
from omnix.ports import Delete, Ports, Put
from omnix.version import VERSION

pytestmark = pytest.mark.anyio
ACTOR = Actor("usr_test", "manager", frozenset())


async def test_each_is_made_once_in_the_order_of_their_ids(ports: Ports) -> None:
    done: list[str] = []

    def one(id: str) -> Migration:
        async def run(_: JobContext) -> int:
            done.append(id)
            return len(done)

        return Migration(id, f"Title {id}", run)

    first, second, third = one("001-a"), one("002-b"), one("003-c")
    assert [s.state for s in await migrations.states(ports, [first])] == ["pending"]
    await migrating([second, first]).run(job(ports), {})
    assert done == ["001-a", "002-b"]
    await migrating([first, second, third]).run(job(ports), {})
    assert done == ["001-a", "002-b", "003-c"]
    told = await migrations.states(ports, [first])  # an older version sees what a later one made
    assert [(s.id, s.state, s.version, s.items) for s in told] == [
        ("001-a", "made", VERSION, 1),
        ("002-b", "made", VERSION, 2),
        ("003-c", "made", VERSION, 3),
    ]


async def test_one_that_fails_is_made_again_and_those_before_it_are_not(ports: Ports) -> None:
    done: list[str] = []

    async def fine(_: JobContext) -> int:
        done.append("fine")
        return 0

    async def broken(_: JobContext) -> int:
        done.append("broken")
        if done.count("broken") == 1:
            raise ValueError("not today")
        return 0

    known = [Migration("001", "Fine", fine), Migration("002", "Broken", broken)]
    with pytest.raises(ValueError, match="today"):
        await migrating(known).run(job(ports), {})
    await migrating(known).run(job(ports), {})
    assert done == ["fine", "broken", "broken"]


async def _as_before(ports: Ports) -> None:
    """Two records with one number written differently, found as an earlier version had it."""
    for id, phone in (("a", "+43 660 1234567"), ("b", "0660 1234567"), ("c", None)):
        await service.create(ports, ACTOR, NewCustomer(id=id, name=f"Nobody {id}", phone=phone))
    ends = [entry async for some in ports.records.scan(SEARCH) for entry in some]
    for entry in ends:
        if entry["entry"].startswith("01234567#"):
            await ports.records.write([Delete(SEARCH, (entry["head"], entry["entry"]))])
        else:
            words = entry["words"].replace(" 01234567", "")
            await ports.records.write([Put(SEARCH, {**entry, "words": words})])


async def _found(ports: Ports, text: str) -> list[str]:
    return sorted(one.id for one in (await service.listing(ports, text=text)).items)


async def test_customers_are_found_by_the_end_of_their_number(ports: Ports) -> None:
    await _as_before(ports)
    assert await _found(ports, "01234567") == []
    await migrating(MIGRATIONS).run(job(ports), {})
    assert await _found(ports, "01234567") == ["a", "b"]
    assert await _found(ports, "nobody") == ["a", "b", "c"]
    (told,) = [one for one in await duplicates.candidates(ports, "a") if one.customer.id == "b"]
    assert "phone" in {reason.field for reason in told.reasons}


@pytest.mark.parametrize("fail_at", [1, 2, 3])
async def test_after_a_crash_it_is_made_from_the_start(ports: Ports, fail_at: int) -> None:
    await _as_before(ports)
    records: Any = Counted(ports.records, fail_at, only="write")
    with pytest.raises(Killed):
        await migrating(MIGRATIONS).run(job(wrapped(ports, records=records)), {})
    assert [one async for some in ports.records.scan(MADE) for one in some] == []
    await migrating(MIGRATIONS).run(job(ports), {})
    assert await _found(ports, "01234567") == ["a", "b"]
