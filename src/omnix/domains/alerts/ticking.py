"""What happens to alerts by the clock: snoozes end, what nobody took is escalated, notices go."""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, NotFound
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform.jobs import JobContext
from omnix.ports import Delete, Item, Operation, Ports

from . import channels, desk, life, messages, notices, rules
from .declare import ALERTS, WAITING
from .model import Alert
from .notices import Telling, Why

_log = logging.getLogger("omnix.alerts")
_TRIES = 3


async def tick(context: JobContext, _: Mapping[str, Any]) -> dict[str, Any]:
    """Do everything whose moment has come. Done twice, it does it once."""
    ports = context.ports
    now = ports.clock.now()
    done: dict[str, Any] = {"wake": 0, "escalate": 0, "flush": 0}
    while True:
        page = await ports.records.query(WAITING, "all", high=f"{instant(now)}$", limit=50)
        if not page.items:
            return done
        for item in page.items:
            if item["what"] == "flush":
                await notices.ask(ports, [(item["channel_id"], item["group"])])
            else:
                await _due(ports, item)
            await ports.records.write([Delete(WAITING, ("all", item["entry"]))])
            done[item["what"]] += 1


async def _due(ports: Ports, item: Item) -> None:
    for _ in range(_TRIES):
        if await _tried(ports, item):
            return
    _log.warning("alert %s changes too often to be told of in time", item["alert_id"])


async def _tried(ports: Ports, item: Item) -> bool:
    """False where the alert changed in between."""
    now = ports.clock.now()
    try:
        before = await desk.get(ports, item["alert_id"])
    except NotFound:
        return True
    why: Why = "woken" if item["what"] == "wake" else "escalated"
    if why == "woken":
        if before.status != "snoozed" or (before.snoozed_until or "") > instant(now):
            return True
        after = msgspec.structs.replace(before, status="open", snoozed_until=None)
    else:
        if before.status != "open" or before.escalated_at is not None:
            return True
        after = msgspec.structs.replace(before, severity="critical", escalated_at=instant(now))
    after = life.stepped(after, now, "system", why)
    try:
        rule = await rules.get(ports, before.rule_id)
        told = rule.channels if why == "woken" else (*rule.escalate_to, *rule.channels)
    except NotFound:
        told = ()
    zone_name = (await shop(ports)).time_zone
    telling = Telling(await channels.everything(ports), now, zone_name, new_id("b"))
    more, at_once = telling.of(after, why, told)
    operations: list[Operation] = [life.put(after, now, before), *more]
    try:
        await ports.records.write(operations, [life.told_changed(after, "system", why, now)])
    except ConditionFailed:
        return False
    await notices.ask(ports, at_once)
    return True


async def notify(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Tell one channel what gathered for one moment. What has ended by then is left out."""
    ports, channel_id, group = context.ports, payload["channel_id"], payload["group"]
    waiting = await notices.pending(ports, channel_id, group)
    try:
        channel = await channels.get(ports, channel_id)
    except NotFound as error:
        await notices.drop(ports, waiting)
        return notices.gone(error)
    alerts = await _still(ports, waiting)
    told = 0
    if alerts and channel.enabled:
        message = messages.Message(
            id=messages.message_id(context.id), shop=(await shop(ports)).name,
            at=ports.clock.now(), alerts=alerts[: messages.MOST_SHOWN], total=len(alerts),
        )  # fmt: skip
        try:
            await messages.send(ports, channel, message)
        except messages.Gone:
            await channels.disable(ports, channel, "the receiver answered 410 Gone")
        else:
            told = len(alerts)
    await notices.drop(ports, waiting)
    return {"told": told}


async def _still(ports: Ports, waiting: list[Mapping[str, Any]]) -> list[Alert]:
    """The alerts of notices that still want somebody, each once, the dearest first.

    One that was acknowledged or snoozed meanwhile has somebody; an escalation tells it anyway.
    """
    ids = list(dict.fromkeys(notice["alert_id"] for notice in waiting))
    found: list[Alert] = []
    for start in range(0, len(ids), 100):
        for stored in await ports.records.get_many(ALERTS, ids[start : start + 100]):
            alert = None if stored is None else msgspec.convert(stored, Alert)
            if alert is not None and alert.status == "open":
                found.append(alert)
    return sorted(found, key=lambda alert: (-alert.loss_minor, alert.created_at))
