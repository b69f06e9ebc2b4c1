"""Sessions: one sign-in on one device, held by refresh tokens that change with each use.

A refresh token is the session's id and a secret; the first secret is 256 random bits, each
later one a keyed hash of the one before. So the same token used twice within a few seconds
(two tabs, or a retry after a lost answer) gets the same successor both times, although only
hashes are stored. After that moment a used token means that two parties hold it, and the
session ends for both.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from omnix.kit.errors import ConditionFailed, NotFound, Unauthenticated
from omnix.kit.events import Event
from omnix.kit.ids import is_id, new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.ports import Absent, Check, Delete, Equals, Item, Ports, Put, Update

from .declare import SESSIONS, USERS
from .model import User

LIVES_SECONDS = 7 * 86_400
LONGEST_SECONDS = 30 * 86_400
"""However often it is refreshed, a session ends so long after the password was given."""

GRACE_MS = 10_000
_SECRET = "auth-refresh-key"


@dataclass(frozen=True, slots=True)
class Opened:
    """A session as its holder needs it."""

    id: str
    user: str
    generation: int
    refresh_token: str
    expires: int


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


async def _successor(ports: Ports, secret: str) -> str:
    key = await ports.secrets.ensure(_SECRET, lambda: secrets.token_bytes(32))
    digest = hmac.new(key, secret.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _opened(item: Item, secret: str, expires: int) -> Opened:
    id = str(item["id"])
    return Opened(id, str(item["user"]), int(item["generation"]), f"{id}.{secret}", expires)


async def begin(ports: Ports, user: User, network: str | None = None) -> Opened:
    """A new session of ``user``. Raises Unauthenticated if the user changed meanwhile."""
    now = ports.clock.now()
    epoch = int(now.timestamp())
    id, secret = new_id("ses"), secrets.token_urlsafe(32)
    item = {
        "id": id,
        "user": user.id,
        "generation": user.generation,
        "current": _hash(secret),
        "previous": None,
        "rotated_ms": 0,
        "began": epoch,
        "created_at": instant(now),
        "expires": epoch + LIVES_SECONDS,
        "network": network,
    }
    told = {"session": id, "user": user.id, "by": user.id, "network": network}
    unchanged = (Equals("generation", user.generation), Equals("state", "active"))
    try:
        await ports.records.write(
            [Put(SESSIONS, item, when=(Absent(),)), Check(USERS, user.id, when=unchanged)],
            [Event("session.began", user.id, instant(now), told)],
        )
    except ConditionFailed as error:
        raise Unauthenticated("the account was changed meanwhile; sign in again") from error
    return _opened(item, secret, epoch + LIVES_SECONDS)


async def rotate(ports: Ports, token: str) -> Opened:
    """The session behind a refresh token, and its next token.

    Raises Unauthenticated for a token that is none or is over, and ends the session where a
    used token comes again.
    """
    id, _, secret = token.partition(".")
    item = await ports.records.get(SESSIONS, id) if id and "\0" not in id else None
    if item is None or not secret.isascii():
        raise Unauthenticated("the session has ended; sign in again")
    given = _hash(secret)
    for _ in range(2):
        if not hmac.compare_digest(given, str(item["current"])):
            return await _repeated(ports, item, given, secret)
        rotated = await _rotated(ports, item, given, secret)
        if rotated is not None:
            return rotated
        # Another request with the same token was first; now ours is the one before.
        again = await ports.records.get(SESSIONS, id)
        if again is None:
            break
        item = again
    raise Unauthenticated("the session has ended; sign in again")


async def _rotated(ports: Ports, item: Item, given: str, secret: str) -> Opened | None:
    moment = ports.clock.now().timestamp()
    following = await _successor(ports, secret)
    expires = min(int(moment) + LIVES_SECONDS, int(item["began"]) + LONGEST_SECONDS)
    changes: dict[str, Any] = {
        "current": _hash(following),
        "previous": given,
        "rotated_ms": int(moment * 1000),
        "expires": expires,
    }
    try:
        await ports.records.write(
            [Update(SESSIONS, item["id"], set=changes, when=(Equals("current", given),))]
        )
    except ConditionFailed:
        return None
    return _opened(item, following, expires)


async def _repeated(ports: Ports, item: Item, given: str, secret: str) -> Opened:
    moment_ms = int(ports.clock.now().timestamp() * 1000)
    fresh = abs(moment_ms - int(item["rotated_ms"])) <= GRACE_MS
    if fresh and item["previous"] is not None and hmac.compare_digest(given, item["previous"]):
        following = await _successor(ports, secret)
        return _opened(item, following, int(item["expires"]))
    told = {"session": item["id"], "user": item["user"]}
    at = instant(ports.clock.now())
    await ports.records.write(
        [Delete(SESSIONS, item["id"])], [Event("session.reused", str(item["user"]), at, told)]
    )
    raise Unauthenticated("the refresh token was used before; sign in again")


async def end(ports: Ports, id: str) -> None:
    """End the session: its tokens of both kinds stop working at once. Done twice is done once."""
    await ports.records.write([Delete(SESSIONS, id)])


async def listing(ports: Ports, user: str, limit: int, cursor: str | None) -> Page[Item]:
    """The user's sessions that have not run out, newest first."""
    return await ports.records.query(
        SESSIONS, user, index="user-index", newest_first=True, limit=limit, cursor=cursor
    )


async def end_own(ports: Ports, user: str, id: str) -> None:
    """End one of the user's own sessions. Raises NotFound, for another's as well."""
    now = instant(ports.clock.now())
    event = Event("session.ended", user, now, {"session": id, "user": user, "by": user})
    if not is_id(id):
        raise NotFound("no session of yours has this id")
    try:
        await ports.records.write([Delete(SESSIONS, id, when=(Equals("user", user),))], [event])
    except ConditionFailed as error:
        raise NotFound("no session of yours has this id") from error
