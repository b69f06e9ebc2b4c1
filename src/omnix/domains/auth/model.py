"""Users, sessions and API keys as they are stored and shown."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.kit import text

Role = Literal["admin", "manager", "analyst", "customer", "service"]
State = Literal["active", "disabled"]
Email = text.EmailText
PersonName = Annotated[str, Meta(min_length=1, max_length=200)]
Password = Annotated[str, Meta(min_length=1, max_length=200)]
NewPassword = Annotated[str, Meta(min_length=10, max_length=200)]


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may sign in.

    ``generation`` counts what ends all sessions: a session begun under an older one is void.
    ``email_verified_at`` is when a token that was mailed to the address came back.
    """

    id: str
    email: str
    name: str
    role: Role
    state: State = "active"
    password_hash: str
    must_change_password: bool = False
    generation: int = 1
    customer_id: str | None = None
    email_verified_at: str | None = None
    created_at: str
    updated_at: str
    version: int = 1


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A user as shown."""

    id: str
    email: str
    name: str
    role: Role
    state: State
    must_change_password: bool
    created_at: str
    updated_at: str
    version: int


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Oneself, and what one may do. ``customer_id`` is set where one is a customer of the shop."""

    id: str
    email: str
    name: str
    role: Role
    customer_id: str | None = None
    must_change_password: bool
    permissions: list[str]


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user to add; the answer holds the one-time password."""

    email: Email
    name: PersonName
    role: Role


class UserChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; ``version`` is the one that was read."""

    version: int
    name: PersonName | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    state: State | UnsetType = UNSET


class NewInvitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to invite."""

    email: Email
    name: PersonName
    role: Literal["admin", "manager", "analyst", "customer"]


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who was invited. ``by`` is the admin who asked last; ``expires_at`` in epoch
    seconds.
    """

    id: str
    email: str
    name: str
    role: Role
    state: Literal["open", "expired"]
    by: str
    created_at: str
    expires_at: int


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as stored. ``owner`` is the user whose rights bound it."""

    id: str
    name: str
    owner: str
    hash: str
    permissions: tuple[str, ...]
    created_at: str
    expires_at: str
    last_used_at: str | None = None


class ApiKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as shown: all but the secret. ``last_used_at`` is true to the hour."""

    id: str
    name: str
    owner: str
    permissions: list[str]
    created_at: str
    expires_at: str
    last_used_at: str | None


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An API key to make; its permissions may not pass those of the one who makes it."""

    name: PersonName
    permissions: Annotated[
        tuple[Annotated[str, Meta(max_length=64)], ...], Meta(min_length=1, max_length=50)
    ]
    expires_in_days: Annotated[int, Meta(ge=1, le=365)] = 90


def view(user: User) -> UserView:
    """What others may see of a user."""
    return UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        role=user.role,
        state=user.state,
        must_change_password=user.must_change_password,
        created_at=user.created_at,
        updated_at=user.updated_at,
        version=user.version,
    )


def key_view(key: ApiKey) -> ApiKeyView:
    """What may be seen of an API key after its making."""
    return ApiKeyView(
        id=key.id,
        name=key.name,
        owner=key.owner,
        permissions=list(key.permissions),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
    )
