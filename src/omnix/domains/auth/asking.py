"""What the routes of signing in know of the request: its address, and the rules of access."""

from typing import Any

from litestar import Request
from litestar.datastructures import Cookie, State
from litestar.di import Provide

from .authenticate import Access

COOKIE = "omnix_refresh"
_COOKIE_PATH = "/v1/auth"
AnyRequest = Request[Any, Any, Any]


def _access(state: State) -> Access:
    access: Access = state.authenticate
    return access


WITH_ACCESS = {"access": Provide(_access, sync_to_thread=False)}


def address_of(request: AnyRequest) -> str:
    """The network's address of whoever asks."""
    return request.client.host if request.client else "unknown"


def refresh_cookie(request: AnyRequest, value: str, max_age: int) -> Cookie:
    """The refresh token where scripts cannot read it, sent to the routes of signing in alone."""
    return Cookie(
        key=COOKIE,
        value=value,
        path=_COOKIE_PATH,
        max_age=max_age,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="strict",
    )
