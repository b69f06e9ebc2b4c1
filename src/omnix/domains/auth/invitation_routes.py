"""Invitations over HTTP: admins ask and take back, the invited accept."""

from typing import Annotated

import msgspec
from litestar import delete, get, post

from omnix.platform.access import PUBLIC, Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import invitations
from .asking import WITH_ACCESS, AnyRequest, address_of
from .authenticate import Access
from .model import Invitation, NewInvitation, NewPassword


class InvitationList(Listing, frozen=True, kw_only=True):
    """A page of invitations."""

    items: list[Invitation]


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that was mailed, and a password: at least 10 characters."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    password: NewPassword


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """What to sign in with from now on."""

    email: str


@get("/users/invitations", opt=allow("users:write"), summary="List invitations")
async def list_invitations(ports: Ports, limit: Limit, cursor: Cursor) -> InvitationList:
    """Invitations that nobody accepted or took back, newest first; expired ones for 30 days."""
    page = await invitations.listing(ports, limit, cursor)
    return InvitationList(items=list(page.items), next_cursor=page.next_cursor)


@post(
    "/users/invitations",
    opt=allow("users:write", 429),
    summary="Invite somebody",
    status_code=200,
)
async def invite_user(ports: Ports, actor: Actor, data: NewInvitation) -> Invitation:
    """Mails a link with which somebody becomes a user of the role, within seven days.

    Sent again it gives the invitation that stands and mails nothing.
    """
    return await invitations.invite(ports, actor, data)


@post(
    "/users/invitations/{invitation_id:str}/send",
    opt=allow("users:write", 429),
    summary="Send an invitation again",
    status_code=200,
)
async def send_invitation(ports: Ports, actor: Actor, invitation_id: str) -> Invitation:
    """Mails a new link, for seven days from now; at most five mails an hour."""
    return await invitations.send_again(ports, actor, invitation_id)


@delete(
    "/users/invitations/{invitation_id:str}",
    opt=allow("users:write"),
    summary="Take an invitation back",
)
async def withdraw_invitation(ports: Ports, actor: Actor, invitation_id: str) -> None:
    """Its links are void at once."""
    await invitations.withdraw(ports, actor, invitation_id)


@post(
    "/auth/invitation",
    opt=allow(PUBLIC, 429),
    summary="Accept an invitation",
    status_code=200,
    dependencies=WITH_ACCESS,
)
async def accept_invitation(
    request: AnyRequest, ports: Ports, access: Access, data: Acceptance
) -> Accepted:
    """Makes the user, with the role that the invitation names. The code works once."""
    user = await invitations.accept(ports, access, address_of(request), data.token, data.password)
    return Accepted(email=user.email)


ROUTES = (
    list_invitations,
    invite_user,
    send_invitation,
    withdraw_invitation,
    accept_invitation,
)
