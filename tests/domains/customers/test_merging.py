"""Two records of one person made one, read as one, and taken apart exactly."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domains.orders.shop import AT, order, shop
from domains.simulated import follow
from omnix import work
from omnix.adapters.local.clock import ManualClock
from omnix.domains.customers import duplicates, history, merging, own_routes, service
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.customers.model import Consent, Customer, CustomerChange, NewCustomer, item
from omnix.domains.orders import service as orders
from omnix.domains.orders.service import place
from omnix.domains.system.settings import Shop
from omnix.kit.errors import AlreadyExists, Conflict, Invalid, NotFound
from omnix.kit.time import day_of
from omnix.platform import merged
from omnix.platform.access import Actor
from omnix.platform.search import SEARCH
from omnix.platform.unique import UNIQUE
from omnix.ports import Ports

pytestmark = pytest.mark.anyio
ACTOR = Actor("usr_test", "manager", frozenset())


@pytest.fixture
async def ports(tmp_path: Path) -> AsyncIterator[Ports]:
    async with shop(tmp_path, {"tea": 100, "milk": 100}) as ports:
        yield ports


async def made(ports: Ports, id: str, **given: Any) -> Customer:
    return await service.create(ports, ACTOR, NewCustomer(**{"id": id, "name": id, **given}))


async def whole(ports: Ports) -> dict[str, list[Any]]:
    """Everything that merging may touch, without counters and moments of change."""
    found: dict[str, list[Any]] = {}
    for collection in (CUSTOMERS, UNIQUE, SEARCH):
        items = [dict(one) async for chunk in ports.records.scan(collection) for one in chunk]
        for one in items:
            one.pop("version", None)
            one.pop("updated_at", None)
        found[collection.name] = sorted(items, key=str)
    return found


async def test_gaps_are_filled_and_what_is_there_stays(ports: Ports) -> None:
    agreed = Consent(email_marketing=True, sms_marketing=True, personalisation=True)
    known = {"phone": "+43 1 2345", "tags": ("vip",), "external_ids": {"pos": "1"}}
    a = await made(ports, "a", name="Ann", **known)
    await made(
        ports, "b", name="Ann Smith", email="ann@a.test", phone="999 999", consent=agreed,
        address={"city": "Wien"}, tags=("vip", "news"), external_ids={"pos": "2", "web": "3"},
    )  # fmt: skip
    before = await whole(ports)
    foreseen = await merging.merge(ports, ACTOR, "a", "b", dry_run=True)
    assert await whole(ports) == before
    kept = await merging.merge(ports, ACTOR, "a", "b")
    assert foreseen == kept
    assert (kept.name, kept.email, kept.phone) == ("Ann", "ann@a.test", "+43 1 2345")
    assert (kept.address, kept.tags) == ({"city": "Wien"}, ("vip", "news"))
    assert kept.external_ids == {"pos": "1", "web": "3"}
    assert kept.consent == Consent(email_marketing=True)
    assert (kept.same, kept.version) == (("b",), a.version + 1)
    assert kept == await service.get(ports, "a")
    gone = await service.get(ports, "b")
    assert gone.status == "archived"
    assert gone.merged is not None
    assert (gone.merged.into, gone.merged.by) == ("a", "usr_test")
    assert (await service.kept(ports, "b")).id == "a"


async def test_undone_everything_is_as_it_was(ports: Ports) -> None:
    await made(ports, "a", name="Ann", external_ids={"pos": "1"}, tags=("x",))
    await made(
        ports, "b", name="Ann Smith", email="ann@a.test", phone="999 999", address={"city": "W"},
        tags=("x", "y"), external_ids={"pos": "2", "web": "3"},
        consent=Consent(True, True, True),
    )  # fmt: skip
    before = await whole(ports)
    await merging.merge(ports, ACTOR, "a", "b")
    assert await whole(ports) != before
    back = await merging.unmerge(ports, ACTOR, "a", "b")
    assert back == await service.get(ports, "b")
    assert await whole(ports) == before
    with pytest.raises(AlreadyExists):
        await made(ports, "c", email="ann@a.test")


async def test_what_was_changed_since_stays_when_it_is_undone(ports: Ports) -> None:
    await made(ports, "a", name="Ann")
    await made(ports, "b", email="ann@a.test", phone="999 999", tags=("y",))
    kept = await merging.merge(ports, ACTOR, "a", "b")
    change = CustomerChange(
        version=kept.version, email="new@a.test", consent=Consent(personalisation=True)
    )
    await service.change(ports, ACTOR, "a", change)
    back = await merging.unmerge(ports, ACTOR, "a", "b")
    after = await service.get(ports, "a")
    assert (after.email, after.phone, after.tags) == ("new@a.test", None, ())
    assert after.consent == Consent(personalisation=True)
    assert back.email == "ann@a.test"
    with pytest.raises(AlreadyExists):
        await made(ports, "c", email="ann@a.test")


async def test_an_address_that_is_somebody_else_s_by_now_keeps_it_from_being_undone(
    ports: Ports,
) -> None:
    await made(ports, "a")
    await made(ports, "b", email="ann@a.test")
    kept = await merging.merge(ports, ACTOR, "a", "b")
    await service.change(ports, ACTOR, "a", CustomerChange(version=kept.version, email=None))
    await made(ports, "c", email="ann@a.test")
    before = await whole(ports)
    with pytest.raises(Conflict, match="another customer's"):
        await merging.unmerge(ports, ACTOR, "a", "b")
    assert await whole(ports) == before


async def test_what_makes_no_sense_is_refused(ports: Ports) -> None:
    for id in ("a", "b", "c"):
        await made(ports, id)
    with pytest.raises(Invalid):
        await merging.merge(ports, ACTOR, "a", "a")
    with pytest.raises(NotFound):
        await merging.merge(ports, ACTOR, "a", "none")
    first = await merging.merge(ports, ACTOR, "a", "b")
    assert await merging.merge(ports, ACTOR, "a", "b") == first
    for one, other in (("b", "c"), ("c", "b"), ("b", "a")):
        with pytest.raises(Conflict, match="was merged into a"):
            await merging.merge(ports, ACTOR, one, other)
    with pytest.raises(Conflict, match="was merged into a"):
        await service.change(ports, ACTOR, "b", CustomerChange(version=2, name="B"))
    with pytest.raises(Conflict):
        await merging.unmerge(ports, ACTOR, "a", "c")
    await merging.unmerge(ports, ACTOR, "a", "b")
    with pytest.raises(Conflict):
        await merging.unmerge(ports, ACTOR, "a", "b")


async def test_merges_upon_merges_are_one_person_and_come_apart_in_any_order(
    ports: Ports,
) -> None:
    for id in ("a", "b", "c", "d"):
        await made(ports, id)
    before = await whole(ports)
    await merging.merge(ports, ACTOR, "c", "d")
    await merging.merge(ports, ACTOR, "b", "c")
    await merging.merge(ports, ACTOR, "a", "b")
    for id in ("a", "b", "c", "d"):
        assert await merged.same(ports.records, CUSTOMERS, id) == ["a", "b", "c", "d"]
    assert await merging.redirects(ports) == {"b": "a", "c": "a", "d": "a"}
    await merging.unmerge(ports, ACTOR, "b", "c")
    assert await merging.redirects(ports) == {"b": "a", "d": "c"}
    await merging.unmerge(ports, ACTOR, "a", "b")
    await merging.unmerge(ports, ACTOR, "c", "d")
    assert await whole(ports) == before
    assert await merging.redirects(ports) == {}


async def test_a_former_address_finds_who_has_it_now(ports: Ports) -> None:
    await made(ports, "a", name="Ann", email="ann@a.test")
    await made(ports, "b", name="Annabel Smith", email="smith@b.test")
    await merging.merge(ports, ACTOR, "a", "b")
    found = await service.listing(ports, text="annabel smith")
    assert [one.id for one in found.items] == ["a"]
    assert [one.id for one in (await service.listing(ports, text="ann")).items] == ["a"]
    assert "b" not in [one.id for one in (await service.listing(ports)).items]


async def placed(ports: Ports) -> list[str]:
    """Orders of a, b and c in turn, some at the same moment; their ids, newest first."""
    clock = ports.clock
    assert isinstance(clock, ManualClock)
    ids = []
    for number in range(9):
        if number % 3:
            clock.advance(60)
        bought = order(("tea", 1), customer_id="abc"[number % 3])
        ids.append(await place(ports, ACTOR, bought))
    ids.sort(key=lambda one: (one["placed_at"], one["id"]), reverse=True)
    return [one["id"] for one in ids]


async def test_orders_of_all_records_are_one_list(ports: Ports) -> None:
    for id in ("a", "b", "c"):
        await made(ports, id)
    ids = await placed(ports)
    mine = [one.id for one in (await orders.listing(ports, customer_id="a")).items]
    assert len(mine) == 3
    await merging.merge(ports, ACTOR, "b", "c")
    await merging.merge(ports, ACTOR, "a", "b")
    for id in ("a", "c"):
        for limit in (1, 2, 4, 8, 9, 50):
            found: list[str] = []
            cursor = None
            while True:
                page = await orders.listing(ports, customer_id=id, limit=limit, cursor=cursor)
                assert len(page.items) <= limit
                found += [one.id for one in page.items]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert found == ids, (id, limit)
    same = await merged.same(ports.records, CUSTOMERS, "a")
    bought = await own_routes.purchases(ports, same, 50, None)
    assert [one.id for one in bought.items] == ids
    with pytest.raises(Invalid):
        await orders.listing(ports, customer_id="a", cursor="bm90aGluZw")
    await merging.unmerge(ports, ACTOR, "a", "b")
    assert [one.id for one in (await orders.listing(ports, customer_id="a")).items] == mine


async def test_an_analysis_takes_them_for_one(ports: Ports) -> None:
    for id in ("a", "b", "c"):
        await made(ports, id)
    await placed(ports)
    await follow(ports, work.CONSUMERS)
    clock = ports.clock
    assert isinstance(clock, ManualClock)
    clock.advance(3 * 86_400)
    today = day_of(clock.now(), "UTC")
    apart = await history.read(ports, today, Shop())
    assert apart is not None
    assert apart.customers == ["a", "b", "c"]
    await merging.merge(ports, ACTOR, "b", "c")
    await merging.merge(ports, ACTOR, "a", "b")
    one = await history.read(ports, today, Shop())
    assert one is not None
    assert one.customers == ["a"]
    assert len(one.code) == 9
    assert one.favourites["a"][0]["revenue_minor"] == 9_000
    assert one.revenue.sum() == apart.revenue.sum()
    await merging.unmerge(ports, ACTOR, "a", "b")
    back = await history.read(ports, today, Shop())
    assert back is not None
    assert back.customers == ["a", "b"]


async def test_of_two_at_once_one_counts(ports: Ports) -> None:
    for id in ("a", "b"):
        await made(ports, id)
    stale = await service.get(ports, "a")
    await merging.merge(ports, ACTOR, "a", "b")
    with pytest.raises(Conflict):
        await service.change(ports, ACTOR, "a", CustomerChange(version=stale.version, name="A"))


async def test_no_more_than_a_person_can_have_are_merged(ports: Ports) -> None:
    many = tuple(f"old-{n}" for n in range(merging.MOST))
    full = Customer(id="full", name="Full", created_at=AT, updated_at=AT, same=many)
    await ports.records.load(CUSTOMERS, [item(full)])
    await made(ports, "one")
    with pytest.raises(Conflict, match="no more"):
        await merging.merge(ports, ACTOR, "full", "one")
    assert msgspec.convert(await ports.records.get(CUSTOMERS, "full"), Customer) == full


async def test_duplicates_are_found_by_name_number_and_address(ports: Ports) -> None:
    home = {"street": "Elm Street 5", "city": "Wien"}
    mine = {"email": "ann.smith@mail.test", "phone": "+43 660 1234567", "address": home}
    await made(ports, "me", name="Ann Smith", **mine)
    await made(ports, "mailbox", name="A. S.", email="annsmith+shop@mail.test")
    await made(ports, "number", name="Mum", phone="43/660-123 45 67")
    await made(ports, "turned", name="Smith, Ann", address=home)
    await made(ports, "typo", name="Anne Smith", phone="0660 1234567")
    await made(ports, "first", name="Ann Jones")
    await made(ports, "other", name="Bob Brown", address=home)
    await made(ports, "gone", name="Ann Smith")
    await service.archive(ports, ACTOR, "gone")
    found = await duplicates.candidates(ports, "me")
    told = [(one.customer.id, one.score, [r.field for r in one.reasons]) for one in found]
    assert told == [
        ("mailbox", 0.9, ["email"]),
        ("turned", 0.75, ["name", "address"]),
        ("typo", 0.74, ["phone", "name"]),
        ("number", 0.7, ["phone"]),
    ]
    await merging.merge(ports, ACTOR, "me", "mailbox")
    assert "mailbox" not in [one.customer.id for one in await duplicates.candidates(ports, "me")]


def test_reasons_join_to_a_score() -> None:
    assert duplicates.joined([]) == 0
    assert duplicates.joined([0.5, 0.5]) == 0.75
    assert duplicates.joined([0.9, 0.35]) == 0.94
