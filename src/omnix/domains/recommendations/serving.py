"""Answers from what is stored: a bounded number of reads, whatever the shop's size."""

from collections.abc import Sequence
from typing import Any

from omnix.domains.customers import service as customers
from omnix.domains.experiments import assign
from omnix.domains.inventory import locations
from omnix.domains.inventory.declare import BALANCES
from omnix.domains.products import service as products
from omnix.domains.products.declare import PRODUCTS
from omnix.kit.errors import Forbidden, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.ports import Item, Ports

from . import pool as pools
from . import recent as recents
from .declare import BESIDE, LISTS, SHELVES
from .explore import Placed, placed
from .model import (
    FALLBACKS,
    Arm,
    Asked,
    Recommendations,
    Recommended,
)
from .pool import TOUCHES, Candidate, Pool

EXPERIMENT_KEY = "recommendations"
"""The flag whose experiments compare recommenders; its variants say ``ranker`` or ``popular``."""

_ROUND = 60
_ROUNDS = 2
_NEWEST = 60
_DEPTH = 20
_NEVER = "0000"


async def personal(ports: Ports, actor: Actor, customer_id: str, asked: Asked) -> Recommendations:
    """What a customer may want. Raises NotFound for no such customer, or another one's self.

    At most _ROUNDS rounds of _ROUND candidates are looked up, so that much filtering may leave
    fewer products than asked for.
    """
    await customers.own_or_kept(ports, actor, customer_id)
    if asked.min_margin is not None and actor.role == "customer":
        raise Forbidden("margins are not for customers")
    customer_id = (await customers.kept(ports, customer_id)).id
    now = ports.clock.now()
    arm, ranked = await _arm(ports, customer_id, expose=not asked.preview)
    stored = await ports.records.get(LISTS, customer_id) if ranked else None
    recent = await recents.of(ports, customer_id)
    since = stored["made_at"] if stored is not None else _NEVER
    sources = [asked.product_id] if asked.product_id else list(asked.cart)
    touched = [one.product_id for one in recent.touched if one.at >= since][:TOUCHES]
    beside = await _beside(ports, [*sources, *touched]) if ranked else {}
    pool: Pool = {}
    pools.from_list(pool, stored)
    pools.from_recent(pool, recent, beside, since, now)
    if sources:
        pools.from_context(pool, sources, beside)
    fallback = None if stored is not None else "recent" if pool else "popular"
    if not ranked:
        fallback = "experiment"
    shelf = await ports.records.get(SHELVES, "popular")
    pools.from_shelf(pool, shelf, _ROUND)
    if not pool:
        fallback = "newest"
        page = await products.listing(ports, category=asked.category, limit=_NEWEST)
        for one in page.items:
            pool[one.id] = Candidate(one.id)
    for gone in (*recent.dismissed, *sources):
        pool.pop(gone, None)
    choice = _Choice(asked, recent)
    chosen = await choice.of(ports, pool)
    at = instant(now)
    id = f"{customer_id}~{new_id('rec')}"
    spots = placed(len(chosen), asked.limit, (customer_id, at[:10], asked.context))
    items = await _shown(ports, chosen, spots)
    version = stored["model_version"] if stored is not None else None
    if not asked.preview:
        await _log(ports, id, at, asked.context, version, arm, items, spots)
    return Recommendations(
        id=id,
        customer_id=customer_id,
        context=asked.context,
        at=at,
        as_of=stored["as_of"] if stored is not None else None,
        model_version=version,
        experiment=arm,
        fallback=fallback,  # type: ignore[arg-type]
        fallback_text=FALLBACKS[fallback] if fallback else None,
        items=items,
    )


async def _arm(ports: Ports, customer_id: str, *, expose: bool) -> tuple[Arm | None, bool]:
    """The experiment's variant, if one runs, and whether the ranker answers."""
    try:
        experiment = await assign.running(ports, EXPERIMENT_KEY)
    except NotFound:
        return None, True
    told = await assign.evaluate(ports, experiment, customer_id, {}, expose=expose)
    arm = Arm(experiment_id=told.experiment_id, variant=told.variant)
    return (arm if told.reason == "SPLIT" else None), told.value != "popular"


async def _beside(ports: Ports, sources: Sequence[str]) -> dict[str, Item]:
    keys = list(dict.fromkeys(sources))
    if not keys:
        return {}
    found = await ports.records.get_many(BESIDE, keys)
    return {item["product_id"]: item for item in found if item is not None}


class _Choice:
    """Filters and rules, over candidates in the order of their scores."""

    def __init__(self, asked: Asked, recent: recents.Recent) -> None:
        self.asked = asked
        self.bought = {one.product_id for one in recent.touched if one.kind == "just_bought"}
        self.seen = {one.product_id for one in recent.touched if one.kind == "viewed"}
        self.in_cart = {one.product_id for one in recent.touched if one.kind == "in_cart"}
        self.categories: dict[str, int] = {}

    async def of(self, ports: Ports, pool: Pool) -> list[tuple[Candidate, Item, int | None]]:
        """Candidates that pass, with product and stock."""
        asked = self.asked
        ranked = sorted(pool.values(), key=lambda one: (-one.score, one.product_id))
        ranked = [one for one in ranked if self._wanted(one)]
        location = asked.location_id or await locations.chosen(ports)
        enough = asked.limit + _DEPTH
        found: list[tuple[Candidate, Item, int | None]] = []
        for start in range(0, _ROUND * _ROUNDS, _ROUND):
            part = ranked[start : start + _ROUND]
            if not part or len(found) >= asked.limit:
                break
            known = await ports.records.get_many(PRODUCTS, [one.product_id for one in part])
            there = [(c, p) for c, p in zip(part, known, strict=True) if p is not None]
            there = [(c, p) for c, p in there if p["status"] == "active" and self._fits(p)]
            stock = await available(ports, [p for _, p in there], location)
            for (candidate, product), units in zip(there, stock, strict=True):
                if asked.in_stock and units is not None and units <= 0:
                    continue
                if not self._room(product):
                    continue
                found.append((candidate, product, units))
                if len(found) == enough:
                    return found
        return found

    def _wanted(self, one: Candidate) -> bool:
        had = one.facts is not None or one.product_id in self.bought
        if self.asked.own == "exclude" and had:
            return False
        if self.asked.own == "only" and not had:
            return False
        if self.asked.seen != "include":
            seen = one.product_id in self.seen
            if seen != (self.asked.seen == "only"):
                return False
        return one.product_id not in self.in_cart

    def _fits(self, product: Item) -> bool:
        asked = self.asked
        if asked.category is not None and product["category"] != asked.category:
            return False
        if asked.min_margin is not None:
            price, cost = product["price_minor"], product["cost_minor"]
            if cost is None or (price - cost) * 100 < asked.min_margin * price:
                return False
        return True

    def _room(self, product: Item) -> bool:
        most = self.asked.per_category
        if most is None:
            return True
        count = self.categories.get(product["category"], 0)
        self.categories[product["category"]] = count + 1
        return count < most


async def available(
    ports: Ports, found: Sequence[Item], location_id: str | None
) -> list[int | None]:
    """Units of each product at a location, a bundle's by its parts; None where never counted."""
    if location_id is None:
        return [None] * len(found)
    wanted: dict[str, None] = {}
    for product in found:
        for id in [part["product_id"] for part in product["components"]] or [product["id"]]:
            wanted[id] = None
    ids = list(wanted)
    stock: dict[str, int] = {}
    for start in range(0, len(ids), 100):
        keys = [(id, location_id) for id in ids[start : start + 100]]
        for balance in await ports.records.get_many(BALANCES, keys):
            if balance is not None:
                stock[balance["product_id"]] = max(0, int(balance.get("available") or 0))
    return [_units(product, stock) for product in found]


def _units(product: Item, stock: dict[str, int]) -> int | None:
    parts = product["components"]
    if not parts:
        return stock.get(product["id"])
    known = [(stock.get(part["product_id"]), part["quantity"]) for part in parts]
    return min((units // n for units, n in known if units is not None), default=None)


async def _shown(
    ports: Ports, chosen: Sequence[tuple[Candidate, Item, int | None]], spots: Sequence[Placed]
) -> list[Recommended]:
    names = {product["id"]: product["name"] for _, product, _ in chosen}
    behind = {
        id
        for spot in spots
        for _, _, id in chosen[spot.at][0].parts
        if id is not None and id not in names
    }
    if behind:
        found = await ports.records.get_many(PRODUCTS, sorted(behind)[:100])
        names.update((each["id"], each["name"]) for each in found if each is not None)
    out = []
    for spot in spots:
        candidate, product, units = chosen[spot.at]
        out.append(
            Recommended(
                **head(product, units),
                score=candidate.score,
                reason=pools.text(candidate, names),
                contributions=candidate.contributions(),
                bought_before=candidate.facts is not None,
                explored=spot.explored,
            )
        )
    return out


def head(product: Item, units: int | None) -> dict[str, Any]:
    """What every answer tells of a product."""
    return {
        "product_id": product["id"],
        "sku": product["sku"],
        "name": product["name"],
        "category": product["category"],
        "price_minor": product["price_minor"],
        "currency": product["currency"],
        "available": units,
    }


async def _log(
    ports: Ports, id: str, at: str, context: str, version: int | None, arm: Arm | None,
    items: Sequence[Recommended], spots: Sequence[Placed],
) -> None:  # fmt: skip
    if not items:
        return
    told = {
        "context": context,
        "model_version": version,
        "experiment_id": arm.experiment_id if arm else None,
        "variant": arm.variant if arm else None,
        "rows": {
            "product_id": [item.product_id for item in items],
            "score": [item.score for item in items],
            "propensity": [spot.propensity for spot in spots],
            "explored": [spot.explored for spot in spots],
        },
    }
    await ports.bus.publish([Event("shown.recommendations", id, at, told)])
