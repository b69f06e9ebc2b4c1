"""From events to channels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from omnix.kit.events import Event
from omnix.platform.consume import Consumer
from omnix.ports import Ports

_MOST_PRODUCTS = 50
_SHOWN = ("id", "number", "status", "total_minor", "currency", "customer_id", "location_id")


def _brief(data: Mapping[str, Any]) -> dict[str, Any]:
    """The few fields that a list shows; who wants more asks the API, which checks permissions."""
    return {name: data[name] for name in _SHOWN if name in data}


def messages(event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    """The channels that ``event`` goes to, with what each is told."""
    noun = event.type.split(".", 1)[0]
    data = event.data
    if noun == "order":
        brief = {**_brief(data), "id": event.key}
        yield "orders", brief
        products = dict.fromkeys(data.get("rows", {}).get("product_id", ()))
        for product_id in list(products)[:_MOST_PRODUCTS]:
            if product_id:
                yield f"product.{product_id}", brief
    elif noun == "product":
        brief = {"id": event.key, "version": data.get("version")}
        yield "products", brief
        yield f"product.{event.key}", brief
    elif noun == "stock":
        brief = {
            name: data[name] for name in ("product_id", "location_id", "on_hand") if name in data
        }
        yield "inventory", brief
        if "product_id" in data:
            yield f"product.{data['product_id']}", brief
    elif noun in ("dashboard", "forecast"):
        yield "dashboard", dict(data)
    elif noun in ("job", "settings", "setup"):
        yield "system", dict(data)


async def _push(ports: Ports, events: Sequence[Event]) -> None:
    for event in events:
        for channel, data in messages(event):
            await ports.push.publish(channel, event.type, event.at, data)


LIVE = Consumer("push", (), _push, batch=1000, attempts=1)
"""Runs where the clients are connected; starts at the log's end, since old news is no news."""
