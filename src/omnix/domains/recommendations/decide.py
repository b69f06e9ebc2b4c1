"""What people make of recommendations and of advice."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Literal

import msgspec

from omnix.domains.customers import service as customers
from omnix.domains.products import service as products
from omnix.kit.errors import ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.paging import Page
from omnix.kit.time import day_of, instant, parse_instant
from omnix.platform.access import Actor
from omnix.ports import Equals, Ports, Put

from . import recent
from .advice import item
from .declare import ACTIONS, SHOWN
from .model import Action, ActionKind, ActionStatus, Answered

Word = Literal["accepted", "dismissed", "liked", "disliked"]


async def actions(
    ports: Ports,
    kind: ActionKind | None,
    status: ActionStatus,
    limit: int,
    cursor: str | None,
    *,
    most_first: bool = True,
) -> Page[Action]:
    """What a manager is advised to do, by the money at stake."""
    index, value = ("listing-index", status) if kind is None else ("kind-index", f"{status}:{kind}")
    page = await ports.records.query(
        ACTIONS, value, index=index, newest_first=most_first, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(each, Action) for each in page.items], page.next_cursor)


async def decide(
    ports: Ports, actor: Actor, id: str, product_id: str | None, word: Word
) -> Answered:
    """Accept or dismiss an action, or a product of an answer.

    Raises NotFound for neither, Forbidden without the permission for an action, Invalid where an
    answer's product is missing, Conflict for an action that is decided.
    """
    stored = await ports.records.get(ACTIONS, id)
    if stored is None:
        if product_id is None:
            if "~rec_" not in id:
                raise NotFound(f"no recommendation {id}")
            raise Invalid.field("product_id", "is needed for a customer's recommendation")
        return await answer(ports, actor, id, product_id, word)
    actor.require("recommendations:write")
    before = msgspec.convert(stored, Action)
    if before.status != "open":
        raise Conflict(f"the action is {before.status} already")
    status: Literal["accepted", "dismissed"] = "accepted" if word == "accepted" else "dismissed"
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(before, status=status, decided_by=actor.id, decided_at=now)
    told = {"id": id, "kind": after.kind, "status": status, "by": actor.id}
    try:
        await ports.records.write(
            [Put(ACTIONS, item(after), when=(Equals("status", "open"),))],
            [Event("action.decided", id, now, told)],
        )
    except ConditionFailed as error:
        raise Conflict("somebody decided on it meanwhile") from error
    return Answered(id=id, product_id=after.product_id, verdict=status, at=now)


async def reopen(ports: Ports, actor: Actor, id: str) -> Action:
    """Take back a decision on an action, which is open advice again; on an open one nothing.

    Raises NotFound, Conflict where somebody decides at the same moment.
    """
    actor.require("recommendations:write")
    stored = await ports.records.get(ACTIONS, id)
    if stored is None:
        raise NotFound(f"no advice {id}")
    before = msgspec.convert(stored, Action)
    if before.status == "open":
        return before
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(before, status="open", decided_by=None, decided_at=None)
    told = {"id": id, "kind": after.kind, "status": "open", "by": actor.id}
    unchanged = (Equals("status", before.status), Equals("decided_at", before.decided_at))
    try:
        await ports.records.write(
            [Put(ACTIONS, item(after), when=unchanged)], [Event("action.decided", id, now, told)]
        )
    except ConditionFailed as error:
        raise Conflict("somebody decided on it meanwhile") from error
    return after


async def answer(ports: Ports, actor: Actor, id: str, product_id: str, word: Word) -> Answered:
    """Keep what a customer makes of a product that it was shown."""
    customer_id, _, rest = id.partition("~")
    if not rest.startswith("rec_"):
        raise NotFound(f"no recommendation {id}")
    await customers.own_or_kept(ports, actor, customer_id)
    await customers.get(ports, customer_id)
    await products.get(ports, product_id)
    now = instant(ports.clock.now())
    told = {"customer_id": customer_id, "product_id": product_id, "verdict": word}
    event = Event("shown.answered", id, now, told)
    if word in ("dismissed", "disliked"):
        await recent.dismiss(ports, customer_id, product_id, [event])
    else:
        await ports.bus.publish([event])
    return Answered(id=id, product_id=product_id, verdict=word, at=now)


def shown_columns(events: Sequence[Event], time_zone: str) -> dict[str, list[Any]]:
    """A record for each product of each answer, as columns."""
    out: dict[str, list[Any]] = {name: [] for name in SHOWN.columns}
    for event in events:
        data = event.data
        rows = data["rows"]
        count = len(rows["product_id"])
        moment = parse_instant(event.at)
        same = {
            "answer_id": event.key,
            "customer_id": event.key.partition("~")[0],
            "context": data["context"],
            "at": moment.astimezone(UTC).replace(tzinfo=None),
            "day": day_of(moment, time_zone),
            "model_version": data["model_version"],
            "experiment_id": data["experiment_id"],
            "variant": data["variant"],
        }
        for name, value in same.items():
            out[name] += [value] * count
        for name in ("product_id", "score", "propensity", "explored"):
            out[name] += rows[name]
        out["position"] += range(1, count + 1)
    return out


def answered_columns(events: Sequence[Event], time_zone: str) -> dict[str, list[Any]]:
    """A record for each answer of a customer, as columns."""
    moments = [parse_instant(event.at) for event in events]
    told: dict[str, list[Any]] = {
        "answer_id": [event.key for event in events],
        "at": [moment.astimezone(UTC).replace(tzinfo=None) for moment in moments],
        "day": [day_of(moment, time_zone) for moment in moments],
    }
    for name in ("customer_id", "product_id", "verdict"):
        told[name] = [event.data[name] for event in events]
    return told
