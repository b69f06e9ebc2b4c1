"""Channels to clients of an API Gateway WebSocket; who listens stands in the records."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from omnix.adapters.aws.calls import Calls, code, refused
from omnix.adapters.aws.own import SEQUENCES, SUBSCRIPTIONS
from omnix.adapters.aws.records import AwsRecords
from omnix.ports import Clock, Delete, Joined, Operation, Put

MANAGEMENT = "apigatewaymanagementapi"
"""The service to whose address, of one API and stage, ``Calls`` must have an endpoint."""

LONGEST_CONNECTION = 2 * 3600 + 600
"""Seconds: API Gateway ends a connection after two hours, whether or not it tells."""

_PAGE = 200
_GONE = ("GoneException", "410")


class AwsPush:
    """``connection`` is API Gateway's id of it. The runtime says ``unsubscribe(connection)`` when
    one ends; one that ended silently is found out by the first message it does not take.

    Messages of one channel that are published at the same time may arrive in another order:
    their sequence tells.
    """

    def __init__(self, calls: Calls, records: AwsRecords, clock: Clock) -> None:
        self._calls = calls
        self._records = records
        self._clock = clock

    @property
    def address(self) -> str:
        """Where the stage is, as the infrastructure named it."""
        return self._calls.endpoints[MANAGEMENT]

    async def subscribe(self, connection: str, channel: str) -> Joined:
        item = {
            "channel": channel,
            "connection": connection,
            "expires": self._now() // 1000 + LONGEST_CONNECTION,
        }
        await self._records.write([Put(SUBSCRIPTIONS, item)])
        # Read afterwards: whoever counts on from here finds the subscription.
        known = await self._records.get(SEQUENCES, channel)
        if known is None:
            return Joined(0, None)
        return Joined(
            int(known["sequence"]), max(self._now() - int(known.get("told", self._now())), 0)
        )

    async def unsubscribe(self, connection: str, channel: str | None = None) -> None:
        channels = [channel] if channel is not None else await self.channels(connection)
        for start in range(0, len(channels), 100):
            gone: list[Operation] = [
                Delete(SUBSCRIPTIONS, (name, connection)) for name in channels[start : start + 100]
            ]
            await self._records.write(gone)

    async def channels(self, connection: str) -> list[str]:
        """What a connection listens to; may lag behind by a moment."""
        return await self._all("channel", connection, "connection-index")

    async def _all(self, attribute: str, partition: str, index: str | None = None) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            page = await self._records.query(
                SUBSCRIPTIONS, partition, index=index, limit=_PAGE, cursor=cursor
            )
            found += [item[attribute] for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found

    async def publish(
        self, channel: str, event: str, at: str, data: Mapping[str, Any], *, latest: bool = False
    ) -> int:
        told = {"told": self._now()}
        sequence = await self._records.count(SEQUENCES, channel, "sequence", told)
        connections = await self._all("connection", channel)
        if connections:
            message = {
                "type": "message",
                "channel": channel,
                "sequence": sequence,
                "event": event,
                "at": at,
                "data": data,
            }
            encoded = json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()
            await asyncio.gather(*[self.post(one, encoded) for one in connections])
        return sequence

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    async def post(self, connection: str, message: bytes) -> bool:
        """Send to one client; False if it is gone, and so listens no more."""
        try:
            await self._calls.call(
                MANAGEMENT, "post_to_connection", ConnectionId=connection, Data=message
            )
        except ClientError as error:
            if code(error) not in _GONE:
                raise refused(error, "the clients cannot be reached") from error
            await self.unsubscribe(connection)
            return False
        return True

    async def hang_up(self, connection: str) -> None:
        """End a connection; nothing happens if it has ended."""
        try:
            await self._calls.call(MANAGEMENT, "delete_connection", ConnectionId=connection)
        except ClientError as error:
            if code(error) not in _GONE:
                raise refused(error, "the clients cannot be reached") from error
