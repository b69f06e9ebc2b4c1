"""Guessing is slow, from one address and on one account, also when all guesses come at once."""

import asyncio
from typing import Any

import pytest

from omnix.adapters.local.clock import ManualClock
from omnix.domains.auth import limits, users
from omnix.domains.auth.declare import ATTEMPTS
from omnix.kit.errors import TooMany, Unauthenticated
from omnix.ports import Ports

pytestmark = pytest.mark.anyio


async def _tries(ports: Ports, count: int) -> int:
    """How many of ``count`` attempts at once get through."""
    found = await asyncio.gather(
        *(limits.claim(ports, "ann@example.test") for _ in range(count)), return_exceptions=True
    )
    assert all(isinstance(each, str | TooMany) for each in found)
    return sum(isinstance(each, str) for each in found)


async def test_an_address_gets_exactly_its_number(ports: Ports, clock: ManualClock) -> None:
    found = await asyncio.gather(
        *(limits.take(ports, "192.0.2.1", 50) for _ in range(120)), return_exceptions=True
    )
    refused = [each for each in found if isinstance(each, TooMany)]
    assert len(refused) == 70
    assert all(each is None or isinstance(each, TooMany) for each in found)
    assert refused[0].extra == {"retry_after": 900}
    await limits.take(ports, "192.0.2.2", 50)
    clock.advance(900)
    await limits.take(ports, "192.0.2.1", 50)


async def test_the_window_s_first_requests_may_come_at_any_step_of_each_other(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is refused for want of a count, and finds that another has begun one meanwhile."""
    get, others = ports.records.get, 0

    async def late(*asked: Any) -> Any:
        nonlocal others
        if not others:
            others = 1
            await limits.take(ports, "192.0.2.1", 2)
        return await get(*asked)

    monkeypatch.setattr(ports.records, "get", late)
    await limits.take(ports, "192.0.2.1", 2)
    with pytest.raises(TooMany):
        await limits.take(ports, "192.0.2.1", 2)


async def test_guesses_at_once_do_not_get_past_the_pause(ports: Ports) -> None:
    assert await _tries(ports, 200) <= limits.FREE_ATTEMPTS


async def test_pauses_double_up_to_a_quarter_of_an_hour(ports: Ports, clock: ManualClock) -> None:
    for _ in range(limits.FREE_ATTEMPTS):
        await limits.claim(ports, "ann@example.test")
    pauses = []
    for _ in range(13):
        with pytest.raises(TooMany) as refused:
            await limits.claim(ports, "ann@example.test")
        pause = refused.value.extra["retry_after"]
        assert isinstance(pause, int)
        pauses.append(pause)
        clock.advance(pause - 1)
        assert await _tries(ports, 5) == 0
        clock.advance(1)
        assert await _tries(ports, 5) == 1
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    await limits.claim(ports, "bob@example.test")
    await ports.records.write(await limits.forgotten(ports, "ann@example.test"))
    await limits.claim(ports, "ann@example.test")


async def _guess(ports: Ports, email: str, address: str, count: int) -> None:
    for _ in range(count):
        with pytest.raises((Unauthenticated, TooMany)):
            await users.sign_in(ports, email, "a wrong guess", address)


async def test_guesses_from_elsewhere_do_not_lock_the_holder_out(ports: Ports) -> None:
    """Nor does the holder's own address make guessing free."""
    secret = await users.ensure_admin(ports)
    assert secret is not None
    home, elsewhere = "192.0.2.1", "198.51.100.7"
    await users.sign_in(ports, users.ADMIN_EMAIL, secret, home)
    await _guess(ports, users.ADMIN_EMAIL, elsewhere, limits.FREE_ATTEMPTS)
    with pytest.raises(TooMany):
        await users.sign_in(ports, users.ADMIN_EMAIL, secret, elsewhere)
    await users.sign_in(ports, users.ADMIN_EMAIL, secret, home)
    with pytest.raises(TooMany):  # and the holder's success has not helped whoever guesses
        await users.sign_in(ports, users.ADMIN_EMAIL, secret, elsewhere)
    await _guess(ports, users.ADMIN_EMAIL, home, limits.FREE_ATTEMPTS)
    with pytest.raises(TooMany):
        await users.sign_in(ports, users.ADMIN_EMAIL, secret, home)
    secret = await users.reset_password(ports, users.ADMIN_EMAIL)
    for address in (home, elsewhere):
        await users.sign_in(ports, users.ADMIN_EMAIL, secret, address)


async def test_a_few_addresses_of_an_account_are_remembered(
    ports: Ports, clock: ManualClock
) -> None:
    for n in range(limits.MOST_KNOWN + 1):
        counted = await limits.claim(ports, "ann@example.test", f"192.0.2.{n}")
        await limits.succeeded(ports, "ann@example.test", f"192.0.2.{n}", counted)
    for _ in range(limits.FREE_ATTEMPTS):
        await limits.claim(ports, "ann@example.test", "198.51.100.7")
    with pytest.raises(TooMany):
        await limits.claim(ports, "ann@example.test", "192.0.2.0")
    for n in range(1, limits.MOST_KNOWN + 1):
        await limits.claim(ports, "ann@example.test", f"192.0.2.{n}")
    clock.advance(91 * 86_400)
    for _ in range(limits.FREE_ATTEMPTS):
        await limits.claim(ports, "ann@example.test", "198.51.100.7")
    with pytest.raises(TooMany):
        await limits.claim(ports, "ann@example.test", "192.0.2.1")


async def test_no_address_is_stored_in_the_clear(ports: Ports) -> None:
    counted = await limits.claim(ports, "ann@example.test", "192.0.2.1")
    await limits.succeeded(ports, "ann@example.test", "192.0.2.1", counted)
    await limits.claim(ports, "ann@example.test", "192.0.2.1")
    await limits.take(ports, "192.0.2.1", 5)
    async for items in ports.records.scan(ATTEMPTS):
        assert "ann@" not in str(items)
        assert "192.0.2" not in str(items)
