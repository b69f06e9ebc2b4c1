"""Customers: one address each, found by words, kept when archived."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnix.domains.customers import service
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.customers.model import Consent, Customer, CustomerChange, NewCustomer, tidied
from omnix.kit.errors import AlreadyExists, Conflict, Invalid, NotFound
from omnix.platform.access import Actor
from omnix.platform.search import SEARCH
from omnix.platform.unique import UNIQUE
from omnix.ports import Ports

pytestmark = pytest.mark.anyio
ACTOR = Actor("usr_test", "manager", frozenset())


async def _count(ports: Ports, collection: Any) -> int:
    return sum([len(items) async for items in ports.records.scan(collection)])


async def test_what_is_created_is_read(ports: Ports) -> None:
    new = NewCustomer(
        id="shopify:1",
        name="  Zoe\tO'Neil ",
        email="Zoe@Example.TEST",
        phone="+49 170 123",
        address={"street": "Hauptstr. 1", "city": "Köln", "blank": " "},
        tags=("vip", "vip", " vip "),
        external_ids={"shopify": "9981"},
        consent=Consent(email_marketing=True),
    )
    made = await service.create(ports, ACTOR, new)
    assert made == await service.get(ports, "shopify:1")
    assert (made.name, made.email, made.tags) == ("Zoe O'Neil", "zoe@example.test", ("vip",))
    assert made.address == {"street": "Hauptstr. 1", "city": "Köln"}
    assert made.consent == Consent(email_marketing=True)
    assert NewCustomer(name="x").consent == Consent(False, False, False)


async def test_an_address_belongs_to_one_customer(ports: Ports) -> None:
    made = await asyncio.gather(
        *(
            service.create(ports, ACTOR, NewCustomer(name=f"n{n}", email="A@b.test"))
            for n in range(6)
        ),
        return_exceptions=True,
    )
    first = [each for each in made if isinstance(each, Customer)]
    refused = [each for each in made if isinstance(each, AlreadyExists)]
    assert (len(first), len(refused)) == (1, 5)
    assert refused[0].errors[0].field == "email"
    assert await _count(ports, CUSTOMERS) == 1
    await service.change(ports, ACTOR, first[0].id, CustomerChange(version=1, email="new@b.test"))
    other = await service.create(ports, ACTOR, NewCustomer(name="other", email="a@b.test"))
    with pytest.raises(AlreadyExists):
        await service.change(ports, ACTOR, other.id, CustomerChange(version=1, email="NEW@b.test"))
    await service.change(ports, ACTOR, other.id, CustomerChange(version=1, email=None))
    assert (await service.get(ports, other.id)).email is None
    assert await _count(ports, UNIQUE) == 1


async def test_a_chosen_id_makes_a_retry_safe(ports: Ports) -> None:
    new = NewCustomer(id="c1", name="Ann", email="ann@b.test")
    await service.create(ports, ACTOR, new)
    with pytest.raises(AlreadyExists):
        await service.create(ports, ACTOR, new)
    assert len((await ports.bus.read("test", ("customer.created",))).events) == 1


async def test_a_change_of_what_was_changed_since(ports: Ports) -> None:
    made = await service.create(ports, ACTOR, NewCustomer(name="Ann"))
    outcome = await asyncio.gather(
        *(
            service.change(ports, ACTOR, made.id, CustomerChange(version=1, name=f"Ann {n}"))
            for n in range(5)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Customer) for each in outcome) == 1
    assert sum(isinstance(each, Conflict) for each in outcome) == 4
    assert (await service.get(ports, made.id)).version == 2


async def test_found_by_words_of_now_and_no_longer_by_those_of_before(ports: Ports) -> None:
    made = await service.create(
        ports,
        ACTOR,
        NewCustomer(name="Jörg Müller", email="jm@b.test", phone="+49 (170) 55-66",
                    external_ids={"till": "K-4711"}),
    )  # fmt: skip

    async def found(text: str, **query: Any) -> list[str]:
        return [c.id for c in (await service.listing(ports, text=text, **query)).items]

    for text in ("jorg", "MÜLL", "mull jor", "jm@b.test", "4917055", "4711"):
        assert await found(text) == [made.id], text
    assert await found("jorg schmidt") == []
    changed = await service.change(
        ports, ACTOR, made.id, CustomerChange(version=1, name="Jörg Schmidt")
    )
    assert await found("muller") == []
    assert await found("schmidt") == [made.id]
    await service.change(
        ports, ACTOR, made.id, CustomerChange(version=changed.version, status="archived")
    )
    assert await found("schmidt") == []
    assert await found("schmidt", status="archived") == [made.id]
    assert (await service.listing(ports)).items == []
    kinds = [event.type for event in (await ports.bus.read("test", ())).events]
    assert [kind for kind in kinds if kind.startswith("customer.")] == [
        "customer.created",
        "customer.changed",
        "customer.archived",
    ]


async def test_events_say_nothing_personal(ports: Ports) -> None:
    made = await service.create(
        ports, ACTOR, NewCustomer(name="Ann Smith", email="ann@b.test", phone="555 1234")
    )
    await service.change(ports, ACTOR, made.id, CustomerChange(version=1, name="Ann Jones"))
    told = str([event.data for event in (await ports.bus.read("test", ())).events])
    for personal in ("Ann", "Smith", "Jones", "ann@", "1234"):
        assert personal not in told


async def test_none_and_many(ports: Ports) -> None:
    with pytest.raises(NotFound):
        await service.get(ports, "none")
    with pytest.raises(NotFound):
        await service.change(ports, ACTOR, "none", CustomerChange(version=1))
    made = [
        await service.create(ports, ACTOR, NewCustomer(id=f"c{n}", name="x")) for n in range(120)
    ]
    found = await service.get_many(ports, [c.id for c in made] * 2 + ["none"])
    assert found == {c.id: c for c in made}


async def test_the_longest_name_still_fits_one_batch(ports: Ports) -> None:
    name = " ".join(f"w{n:03d}" for n in range(60))
    made = await service.create(ports, ACTOR, NewCustomer(name=name, email="a@b.test"))
    other = " ".join(f"v{n:03d}" for n in range(60))
    await service.change(
        ports, ACTOR, made.id, CustomerChange(version=1, name=other, email="c@d.test")
    )
    assert await _count(ports, SEARCH) == 20


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(max_size=300),
            "email": st.one_of(st.none(), st.text(min_size=3, max_size=254), st.emails()),
            "phone": st.one_of(st.none(), st.text(min_size=3, max_size=40)),
            "tags": st.lists(st.text(min_size=1, max_size=64)).map(tuple),
            "address": st.dictionaries(st.text(max_size=64), st.text(max_size=300)),
        },
    )
)
def test_tidy_fields_are_tidy_or_refused(fields: dict[str, Any]) -> None:
    try:
        once = tidied(fields)
    except Invalid:
        return
    assert tidied(once) == once
    assert set(once) == set(fields)


async def test_pages_of_a_search_repeat_and_lose_nobody(ports: Ports) -> None:
    for n in range(9):
        name = f"Anna Annabel Annika {'Berg' if n % 3 == 0 else 'Tal'} {n}"
        await service.create(ports, ACTOR, NewCustomer(id=f"c{n}", name=name))

    async def pages(text: str, limit: int) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            page = await service.listing(ports, text=text, limit=limit, cursor=cursor)
            assert len(page.items) <= limit
            found += [c.id for c in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found

    for limit in (1, 2, 5, 50):
        assert sorted(await pages("ann", limit)) == [f"c{n}" for n in range(9)]
        assert sorted(await pages("berg anni", limit)) == ["c0", "c3", "c6"]


async def test_archived_twice_is_archived_once(ports: Ports) -> None:
    made = await service.create(ports, ACTOR, NewCustomer(name="Ann"))
    for _ in range(2):
        after = await service.archive(ports, ACTOR, made.id)
        assert (after.status, after.version) == ("archived", 2)
    with pytest.raises(NotFound):
        await service.archive(ports, ACTOR, "nobody")
