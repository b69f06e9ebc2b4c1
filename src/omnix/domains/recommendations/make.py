"""The nightly job: everybody's recommendations, with the ranker in the registry of models."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from omnix.domains.customers import consent
from omnix.domains.customers import service as customers
from omnix.domains.system.settings import shop
from omnix.kit.events import Event
from omnix.kit.threads import drawn
from omnix.kit.time import day_of, instant
from omnix.platform.jobs import JobContext
from omnix.platform.stoppable import stoppable
from omnix.ports import Delete, Ports, Put

from .declare import ACTIONS, BESIDE, LISTS, RANKER, SHELVES

_AT_ONCE = 50


async def make_all(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Find all anew and put it in place of what was. Run twice, it finds the same."""
    from . import history, lists

    ports = context.ports
    await context.progress(0, 5, "reading sales")
    settings = await shop(ports)
    past = await history.read(ports, day_of(ports.clock.now(), settings.time_zone))
    now = instant(ports.clock.now())
    counted = await _act(ports, settings.currency, now)
    if past is None:
        return {"customers": 0, "products": 0, "actions": counted}
    words = f"learning from {len(past.customers)} customers"
    await context.progress(1, 5, words)
    by = await stoppable(context, (1, 5), words, partial(lists.learn, past))
    version = await _register(ports, past, by, context.id)
    head = {"made_at": now, "as_of": past.as_of.isoformat()}
    await context.progress(2, 5, f"comparing {len(past.products)} products")
    sides = await asyncio.to_thread(lists.beside, past, head)
    await ports.records.load(BESIDE, sides)
    await ports.records.load(SHELVES, await asyncio.to_thread(lists.shelves, past, head))
    made: set[str] = set()
    if past.customers:
        told = {**head, "model_version": version}
        async for piece in drawn(lists.personal(past, by, told)):
            if isinstance(piece, list):
                # One who was erased while this ran is not brought back.
                there = await customers.get_many(ports, [item["customer_id"] for item in piece])
                kept = [
                    item
                    for item in piece
                    if (customer := there.get(item["customer_id"])) is not None
                    and consent.agrees(customer.consent, settings.personalisation_by_consent)
                ]
                await ports.records.load(LISTS, kept)
                made.update(item["customer_id"] for item in kept)
            elif isinstance(piece, lists.Step):
                await context.progress(3, 5, f"{piece.text}: {piece.done} of {piece.total}")
    await context.progress(4, 5, "clearing away")
    await _clear(ports, made, {one.id for one in past.products})
    run = {
        "name": "run", **head, "customers": len(made), "products": len(past.products),
        "model_version": version, "recall_10": by.recall_10,
        "habit_recall_10": by.habit_recall_10, "judged": by.judged,
    }  # fmt: skip
    result = {"customers": len(made), "products": len(past.products), "actions": counted}
    told = {**result, "as_of": head["as_of"], "model_version": version}
    await ports.records.write(
        [Put(SHELVES, run)], [Event("recommendations.made", "recommendations", now, told)]
    )
    return result


async def _act(ports: Ports, currency: str, now: str) -> int:
    from .advice import advised

    items = await advised(ports, currency, now)
    kept = {item["id"] for item in items}
    old: list[str] = []
    async for chunk in ports.records.scan(ACTIONS):
        old += [item["id"] for item in chunk if item["id"] not in kept]
    await ports.records.load(ACTIONS, items)
    await _delete(ports, ACTIONS, old)
    return len(items)


async def _clear(ports: Ports, customers: set[str], products: set[str]) -> None:
    gone: list[str] = []
    async for chunk in ports.records.scan(LISTS):
        gone += [i["customer_id"] for i in chunk if i["customer_id"] not in customers]
    await _delete(ports, LISTS, gone)
    gone = []
    async for chunk in ports.records.scan(BESIDE):
        gone += [i["product_id"] for i in chunk if i["product_id"] not in products]
    await _delete(ports, BESIDE, gone)


async def _delete(ports: Ports, collection: Any, keys: list[str]) -> None:
    for start in range(0, len(keys), _AT_ONCE):
        await ports.records.write([Delete(collection, k) for k in keys[start : start + _AT_ONCE]])


async def _register(ports: Ports, past: Any, by: Any, training: str) -> int:
    """The version that answers from now on: the same recipe on newer data, so no contest."""
    from omnix.domains.ml import service as registry
    from omnix.domains.ml.lineage import code_version, fingerprint
    from omnix.domains.ml.model import ALL, Data, Score, Trained
    from omnix.engine.recommend.features import NAMES
    from omnix.engine.recommend.ranker import SETTINGS, Ranker

    of = past.purchases
    fitted = isinstance(by.ranker, Ranker)
    values = {"recall_10": by.recall_10, "habit_recall_10": by.habit_recall_10}
    trained = Trained(
        algorithm="boosted ranker" if fitted else "weights by hand",
        code=code_version("omnix.engine.recommend"),
        data=Data(
            fingerprint=fingerprint(of.user, of.item, of.day),
            first_day=past.first.isoformat(),
            last_day=(past.as_of - timedelta(days=1)).isoformat(),
            rows=len(of.user),
            series=of.users,
        ),
        recipe={
            "features": list(NAMES), "trees": SETTINGS.trees, "leaves": SETTINGS.leaves,
            "rate": SETTINGS.rate,
        } if fitted else {},
        fitted={
            f"importance of {name}": round(float(share), 4)
            for name, share in zip(NAMES, by.ranker.trees.importance(), strict=True)
        } if fitted else {},
        scores=[Score(group=ALL, series=by.judged, origins=1, values=values)],
    )  # fmt: skip
    version = await registry.refresh(ports, RANKER, trained, training)
    return version.version
