"""From events to channels."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from omnix.kit.events import Event
from omnix.platform.consume import Consumer
from omnix.ports import Ports

MOST_PRODUCTS = 50
"""So many products of one event are told on channels of their own; the others are read anew."""

QUIET = frozenset(
    {
        "sales",
        "customer",
        "customers",
        "user",
        "session",
        "api-key",
        "exposure",
        "outcome",
        "events",
        "shown",
        "proposals",
        "promotion",
        "ai",
    }
)
"""Nouns that no channel tells of: people, what they were shown, did and asked, sales, which
``dashboard.refreshed`` follows, and proposals and promotions, which pages read anew."""

_ORDER = ("number", "status", "total_minor", "currency", "customer_id", "location_id")
_PURCHASE = ("id", "state", "supplier_id", "total_minor", "currency")
_SYSTEM = frozenset({"job", "settings", "setup", "import", "model"})
_ALERTS = frozenset({"alert", "alert-rule", "alert-channel"})
_STREAMING = frozenset({"streaming", "anomaly"})
_DASHBOARD = frozenset({"dashboard", "forecast"})
_ADVICE = frozenset({"recommendations", "action"})

Told = tuple[str, dict[str, Any]]


def _own(event: Event, products: Iterable[str | None]) -> Iterator[Told]:
    """A product's own channel asks for less than orders and stock do, so it tells no more than
    that something became of the product, and the id of what it was.
    """
    known = [product for product in dict.fromkeys(products) if product]
    for product_id in known[:MOST_PRODUCTS]:
        yield f"product.{product_id}", {"id": event.key}


def _of_order(event: Event) -> Iterator[Told]:
    data = event.data
    if data.get("part", 1) == 1:  # a long order is one order
        yield "orders", {"id": event.key, **_some(data, _ORDER)}
    yield from _own(event, data.get("rows", {}).get("product_id", ()))


def _of_stock(event: Event) -> Iterator[Told]:
    data = event.data
    if event.type == "stock.counted":
        yield "inventory", _some(data, ("product_id", "location_id", "counted"))
        yield from _own(event, [data["product_id"]])
        return
    for move in data["moves"][:MOST_PRODUCTS]:
        yield "inventory", {**move, "kind": data["kind"]}
    yield from _own(event, (move["product_id"] for move in data["moves"]))


def _some(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """The few fields that a list shows; who wants more asks the API, which checks permissions."""
    return {name: data[name] for name in names if name in data}


def messages(event: Event) -> Iterator[Told]:
    """The channels that ``event`` goes to, with what each is told."""
    noun = event.type.split(".", 1)[0]
    if noun == "order":
        yield from _of_order(event)
    elif noun == "product":
        yield "products", {"id": event.key, **_some(event.data, ("version", "status"))}
        yield from _own(event, [event.key])
    elif noun == "stock":
        yield from _of_stock(event)
    elif noun in ("location", "supplier"):
        yield "inventory", {f"{noun}_id": event.key}
    elif noun == "replenishment":
        yield "inventory", {"policy_version": event.data["version"]}
    elif noun == "purchase-order":
        yield "purchasing", _some(event.data, _PURCHASE)
    elif noun == "experiment":
        yield "experiments", _some(event.data, ("id", "key", "status", "version"))
    elif noun in _DASHBOARD:
        yield "dashboard", dict(event.data)
    elif noun in _STREAMING:
        yield "streaming", dict(event.data)
    elif noun in _ALERTS:
        yield "alerts", dict(event.data)
    elif noun in _ADVICE:
        yield "recommendations", dict(event.data)
    elif noun in _SYSTEM:
        yield "system", dict(event.data)


LATEST = frozenset({"dashboard.refreshed", "streaming.refreshed", "setup.changed"})
"""Each takes the place of those of its type before it."""


async def _push(ports: Ports, events: Sequence[Event]) -> None:
    for event in events:
        for channel, data in messages(event):
            latest = event.type in LATEST
            await ports.push.publish(channel, event.type, event.at, data, latest=latest)


LIVE = Consumer("push", (), _push, batch=1000, attempts=1, rest=1, owing=0.5)
"""Runs where the clients are connected; starts at the log's end, since old news is no news."""
