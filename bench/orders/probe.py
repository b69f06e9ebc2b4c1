"""The rules of the transaction, asked of every service before it is measured."""

import asyncio
from typing import Any

from bench.orders import shop
from bench.orders.client import Client
from bench.orders.processes import BenchError
from bench.orders.service import Service
from bench.orders.shop import Ids

BUYERS = 32


async def check_rules(service: Service, ids: Ids) -> int:
    """Number of orders that it placed. Raises BenchError where the service breaks a rule."""
    placed = 0
    async with Client(service.port, service.key) as client:

        async def expect(rule: str, statuses: set[int], body: Any, key: str, **more: Any) -> Any:
            status, answer = await client.order(body, key, **more)
            if status not in statuses:
                raise BenchError(f"{service.name}: {rule}: answered {status} {answer}")
            return answer

        one, two, three = ids.products[:3]
        body = ids.order([(one, 1), (two, 2), (three, 3)])
        first = await expect("an order is placed", {201}, body, "probe-1")
        placed += 1
        lines = first["lines"]
        if [line["quantity"] for line in lines] != [1, 2, 3] or first["total_minor"] != sum(
            line["unit_price_minor"] * line["quantity"] for line in lines
        ):
            raise BenchError(f"{service.name}: wrong order document {first}")
        again = await expect("a repeated key replays", {200, 201}, body, "probe-1")
        if again != first:
            raise BenchError(f"{service.name}: the replay differs: {again} after {first}")
        other = ids.order([(one, 1)])
        await expect("a key serves one body", {409, 422}, other, "probe-1")
        await expect("a key is required to enter", {401}, other, "probe-2", authorized=False)
        for rule, wrong in {
            "quantity 0 is refused": ids.order([(one, 0)]),
            "quantity 1,000,001 is refused": ids.order([(one, 1_000_001)]),
            "a text is no quantity": ids.order([(one, "many")]),  # type: ignore[list-item]
            "an order has lines": ids.order([]),
            "an order has no end of lines": ids.order([(one, 1)] * 2_001),
        }.items():
            await expect(rule, {400, 422}, wrong, "probe-3")
        short = ids.order([(one, 1), (ids.scarce, shop.SCARCE + 1)])
        answer = await expect("all lines are reserved or none", {409}, short, "probe-4")
        if str(ids.scarce) not in str(answer) and "lines[1]" not in str(answer):
            raise BenchError(f"{service.name}: {answer} does not name what is missing")
    return placed + await race(service, ids)


async def race(service: Service, ids: Ids) -> int:
    """32 buyers at once for the last 20 units: exactly 20 get one."""

    async def buy(buyer: int) -> int:
        async with Client(service.port, service.key) as client:
            status, _ = await client.order(ids.order([(ids.scarce, 1)]), f"race-{buyer}")
            return status

    statuses = await asyncio.gather(*(buy(n) for n in range(BUYERS)))
    sold = statuses.count(201)
    if sold != shop.SCARCE or statuses.count(409) != BUYERS - sold:
        raise BenchError(f"{service.name}: {shop.SCARCE} units, answers {sorted(statuses)}")
    return sold
