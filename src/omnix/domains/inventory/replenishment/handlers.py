"""Keeping proposals current as forecasts, stock and settings change."""

from collections.abc import Sequence

from omnix.kit.events import Event
from omnix.platform.consume import Consumer
from omnix.ports import Ports

from . import service as replenishment

_EVERYTHING = frozenset({"forecast.made", "settings.changed", "replenishment.policy-changed"})


def _touches_all(event: Event) -> bool:
    """A supplier's lead time concerns whatever it sells; its terms concern one product."""
    terms = "product_id" in event.data
    return event.type in _EVERYTHING or (event.type == "supplier.changed" and not terms)


async def _refresh(ports: Ports, events: Sequence[Event]) -> None:
    if any(_touches_all(event) for event in events):
        await replenishment.refresh(ports)
        return
    touched: dict[str, None] = {}
    for event in events:
        if event.type.startswith("product."):
            touched.setdefault(event.key)
        if "product_id" in event.data:
            touched.setdefault(event.data["product_id"])
        for moved in event.data.get("moves", ()):
            touched.setdefault(moved["product_id"])
        for product_id in event.data.get("rows", {}).get("product_id", ()):
            if product_id is not None:
                touched.setdefault(product_id)
    await replenishment.refresh(ports, list(touched))


CONSUMERS = (
    Consumer(
        "replenishment",
        (
            "forecast.made",
            "settings.changed",
            "replenishment.policy-changed",
            "supplier.changed",
            "purchase-order.changed",
            "stock.moved",
            "stock.counted",
            "order.placed",
            "order.cancelled",
            "order.returned",
            "product.created",
            "product.changed",
            "product.archived",
        ),
        _refresh,
        batch=2000,
        rest=19,
    ),
)
