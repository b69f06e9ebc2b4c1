"""What the routes of signing in know of the request: its address, and the rules of access."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.di import Provide

from .authenticate import Access

AnyRequest = Request[Any, Any, Any]


def _access(state: State) -> Access:
    access: Access = state.authenticate
    return access


WITH_ACCESS = {"access": Provide(_access, sync_to_thread=False)}


def address_of(request: AnyRequest) -> str:
    """The network's address of whoever asks."""
    return request.client.host if request.client else "unknown"
