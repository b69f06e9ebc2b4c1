"""The audit log holds every change once, and shows what was tampered with."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from omnix.declared import EVENTS
from omnix.domains.auth import audit, users
from omnix.domains.auth.declare import AUDIT, AUDIT_HEAD
from omnix.kit.events import Event
from omnix.platform.consume import consume_once
from omnix.ports import Delete, Item, Ports, Put, Update

pytestmark = pytest.mark.anyio
AT = "2026-01-01T00:00:00.000Z"
LOG = audit.recording(EVENTS)


def _event(number: int, **data: Any) -> Event:
    told = {"by": f"usr_{number % 3}", "version": number, **data}
    return Event("product.changed", f"prd_{number}", AT, told, sequence=number)


async def _all(ports: Ports) -> list[audit.Entry]:
    return [entry async for entry in audit.along(ports)]


async def test_a_change_through_the_service_comes_to_the_log(ports: Ports) -> None:
    await users.ensure_admin(ports)
    taken, _ = await consume_once(ports, LOG)
    assert taken == 1
    (entry,) = await _all(ports)
    assert (entry.number, entry.type, entry.actor) == (1, "user.created", "system")
    assert entry.details["role"] == "admin"
    assert "@" not in str(entry)
    assert (await audit.verify(ports)).intact


async def test_events_that_come_again_are_kept_once(ports: Ports) -> None:
    events = [_event(n) for n in range(1, 201)]
    await audit.record(ports, events[:120])
    await audit.record(ports, events[100:])
    await audit.record(ports, events)
    entries = await _all(ports)
    assert [e.event_id for e in entries] == [e.id for e in events]
    assert [e.number for e in entries] == list(range(1, 201))
    told = await audit.verify(ports)
    assert (told.intact, told.last, told.complete) == (True, 200, True)


async def test_an_event_that_was_laid_aside_is_kept_when_it_is_redriven(ports: Ports) -> None:
    await audit.record(ports, [_event(1), _event(3)])
    late = _event(2)
    await audit.record(ports, [late])
    await audit.record(ports, [late])
    assert [e.subject for e in await _all(ports)] == ["prd_1", "prd_3", "prd_2"]


async def test_two_that_append_at_once_make_one_chain(ports: Ports) -> None:
    lots = [[_event(10 * lot + n) for n in range(1, 8)] for lot in range(4)]
    for number, lot in enumerate(lots):
        lots[number] = [
            Event(e.type, e.key, e.at, e.data, sequence=e.sequence, stream=str(number)) for e in lot
        ]
    await asyncio.gather(*(audit.record(ports, lot) for lot in lots))
    assert len(await _all(ports)) == 28
    assert (await audit.verify(ports)).intact


async def _item(ports: Ports, number: int) -> Item:
    item = await ports.records.get(AUDIT, (audit.CHAIN, number))
    assert item is not None
    return item


@pytest.mark.parametrize(
    ("wrong", "tamper"),
    [
        (4, lambda item: Update(AUDIT, (audit.CHAIN, 4), set={"actor": "usr_other"})),
        (4, lambda item: Update(AUDIT, (audit.CHAIN, 4), set={"details": {}})),
        (4, lambda item: Update(AUDIT, (audit.CHAIN, 4), set={"at": "2025-01-01T00:00:00.000Z"})),
        (4, lambda item: Delete(AUDIT, (audit.CHAIN, 4))),
        (7, lambda item: Delete(AUDIT, (audit.CHAIN, 7))),
        (8, lambda item: Put(AUDIT, {**item, "number": 8})),
    ],
)
async def test_tampering_shows(ports: Ports, wrong: int, tamper: Callable[[Item], Any]) -> None:
    await audit.record(ports, [_event(n) for n in range(1, 8)])
    assert (await audit.verify(ports)).intact
    await ports.records.write([tamper(await _item(ports, 4))])
    if wrong == 8:  # an entry put behind the last one: the head does not know it
        await ports.records.write([Update(AUDIT_HEAD, audit.CHAIN, add={"number": 1})])
    told = await audit.verify(ports)
    assert not told.intact
    assert told.wrong == wrong


async def test_a_chain_made_anew_is_told_by_an_entry_noted_before(ports: Ports) -> None:
    await audit.record(ports, [_event(n) for n in range(1, 6)])
    noted = (await _all(ports))[2]
    await ports.records.write(
        [Delete(AUDIT, (audit.CHAIN, n)) for n in range(1, 6)] + [Delete(AUDIT_HEAD, audit.CHAIN)]
    )
    await audit.record(ports, [_event(n, by="usr_x") for n in range(1, 6)])
    assert (await audit.verify(ports)).intact
    told = await audit.verify(ports, known=(noted.number, noted.hash))
    assert (told.intact, told.wrong) == (False, 3)
    told = await audit.verify(ports, known=(9, noted.hash))
    assert (told.intact, told.wrong) == (False, 9)


async def test_a_look_in_parts(ports: Ports) -> None:
    await audit.record(ports, [_event(n) for n in range(1, 11)])
    first = await audit.verify(ports, 1, 4)
    assert (first.intact, first.last, first.complete) == (True, 4, False)
    second = await audit.verify(ports, 5, 100)
    assert (second.intact, second.last, second.complete) == (True, 10, True)


async def test_nothing_of_a_person_but_ids(ports: Ports) -> None:
    told = {"by": "usr_1", "email": "a@example.test", "name": "Ann", "rows": {"x": [1]},
            "what": "x" * 65, "network": "192.0.2.0/24"}  # fmt: skip
    await audit.record(ports, [Event("customer.changed", "cus_1", AT, told, sequence=1)])
    (entry,) = await _all(ports)
    assert entry.details == {}
    assert entry.network == "192.0.2.0/24"


def test_networks() -> None:
    assert audit.network("203.0.113.77") == "203.0.113.0/24"
    assert audit.network("::ffff:203.0.113.77") == "203.0.113.0/24"
    assert audit.network("2001:db8:1:2::9") == "2001:db8:1::/48"
    assert audit.network("unknown") is None
    assert audit.network(None) is None


def test_what_is_no_change_is_left_out() -> None:
    assert set(LOG.types) == set(EVENTS) - audit.NOT_CHANGES
