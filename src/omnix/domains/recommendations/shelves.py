"""Products beside a product, and the shop's shelves."""

from collections.abc import Mapping, Sequence

from omnix.domains.inventory import locations
from omnix.domains.products import service as products
from omnix.domains.products.declare import PRODUCTS
from omnix.ports import Item, Ports

from .declare import BESIDE, SHELVES
from .model import Beside, BesideAnswer, Shelf, ShelfAnswer, ShelfItem, Side
from .serving import available, head


async def beside(
    ports: Ports, product_id: str, kind: Side, limit: int, *, in_stock: bool
) -> BesideAnswer:
    """Raises NotFound for no such product."""
    product = await products.get(ports, product_id)
    stored = await ports.records.get(BESIDE, product_id)
    if stored is None:
        return BesideAnswer(product_id=product_id, kind=kind, made_at=None, state="none", items=[])
    rows = stored[kind]
    ids = [row[0] for row in rows]
    found = await _there(ports, ids, in_stock=in_stock, beside=product.parent_id)
    items = [
        Beside(
            **head(*found[row[0]]),
            score=row[1],
            share=row[2],
            lift=row[3],
            likeness=row[4],
            reason=_why(kind, row[2], row[3], row[4]),
        )
        for row in rows
        if row[0] in found
    ]
    return BesideAnswer(
        product_id=product_id, kind=kind, made_at=stored["made_at"], state="ready",
        items=items[:limit],
    )  # fmt: skip


def _why(kind: Side, share: float, lift: float, likeness: float) -> str:
    if kind in ("together", "complements"):
        return f"in {100 * share:.0f} of 100 baskets with it, {lift:.1f} times as many as by chance"
    alike = f"{100 * likeness:.0f} % alike by name and category"
    if kind == "substitutes":
        return f"{alike}, and seldom in the same basket"
    return alike


async def shelf(
    ports: Ports, name: Shelf, limit: int, category: str | None, *, in_stock: bool
) -> ShelfAnswer:
    """What the last run found; with ``category`` only its products."""
    stored = await ports.records.get(SHELVES, name)
    if stored is None:
        return ShelfAnswer(name=name, made_at=None, as_of=None, state="none", items=[])
    found = await _there(ports, [row[0] for row in stored["items"]], in_stock=in_stock)
    items = []
    for product_id, units, times in stored["items"]:
        if product_id not in found:
            continue
        product, there = found[product_id]
        if category is not None and product["category"] != category:
            continue
        items.append(
            ShelfItem(
                **head(product, there), units_a_day=units, times=times or None,
                reason=_told(name, units, times),
            )
        )  # fmt: skip
    return ShelfAnswer(
        name=name, made_at=stored["made_at"], as_of=stored["as_of"], state="ready",
        items=items[:limit],
    )  # fmt: skip


def _told(name: Shelf, units: float, times: float) -> str:
    if name == "trending":
        return f"sold {times:.1f} times as much in the last week as usual"
    if name == "seasonal":
        return f"sold {times:.1f} times as much at this time last year as in the rest of it"
    return f"{units:.1f} sold a day"


async def _there(
    ports: Ports, ids: Sequence[str], *, in_stock: bool, beside: str | None = None
) -> Mapping[str, tuple[Item, int | None]]:
    """Active products with their stock, those that can be had; of the variants of a parent the
    first alone, and none of the parent ``beside``."""
    known = await ports.records.get_many(PRODUCTS, list(ids)[:100]) if ids else []
    active = [each for each in known if each is not None and each["status"] == "active"]
    stock = await available(ports, active, await locations.chosen(ports))
    parents = {beside}
    found = {}
    for product, units in zip(active, stock, strict=True):
        parent = product.get("parent_id")
        if (in_stock and units is not None and units <= 0) or (parent and parent in parents):
            continue
        parents.add(parent)
        found[product["id"]] = (product, units)
    return found
