"""Events as Segment's e-commerce specification and GA4 write them, in our words.

Only what we know is taken over; contexts, traits, addresses and device data are left behind.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from omnix.kit.errors import FieldError, Invalid
from omnix.kit.money import to_minor
from omnix.kit.time import instant

from .model import MOST_ITEMS, EventBatch

_SEGMENT = {
    "Product Viewed": "product_view",
    "Product Clicked": "product_view",
    "Product List Viewed": "list_view",
    "Product List Filtered": "list_view",
    "Products Searched": "search",
    "Product Added": "add_to_cart",
    "Product Removed": "remove_from_cart",
    "Checkout Started": "checkout",
    "Order Completed": "purchase",
    "Order Refunded": "refund",
}
_SEGMENT_CALLS = frozenset({"track", "page", "screen", "identify", "group", "alias"})
_GA4 = {
    "page_view": "page_view",
    "view_item": "product_view",
    "view_item_list": "list_view",
    "search": "search",
    "view_search_results": "search",
    "add_to_cart": "add_to_cart",
    "remove_from_cart": "remove_from_cart",
    "begin_checkout": "checkout",
    "purchase": "purchase",
    "refund": "refund",
}


def ours(sent: Any, envelope: EventBatch, currency: str) -> Any:
    """``sent`` in the form of NewEvent, if it is of another dialect; otherwise as it is.

    ``currency`` is the shop's, for amounts that name none. Raises Invalid for what a dialect
    allows and we do not take.
    """
    if not isinstance(sent, dict):
        return sent
    kind = sent.get("type")
    if isinstance(kind, str) and kind in _SEGMENT_CALLS and "message_id" not in sent:
        return _segment(kind, sent, envelope, currency)
    if "type" not in sent and "name" in sent and "message_id" not in sent:
        return _ga4(sent, envelope, currency)
    return sent


def _segment(
    kind: str, sent: Mapping[str, Any], envelope: EventBatch, currency: str
) -> dict[str, Any]:
    if kind not in ("track", "page", "screen"):
        raise Invalid.field("type", f"{kind} calls are about people and are not taken")
    given = _mapping(sent, "properties")
    event = sent.get("event") if kind == "track" else None
    if kind == "track" and not isinstance(event, str):
        raise Invalid.field("event", "is missing")
    known = _SEGMENT.get(event) if event is not None else "page_view"
    told = _common(given, "products", ("product_id", "sku"), currency)
    # Segment's own order: what the customer paid, then what the goods cost.
    told["revenue_minor"] = _money(given, ("total", "revenue", "value"), told["currency"])
    told |= {
        "message_id": sent.get("messageId"),
        "type": known or "custom",
        "name": None if known else event,
        "at": sent.get("timestamp") or sent.get("originalTimestamp"),
        # A timestamp is the library's own corrected one; only the original needs the clocks.
        "sent_at": None
        if sent.get("timestamp")
        else sent.get("sentAt") or envelope.segment_sent_at or envelope.sent_at,
        "anonymous_id": sent.get("anonymousId"),
        "customer_id": sent.get("userId"),
        "order_id": given.get("order_id"),
        "query": given.get("query"),
        "url": given.get("url"),
    }
    return _only(told)


def _ga4(sent: Mapping[str, Any], envelope: EventBatch, currency: str) -> dict[str, Any]:
    name = sent["name"]
    given = _mapping(sent, "params")
    known = _GA4.get(name) if isinstance(name, str) else None
    told = _common(given, "items", ("item_id", "item_name"), currency)
    told["revenue_minor"] = _money(given, ("value",), told["currency"])
    micros = sent.get("timestamp_micros", envelope.timestamp_micros)
    client, user = sent.get("client_id", envelope.client_id), sent.get("user_id", envelope.user_id)
    told |= {
        "message_id": given.get("message_id") or _made_id(sent, client, micros),
        "type": known or "custom",
        "name": None if known else name,
        "at": None if micros is None else _from_micros(micros),
        "anonymous_id": client,
        "customer_id": user,
        "session_id": _text(given.get("session_id") or given.get("ga_session_id")),
        "order_id": given.get("transaction_id"),
        "query": given.get("search_term"),
        "url": given.get("page_location"),
    }
    return _only(told)


def _common(
    given: Mapping[str, Any], items: str, ids: tuple[str, ...], currency: str
) -> dict[str, Any]:
    """The products and the currency, which both write alike."""
    stated = given.get("currency")
    currency = currency if stated is None else stated
    rows = given.get(items)
    if rows is None:
        rows = [given] if any(given.get(name) for name in ids) else []
    if not isinstance(rows, list) or len(rows) > MOST_ITEMS:
        raise Invalid.field(items, f"is a list of at most {MOST_ITEMS} products")
    return {
        "currency": currency,
        "items": [_item(row, f"{items}[{n}]", ids, currency) for n, row in enumerate(rows)],
    }


def _item(row: Any, path: str, ids: tuple[str, ...], currency: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise Invalid.field(path, "is no product")
    product = next((row[name] for name in ids if row.get(name)), None)
    if product is None:
        raise Invalid.field(f"{path}.{ids[0]}", "is missing")
    item = {"product_id": _text(product), "price_minor": _money(row, ("price",), currency, path)}
    quantity = row.get("quantity")
    if quantity is not None:
        item["quantity"] = quantity
    return _only(item)


def _money(given: Mapping[str, Any], names: tuple[str, ...], currency: Any, path: str = "") -> Any:
    """The first amount that is there, in minor units: both dialects write decimals."""
    for name in names:
        value = given.get(name)
        if value is None:
            continue
        field = f"{path}.{name}" if path else name
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise Invalid.field(field, "is no amount")
        if not isinstance(currency, str):
            raise Invalid.field("currency", "is no ISO 4217 code")
        if len(str(value)) > 40:
            raise Invalid.field(field, "is too long")
        try:
            # The shortest decimal that is this float: what was written.
            return to_minor(Decimal(repr(value)) if isinstance(value, float) else value, currency)
        except ValueError as error:
            raise Invalid("no amount", [FieldError(field, "is no amount of money")]) from error
    return None


def _made_id(sent: Mapping[str, Any], client: Any, micros: Any) -> str | None:
    """GA4 has no message ids. Equal events of one client at one moment are one event."""
    if micros is None and not sent.get("params"):
        return None
    body = msgspec.json.encode([client, micros, sent], order="deterministic")
    return "ga4-" + hashlib.blake2b(body, digest_size=16).hexdigest()


def _from_micros(micros: Any) -> str:
    if isinstance(micros, str) and micros.isascii() and micros.isdigit() and len(micros) < 20:
        micros = int(micros)
    if isinstance(micros, bool) or not isinstance(micros, int) or not 0 <= micros < 2**53:
        raise Invalid.field("timestamp_micros", "is no time")
    return instant(datetime.fromtimestamp(micros // 1_000_000, UTC))


def _mapping(sent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = sent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid.field(name, "is no object")
    return value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _only(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value is not None}
