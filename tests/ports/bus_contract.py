"""What every implementation of Bus does."""

import asyncio

import pytest

from omnix.kit import trace
from omnix.kit.events import Event
from omnix.ports import Bus, Ports
from ports.declared import Advance

pytestmark = pytest.mark.anyio
AT = "2026-01-01T00:00:00.000Z"


def events(count: int, type_: str = "thing.made", key: str = "k") -> list[Event]:
    return [Event(type_, key, AT, {"n": n}) for n in range(count)]


class BusContract:
    """Needs the fixture ``ports``."""

    @pytest.fixture
    def bus(self, ports: Ports) -> Bus:
        return ports.bus

    async def test_events_come_as_published_in_order(self, bus: Bus) -> None:
        sent = events(5)
        await bus.publish(sent)
        batch = await bus.read("reader", [])
        got = [(e.type, e.key, e.at, e.data, e.id) for e in batch.events]
        assert got == [(e.type, e.key, e.at, e.data, e.id) for e in sent]
        sequences = [e.sequence for e in batch.events]
        assert sequences == sorted(set(sequences))
        assert 0 < sequences[0] <= sequences[-1] < 2**63
        assert {e.stream for e in batch.events} == {batch.stream}

    async def test_events_name_the_span_that_caused_them_to_who_follows_traces(
        self, bus: Bus, ports: Ports
    ) -> None:
        spans = [f"00-{n:032x}-{n:016x}-01" for n in (1, 2, 3)]

        async def cause(span: str) -> None:
            trace.CURRENT.set(span)
            await bus.publish(events(2, key=span), soon=True)
            await ports.records.write([], events(1, key=span))
            await bus.publish(events(1, key=span))

        # A task each, as a request has, so that nothing of it is left here.
        await asyncio.gather(*map(cause, [*spans, f"00-{4:032x}-{4:016x}-00", ""]))
        trace.follow(True)
        try:
            told = (await bus.read("reader", [])).events
        finally:
            trace.follow(False)
        assert len(told) == 20
        assert [e.trace for e in told] == [e.key if e.key in spans else "" for e in told]

    async def test_what_is_published_soon_comes_and_before_what_is_published_later(
        self, bus: Bus
    ) -> None:
        for event in (sent := events(3)):
            await bus.publish([event], soon=True)
        later = events(2)
        await bus.publish(later)
        last = events(1)
        await bus.publish(last, soon=True)
        got = [e.id for e in (await bus.read("reader", [])).events]
        assert got == [e.id for e in [*sent, *later, *last]]

    async def test_an_events_sequence_acknowledges_it_and_all_before(self, bus: Bus) -> None:
        await bus.publish(events(5))
        third = (await bus.read("reader", [])).events[2]
        await bus.acknowledge("reader", third.sequence, third.stream)
        assert [e.data["n"] for e in (await bus.read("reader", [])).events] == [3, 4]

    async def test_what_is_not_acknowledged_comes_again(self, bus: Bus) -> None:
        await bus.publish(events(5))
        first = await bus.read("reader", [], limit=2)
        again = await bus.read("reader", [], limit=2)
        assert [e.id for e in first.events] == [e.id for e in again.events]
        await bus.acknowledge("reader", first.position, first.stream)
        rest = await bus.read("reader", [])
        assert [e.data["n"] for e in rest.events] == [2, 3, 4]
        await bus.acknowledge("reader", rest.position, rest.stream)
        assert (await bus.read("reader", [])).events == []

    async def test_consumers_have_positions_of_their_own(self, bus: Bus) -> None:
        await bus.publish(events(3))
        batch = await bus.read("one", [])
        await bus.acknowledge("one", batch.position, batch.stream)
        assert len((await bus.read("two", [])).events) == 3

    async def test_an_acknowledgement_never_moves_back_but_a_rewind_does(self, bus: Bus) -> None:
        await bus.publish(events(4))
        half = await bus.read("reader", [], limit=2)
        whole = await bus.read("reader", [])
        await bus.acknowledge("reader", whole.position, whole.stream)
        await bus.acknowledge("reader", half.position, half.stream)
        assert (await bus.read("reader", [])).events == []
        await bus.rewind("reader", half.position, half.stream)
        assert [e.data["n"] for e in (await bus.read("reader", [])).events] == [2, 3]
        await bus.rewind("reader", 0, half.stream)
        assert len((await bus.read("reader", [])).events) == 4

    async def test_types_filter_and_the_position_passes_over_others(self, bus: Bus) -> None:
        await bus.publish([*events(3, "other.done"), *events(2), *events(3, "other.done")])
        batch = await bus.read("reader", ["thing.made", "never.seen"])
        assert [e.type for e in batch.events] == ["thing.made"] * 2
        assert batch.position == await bus.end(batch.stream)
        await bus.acknowledge("reader", batch.position, batch.stream)
        await bus.publish(events(1, key="later"))
        assert [e.key for e in (await bus.read("reader", ["thing.made"])).events] == ["later"]

    async def test_a_limited_read_does_not_pass_over_what_it_left(self, bus: Bus) -> None:
        await bus.publish([e for n in range(5) for e in (*events(1), *events(2, "other.done"))])
        seen = 0
        while (batch := await bus.read("reader", ["thing.made"], limit=2)).events:
            assert len(batch.events) <= 2
            seen += len(batch.events)
            await bus.acknowledge("reader", batch.position, batch.stream)
        assert seen == 5

    async def test_events_of_a_key_stay_in_order_among_many_writers(self, bus: Bus) -> None:
        async def writer(key: str) -> None:
            for n in range(20):
                await bus.publish([Event("thing.made", key, AT, {"n": n})])

        await asyncio.gather(*[writer(f"k{n}") for n in range(8)])
        seen: dict[str, list[int]] = {}
        while (batch := await bus.read("reader", [], limit=33)).events:
            for event in batch.events:
                seen.setdefault(event.key, []).append(event.data["n"])
            await bus.acknowledge("reader", batch.position, batch.stream)
        assert seen == {f"k{n}": list(range(20)) for n in range(8)}

    async def test_a_reader_sees_every_event_of_writers_at_work(self, bus: Bus) -> None:
        """No event appears behind a position that was handed out already."""

        async def writer(key: str) -> None:
            for n in range(40):
                await bus.publish([Event("thing.made", key, AT, {"n": n})])

        writing = asyncio.gather(*[writer(f"k{n}") for n in range(6)])
        seen: list[str] = []
        while len(seen) < 240:
            batch = await bus.read("reader", [], limit=17)
            seen += [e.id for e in batch.events]
            await bus.acknowledge("reader", batch.position, batch.stream)
            if not batch.events:
                await bus.wait(5)
        await writing
        assert len(set(seen)) == 240

    async def test_wait_returns_at_news_and_at_the_end_of_its_time(self, bus: Bus) -> None:
        assert (await bus.read("reader", [])).events == []
        await bus.wait(0.05)
        waiting = asyncio.ensure_future(bus.wait(60))
        await asyncio.sleep(0.02)
        await bus.publish(events(1))
        async with asyncio.timeout(20):
            await waiting

    async def test_news_between_a_read_and_a_wait_is_not_slept_over(self, bus: Bus) -> None:
        await bus.read("reader", [])
        await bus.publish(events(1))
        async with asyncio.timeout(20):
            await bus.wait(60)

    async def test_a_trim_keeps_what_is_young_or_not_yet_taken(
        self, bus: Bus, advance: Advance
    ) -> None:
        """Where the log forgets by itself, it keeps more than that."""

        async def left(consumer: str) -> list[int]:
            return [e.data["n"] for e in (await bus.read(consumer, [])).events]

        await bus.publish(events(4))
        for consumer, count in (("one", 4), ("two", 2)):
            taken = (await bus.read(consumer, [], count)).events[-1]
            await bus.acknowledge(consumer, taken.sequence, taken.stream)
        await bus.trim(["one", "two"], 3600)
        assert await left("new") == [0, 1, 2, 3]
        await bus.trim(["one", "two", "new"], 0)
        assert await left("new") == [0, 1, 2, 3]
        await bus.trim(["one", "two"], 0)
        assert await left("two") == [2, 3]

    async def test_publishing_nothing_is_fine(self, bus: Bus) -> None:
        end = await bus.end()
        await bus.publish([])
        assert await bus.end() == end
