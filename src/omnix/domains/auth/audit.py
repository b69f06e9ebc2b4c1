"""The audit log: an entry for every change, chained by hashes so that tampering shows.

One consumer turns each event of a change into an entry that holds the hash of the one before it.
To alter, leave out or move an entry, all later ones have to be made anew; whoever has noted the
number and hash of one entry elsewhere (an export holds them) can tell that they were.

Entries name things by their ids and hold nothing else of a person. The network of a caller is
kept without the part that names a household.
"""

import hashlib
import ipaddress
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from omnix.kit.errors import ConditionFailed, Invalid, Unavailable
from omnix.kit.events import Event
from omnix.kit.paging import MAX_LIMIT, Page
from omnix.platform.consume import Consumer
from omnix.ports import Absent, Equals, Item, Operation, Ports, Put

from .declare import AUDIT, AUDIT_HEAD

CHAIN = "shop"
FIRST = "0" * 64
"""What stands for the hash before the first entry."""

MOST_CHECKED = 5_000
"""Entries that one verification over HTTP looks at."""

NOT_CHANGES = frozenset(
    {
        "ai.spent",
        "alert.opened",
        "alert.refreshed",
        "anomaly.detected",
        "dashboard.refreshed",
        "events.received",
        "exposure.recorded",
        "job.progressed",
        "outcome.recorded",
        "proposals.refreshed",
        "sales.recorded",
        "streaming.refreshed",
    }
)
"""Events that follow from what is in the log already, or that only measure."""

_AT_ONCE = 90
_TRIES = 5
_TELLING = (
    "actor", "code", "customer_id", "generation", "kind", "method", "number", "owner", "part",
    "permissions", "role", "session", "state", "status", "user", "version", "what",
)  # fmt: skip
_LONGEST = 64


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change: when, who, what happened to which subject, and from which network.

    ``hash`` is over all other fields, ``previous`` among them. ``actor`` is the id of a user or an
    API key, ``system``, or ``unknown`` where the event does not say.
    """

    number: int
    at: str
    actor: str
    type: str
    subject: str
    network: str | None
    details: dict[str, Any]
    event_id: str
    previous: str
    hash: str


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a look along the chain came to: entries ``first`` to ``last`` were looked at.

    ``wrong`` is the number of the first entry that does not fit, with the ``reason``.
    ``last_hash`` is the hash of ``last``; ``complete`` says that nothing follows it.
    """

    intact: bool
    first: int
    last: int
    last_hash: str
    complete: bool
    wrong: int | None = None
    reason: str = ""


def network(address: str | None) -> str | None:
    """The network of an address: /24 of IPv4, /48 of IPv6. None for what is no address."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:
        known = known.ipv4_mapped
    size = 24 if known.version == 4 else 48
    return str(ipaddress.ip_network(f"{known}/{size}", strict=False))


def _hash(fields: Mapping[str, Any]) -> str:
    told = {name: value for name, value in fields.items() if name not in ("hash", "chain")}
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


def _plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST
    if isinstance(value, list | tuple):
        return len(value) <= _LONGEST and all(isinstance(v, str) and _plain(v) for v in value)
    return isinstance(value, int)


def _actor(data: Mapping[str, Any]) -> str:
    for name in ("by", "requested_by", "created_by"):
        if isinstance(data.get(name), str) and data[name]:
            return str(data[name])[:_LONGEST]
    return "unknown"


def _entry(event: Event, number: int, previous: str) -> dict[str, Any]:
    data = event.data
    fields: dict[str, Any] = {
        "chain": CHAIN,
        "number": number,
        "at": event.at,
        "actor": _actor(data),
        "type": event.type,
        "subject": event.key,
        "network": data.get("network"),
        "details": {n: data[n] for n in _TELLING if n in data and _plain(data[n])},
        "event_id": event.id,
        "previous": previous,
    }
    fields["hash"] = _hash(fields)
    return fields


async def _noted(ports: Ports, event: Event) -> bool:
    """Whether an event that came again has its entry: it may have been laid aside instead."""
    cursor = None
    while True:
        page = await ports.records.query(
            AUDIT, CHAIN, index="listing-index", low=event.at, high=event.at,
            limit=MAX_LIMIT, cursor=cursor,
        )  # fmt: skip
        if any(item["event_id"] == event.id for item in page.items):
            return True
        cursor = page.next_cursor
        if cursor is None:
            return False


async def record(ports: Ports, events: Sequence[Event]) -> None:
    """Append an entry for each event, once however often it is delivered."""
    for start in range(0, len(events), _AT_ONCE):
        await _append(ports, events[start : start + _AT_ONCE])


async def _append(ports: Ports, events: Sequence[Event]) -> None:
    for _ in range(_TRIES):
        head = await ports.records.get(AUDIT_HEAD, CHAIN)
        number = int(head["number"]) if head else 0
        previous = str(head["hash"]) if head else FIRST
        positions = dict(head["positions"]) if head else {}
        operations: list[Operation] = []
        reached = dict(positions)
        for event in events:
            old = event.sequence <= positions.get(event.stream, 0)
            if old and await _noted(ports, event):
                continue
            number += 1
            item = _entry(event, number, previous)
            previous = item["hash"]
            operations.append(Put(AUDIT, item, when=(Absent(),)))
            reached[event.stream] = max(event.sequence, reached.get(event.stream, 0))
        if not operations:
            return
        after = {"chain": CHAIN, "number": number, "hash": previous, "positions": reached}
        unchanged = Equals("number", int(head["number"])) if head else Absent()
        try:
            await ports.records.write([*operations, Put(AUDIT_HEAD, after, when=(unchanged,))])
        except ConditionFailed:
            continue  # another process appended in between
        return
    raise Unavailable("the audit log is written to by others at this moment")


def recording(types: Iterable[str]) -> Consumer:
    """The consumer that keeps the log of the changes among ``types``.

    It rests between batches, so that under many orders it lags rather than slows them.
    """
    wanted = tuple(sorted(set(types) - NOT_CHANGES))
    return Consumer("audit-log", wanted, record, batch=_AT_ONCE, rest=1.0)


async def listing(
    ports: Ports,
    *,
    actor: str | None = None,
    type: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int,
    cursor: str | None,
) -> Page[Entry]:
    """Newest first; ``since`` and ``until`` are instants, both included.

    Filtered by actor and type together, a page may hold fewer than ``limit`` though more follow.
    """
    index, partition = "listing-index", CHAIN
    if actor is not None:
        index, partition = "actor-index", actor
    elif type is not None:
        index, partition = "type-index", type
    page = await ports.records.query(
        AUDIT, partition, index=index, low=since, high=until, newest_first=True,
        limit=limit, cursor=cursor,
    )  # fmt: skip
    found = [_shown(i) for i in page.items if type is None or i["type"] == type]
    return Page(found, page.next_cursor)


def _shown(item: Item) -> Entry:
    return msgspec.convert({**item}, Entry)


async def along(ports: Ports, first: int = 1, last: int | None = None) -> AsyncIterator[Entry]:
    """The entries in the order of the chain."""
    cursor = None
    while True:
        page = await ports.records.query(
            AUDIT, CHAIN, low=first, high=last, limit=MAX_LIMIT, cursor=cursor
        )
        for item in page.items:
            yield _shown(item)
        cursor = page.next_cursor
        if cursor is None:
            return


async def verify(
    ports: Ports, first: int = 1, most: int | None = None, known: tuple[int, str] | None = None
) -> Verified:
    """Look along the chain from entry ``first``, at ``most`` entries, until something is wrong.

    ``known`` is the number and hash of an entry noted before: it must be among those looked at
    and have this hash, which is how a chain that was made anew is told from the one there was.
    """
    head = await ports.records.get(AUDIT_HEAD, CHAIN)
    end = int(head["number"]) if head else 0
    goal = end if most is None else min(end, first + most - 1)
    before = FIRST
    if first > 1:
        stored = await ports.records.get(AUDIT, (CHAIN, first - 1))
        before = str(stored["hash"]) if stored else ""
    number = first - 1

    def told(wrong: int | None = None, reason: str = "") -> Verified:
        return Verified(
            intact=wrong is None, first=first, last=number, last_hash=before,
            complete=wrong is None and number >= end, wrong=wrong, reason=reason,
        )  # fmt: skip

    async for entry in along(ports, first, goal):
        if entry.number != number + 1:
            return told(number + 1, "is missing")
        if entry.previous != before:
            return told(entry.number, "does not follow from the entry before")
        if _hash(msgspec.to_builtins(entry)) != entry.hash:
            return told(entry.number, "was altered")
        if known is not None and entry.number == known[0] and entry.hash != known[1]:
            return told(entry.number, "is not the entry that was noted")
        number, before = entry.number, entry.hash
    if number < goal:
        return told(number + 1, "is missing")
    if number == end and head is not None and number >= first and before != head["hash"]:
        return told(number, "is not the last entry that was written")
    if known is not None and known[0] > end:
        return told(known[0], "is missing")
    return told()


async def still_holds(ports: Ports, lines: Iterable[bytes], told: Verified) -> Verified:
    """``told`` of a whole log that is intact, or what of an export (JSON lines) it does not hold.

    A log that was made anew from some entry on is a chain as good as the old one; only what was
    noted elsewhere tells them apart. Raises Invalid for what is no export.
    """
    noted: dict[int, str] = {}
    for n, line in enumerate(lines, 1):
        try:
            entry = msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError as error:
            raise Invalid(f"line {n} is no entry of an audit log: {error}") from error
        noted[entry.number] = entry.hash
    if not noted:
        return told
    first = min(noted)
    async for entry in along(ports, first, max(noted)):
        if noted.pop(entry.number, entry.hash) != entry.hash:
            return msgspec.structs.replace(
                told, intact=False, wrong=entry.number, reason="is not the entry that was noted"
            )
    if noted:
        return msgspec.structs.replace(told, intact=False, wrong=min(noted), reason="is missing")
    return told
