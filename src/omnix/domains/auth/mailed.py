"""Tokens that are mailed: what proves that somebody reads the mail of an address.

A token is 256 random bits that nobody can guess; stored is its hash, what it is for, and for how
long. It is used up by the change that it allows, in the same batch. It is made where the letter
is, in the job, so that it lies in no queue. What runs jobs on AWS has no Argon2, so this module
must not import ``users``.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from omnix.kit.errors import Invalid
from omnix.platform import unique
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Delete, Item, Letter, Ports, Present, Put

from . import limits
from .declare import MAIL_TOKENS, REGISTRATIONS, RESET_MAIL, USER_EMAIL, USERS, VERIFY_MAIL

RESET_SECONDS = 3600
VERIFY_SECONDS = 24 * 3600
RESET, VERIFY = "reset", "verify"
NOBODY = "-"

_RESET = """Somebody, most likely you, asked for a new password for {email}.

Choose it at /reset-password of your shop, with this code:

{token}

The code works once and for one hour. If it was not you, do nothing: your password stays.
"""
_VERIFY = """Welcome. Please confirm that {email} is yours.

Enter this code at /confirm of your shop, together with the password that you chose:

{token}

The code works once and for one day. If you did not ask for an account, do nothing: none is made.
"""
_KNOWN = """Somebody, most likely you, asked for an account for {email}. There is one already.

Sign in with it, or choose a new password at /forgot-password of your shop. If it was not you,
do nothing.
"""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


async def _issue(ports: Ports, purpose: str, lives: int, **about: Any) -> str:
    token = secrets.token_urlsafe(32)
    expires = int(ports.clock.now().timestamp()) + lives
    item = {"id": _hash(token), "purpose": purpose, "expires": expires, **about}
    await ports.records.write([Put(MAIL_TOKENS, item)])
    return token


async def read(ports: Ports, purpose: str, token: str) -> tuple[Item, Delete]:
    """What a token is about, and the operation that uses it up. Raises Invalid for none."""
    stored = await ports.records.get(MAIL_TOKENS, _hash(token))
    now = ports.clock.now().timestamp()
    if stored is None or stored["purpose"] != purpose or stored["expires"] <= now:
        raise wrong()
    return stored, Delete(MAIL_TOKENS, stored["id"], when=(Present(),))


def wrong() -> Invalid:
    """The one refusal of a token that is none, is over, or was used."""
    return Invalid.field("token", "is not valid any more; ask for another")


async def _mail_reset(context: JobContext, payload: Mapping[str, Any]) -> None:
    ports, id = context.ports, str(payload["user"])
    if id == NOBODY:
        return
    user = await ports.records.get(USERS, id)
    if user is None or user["state"] != "active":
        return
    email = str(user["email"])
    about = {"user": id, "generation": user["generation"], "email": email}
    token = await _issue(ports, RESET, RESET_SECONDS, **about)
    text = _RESET.format(email=email, token=token)
    await ports.mail.send(Letter(email, "Choose a new password", text))


async def _mail_verify(context: JobContext, payload: Mapping[str, Any]) -> None:
    ports, id = context.ports, str(payload["registration"])
    asked = await ports.records.get(REGISTRATIONS, id)
    if asked is None:
        return
    email = str(asked["email"])
    if await unique.owner_of(ports.records, USER_EMAIL, email) is not None:
        text, subject = _KNOWN.format(email=email), "You have an account already"
    else:
        token = await _issue(ports, VERIFY, VERIFY_SECONDS, registration=id)
        text, subject = _VERIFY.format(email=email, token=token), "Please confirm your address"
    await ports.mail.send(Letter(email, subject, text))


async def may_mail(ports: Ports, email: str) -> bool:
    """Whether an address may be mailed again: a few times an hour, known here or not."""
    return await limits.allowed(ports, "mail", email, limits.MAILS, limits.MAIL_SECONDS)


JOBS = (JobHandler(RESET_MAIL, _mail_reset), JobHandler(VERIFY_MAIL, _mail_verify))
