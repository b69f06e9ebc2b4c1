"""How often somebody may try to sign in: by address, and by account with growing pauses.

Both count before the password is looked at, so that attempts sent at once are not free. The
windows of an address are fixed quarters of an hour; across a border, twice the limit can pass.
An account pauses for all addresses alike, at most 15 minutes, also where there is no such user.
"""

import hashlib

from omnix.kit.errors import ConditionFailed, TooMany
from omnix.ports import Absent, AtLeast, Equals, Ports, Put, Update

from .declare import ATTEMPTS

WINDOW_SECONDS = 900
FREE_ATTEMPTS = 10
_LONGEST_PAUSE = 900
_FORGOTTEN_AFTER = 3600


def _hidden(kind: str, name: str) -> str:
    """The subject without the address or e-mail itself: it is looked up, never read."""
    return f"{kind}#{hashlib.sha256(name.encode(errors='replace')).hexdigest()[:32]}"


async def take(ports: Ports, address: str, allowed: int) -> None:
    """Use up one of the address's requests. Raises TooMany when none is left in this window."""
    now = int(ports.clock.now().timestamp())
    window = now // WINDOW_SECONDS
    key = _hidden(f"address#{window}", address)
    ends = (window + 1) * WINDOW_SECONDS
    for _ in range(2):
        try:
            await ports.records.write(
                [Update(ATTEMPTS, key, add={"left": -1}, when=(AtLeast("left", 1),))]
            )
            return
        except ConditionFailed:
            if await ports.records.get(ATTEMPTS, key) is not None:
                break
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


async def claim(ports: Ports, account: str) -> None:
    """Count an attempt on the account before it is made. Raises TooMany during a pause.

    The first attempts go in parallel; after them only one at a time gets through, by its
    conditional write, whoever else asks at the same moment.
    """
    key = _hidden("account", account)
    now = int(ports.clock.now().timestamp())
    known = await ports.records.get(ATTEMPTS, key)
    count = int(known["count"]) if known else 0
    if known is not None:
        wait = int(known["last"]) + _pause(count) - now
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


def account_key(account: str) -> str:
    """Where an account's attempts are counted; deleting the item forgets them."""
    return _hidden("account", account)
