"""What channels have still to tell, and the jobs that tell it.

A notice is written with the change that it is about, and so is the reminder that has it sent, so
that neither can be lost. Notices that may go at the same moment go in one message.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from omnix.kit.errors import NotFound
from omnix.kit.time import instant
from omnix.platform import jobs
from omnix.ports import Delete, Operation, Ports, Put

from .channels import Channel
from .declare import NOTICES, NOTIFY, WAITING
from .hours import due
from .model import Alert

Why = Literal["opened", "escalated", "woken"]
KEPT = timedelta(days=30)
_AT_ONCE = 50


@dataclass(frozen=True)
class Telling:
    """Whom to tell, at which moment of which shop. ``batch`` gathers what goes out at once."""

    channels: Mapping[str, Channel]
    now: datetime
    zone_name: str
    batch: str

    def of(
        self, alert: Alert, why: Why, ids: Iterable[str]
    ) -> tuple[list[Operation], set[tuple[str, str]]]:
        """The operations that note it, and what of it to ``ask`` for once they are done."""
        operations: list[Operation] = []
        at_once = set()
        for id in dict.fromkeys(ids):
            channel = self.channels.get(id)
            moment = (
                None if channel is None else due(channel, alert.severity, self.now, self.zone_name)
            )
            if moment is None:
                continue
            batch = self.batch if moment <= self.now else "digest"
            group = f"{instant(moment)}:{batch}"
            operations.append(Put(NOTICES, {
                "channel_id": id, "entry": f"{group}:{alert.id}:{why}", "alert_id": alert.id,
                "why": why, "expires": int((moment + KEPT).timestamp()),
            }))  # fmt: skip
            operations.append(
                reminder(moment, "flush", f"{id}:{group}", channel_id=id, group=group)
            )
            if moment <= self.now:
                at_once.add((id, group))
        return operations, at_once


def reminder(moment: datetime, what: str, about: str, **more: str) -> Put:
    """The operation that notes what is to happen at a moment."""
    entry = f"{instant(moment)}#{what}#{about}"
    kept = int((moment + KEPT).timestamp())
    return Put(WAITING, {"listing": "all", "entry": entry, "what": what, "expires": kept, **more})


async def ask(ports: Ports, groups: Iterable[tuple[str, str]]) -> None:
    """Ask for the jobs that tell these notices, once each however often they are asked for."""
    for channel_id, group in sorted(groups):
        payload = {"channel_id": channel_id, "group": group}
        await jobs.submit(ports, NOTIFY, payload, id=f"alerts.notify:{channel_id}:{group}")


async def pending(ports: Ports, channel_id: str, group: str) -> list[Mapping[str, Any]]:
    """The notices of one message."""
    found: list[Mapping[str, Any]] = []
    cursor = None
    while True:
        page = await ports.records.query(
            NOTICES, channel_id, prefix=f"{group}:", limit=200, cursor=cursor
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def drop(ports: Ports, notices: Iterable[Mapping[str, Any]]) -> None:
    """They are told, or nobody is to be told any more."""
    keys = [(notice["channel_id"], notice["entry"]) for notice in notices]
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        await ports.records.write([Delete(NOTICES, key) for key in some])


def gone(error: NotFound) -> dict[str, Any]:
    """The result of a job for a channel that was deleted meanwhile."""
    return {"told": 0, "reason": error.detail}
