"""Users, their passwords, and the admin who is always there."""

import asyncio

import msgspec
import pytest
from argon2 import PasswordHasher

from omnix.domains.auth import passwords, service, users
from omnix.domains.auth.declare import USERS
from omnix.domains.auth.model import NewUser, User, UserChange
from omnix.kit.errors import AlreadyExists, Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from omnix.platform.access import Actor
from omnix.ports import Ports, Put, Update

pytestmark = pytest.mark.anyio
AT = "2026-01-01T00:00:00.000Z"


async def _admin(ports: Ports, id: str) -> Actor:
    made = User(
        id=id,
        email=f"{id}@example.test",
        name=id,
        role="admin",
        password_hash="none",
        created_at=AT,
        updated_at=AT,
    )
    await ports.records.write([Put(USERS, {**msgspec.to_builtins(made), "listing": "user"})])
    return Actor(id, "admin", frozenset({"users:write"}), session=f"ses_{id}")


async def test_the_first_admin_is_made_once(ports: Ports) -> None:
    made = await asyncio.gather(*(service.ensure_admin(ports) for _ in range(4)))
    told = [each for each in made if each is not None]
    assert len(told) == 1
    assert await service.ensure_admin(ports) is None
    user = await users.sign_in(ports, service.ADMIN_EMAIL.upper(), told[0])
    assert user.role == "admin"
    assert user.must_change_password
    assert (await users.listing(ports, 50, None)).items == [user]


async def test_a_wrong_sign_in_tells_not_what_was_wrong(ports: Ports) -> None:
    secret = await service.ensure_admin(ports)
    assert secret is not None
    told = set()
    for email, password in (
        (service.ADMIN_EMAIL, "wrong"),
        ("nobody@example.test", secret),
        ("no address", secret),
    ):
        with pytest.raises(Unauthenticated) as refused:
            await users.sign_in(ports, email, password)
        told.add(refused.value.detail)
    await ports.records.write([
        Update(USERS, (await users.listing(ports, 1, None)).items[0].id, set={"state": "disabled"})
    ])  # fmt: skip
    with pytest.raises(Unauthenticated) as refused:
        await users.sign_in(ports, service.ADMIN_EMAIL, secret)
    told.add(refused.value.detail)
    assert len(told) == 1


async def test_an_unknown_address_costs_a_hash_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    worked: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str, password: str) -> bool:
        worked.append(stored.split("$", 4)[3])
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert not await passwords.matches(None, "anything")
    assert not await passwords.matches(await passwords.hash_of("another"), "anything")
    assert len(worked) == 2
    assert worked[0] == worked[1], "the same memory and passes"


async def test_a_hash_under_old_parameters_is_made_anew(ports: Ports) -> None:
    await _admin(ports, "usr_a")
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse")
    await ports.records.write([Update(USERS, "usr_a", set={"password_hash": old})])
    await ports.records.write([
        Put(users.unique.UNIQUE, users.unique.sentinel("user.email", "a@example.test", "usr_a"))
    ])  # fmt: skip
    user = await users.sign_in(ports, "a@example.test", "correct horse")
    assert passwords.outdated(old)
    assert not passwords.outdated(user.password_hash)
    assert (await users.sign_in(ports, "a@example.test", "correct horse")).version == user.version


async def test_two_admins_cannot_take_each_other_down(ports: Ports) -> None:
    ann, bob = await _admin(ports, "usr_ann"), await _admin(ports, "usr_bob")
    outcome = await asyncio.gather(
        users.change(ports, ann, "usr_bob", UserChange(version=1, role="analyst")),
        users.change(ports, bob, "usr_ann", UserChange(version=1, state="disabled")),
        return_exceptions=True,
    )
    assert sum(isinstance(each, User) for each in outcome) == 1
    assert sum(isinstance(each, Conflict) for each in outcome) == 1


async def test_nobody_changes_their_own_role_or_state(ports: Ports) -> None:
    ann = await _admin(ports, "usr_ann")
    for change in (UserChange(version=1, role="analyst"), UserChange(version=1, state="disabled")):
        with pytest.raises(Forbidden):
            await users.change(ports, ann, "usr_ann", change)
    renamed = await users.change(ports, ann, "usr_ann", UserChange(version=1, name=" Ann  B "))
    assert renamed.name == "Ann B"
    with pytest.raises(Conflict):
        await users.change(ports, ann, "usr_ann", UserChange(version=1, name="x"))


async def test_an_api_key_manages_no_users(ports: Ports) -> None:
    key = Actor("key_1", "service", frozenset({"users:write"}))
    with pytest.raises(Forbidden):
        await users.create(ports, key, NewUser(email="x@y.z", name="x", role="admin"))
    with pytest.raises(Forbidden):
        await users.change(ports, key, "usr_x", UserChange(version=1, role="admin"))


async def test_an_address_belongs_to_one_user(ports: Ports) -> None:
    ann = await _admin(ports, "usr_ann")
    new = NewUser(email="Eve@Example.test", name="Eve", role="analyst")
    made = await asyncio.gather(
        *(users.create(ports, ann, new) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(each, tuple) for each in made) == 1
    assert sum(isinstance(each, AlreadyExists) for each in made) == 2
    found = await users.by_email(ports, "eve@example.TEST")
    assert found is not None
    assert found.email == "eve@example.test"


async def test_a_reset_ends_sessions_and_asks_for_a_new_password(ports: Ports) -> None:
    await service.ensure_admin(ports)
    before = (await users.listing(ports, 1, None)).items[0]
    secret = await service.reset_password(ports, service.ADMIN_EMAIL)
    after = await users.sign_in(ports, service.ADMIN_EMAIL, secret)
    assert after.must_change_password
    assert after.generation == before.generation + 1
    with pytest.raises(NotFound):
        await service.reset_password(ports, "nobody@example.test")


@pytest.mark.parametrize("password", ["aaaaaaaaaa", "abababababab", "12341234123", "ann.smith-2026",
                                      "xxANN SMITHxx12"])  # fmt: skip
def test_passwords_that_are_guessed_first(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.check_new(password, "ann.smith", "ann.smith@example.test", "Ann Smith")


def test_one_time_passwords_differ() -> None:
    assert len({passwords.one_time() for _ in range(100)}) == 100


async def test_events_hold_no_address_and_no_hash(ports: Ports) -> None:
    ann = await _admin(ports, "usr_ann")
    await users.create(ports, ann, NewUser(email="eve@example.test", name="Eve", role="analyst"))
    for event in (await ports.bus.read("test", ())).events:
        assert "eve@" not in str(event.data)
        assert "argon2" not in str(event.data)
