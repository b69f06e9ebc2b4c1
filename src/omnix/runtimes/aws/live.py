"""Live updates behind API Gateway: the protocol's messages in, the stream's events out.

Nothing here lives as long as a connection. What must be known of a client between two messages
stands in the records; its proof is looked at again at every message, and once a minute.
"""

import asyncio
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import msgspec

from omnix.adapters.aws.push import LONGEST_CONNECTION
from omnix.declared import ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import make_authenticator
from omnix.domains.realtime.channels import LIVE
from omnix.domains.realtime.protocol import Session
from omnix.kit.errors import OmnixError
from omnix.kit.time import instant
from omnix.ports import Delete, Item, Put, Update
from omnix.runtimes.aws.consumers import Delivery, records_of
from omnix.runtimes.aws.observe import Time, begin, logs_to_output, measured
from omnix.runtimes.aws.own import CONNECTIONS
from omnix.runtimes.aws.seal import Seal
from omnix.runtimes.aws.stack import Container

_log = logging.getLogger("omnix.live")

SIGN_IN_SECONDS = 10
PATIENCE = 2.0
"""Seconds that a message waits for the sign-in that was sent before it: API Gateway may call
for both at once.
"""

TELLING = replace(LIVE, rest=0.0)
"""Never rests: people watch, and nobody would wake it."""

_AT_ONCE = 20
_OK = {"statusCode": 200}
_UNAVAILABLE = {
    "type": "error",
    "code": "unavailable",
    "detail": "this could not be done now; send it again after a pause",
}
_ENDED = {
    "type": "error",
    "code": "unauthenticated",
    "detail": "sign in again on a new connection",
}


class Live:
    """All clients, one message or one look at a time."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._ports = container.ports
        self._authenticate = make_authenticator(container.ports, ROLE_PERMISSIONS)
        self._seal = Seal(container.ports.secrets)
        self._push = container.platform.push

    async def route(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """What API Gateway tells of a connection."""
        context = event["requestContext"]
        connection, kind = context["connectionId"], context["eventType"]
        if kind == "CONNECT":
            now = self._ports.clock.now()
            item = {
                "connection": connection,
                "listing": "all",
                "since": instant(now),
                "proof": None,
                "expires": int(now.timestamp()) + LONGEST_CONNECTION,
            }
            await self._ports.records.write([Put(CONNECTIONS, item)])
        elif kind == "DISCONNECT":
            await self._forget(connection)
        else:
            await self._message(connection, event.get("body") or "")
        return _OK

    async def _forget(self, connection: str) -> None:
        await self._push.unsubscribe(connection)
        await self._ports.records.write([Delete(CONNECTIONS, connection)])

    async def _message(self, connection: str, text: str) -> None:
        session = Session(self._ports, self._authenticate, connection)
        try:
            told = await self._resumed(session, text) if _concerns_rights(text) else []
            if told is None:
                await self._end(connection)
                return
            before = session.token
            replies = [*told, *await session.receive(text)]
            if session.token != before:
                proof = await self._seal.close(session.token)
                kept = Update(CONNECTIONS, connection, set={"proof": proof})
                # Before the answer, upon which the next message comes.
                await self._ports.records.write([kept])
        except OmnixError as error:
            _log.warning("a message could not be answered: %s", error.detail)
            replies = [_UNAVAILABLE]
        for reply in replies:
            await self._push.post(connection, msgspec.json.encode(reply))

    async def _resumed(self, session: Session, text: str) -> list[dict[str, Any]] | None:
        """Bring back what is known of the client; None if its proof holds no more."""
        proof = await self._proof(session.connection, wait=_asks(text))
        if proof is None:
            return []
        channels = await self._push.channels(session.connection)
        told = await session.resume(proof, channels)
        # Whoever brings a new proof need not have kept the old one.
        return [] if told is None and _signs_in(text) else told

    async def _proof(self, connection: str, *, wait: bool) -> str | None:
        tries = int(PATIENCE / 0.1) if wait else 1
        for _ in range(tries):
            known = await self._ports.records.get(CONNECTIONS, connection)
            if known is not None and known["proof"]:
                return await self._seal.open(known["proof"])
            if wait:
                await asyncio.sleep(0.1)
        return None

    async def _end(self, connection: str) -> None:
        await self._push.post(connection, msgspec.json.encode(_ENDED))
        await self._push.hang_up(connection)
        await self._forget(connection)

    async def look(self, time: Time) -> int:
        """Ping every client and look at its proof; how many there were."""
        cursor, count = None, 0
        while time.left > 0:
            page = await self._ports.records.query(
                CONNECTIONS,
                "all",
                index="listing-index",
                limit=_AT_ONCE,
                cursor=cursor,
            )
            await asyncio.gather(*map(self._look, page.items))
            count += len(page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
        measured("live", connections=count)
        return count

    async def _look(self, known: Item) -> None:
        connection = known["connection"]
        try:
            if not known["proof"]:
                late = self._ports.clock.now() - timedelta(seconds=SIGN_IN_SECONDS)
                if known["since"] < instant(late):
                    await self._end(connection)
                return
            session = Session(self._ports, self._authenticate, connection)
            token = await self._seal.open(known["proof"])
            told = await session.resume(token, await self._push.channels(connection))
            if told is None:
                await self._end(connection)
                return
            for message in (*told, {"type": "ping"}):
                if not await self._push.post(connection, msgspec.json.encode(message)):
                    await self._forget(connection)
                    return
        except OmnixError as error:
            _log.warning("a connection could not be looked at: %s", error.detail)


def _signs_in(text: str) -> bool:
    return '"authenticate"' in text


def _asks(text: str) -> bool:
    return '"subscribe"' in text or '"unsubscribe"' in text


def _concerns_rights(text: str) -> bool:
    return _signs_in(text) or _asks(text)


@cache
def _live() -> tuple[Container, Live, Delivery]:
    logs_to_output()
    container = Container(os.environ, lake=False)
    return container, Live(container), Delivery(container, (TELLING,), "live")


def handle(event: Mapping[str, Any], context: Any) -> Any:
    """Messages of the WebSocket API, records of the stream, or ``{"schedule": "connections"}``."""
    container, live, delivery = _live()
    time = begin(context)
    if "Records" in event:
        return container.run(delivery.take(records_of(event), time))
    if "requestContext" in event:
        return container.run(live.route(event))
    return {"connections": container.run(live.look(time))}
