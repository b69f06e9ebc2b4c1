"""Alerts in the words of each channel, and how they are signed."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from omnix.kit.errors import Invalid, Unavailable
from omnix.kit.money import to_text
from omnix.kit.text import normal
from omnix.kit.time import instant, parse_instant
from omnix.ports import Letter, Ports

from . import outbound
from .channels import SECRET, Channel
from .model import Alert

MOST_SHOWN = 20
"""Alerts of one message; of the others it tells how many there are."""

_LONGEST_SUBJECT = 150
_SHOWN = (
    "id", "rule_id", "kind", "severity", "status", "subject", "subject_name", "title", "text",
    "loss_minor", "currency", "basis", "created_at",
)  # fmt: skip


class Gone(Exception):
    """The receiver says that nobody is there any more (410)."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What is told at once. ``id`` stays the same when it is sent again."""

    id: str
    shop: str
    at: datetime
    alerts: Sequence[Alert]
    total: int
    test: bool = False


def message_id(job: str) -> str:
    """A name without dots, since they part the fields that are signed."""
    return "msg_" + hashlib.sha256(job.encode()).hexdigest()[:32]


def subject(message: Message) -> str:
    """One line that says what it is about."""
    if message.test:
        return f"{message.shop}: a test of this channel"
    if message.total == 1:
        (alert,) = message.alerts
        line = f"{alert.title}{_at_stake(alert)}"
    else:
        line = f"{message.total} alerts, the dearest: {message.alerts[0].title}"
    return normal(f"{message.shop}: {line}")[:_LONGEST_SUBJECT]


def _at_stake(alert: Alert) -> str:
    if alert.loss_minor <= 0:
        return ""
    return f" ({to_text(alert.loss_minor, alert.currency)} {alert.currency} at stake)"


def text(message: Message) -> str:
    """The message in plain text."""
    if message.test:
        return f"This is a test: {message.shop} can reach this channel.\n"
    parts = []
    for alert in message.alerts:
        lines = [f"[{alert.severity}] {alert.title}{_at_stake(alert)}", alert.text]
        if alert.action is not None:
            lines.append(f"To do: {alert.action.text}")
        parts.append("\n".join(lines))
    if message.total > len(message.alerts):
        parts.append(f"And {message.total - len(message.alerts)} more, of less money each.")
    parts.append("All of them are at /alerts of your shop.")
    return "\n\n".join(parts) + "\n"


def payload(message: Message) -> bytes:
    """The body of a webhook: type, timestamp and data, as Standard Webhooks has it."""
    kind = "alert.test" if message.test else "alerts.told"
    data = {
        "shop": message.shop,
        "total": message.total,
        "alerts": [_shown(alert) for alert in message.alerts],
    }
    return msgspec.json.encode({"type": kind, "timestamp": instant(message.at), "data": data})


def _shown(alert: Alert) -> dict[str, Any]:
    shown = {name: getattr(alert, name) for name in _SHOWN}
    shown["action"] = None if alert.action is None else msgspec.to_builtins(alert.action)
    return shown


def signed(channel: Channel, id: str, now: datetime, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks (1.0.0). After a rotation both secrets sign for a while."""
    stamp = str(int(now.timestamp()))
    keys = [channel.secret]
    if channel.former_until is not None and now < parse_instant(channel.former_until):
        keys.append(channel.former_secret)
    told = f"{id}.{stamp}.".encode() + body
    signatures = [
        base64.b64encode(
            hmac.digest(base64.b64decode(key.removeprefix(SECRET)), told, "sha256")
        ).decode()
        for key in keys
        if key is not None
    ]
    return {
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }


async def send(ports: Ports, channel: Channel, message: Message) -> None:
    """Hand it over. Raises Gone; Invalid if it will never go; Unavailable if it may go later."""
    if channel.kind == "email":
        assert channel.to is not None
        await ports.mail.send(Letter(channel.to, subject(message), text(message)))
        return
    assert channel.url is not None
    headers: dict[str, str] = {}
    if channel.kind == "webhook":
        body = payload(message)
        # By the clock at each attempt, or a receiver would take a late one for a replay.
        headers = signed(channel, message.id, ports.clock.now(), body)
    else:
        said = f"*{subject(message)}*\n{text(message)}"
        for sign, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            said = said.replace(sign, name)
        body = msgspec.json.encode({"text": said[:30_000]})
    status = await outbound.post(channel.url, body, headers)
    if status == 410:
        raise Gone
    if 300 <= status < 400:
        raise Invalid.field("url", f"answers with a redirect ({status}), which is not followed")
    if not 200 <= status < 300:
        raise Unavailable(f"the receiver answers {status}")
