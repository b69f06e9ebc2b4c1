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

from omnix.domains.system import settings
from omnix.kit.errors import Invalid
from omnix.platform import unique
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Delete, Item, Letter, Ports, Present, Put

from . import limits
from .declare import (
    EMAIL_MAIL,
    INVITATIONS,
    INVITE_MAIL,
    MAIL_TOKENS,
    REGISTRATIONS,
    RESET_MAIL,
    USER_EMAIL,
    USERS,
    VERIFY_MAIL,
)

RESET_SECONDS = 3600
VERIFY_SECONDS = 24 * 3600
INVITE_SECONDS = 7 * 24 * 3600
RESET, VERIFY, EMAIL, INVITE = "reset", "verify", "email", "invite"
NOBODY = "-"

_RESET = """Somebody, most likely you, asked for a new password for {email}.

{steps}

It works once and for one hour. If it was not you, do nothing: your password stays.
"""
_VERIFY = """Welcome. Please confirm that {email} is yours. You will be asked for the password that
you chose.

{steps}

It works once and for one day. If you did not ask for an account, do nothing: none is made.
"""
_KNOWN = """Somebody, most likely you, asked for an account for {email}. There is one already.

Sign in with it, or choose a new password at {forgot}. If it was not you, do nothing.
"""
_EMAIL = """Please confirm that {email} is yours. From then on you sign in with it.

{steps}

It works once and for one day. If you did not ask for it, do nothing: nothing changes.
"""
_TAKEN = """Somebody, most likely you, wanted to sign in with {email} in place of another address.

There is an account with {email} already, so nothing changes.
"""
_LEAVING = """Somebody, most likely you, asked that you sign in with {email}
in place of this address.

It changes once that address is confirmed. If it was not you, change your password now.
"""
_INVITE = """{by} invites you to {shop}, with the role {role}.

Choose a password to accept it.

{steps}

It works once and for seven days. If you do not know what this is about, do nothing.
"""


def _steps(base: str, page: str, token: str) -> str:
    """How to use a token: the link to the page, and the code by itself.

    The token stands after the ``#``: that part is never sent, so it lies in no server's log.
    """
    if not base:
        return f"Enter this code at {page} of your shop:\n\n{token}"
    return (
        f"Open this page:\n\n{base}{page}#code={token}\n\n"
        f"Or enter this code at {base}{page}\n\n{token}"
    )


async def _base(ports: Ports) -> str:
    return settings.web_address(await settings.shop(ports))


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
    steps = _steps(await _base(ports), "/reset-password/", token)
    text = _RESET.format(email=email, steps=steps)
    await ports.mail.send(Letter(email, "Choose a new password", text))


async def _mail_verify(context: JobContext, payload: Mapping[str, Any]) -> None:
    ports, id = context.ports, str(payload["registration"])
    asked = await ports.records.get(REGISTRATIONS, id)
    if asked is None:
        return
    email, base = str(asked["email"]), await _base(ports)
    if await unique.owner_of(ports.records, USER_EMAIL, email) is not None:
        forgot = f"{base}/forgot-password/" if base else "/forgot-password of your shop"
        text, subject = _KNOWN.format(email=email, forgot=forgot), "You have an account already"
    else:
        token = await _issue(ports, VERIFY, VERIFY_SECONDS, registration=id)
        steps = _steps(base, "/confirm/", token)
        text, subject = _VERIFY.format(email=email, steps=steps), "Please confirm your address"
    await ports.mail.send(Letter(email, subject, text))


async def _mail_email(context: JobContext, payload: Mapping[str, Any]) -> None:
    """To the new address what confirms it; to the old one a warning, while it can still help."""
    ports, id = context.ports, str(payload["change"])
    asked = await ports.records.get(REGISTRATIONS, id)
    user = None if asked is None else await ports.records.get(USERS, str(asked["user"]))
    if asked is None or user is None or user["state"] != "active":
        return
    email, subject = str(asked["email"]), "Please confirm your new address"
    if await unique.owner_of(ports.records, USER_EMAIL, email) is not None:
        await ports.mail.send(Letter(email, subject, _TAKEN.format(email=email)))
        return
    token = await _issue(ports, EMAIL, VERIFY_SECONDS, change=id)
    steps = _steps(await _base(ports), "/confirm-email/", token)
    await ports.mail.send(Letter(email, subject, _EMAIL.format(email=email, steps=steps)))
    warning = Letter(str(user["email"]), "Your address is to change", _LEAVING.format(email=email))
    await ports.mail.send(warning)


async def _mail_invitation(context: JobContext, payload: Mapping[str, Any]) -> None:
    ports = context.ports
    asked = await ports.records.get(INVITATIONS, str(payload["invitation"]))
    if asked is None or asked["user"] != payload["user"]:
        return
    by = await ports.records.get(USERS, str(asked["by"]))
    shop = await settings.shop(ports)
    about = {"invitation": asked["id"], "user": asked["user"]}
    token = await _issue(ports, INVITE, INVITE_SECONDS, **about)
    text = _INVITE.format(
        by=by["name"] if by is not None else "Somebody",
        shop=shop.name,
        role=asked["role"],
        steps=_steps(settings.web_address(shop), "/invitation/", token),
    )
    letter = Letter(str(asked["email"]), f"You are invited to {shop.name}", text)
    await ports.mail.send(letter)


async def may_mail(ports: Ports, email: str) -> bool:
    """Whether an address may be mailed again: a few times an hour, known here or not."""
    return await limits.allowed(ports, "mail", email, limits.MAILS, limits.MAIL_SECONDS)


JOBS = (
    JobHandler(RESET_MAIL, _mail_reset),
    JobHandler(VERIFY_MAIL, _mail_verify),
    JobHandler(EMAIL_MAIL, _mail_email),
    JobHandler(INVITE_MAIL, _mail_invitation),
)
