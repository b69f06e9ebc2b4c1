"""Answers from what is stored: a bounded number of reads, whatever the shop's size."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

import msgspec

from omnix.domains.customers import consent
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
from .explore import DEPTH, Placed, placed
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

_LOOKED_AT = 120
_SPARE = 8
"""Of those looked up at once: for what is sold out."""
_NEWEST = 60
_NEVER = "0000"


async def personal(ports: Ports, actor: Actor, customer_id: str, asked: Asked) -> Recommendations:
    """What a customer may want. Raises NotFound for no such customer, or another one's self.

    At most _LOOKED_AT candidates are looked up, so that much filtering may leave fewer products
    than asked for.
    """
    await customers.own_or_kept(ports, actor, customer_id)
    if asked.min_margin is not None and actor.role == "customer":
        raise Forbidden("margins are not for customers")
    customer = await customers.kept(ports, customer_id)
    customer_id = customer.id
    now = ports.clock.now()
    if await consent.personalised(ports, customer):
        arm, ranked = await _arm(ports, customer_id, expose=not asked.preview)
        recent = await recents.latest(ports, customer_id, now)
        refused = False
    else:
        # What it turned down itself stays away; nothing else of what it did counts.
        recent = msgspec.structs.replace(await recents.of(ports, customer_id), touched=[])
        arm, ranked, refused = None, False, True
    stored = await ports.records.get(LISTS, customer_id) if ranked else None
    since = stored["made_at"] if stored is not None else _NEVER
    sources = [asked.product_id] if asked.product_id else list(asked.cart)
    touched = [one.product_id for one in recent.touched if one.at >= since][:TOUCHES]
    beside = await _beside(ports, [*sources, *touched]) if ranked or refused else {}
    pool: Pool = {}
    pools.from_list(pool, stored)
    pools.from_recent(pool, recent, beside, since, now)
    alone = bool(sources) and not pools.from_context(pool, sources, beside)
    fallback = None if stored is not None else "recent" if pool else "popular"
    if alone and fallback is None:
        fallback = "alone"
    if not ranked:
        fallback = "refused" if refused else "experiment"
    shelf = await ports.records.get(SHELVES, "popular")
    if not pool and (shelf is None or not shelf["items"]):
        fallback = "refused" if refused else "newest"
        page = await products.listing(ports, category=asked.category, limit=_NEWEST)
        for one in page.items:
            pool[one.id] = Candidate(one.id)
    unwanted = {*recent.dismissed, *sources}
    for gone in unwanted:
        pool.pop(gone, None)
    choice = _Choice(asked, recent)
    # The shelf is gone through only where the pool leaves room.
    rest = pools.from_shelf(shelf, unwanted | pool.keys())
    chosen = await choice.of(ports, pool, rest)
    at = instant(now)
    id = f"{customer_id}~{new_id('rec')}"
    spots = placed(len(chosen), asked.limit, (customer_id, at[:10], asked.context))
    items = await _shown(ports, chosen, spots)
    version = stored["model_version"] if stored is not None else None
    if not asked.preview and not refused:
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
        self.parents: set[str] = set()

    async def of(
        self, ports: Ports, pool: Pool, rest: Iterator[Candidate]
    ) -> list[tuple[Candidate, Item, int | None]]:
        """Candidates that pass, then those of ``rest``, with product and stock."""
        asked = self.asked
        ranked = sorted(pool.values(), key=lambda one: (-one.score, one.product_id))
        wanted: Iterator[Candidate] = chain(ranked, rest)
        if self.in_cart or (asked.own, asked.seen) != ("include", "include"):
            wanted = filter(self._wanted, wanted)
        any_kind = asked.category is None and asked.min_margin is None
        location = asked.location_id or await locations.chosen(ports)
        enough = asked.limit + DEPTH
        found: list[tuple[Candidate, Item, int | None]] = []
        first = enough + _SPARE
        for many in (first, _LOOKED_AT - first):
            part = list(islice(wanted, many))
            if not part or len(found) >= asked.limit:
                break
            known = await ports.records.get_many(PRODUCTS, [one.product_id for one in part])
            there = [
                (candidate, product)
                for candidate, product in zip(part, known, strict=True)
                if product is not None
                and product["status"] == "active"
                and (any_kind or self._fits(product))
            ]
            stock = await available(ports, [p for _, p in there], location)
            for (candidate, product), units in zip(there, stock, strict=True):
                if asked.in_stock and units is not None and units <= 0:
                    continue
                if not (self._first_variant(product) and self._room(product)):
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

    def _first_variant(self, product: Item) -> bool:
        """One variant of a parent, the likeliest; all of them where asked for what one had."""
        parent = product.get("parent_id")
        if parent is None or self.asked.own == "only":
            return True
        known = parent in self.parents
        self.parents.add(parent)
        return not known

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
    bundles = [product for product in found if product["components"]]
    ids = [product["id"] for product in found if not product["components"]]
    ids += [part["product_id"] for bundle in bundles for part in bundle["components"]]
    ids = list(dict.fromkeys(ids)) if bundles else ids
    stock: dict[str, int | None] = {}
    for start in range(0, len(ids), 100):
        keys = [(id, location_id) for id in ids[start : start + 100]]
        for balance in await ports.records.get_many(BALANCES, keys):
            if balance is not None:
                stock[balance["product_id"]] = max(0, int(balance.get("available") or 0))
    made: dict[str, int | None] = {}
    for bundle in bundles:
        parts = [(stock.get(part["product_id"]), part["quantity"]) for part in bundle["components"]]
        whole = [many // each for many, each in parts if many is not None]
        made[bundle["id"]] = min(whole, default=None)
    units = stock | made
    return [units.get(product["id"]) for product in found]


async def _shown(
    ports: Ports, chosen: Sequence[tuple[Candidate, Item, int | None]], spots: Sequence[Placed]
) -> list[Recommended]:
    leads = [pools.lead(chosen[spot.at][0]) for spot in spots]
    names: dict[str | None, str] = {}
    behind = list({other for _, other in leads if other is not None})
    if behind:
        found = await ports.records.get_many(PRODUCTS, behind)
        names.update((each["id"], each["name"]) for each in found if each is not None)
    out = []
    for spot, (reason, other) in zip(spots, leads, strict=True):
        candidate, product, units = chosen[spot.at]
        out.append(
            Recommended(
                **head(product, units),
                score=candidate.score,
                reason=pools.text(candidate, reason, names.get(other)),
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
    # The answer waits for no disk: a kill loses what was shown in the last moment, no more.
    await ports.bus.publish([Event("shown.recommendations", id, at, told)], soon=True)
