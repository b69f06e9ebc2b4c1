"""Who is asking, and what that allows."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from omnix.kit.errors import Forbidden


class PasswordChangeRequired(Forbidden):
    kind, title = "password-change-required", "Choose a password of your own first"


class Actor(msgspec.Struct, frozen=True):
    """Somebody who proved who they are, or the system itself.

    ``id`` names a user or an API key. ``customer_id`` is set where the actor is a customer,
    who sees only itself. ``session`` is set where a person signed in, and not for an API key;
    one who still has a one-time password has no permission until it is changed.
    """

    id: str
    role: str
    permissions: frozenset[str]
    customer_id: str | None = None
    session: str | None = None
    must_change_password: bool = False

    def require(self, permission: str) -> None:
        """Raises Forbidden without the permission."""
        if self.must_change_password:
            raise PasswordChangeRequired("change the one-time password at /v1/user/password")
        if permission not in self.permissions:
            raise Forbidden(f"this needs the permission {permission}")


SYSTEM = Actor("system", "system", frozenset())
"""The platform acting by itself: jobs, consumers, the command line."""

PUBLIC = "public"
"""The permission of a route that anybody may call without proof."""

SIGNED_IN = "signed-in"
"""The permission of a route about oneself: every actor has it."""


class Authenticator(Protocol):
    """Tells who sends a request, from its headers (lower-case names)."""

    async def __call__(self, headers: Mapping[str, str]) -> Actor:
        """Raises Unauthenticated where there is no proof or a bad one."""
        ...
