"""Channels to clients, byte strings, secrets and the time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Joined:
    """A channel at the moment from which a subscriber gets what it tells."""

    sequence: int
    """The number of the last message so far."""
    quiet_ms: int | None
    """Milliseconds for which at least nothing was told; None: nothing ever was, as is known."""


class Push(Protocol):
    """Channels to connected clients. Sequence numbers of a channel grow by one."""

    async def subscribe(self, connection: str, channel: str) -> Joined:
        """The channel at the time; later messages follow without a gap."""
        ...

    async def unsubscribe(self, connection: str, channel: str | None = None) -> None: ...

    async def publish(
        self, channel: str, event: str, at: str, data: Mapping[str, Any], *, latest: bool = False
    ) -> int:
        """Send to every subscriber; returns the sequence number.

        Of events that say the ``latest`` of one thing, a client that is behind may get the newest
        alone: the step of the sequence tells.
        """
        ...


class Blobs(Protocol):
    """Named byte strings. Names are ``/``-separated; a put replaces as a whole or not at all."""

    async def put(self, name: str, data: bytes) -> None: ...

    async def get(self, name: str) -> bytes | None: ...

    async def delete(self, name: str) -> None: ...

    async def list(self, prefix: str = "") -> Sequence[str]: ...

    async def upload_address(self, name: str, size: int, seconds: int) -> str | None:
        """Where a client may PUT exactly ``size`` bytes as this blob, for so many seconds; None
        where it is to send them to the service.
        """
        ...


class Secrets(Protocol):
    """Secret values, readable by this service alone."""

    async def get(self, name: str) -> bytes | None: ...

    async def put(self, name: str, value: bytes) -> None: ...

    async def ensure(self, name: str, make: Callable[[], bytes]) -> bytes:
        """The secret, made and stored first if absent; all callers get the same one."""
        ...


class Clock(Protocol):
    """The time, so that tests own it."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        ...
