"""One's own account over HTTP: making it, a forgotten password, and where one is signed in."""

from typing import Annotated

import msgspec
from litestar import delete, get, post

from omnix.platform.access import PUBLIC, SIGNED_IN, Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import addresses, register, sessions, users
from .asking import WITH_ACCESS, AnyRequest, address_of
from .authenticate import Access
from .model import Email, NewPassword, Password, PersonName

MailedToken = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to make; the password has at least 10 characters."""

    email: Email
    name: PersonName
    password: NewPassword


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that was mailed, and the password that was chosen."""

    token: MailedToken
    password: Password


class Forgotten(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose password is to be chosen anew."""

    email: Email


class Reset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that was mailed, and the password to come: at least 10 characters."""

    token: MailedToken
    new_password: NewPassword


class AddressChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The password that holds, and the address to sign in with from now on."""

    password: Password
    email: Email


class AddressProof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that was mailed to the new address."""

    token: MailedToken


class SessionView(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in. ``network`` is where it began; ``expires_at`` in epoch seconds."""

    id: str
    created_at: str
    expires_at: int
    network: str | None
    current: bool


class SessionList(Listing, frozen=True, kw_only=True):
    """A page of sessions."""

    items: list[SessionView]


@post(
    "/auth/register",
    opt=allow(PUBLIC, 429),
    summary="Register",
    status_code=202,
    dependencies=WITH_ACCESS,
)
async def register_account(
    request: AnyRequest, ports: Ports, access: Access, data: Registration
) -> None:
    """Mails a code that makes the account; the answer is the same where there is one already.

    Sent again it mails again, at most five times an hour.
    """
    await register.register(
        ports, access, address_of(request), data.email, data.name, data.password
    )


@post(
    "/auth/register/confirm",
    opt=allow(PUBLIC, 429),
    summary="Confirm a registration",
    status_code=204,
    dependencies=WITH_ACCESS,
)
async def confirm_account(
    request: AnyRequest, ports: Ports, access: Access, data: Confirmation
) -> None:
    """Makes the account, with the role customer. The code works once."""
    await register.confirm(ports, access, address_of(request), data.token, data.password)


@post(
    "/auth/password/forgot",
    opt=allow(PUBLIC, 429),
    summary="Ask for a new password",
    status_code=202,
    dependencies=WITH_ACCESS,
)
async def forgot_password(
    request: AnyRequest, ports: Ports, access: Access, data: Forgotten
) -> None:
    """Mails a code if the address is a user's; the answer is the same if it is not.

    Sent again it mails again, at most five times an hour.
    """
    await register.forgot(ports, access, address_of(request), data.email)


@post(
    "/auth/password/reset",
    opt=allow(PUBLIC, 429),
    summary="Choose a new password",
    status_code=204,
    dependencies=WITH_ACCESS,
)
async def reset_forgotten(request: AnyRequest, ports: Ports, access: Access, data: Reset) -> None:
    """Sets the password by a mailed code and ends every session. The code works once."""
    await register.reset(ports, access, address_of(request), data.token, data.new_password)


@post(
    "/user/email",
    opt=allow(SIGNED_IN, 429),
    summary="Change one's address",
    status_code=202,
)
async def change_address(ports: Ports, actor: Actor, data: AddressChange) -> None:
    """Mails a code to the new address, and a warning to the one that holds until it is confirmed.

    The answer is the same where another user has the address. At most five an hour.
    """
    await addresses.ask(ports, actor, data.password, data.email)


@post(
    "/auth/email/confirm",
    opt=allow(PUBLIC, 429),
    summary="Confirm another address",
    status_code=204,
    dependencies=WITH_ACCESS,
)
async def confirm_address(
    request: AnyRequest, ports: Ports, access: Access, data: AddressProof
) -> None:
    """From now on one signs in with it; sessions go on. The code works once."""
    await addresses.confirm(ports, access, address_of(request), data.token)


@get("/auth/sessions", opt=allow(SIGNED_IN), summary="List one's sessions")
async def list_sessions(ports: Ports, actor: Actor, limit: Limit, cursor: Cursor) -> SessionList:
    """Where one is signed in, newest first."""
    users.in_person(actor)
    page = await sessions.listing(ports, actor.id, limit, cursor)
    items = [
        SessionView(
            id=item["id"],
            created_at=item["created_at"],
            expires_at=item["expires"],
            network=item.get("network"),
            current=item["id"] == actor.session,
        )
        for item in page.items
    ]
    return SessionList(items=items, next_cursor=page.next_cursor)


@delete("/auth/sessions/{session_id:str}", opt=allow(SIGNED_IN), summary="End a session")
async def end_session(ports: Ports, actor: Actor, session_id: str) -> None:
    """Signs one out there at once. Another's session is not found."""
    users.in_person(actor)
    await sessions.end_own(ports, actor.id, session_id)


ROUTES = (
    register_account,
    confirm_account,
    forgot_password,
    reset_forgotten,
    change_address,
    confirm_address,
    list_sessions,
    end_session,
)
