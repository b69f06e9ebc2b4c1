"""How often somebody may try to sign in: by address, and by account with growing pauses.

Both count before the password is looked at, so that attempts sent at once are not free. The
windows of an address are fixed quarters of an hour; across a border, twice the limit can pass.
An account pauses at most 15 minutes, also where there is no such user, and for all addresses
alike but those that its holder signed in from before: each of these is counted by itself, so that
nobody locks the holder out by guessing from elsewhere, and nobody guesses faster from there.
"""

import hashlib
from contextlib import suppress

from omnix.kit.errors import ConditionFailed, TooMany
from omnix.ports import Absent, AtLeast, Delete, Equals, Operation, Ports, Put, Update

from .declare import ATTEMPTS

WINDOW_SECONDS = 900
FREE_ATTEMPTS = 10
_LONGEST_PAUSE = 900
_FORGOTTEN_AFTER = 3600
_KNOWN_SECONDS = 90 * 86_400
MOST_KNOWN = 10
"""Addresses remembered of an account; the one not used for longest is forgotten first."""


def _hidden(kind: str, name: str) -> str:
    """The subject without the address or e-mail itself: it is looked up, never read."""
    return f"{kind}#{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:32]}"


async def take(ports: Ports, address: str, allowed: int) -> None:
    """Use up one of the address's requests. Raises TooMany when none is left in this window."""
    now = int(ports.clock.now().timestamp())
    window = now // WINDOW_SECONDS
    key = _hidden(f"address#{window}", address)
    ends = (window + 1) * WINDOW_SECONDS
    for _ in range(3):
        try:
            await ports.records.write(
                [Update(ATTEMPTS, key, add={"left": -1}, when=(AtLeast("left", 1),))]
            )
            return
        except ConditionFailed:
            known = await ports.records.get(ATTEMPTS, key)
            if known is not None and known["left"] < 1:
                break
            if known is not None:
                continue  # the first request of the window came in between
        first = {"subject": key, "left": allowed - 1, "expires": ends}
        try:
            await ports.records.write([Put(ATTEMPTS, first, when=(Absent(),))])
            return
        except ConditionFailed:
            continue
    wait = ends - now
    raise TooMany("too many attempts from this address", retry_after=max(1, wait))


def _pause(count: int) -> int:
    """Seconds to wait after ``count`` failures in a row."""
    if count < FREE_ATTEMPTS:
        return 0
    return int(min(2 ** min(count - FREE_ATTEMPTS, 20), _LONGEST_PAUSE))


async def claim(ports: Ports, account: str, address: str = "") -> str:
    """Count an attempt on the account before it is made, and return where it was counted.

    Raises TooMany during a pause. The first attempts go in parallel; after them only one at a
    time gets through, by its conditional write, whoever else asks at the same moment.
    """
    known = await _known(ports, account)
    own = _from(account, address)
    key = own if own in known else _hidden("account", account)
    await _count(ports, key)
    return key


async def claim_within(ports: Ports, account: str, session: str) -> str:
    """The same for an attempt within a session, which pauses alone."""
    key = _hidden("session", f"{account}\n{session}")
    await _count(ports, key)
    return key


async def _count(ports: Ports, key: str) -> None:
    now = int(ports.clock.now().timestamp())
    known = await ports.records.get(ATTEMPTS, key)
    count = int(known["count"]) if known else 0
    if known is not None:
        last = int(known["last"])
        if last > now:
            # The clock was put back: the pause begins anew, instead of ending an hour later.
            last = now
            with suppress(ConditionFailed):  # another attempt began it, or ended them all
                again = Update(ATTEMPTS, key, set={"last": now}, when=(Equals("count", count),))
                await ports.records.write([again])
        wait = last + _pause(count) - now
        if wait > 0:
            raise TooMany("too many attempts on this account", retry_after=wait)
    step = Update(
        ATTEMPTS,
        key,
        add={"count": 1},
        set={"last": now, "expires": now + _FORGOTTEN_AFTER},
        when=(Equals("count", count),) if count >= FREE_ATTEMPTS else (),
    )
    try:
        await ports.records.write([step])
    except ConditionFailed as error:
        raise TooMany("too many attempts on this account", retry_after=1) from error
    if count < FREE_ATTEMPTS:
        after = await ports.records.get(ATTEMPTS, key)
        if after is not None and after["count"] > FREE_ATTEMPTS:
            raise TooMany("too many attempts on this account", retry_after=1)


def _from(account: str, address: str) -> str:
    return _hidden("account-address", f"{account}\n{address}")


async def _known(ports: Ports, account: str) -> list[str]:
    """Where attempts from the addresses are counted that somebody signed in from."""
    item = await ports.records.get(ATTEMPTS, _hidden("known", account))
    return [] if item is None else list(item["counters"])


async def succeeded(ports: Ports, account: str, address: str, counted: str) -> None:
    """Forget what was ``counted`` and remember the address, if it is known."""
    if not address:
        await ports.records.write([Delete(ATTEMPTS, counted)])
        return
    own = _from(account, address)
    counters = [key for key in await _known(ports, account) if key != own][1 - MOST_KNOWN :]
    item = {
        "subject": _hidden("known", account),
        "counters": [*counters, own],
        "expires": int(ports.clock.now().timestamp()) + _KNOWN_SECONDS,
    }
    await ports.records.write([Delete(ATTEMPTS, counted), Put(ATTEMPTS, item)])


async def forgotten(ports: Ports, account: str) -> list[Operation]:
    """What ends every pause of the account's sign-in."""
    counters = [_hidden("account", account), *await _known(ports, account)]
    return [Delete(ATTEMPTS, key) for key in counters]


MAILS, MAIL_SECONDS = 5, 3600


async def allowed(ports: Ports, kind: str, name: str, most: int, seconds: int) -> bool:
    """Count one use of ``name``; whether it is among the ``most`` of this window of time."""
    now = int(ports.clock.now().timestamp())
    window = now // seconds
    key = _hidden(f"{kind}#{window}", name)
    ends = (window + 1) * seconds
    await ports.records.write([Update(ATTEMPTS, key, add={"count": 1}, set={"expires": ends})])
    after = await ports.records.get(ATTEMPTS, key)
    return after is not None and int(after["count"]) <= most
