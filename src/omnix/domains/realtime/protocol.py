"""The WebSocket protocol, one message in and some out, whatever carries them."""

from typing import Any

import msgspec

from omnix.kit.errors import OmnixError
from omnix.platform.access import Actor, Authenticator
from omnix.ports import Ports

from .declare import CHANNELS

MAX_MESSAGE = 128 * 1024
MAX_CHANNELS = 100


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


_decode = msgspec.json.Decoder(Authenticate | Subscribe | Unsubscribe | Ping | Pong).decode


def _error(code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": "error", "code": code, "detail": detail, **more}


class Session:
    """One connection's conversation. ``connection`` is its name at the Push port."""

    def __init__(self, ports: Ports, authenticate: Authenticator, connection: str) -> None:
        self._ports, self._authenticate, self.connection = ports, authenticate, connection
        self.actor: Actor | None = None
        self._channels: set[str] = set()

    async def receive(self, text: str | bytes) -> list[dict[str, Any]]:
        """The replies to one message; never raises for what a client sends."""
        if len(text) > MAX_MESSAGE:
            return [_error("too-large", f"a message has at most {MAX_MESSAGE} bytes")]
        try:
            message = _decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return [_error("invalid", str(error))]
        if isinstance(message, Authenticate):
            return [await self._sign_in(message.token)]
        if isinstance(message, Ping):
            return [{"type": "pong"}]
        if isinstance(message, Pong):
            return []
        if self.actor is None:
            return [_error("unauthenticated", "authenticate first")]
        if isinstance(message, Subscribe):
            return [
                await self._subscribe(self.actor, channel) for channel in message.channels[:200]
            ]
        replies = []
        for channel in message.channels[:200]:
            self._channels.discard(channel)
            await self._ports.push.unsubscribe(self.connection, channel)
            replies.append({"type": "unsubscribed", "channel": channel})
        return replies

    async def _sign_in(self, token: str) -> dict[str, Any]:
        try:
            self.actor = await self._authenticate({"authorization": f"Bearer {token}"})
        except OmnixError as error:
            return _error(error.kind, error.detail)
        return {"type": "authenticated", "user": self.actor.id, "role": self.actor.role}

    async def _subscribe(self, actor: Actor, channel: str) -> dict[str, Any]:
        if not _may(actor, channel):
            return _error("forbidden", "no such channel, or not for you", channel=channel)
        if channel not in self._channels and len(self._channels) >= MAX_CHANNELS:
            return _error("too-many", f"at most {MAX_CHANNELS} channels", channel=channel)
        sequence = await self._ports.push.subscribe(self.connection, channel)
        self._channels.add(channel)
        return {"type": "subscribed", "channel": channel, "sequence": sequence}


def _may(actor: Actor, channel: str) -> bool:
    name, _, id = channel.partition(".")
    if name == "user":
        return id == actor.id
    permission = CHANNELS.get(name)
    return permission in actor.permissions and bool(id) == (name == "product")
