"""kill -9 in mid-load: every acknowledged order is there afterwards, and none twice."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bench.orders.client import Client
from bench.orders.load import CONNECTIONS
from bench.orders.processes import BenchError
from bench.orders.record import faults
from bench.orders.service import Service
from bench.orders.shop import Ids

REPLAYS = 500


@dataclass(slots=True)
class Ledger:
    """What the clients know: the order behind each answered key, and the keys without answer."""

    answered: dict[str, tuple[Any, str]] = field(default_factory=dict)
    unanswered: dict[str, Any] = field(default_factory=dict)


async def _buy(service: Service, ids: Ids, name: str, seed: int, known: Ledger) -> None:
    random = Random(seed)
    number = 0
    try:
        async with Client(service.port, service.key) as client:
            while True:
                number += 1
                key, body = f"{name}-{number}", ids.random_order(random)
                known.unanswered[key] = body
                status, answer = await client.order(body, key)
                if status != 201:
                    raise BenchError(f"{service.name}: {status} {answer}")
                known.answered[key] = (known.unanswered.pop(key), str(answer["id"]))
    except (OSError, EOFError):
        return


async def _load_and_kill(
    service: Service, ids: Ids, name: str, seed: int, seconds: float, known: Ledger
) -> None:
    buyers = [
        asyncio.create_task(_buy(service, ids, f"{name}-{n}", seed * 1_000 + n, known))
        for n in range(CONNECTIONS)
    ]
    await asyncio.sleep(seconds)
    await asyncio.to_thread(service.kill)
    await asyncio.gather(*buyers)


async def _replay(service: Service, known: Ledger, random: Random) -> list[str]:
    """Sends what had no answer again, and a sample of what had: it must answer the same order."""
    found = []
    async with Client(service.port, service.key) as client:
        for key in random.sample(sorted(known.answered), min(REPLAYS, len(known.answered))):
            body, order = known.answered[key]
            status, answer = await client.order(body, key)
            if status not in {200, 201} or str(answer["id"]) != order:
                found.append(f"key {key} was order {order}, replayed {status} {answer}")
        for key, body in known.unanswered.items():
            status, answer = await client.order(body, key)
            if status not in {200, 201}:
                found.append(f"key {key} without answer: {status} {answer} on the second try")
            known.answered[key] = (body, str(answer.get("id")))
    known.unanswered.clear()
    return found


def kill_and_check(service: Service, kills: int, seed: int) -> tuple[int, list[str]]:
    """Orders acknowledged in all, and every fault found after the given number of kills."""
    random = Random(seed)
    ids = service.seed()
    known = Ledger()
    found: list[str] = []
    service.start()
    for kill in range(kills):
        seconds = random.uniform(0.5, 2.5)
        asyncio.run(_load_and_kill(service, ids, f"kill-{kill}", seed + kill, seconds, known))
        service.start()
        found += asyncio.run(_replay(service, known, random))
    service.stop()
    record = service.record()
    stored = set(record.orders)
    lost = [order for _, order in known.answered.values() if order not in stored]
    if lost:
        found.append(f"{len(lost)} acknowledged orders lost, the first {lost[0]}")
    found += faults(record, ids.stock(), acknowledged=len(known.answered), unanswered=0)
    return len(known.answered), found
