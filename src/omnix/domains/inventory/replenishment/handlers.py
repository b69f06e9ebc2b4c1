"""Keeping proposals current as forecasts, stock and settings change."""

from collections.abc import Sequence

from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.consume import Consumer
from omnix.ports import Ports

from . import service as replenishment

_TOLD_AT_ONCE = 500
_EVERYTHING = frozenset({"forecast.made", "settings.changed", "replenishment.policy-changed"})


def _touches_all(event: Event) -> bool:
    """A supplier's lead time concerns whatever it sells; its terms concern one product."""
    terms = "product_id" in event.data
    return event.type in _EVERYTHING or (event.type == "supplier.changed" and not terms)


async def _refresh(ports: Ports, events: Sequence[Event]) -> None:
    if any(_touches_all(event) for event in events):
        await replenishment.refresh(ports)
        await _tell(ports, None)
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
    ids = list(touched)
    await replenishment.refresh(ports, ids)
    for start in range(0, len(ids), _TOLD_AT_ONCE):
        await _tell(ports, ids[start : start + _TOLD_AT_ONCE])


async def _tell(ports: Ports, product_ids: list[str] | None) -> None:
    """Of these products, or of all where it is None. Told again after a crash, it is as true."""
    now = instant(ports.clock.now())
    event = Event("proposals.refreshed", "proposals", now, {"product_ids": product_ids})
    await ports.bus.publish([event])


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
        batch=10_000,
        rest=19,
    ),
)
