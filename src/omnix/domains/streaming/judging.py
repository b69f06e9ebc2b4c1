"""From what somebody sent to a row that is kept, or the reason why not. Touches nothing."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from omnix.kit.errors import FieldError, Invalid
from omnix.kit.money import MAX_MINOR
from omnix.kit.time import instant, parse_instant
from omnix.platform.wording import split_reason

from .dialects import ours
from .model import EventBatch, NewEvent, OfProduct

AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=365)

COLUMNS = (
    "message_id",
    "type",
    "name",
    "at",
    "visitor",
    "customer_id",
    "session_id",
    "order_id",
    "query",
    "url",
    "currency",
    "revenue_minor",
    "properties",
    "items",
)
"""Of a row, in order. ``items`` are triples of product, quantity and price of a piece or None."""

_ADDRESS = re.compile(r"[^\s@/]+@[^\s@/]+\.[^\s@/]+")
_PRIVATE = re.compile(
    r"mail|phone|mobile|(^|_)(first|last|full|sur|user)?_?name$|address|street|(^|_)zip|post_?code"
    r"|postal|birth|(^|_)ip$|passw|iban|(^|_)card|agent",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Shopfront:
    """What judging needs to know: the time, and the shop's currency."""

    now: datetime
    currency: str


def judged(sent: Any, envelope: EventBatch, front: Shopfront) -> tuple[Any, ...]:
    """The row of one event, in the order of COLUMNS. Raises Invalid with the fields at fault."""
    try:
        event = msgspec.convert(ours(sent, envelope, front.currency), NewEvent)
    except msgspec.ValidationError as error:
        told = split_reason(str(error))
        raise Invalid(f"{told.field}: {told.reason}", [told]) from error
    at = _moment(event, envelope, front.now)
    items = _items(event)
    _complete(event, items)
    revenue, currency = event.revenue_minor, event.currency
    if event.type in ("purchase", "refund"):
        currency = currency or front.currency
        if revenue is None:
            revenue = sum(quantity * (price or 0) for _, quantity, price in items)
            if revenue > MAX_MINOR:
                raise Invalid.field("items", "come to more than any order may")
    elif revenue is not None or any(price is not None for _, _, price in items):
        currency = currency or front.currency
    customer = _pseudonym(event.customer_id)
    anonymous = _pseudonym(event.anonymous_id)
    return (
        event.message_id,
        event.type,
        event.name,
        instant(at),
        customer or anonymous or _pseudonym(event.session_id),
        customer,
        _pseudonym(event.session_id),
        event.order_id,
        None if event.query is None else _ADDRESS.sub("…", event.query),
        None if event.url is None else _page(event.url),
        currency,
        revenue,
        _properties(event.properties),
        items,
    )


def id_of(sent: Any) -> str | None:
    """The id that a refused event gave, if it is one that can be told back."""
    if not isinstance(sent, dict):
        return None
    id = sent.get("message_id", sent.get("messageId"))
    return id if isinstance(id, str) and len(id) <= 100 else None


def _moment(event: NewEvent, envelope: EventBatch, now: datetime) -> datetime:
    at = now if event.at is None else _parsed("at", event.at)
    sent_at = event.sent_at or envelope.sent_at
    if event.at is not None and sent_at is not None:
        # By how much the sender's clock is wrong, the way there being short.
        at += now - _parsed("sent_at", sent_at)
    if at > now + AHEAD:
        raise Invalid.field("at", "lies in the future; check the clock, or send sent_at")
    if at < now - OLDEST:
        raise Invalid.field("at", "lies more than a year back; import history instead")
    return at


def _parsed(field: str, text: str) -> datetime:
    try:
        moment = parse_instant(text)
    except (ValueError, OverflowError) as error:
        raise Invalid.field(field, "is no moment in RFC 3339 with an offset") from error
    if not 1990 <= moment.year <= 2200:
        raise Invalid.field(field, "is no moment of our time")
    return moment


def _items(event: NewEvent) -> list[tuple[str, int, int | None]]:
    items = [(item.product_id, item.quantity, item.price_minor) for item in event.items]
    if event.product_id is not None:
        if items:
            raise Invalid.field("product_id", "stands in items already")
        items.append((event.product_id, event.quantity or 1, event.price_minor))
    elif event.quantity is not None or event.price_minor is not None:
        raise Invalid.field("product_id", "is missing beside quantity or price_minor")
    return items


def _complete(event: NewEvent, items: list[Any]) -> None:
    missing = None
    if event.type in OfProduct and not items:
        missing = "product_id"
    elif event.type == "search" and event.query is None:
        missing = "query"
    elif event.type == "custom" and event.name is None:
        missing = "name"
    elif event.type in ("purchase", "refund") and event.revenue_minor is None and not items:
        missing = "revenue_minor"
    if missing is not None:
        errors = [FieldError(missing, f"is missing; {event.type} needs it")]
        raise Invalid(f"{missing}: is missing", errors)


def _pseudonym(id: str | None) -> str | None:
    """An id that is an e-mail address is a person's name in the log of everybody: hashed."""
    if id is None or "@" not in id:
        return id
    return "h_" + hashlib.sha256(id.strip().lower().encode("utf-8", "replace")).hexdigest()[:32]


def _page(url: str) -> str | None:
    """The address without its query, fragment and user: tokens and addresses stand in them."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    return (f"{parts.scheme}://{host}" if host else "") + _ADDRESS.sub("…", parts.path) or None


def _properties(given: Mapping[str, Any]) -> str | None:
    kept = {
        key: value
        for key, value in given.items()
        if not _PRIVATE.search(key)
        and not (isinstance(value, str) and _ADDRESS.search(value))
        and not (isinstance(value, float) and not abs(value) < 1e300)
    }
    return msgspec.json.encode(kept).decode() if kept else None
