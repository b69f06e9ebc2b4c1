"""The WebSocket protocol, one message in and some out, whatever carries them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from omnix.kit.errors import Forbidden, OmnixError, Unauthenticated
from omnix.platform.access import Actor, Authenticator
from omnix.ports import Ports

from .declare import CHANNELS

MAX_MESSAGE = 128 * 1024
MAX_CHANNELS = 100
MOST_NAMED = 200
"""Channels in one message; what is named beyond them is passed over."""


class Authenticate(msgspec.Struct, tag="authenticate"):
    """Must be the first message: the token never stands in the URL."""

    token: str


class Subscribe(msgspec.Struct, tag="subscribe"):
    channels: list[str]


class Unsubscribe(msgspec.Struct, tag="unsubscribe"):
    channels: list[str]


class Ping(msgspec.Struct, tag="ping"):
    pass


class Pong(msgspec.Struct, tag="pong"):
    pass


Message = Authenticate | Subscribe | Unsubscribe | Ping | Pong
"""All that a client may send; docs/realtime.md tells what comes back."""

_decode = msgspec.json.Decoder(Message).decode


def _error(code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": "error", "code": code, "detail": detail, **more}


class Session:
    """One connection's conversation. ``connection`` is its name at the Push port."""

    def __init__(self, ports: Ports, authenticate: Authenticator, connection: str) -> None:
        self._ports, self._authenticate, self.connection = ports, authenticate, connection
        self.actor: Actor | None = None
        self._token = ""
        self._channels: set[str] = set()

    @property
    def token(self) -> str:
        """The proof that the client gave last; empty before it signed in."""
        return self._token

    async def resume(self, token: str, channels: Iterable[str]) -> list[dict[str, Any]] | None:
        """Go on where another process left off; answers as ``recheck`` does."""
        self._token, self._channels = token, set(channels)
        try:
            self.actor = await self._proven(token)
        except (Unauthenticated, Forbidden):
            return None
        return await self._kept(self.actor)

    async def receive(self, text: str | bytes) -> list[dict[str, Any]]:
        """The replies to one message; never raises for what a client sends."""
        if len(text) > MAX_MESSAGE:
            return [_error("too-large", f"a message has at most {MAX_MESSAGE} bytes")]
        try:
            message = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return [_error("invalid", str(error))]
        if isinstance(message, Authenticate):
            return await self._sign_in(message.token)
        if isinstance(message, Ping):
            return [{"type": "pong"}]
        if isinstance(message, Pong):
            return []
        if self.actor is None:
            return [_error("unauthenticated", "authenticate first")]
        if isinstance(message, Subscribe):
            return [
                await self._subscribe(self.actor, channel)
                for channel in message.channels[:MOST_NAMED]
            ]
        return [await self._leave(channel) for channel in message.channels[:MOST_NAMED]]

    async def recheck(self) -> list[dict[str, Any]] | None:
        """What to tell the client of rights that it lost since; None if its proof holds no more.

        A token that was good at the start ends, and so do sessions, users and roles.
        """
        if self.actor is None:
            return []
        try:
            self.actor = await self._proven(self._token)
        except (Unauthenticated, Forbidden):
            return None
        except OmnixError:
            return []  # nothing is known of the proof while the records are away
        return await self._kept(self.actor)

    async def _proven(self, token: str) -> Actor:
        return await self._authenticate({"authorization": f"Bearer {token}"})

    async def _kept(self, actor: Actor) -> list[dict[str, Any]]:
        lost = sorted(channel for channel in self._channels if not _may(actor, channel))
        return [await self._leave(channel) for channel in lost]

    async def _leave(self, channel: str) -> dict[str, Any]:
        self._channels.discard(channel)
        await self._ports.push.unsubscribe(self.connection, channel)
        return {"type": "unsubscribed", "channel": channel}

    async def _sign_in(self, token: str) -> list[dict[str, Any]]:
        try:
            self.actor = await self._proven(token)
        except OmnixError as error:
            return [_error(error.kind, error.detail)]
        self._token = token
        told = {"type": "authenticated", "user": self.actor.id, "role": self.actor.role}
        return [told, *await self._kept(self.actor)]

    async def _subscribe(self, actor: Actor, channel: str) -> dict[str, Any]:
        if not _may(actor, channel):
            return _error("forbidden", "no such channel, or not for you", channel=channel)
        if channel not in self._channels and len(self._channels) >= MAX_CHANNELS:
            return _error("too-many", f"at most {MAX_CHANNELS} channels", channel=channel)
        joined = await self._ports.push.subscribe(self.connection, channel)
        self._channels.add(channel)
        told = {"type": "subscribed", "channel": channel, "sequence": joined.sequence}
        return told if joined.quiet_ms is None else {**told, "quiet_ms": joined.quiet_ms}


def _may(actor: Actor, channel: str) -> bool:
    name, _, id = channel.partition(".")
    if name == "user":
        return id == actor.id
    permission = CHANNELS.get(name)
    return permission in actor.permissions and bool(id) == (name == "product")
