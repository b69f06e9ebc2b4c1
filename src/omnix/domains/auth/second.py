"""A second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes.

The shared secret is stored encrypted, recovery codes as keyed hashes, both under a key that lies
with the other secrets and not with the users. A code works once: the time step of the last one is
stored, and none at or before it counts. Where the clock was put back, these would be all; then
those count that were not among the latest used ones.
"""

import base64
import hashlib
import hmac
import secrets
from typing import Any

import msgspec
import pyotp
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from omnix.kit.declare import ADMIN
from omnix.kit.errors import (
    ConditionFailed,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
)
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.ports import Absent, Check, Delete, Equals, Item, Operation, Ports, Present, Put, Update

from . import limits, passwords, users
from .declare import ATTEMPTS, SECOND_FACTORS, USERS
from .model import User

STEP_SECONDS = 30
SKEW = 1
"""Steps that a device's clock may be off, either way."""

_USED = 250
"""Steps remembered as used: two hours of nothing but signing in."""

RECOVERY_CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_SECRET = "auth-second-factor-key"


class SecondFactorRequired(Unauthenticated):
    kind, title = "second-factor-required", "Send the code of your authenticator app too"


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app needs: ``uri`` as a QR code, or ``secret`` typed in."""

    secret: str
    uri: str


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Each signs in once in place of a code; they are not shown again."""

    recovery_codes: list[str]


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """Whether codes are asked for, and how many recovery codes are left."""

    enabled: bool
    recovery_codes_left: int


async def _key(ports: Ports) -> bytes:
    return await ports.secrets.ensure(_SECRET, lambda: secrets.token_bytes(32))


async def _sealed(ports: Ports, user: str, secret: str) -> str:
    nonce = secrets.token_bytes(12)
    box = AESGCM(await _key(ports)).encrypt(nonce, secret.encode(), user.encode())
    return base64.b64encode(nonce + box).decode()


async def _opened(ports: Ports, item: Item) -> str:
    raw = base64.b64decode(item["secret"])
    user = str(item["user"]).encode()
    return AESGCM(await _key(ports)).decrypt(raw[:12], raw[12:], user).decode()


async def _recovery_hash(ports: Ports, user: str, code: str) -> str:
    plain = "".join(c for c in code.lower() if c in _LETTERS)
    return hmac.new(await _key(ports), f"{user}\n{plain}".encode(), hashlib.sha256).hexdigest()


def _recovery_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


async def _proven(ports: Ports, actor: Actor, password: str) -> User:
    """The actor, who gave the password again. Raises Forbidden, Invalid, TooMany."""
    users.in_person(actor)
    user = await users.get(ports, actor.id)
    counted = await limits.claim_within(ports, user.email, str(actor.session))
    if not await passwords.matches(user.password_hash, password):
        raise Invalid.field("password", "is not your password")
    await ports.records.write([Delete(ATTEMPTS, counted)])
    return user


async def state(ports: Ports, actor: Actor) -> Factor:
    """One's own second factor."""
    users.in_person(actor)
    item = await ports.records.get(SECOND_FACTORS, actor.id)
    if item is None or not item["confirmed"]:
        return Factor(enabled=False, recovery_codes_left=0)
    return Factor(enabled=True, recovery_codes_left=len(item["recovery"]))


async def enrol(ports: Ports, actor: Actor, password: str) -> Enrolment:
    """A new secret, which counts once ``confirm`` got a code of it.

    Asked again before that, it replaces the one before. Raises Conflict where one counts.
    """
    user = await _proven(ports, actor, password)
    known = await ports.records.get(SECOND_FACTORS, user.id)
    if known is not None and known["confirmed"]:
        raise Conflict("there is a second factor already; disable it first")
    secret = pyotp.random_base32()
    item: dict[str, Any] = {
        "user": user.id,
        "secret": await _sealed(ports, user.id, secret),
        "confirmed": False,
        "last_step": 0,
        "recovery": [],
        "version": 1 if known is None else int(known["version"]) + 1,
        "created_at": instant(ports.clock.now()),
    }
    same = Absent() if known is None else Equals("version", int(known["version"]))
    try:
        await ports.records.write([Put(SECOND_FACTORS, item, when=(same,))])
    except ConditionFailed as error:
        raise Conflict("the second factor changed meanwhile") from error
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name="OMNIX")
    return Enrolment(secret=secret, uri=uri)


async def confirm(ports: Ports, actor: Actor, code: str) -> RecoveryCodes:
    """Turn it on by a first code, and tell the recovery codes.

    Raises Conflict where nothing waits for a code, Invalid for a wrong one, TooMany.
    """
    users.in_person(actor)
    item = await ports.records.get(SECOND_FACTORS, actor.id)
    if item is None or item["confirmed"]:
        raise Conflict("enrol first")
    counted = await limits.claim_within(ports, actor.id, str(actor.session))
    step = await _step(ports, item, code)
    if step is None:
        raise Invalid.field("code", "is not the one that the app shows now")
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    given = {
        "confirmed": True,
        **_used(item, step),
        "recovery": [await _recovery_hash(ports, actor.id, c) for c in codes],
    }
    await _change(ports, item, given, _told(ports, actor.id, actor.id, "enabled"))
    await ports.records.write([Delete(ATTEMPTS, counted)])
    return RecoveryCodes(recovery_codes=codes)


async def disable(ports: Ports, actor: Actor, password: str, code: str) -> None:
    """Ask for no code any more. Raises Invalid for a wrong password or code, TooMany."""
    user = await _proven(ports, actor, password)
    item = await ports.records.get(SECOND_FACTORS, user.id)
    if item is None or not item["confirmed"]:
        raise Conflict("there is no second factor")
    counted = await limits.claim_within(ports, user.email, str(actor.session))
    try:
        await _use(ports, item, code)
    except Unauthenticated as error:
        raise Invalid.field("code", "is not valid") from error
    event = _told(ports, user.id, actor.id, "disabled")
    await ports.records.write([Delete(SECOND_FACTORS, user.id), Delete(ATTEMPTS, counted)], [event])


async def take_off(ports: Ports, actor: Actor, id: str) -> None:
    """Another's second factor, who lost the device and the recovery codes. Raises NotFound."""
    users.in_person(actor)
    if id == actor.id:
        raise Forbidden("disable your own with your password and a code")
    mine = (Equals("role", ADMIN), Equals("state", "active"))
    operations: list[Operation] = [
        Delete(SECOND_FACTORS, id, when=(Present(),)),
        Check(USERS, actor.id, when=mine),
    ]
    try:
        await ports.records.write(operations, [_told(ports, id, actor.id, "taken off")])
    except ConditionFailed as error:
        if 0 in error.failed:
            raise NotFound(f"no second factor of a user {id}") from error
        raise Forbidden("only an active admin may do this") from error


def _told(ports: Ports, user: str, by: str, what: str) -> Event:
    now = instant(ports.clock.now())
    data = {"id": user, "by": by, "what": f"second factor {what}"}
    return Event("user.second-factor-changed", user, now, data)


async def required(ports: Ports, user: str, code: str | None) -> None:
    """Let pass who has no second factor or gave a code of it that was not used yet.

    Raises SecondFactorRequired without a code, Unauthenticated for a wrong or a used one.
    """
    item = await ports.records.get(SECOND_FACTORS, user)
    if item is None or not item["confirmed"]:
        return
    if not code:
        raise SecondFactorRequired("send the code that your authenticator app shows as `code`")
    await _use(ports, item, code)


async def _use(ports: Ports, item: Item, code: str) -> None:
    step = await _step(ports, item, code)
    if step is not None:
        given: dict[str, Any] = _used(item, step)
    else:
        hashed = await _recovery_hash(ports, str(item["user"]), code)
        left = [known for known in item["recovery"] if not hmac.compare_digest(known, hashed)]
        if len(left) == len(item["recovery"]):
            raise Unauthenticated("wrong code")
        given = {"recovery": left}
    try:
        await _change(ports, item, given)
    except Conflict as error:  # the same code at the same moment
        raise Unauthenticated("wrong code") from error


async def _step(ports: Ports, item: Item, code: str) -> int | None:
    """The time step that the code is of, if it was not used and comes after the last that was."""
    given = code.replace(" ", "")
    if len(given) != 6 or not given.isascii() or not given.isdigit():
        return None
    totp = pyotp.TOTP(await _opened(ports, item))
    now = int(ports.clock.now().timestamp()) // STEP_SECONDS
    last = int(item["last_step"])
    put_back = last > now + SKEW
    for step in range(now - SKEW, now + SKEW + 1):
        right = hmac.compare_digest(totp.generate_otp(step), given)
        if right and (step > last or put_back) and step not in item.get("used", ()):
            return step
    return None


def _used(item: Item, step: int) -> dict[str, Any]:
    return {"last_step": step, "used": [*item.get("used", ()), step][-_USED:]}


async def _change(
    ports: Ports, item: Item, given: dict[str, Any], event: Event | None = None
) -> None:
    version = int(item["version"])
    update = Update(
        SECOND_FACTORS,
        item["user"],
        set={**given, "version": version + 1},
        when=(Equals("version", version),),
    )
    try:
        await ports.records.write([update], [event] if event is not None else [])
    except ConditionFailed as error:
        raise Conflict("the second factor changed meanwhile") from error
