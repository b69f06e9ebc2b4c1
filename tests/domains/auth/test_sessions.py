"""Refresh tokens: changed with each use, the same for two tabs, deadly when stolen."""

import asyncio

import msgspec
import pytest

from omnix.adapters.local.clock import ManualClock
from omnix.domains.auth import sessions
from omnix.domains.auth.declare import SESSIONS, USERS
from omnix.domains.auth.model import User
from omnix.kit.errors import Unauthenticated
from omnix.ports import Ports, Put, Update

pytestmark = pytest.mark.anyio
AT = "2026-01-01T00:00:00.000Z"


@pytest.fixture
async def user(ports: Ports) -> User:
    made = User(
        id="usr_1",
        email="ann@example.test",
        name="Ann",
        role="manager",
        password_hash="none",
        created_at=AT,
        updated_at=AT,
    )
    await ports.records.write([Put(USERS, {**msgspec.to_builtins(made), "listing": "user"})])
    return made


async def _ended(ports: Ports, id: str) -> bool:
    return await ports.records.get(SESSIONS, id) is None


async def test_each_use_gives_another_token(ports: Ports, clock: ManualClock, user: User) -> None:
    token = (await sessions.begin(ports, user)).refresh_token
    seen = {token}
    for _ in range(5):
        clock.advance(900)
        opened = await sessions.rotate(ports, token)
        token = opened.refresh_token
        assert opened.user == user.id
        assert token not in seen
        seen.add(token)


async def test_a_used_token_ends_the_session_for_both_who_hold_it(
    ports: Ports, clock: ManualClock, user: User
) -> None:
    begun = await sessions.begin(ports, user)
    rotated = await sessions.rotate(ports, begun.refresh_token)
    clock.advance(11)
    with pytest.raises(Unauthenticated):
        await sessions.rotate(ports, begun.refresh_token)
    assert await _ended(ports, begun.id)
    with pytest.raises(Unauthenticated):
        await sessions.rotate(ports, rotated.refresh_token)
    told = (await ports.bus.read("test", ("session.reused",))).events
    assert [event.data for event in told] == [{"session": begun.id, "user": user.id}]


async def test_a_token_of_long_ago_ends_it_too(
    ports: Ports, clock: ManualClock, user: User
) -> None:
    begun = await sessions.begin(ports, user)
    token = begun.refresh_token
    for _ in range(3):
        token = (await sessions.rotate(ports, token)).refresh_token
    with pytest.raises(Unauthenticated):
        await sessions.rotate(ports, begun.refresh_token)
    assert await _ended(ports, begun.id)


async def test_tabs_that_refresh_at_once_get_the_same_token(
    ports: Ports, clock: ManualClock, user: User
) -> None:
    begun = await sessions.begin(ports, user)
    opened = await asyncio.gather(*(sessions.rotate(ports, begun.refresh_token) for _ in range(20)))
    assert len({each.refresh_token for each in opened}) == 1
    clock.advance(9)
    assert await sessions.rotate(ports, begun.refresh_token) == opened[0]
    clock.advance(900)
    assert (await sessions.rotate(ports, opened[0].refresh_token)).id == begun.id


async def test_only_hashes_are_stored(ports: Ports, user: User) -> None:
    begun = await sessions.begin(ports, user)
    following = await sessions.rotate(ports, begun.refresh_token)
    stored = str(await ports.records.get(SESSIONS, begun.id))
    for token in (begun.refresh_token, following.refresh_token):
        assert token.split(".", 1)[1] not in stored


async def test_a_session_lives_a_week_unused_and_a_month_in_all(
    ports: Ports, clock: ManualClock, user: User
) -> None:
    idle = await sessions.begin(ports, user)
    used = await sessions.begin(ports, user)
    token = used.refresh_token
    for _ in range(5):
        clock.advance(6 * 86_400 - 1)
        token = (await sessions.rotate(ports, token)).refresh_token
    with pytest.raises(Unauthenticated):
        await sessions.rotate(ports, idle.refresh_token)
    clock.advance(6)
    with pytest.raises(Unauthenticated):
        await sessions.rotate(ports, token)


@pytest.mark.parametrize(
    "token", ["", ".", "x", "x.y", ".y", "ses_1.", "ses_\0.x", "é.é", "a" * 10_000]
)
async def test_what_is_no_token(ports: Ports, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await sessions.rotate(ports, token)


async def test_a_sign_in_that_races_with_a_change_of_the_password(ports: Ports, user: User) -> None:
    await ports.records.write([Update(USERS, user.id, add={"generation": 1})])
    with pytest.raises(Unauthenticated):
        await sessions.begin(ports, user)
