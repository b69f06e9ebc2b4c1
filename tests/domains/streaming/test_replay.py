"""Live state, replayed state and a query over the lake are equal, to the last digit."""

import random
from collections import Counter
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from omnix.domains.streaming import cells, sketch
from omnix.domains.streaming.declare import HEADS, REPLAY
from omnix.domains.streaming.handlers import CONSUMERS
from omnix.domains.streaming.handlers import JOBS as STREAMING_JOBS
from omnix.domains.streaming.replay import rows_after
from omnix.kit.time import instant
from omnix.platform import jobs
from omnix.platform.consume import consume_once, deliver
from omnix.ports import Ports, Query

from .shop import advance, follow, made, opened, send

pytestmark = pytest.mark.anyio
GROUPS = (cells.MINUTES, *cells.INTEREST)
_WIDE = 2**40


async def state(ports: Ports, group: str) -> dict[int, Any]:
    found = await cells.read(ports, (group,), 0, _WIDE)
    return {slot: cell.stored() for slot, cell in sorted(found.items())}


async def rough_day(ports: Ports, rng: random.Random) -> int:
    """Events late, doubled and out of order, in batches, followed now and then; how many."""
    pool: list[dict[str, Any]] = []
    number = 0
    for _ in range(14):
        advance(ports, minutes=rng.randint(1, 9))
        now = ports.clock.now()
        for _ in range(60):
            late = rng.choice([0, 0, 0, 30, 900, 7_200, 80_000, 100_000])
            pool.append(made(rng, number, now - timedelta(seconds=late + rng.random() * 60)))
            number += 1
        rng.shuffle(pool)
        batch, pool = pool[:50], pool[50:]
        again = rng.sample(batch, 10)
        told = await send(ports, *batch, *again)
        assert (told.accepted, len(told.duplicates), told.refused) == (50, 10, [])
        assert (await send(ports, *again)).accepted == 0
        if rng.random() < 0.4:
            await follow(ports)
    while pool:
        batch, pool = pool[:400], pool[400:]
        await send(ports, *batch)
    await follow(ports)
    return number


@pytest.mark.parametrize("seed", [1, 2])
async def test_live_replayed_and_batch_are_equal(tmp_path: Path, seed: int) -> None:
    async with opened(tmp_path) as ports:
        rng = random.Random(seed)
        number = await rough_day(ports, rng)
        live = {group: await state(ports, group) for group in GROUPS}
        head = await ports.records.get(HEADS, (cells.MINUTES, "0"))
        assert head is not None
        assert head["too_late"] > 0

        # The whole bus is delivered again: nothing moves.
        for consumer in CONSUMERS:
            await ports.bus.rewind(consumer.name, 0)
        await follow(ports)
        assert {group: await state(ports, group) for group in GROUPS} == live

        # A fold over the lake, from the beginning and from any point on an earlier state.
        epoch = ports.clock.now() - timedelta(days=30)
        rows = await rows_after(ports, "0", 0, _WIDE, epoch)
        assert len(rows) == number
        for group in GROUPS:
            whole = cells.fold(group, rows)
            assert {s: c.stored() for s, c in sorted(whole.items())} == live[group]
        for cut in sorted(rng.sample(range(1, head["position"]), 2)):
            begun = cells.fold(cells.MINUTES, await rows_after(ports, "0", 0, cut, epoch))
            rest = cells.fold(cells.MINUTES, await rows_after(ports, "0", cut, _WIDE, epoch))
            for slot, cell in rest.items():
                if slot in begun:
                    begun[slot].merge(cell)
                else:
                    begun[slot] = cell
            assert {s: c.stored() for s, c in sorted(begun.items())} == live[cells.MINUTES]

        # Plain SQL over the facts, which shares no code with the folds.
        assert await by_sql(ports) == await plainly(ports)
        assert await interest_by_sql(ports) == await interest_plainly(ports)


BY_SQL = Query(
    "minutes",
    "Each minute by plain SQL.",
    """
    SELECT (epoch_ms("at") // 60000)::BIGINT AS slot, count(*) AS events,
        count(*) FILTER (WHERE type = 'purchase') AS orders,
        coalesce(sum(revenue_minor) FILTER (WHERE type = 'purchase' AND currency = 'EUR'), 0)
            ::BIGINT AS revenue,
        count(DISTINCT visitor) AS visitors,
        count(DISTINCT visitor) FILTER (WHERE type = 'add_to_cart') AS carts
    FROM events
    WHERE epoch_ms(received_at) // 1000 - epoch_ms("at") // 1000 <= 86400
    GROUP BY slot
    """,
    ("events",),
)
INTEREST_SQL = Query(
    "interest",
    "Each product in each ten minutes by plain SQL.",
    """
    SELECT (epoch_ms("at") // 600000)::BIGINT AS slot, product_id,
        count(*) FILTER (WHERE type = 'product_view') AS views,
        count(*) FILTER (WHERE type = 'add_to_cart') AS carts,
        coalesce(sum(quantity) FILTER (WHERE type = 'purchase'), 0)::BIGINT AS units
    FROM event_items
    WHERE epoch_ms(received_at) // 1000 - epoch_ms("at") // 1000 <= 86400
        AND type IN ('product_view', 'add_to_cart', 'purchase')
    GROUP BY ALL
    """,
    ("event_items",),
)


async def by_sql(ports: Ports) -> dict[int, tuple[int, ...]]:
    names = ("events", "orders", "revenue", "visitors", "carts")
    return {row["slot"]: tuple(row[n] for n in names) for row in await ports.lake.rows(BY_SQL)}


async def plainly(ports: Ports) -> dict[int, tuple[int, ...]]:
    found = await cells.read(ports, (cells.MINUTES,), 0, _WIDE)
    return {
        slot: (
            cell.events,
            cell.orders,
            cell.revenue.get("EUR", 0),
            cell.distinct(),
            cell.distinct("add_to_cart"),
        )
        for slot, cell in found.items()
    }


async def interest_by_sql(ports: Ports) -> dict[tuple[int, str], list[int]]:
    return {
        (row["slot"], row["product_id"]): [row["views"], row["carts"], row["units"]]
        for row in await ports.lake.rows(INTEREST_SQL)
    }


async def interest_plainly(ports: Ports) -> dict[tuple[int, str], list[int]]:
    found = await cells.read(ports, cells.INTEREST, 0, _WIDE)
    return {
        (slot, product): numbers
        for slot, cell in found.items()
        for product, numbers in cell.products.items()
    }


async def test_a_replay_job_puts_right_what_was_lost(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        rng = random.Random(5)
        now = ports.clock.now()
        await send(ports, *(made(rng, n, now - timedelta(minutes=n % 50)) for n in range(300)))
        await follow(ports)
        live = {group: await state(ports, group) for group in GROUPS}
        heads = await cells.heads(ports)
        # Somebody spoils the cells: they belong to an epoch that nothing was counted in.
        from omnix.ports import Put

        for head in heads:
            spoiled = cells.head_item(head["group"], "0", 7, head["position"], 0)
            await ports.records.write([Put(HEADS, spoiled)])
        assert await state(ports, cells.MINUTES) == {}
        await jobs.submit(ports, REPLAY, {"since": None})
        assert await jobs.work_once(ports, STREAMING_JOBS)
        assert {group: await state(ports, group) for group in GROUPS} == live
        # It goes on from there.
        await send(ports, made(rng, 999, now))
        await follow(ports)
        assert (await state(ports, cells.MINUTES)) != live[cells.MINUTES]


async def test_a_replay_from_a_moment_keeps_what_came_after(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        rng = random.Random(6)
        now = ports.clock.now().astimezone(UTC)
        await send(ports, *(made(rng, n, now - timedelta(minutes=n % 120)) for n in range(240)))
        await follow(ports)
        since = now - timedelta(minutes=40)
        whole = await state(ports, cells.MINUTES)
        await jobs.submit(ports, REPLAY, {"since": instant(since)})
        assert await jobs.work_once(ports, STREAMING_JOBS)
        first = int(since.timestamp()) // 600 * 10
        assert await state(ports, cells.MINUTES) == {s: c for s, c in whole.items() if s >= first}


async def test_events_of_many_minutes_fit_into_the_writes(tmp_path: Path) -> None:
    """A backlog of ten hours in one delivery touches more minutes than a write holds."""
    async with opened(tmp_path) as ports:
        now = ports.clock.now()
        for start in (0, 300):
            await send(
                ports,
                *(
                    {"message_id": f"b{n}", "type": "page_view", "anonymous_id": "v",
                     "at": instant(now - timedelta(minutes=n))}
                    for n in range(start, start + 300)
                ),
            )  # fmt: skip
        (minutes,) = (c for c in CONSUMERS if c.name == "streaming-minutes")
        batch = await ports.bus.read("all", ("events.received",), 500)
        await deliver(ports, minutes, batch.events)
        found = await cells.read(ports, (cells.MINUTES,), 0, _WIDE)
        assert Counter(cell.events for cell in found.values()) == {1: 600}


async def test_two_consumers_at_once_count_once(tmp_path: Path) -> None:
    import asyncio

    async with opened(tmp_path) as ports:
        rng = random.Random(8)
        await send(ports, *(made(rng, n, ports.clock.now()) for n in range(200)))
        batch = await ports.bus.read("all", ("events.received",), 500)
        await asyncio.gather(
            *(cells.absorb(ports, (cells.MINUTES,), batch.events) for _ in range(3))
        )
        found = await cells.read(ports, (cells.MINUTES,), 0, _WIDE)
        assert sum(cell.events for cell in found.values()) == 200


def test_a_sketch_merges_in_any_order_and_estimates_well() -> None:
    rng = random.Random(3)
    for visitors in (10, 900, 5_000, 60_000):
        marks = [sketch.mark(f"visitor-{n}") for n in range(visitors)]
        at_once = sketch.bounded(marks)
        rng.shuffle(marks)
        parts = [sketch.bounded(marks[n::7]) for n in range(7)]
        merged: set[int] = set()
        for part in [*parts, *parts[:3]]:
            merged = sketch.bounded(merged | part)
        assert merged == at_once
        assert sketch.read(sketch.written(merged)) == merged
        exact = visitors < sketch.K
        assert abs(sketch.count(merged) - visitors) <= (0 if exact else 0.1 * visitors)


async def test_a_consumer_that_dies_between_counting_and_acknowledging(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        rng = random.Random(9)
        await send(ports, *(made(rng, n, ports.clock.now()) for n in range(100)))
        batch = await ports.bus.read("streaming-minutes", ("events.received",), 500)
        await cells.absorb(ports, (cells.MINUTES,), batch.events)
        (minutes,) = (c for c in CONSUMERS if c.name == "streaming-minutes")
        while (await consume_once(ports, minutes))[0]:
            pass
        found = await cells.read(ports, (cells.MINUTES,), 0, _WIDE)
        assert sum(cell.events for cell in found.values()) == 100
