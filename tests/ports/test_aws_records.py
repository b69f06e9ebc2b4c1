"""Records on DynamoDB keep the contract, on both emulators."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

pytest.importorskip("botocore")

from omnix.adapters.aws.own import OUTBOX
from omnix.adapters.aws.records import AwsRecords
from omnix.domains.forecasting.declare import FORECAST_RUNS, FORECASTS
from omnix.domains.products.declare import PRODUCTS
from omnix.kit.errors import ConditionFailed, Invalid, TooLarge
from omnix.kit.events import Event
from omnix.ports import Absent, AtLeast, Equals, Ports, Put, Records, Update
from ports import emulators
from ports.aws_stack import opened
from ports.claims_contract import ClaimsContract
from ports.declared import COLLECTIONS, LINES, THINGS, Advance
from ports.records_contract import RecordsContract, everything
from ports.records_model import records_machine

pytestmark = [pytest.mark.anyio, emulators.GROUP]

Addresses = tuple[str, str | None]
NATIVE = (PRODUCTS, FORECASTS, FORECAST_RUNS)


def event(key: str, number: int) -> Event:
    return Event("thing.made", key, "2026-01-01T00:00:00.000Z", {"n": number})


class Suite(ClaimsContract, RecordsContract):
    """The contract, and what DynamoDB in particular makes difficult."""

    loaded = 1_000

    @pytest.fixture
    async def ports(self, addresses: Addresses) -> AsyncIterator[Ports]:
        async with opened(*addresses, COLLECTIONS, rest=False) as ports:
            yield ports

    @pytest.fixture
    def advance(self) -> Advance:
        return asyncio.sleep

    async def test_a_hundred_writers_never_oversell(self, records: Records) -> None:
        await records.write([Put(THINGS, {"id": "p", "stock": 60, "sold": None})])

        refusals: list[tuple[int, ...]] = []

        async def buyer(number: int) -> bool:
            try:
                await records.write(
                    [
                        Update(THINGS, "p", {"stock": -1, "sold": 1}, when=(AtLeast("stock", 1),)),
                        Put(LINES, {"order": f"o{number}", "line": 1}, (Absent(),)),
                    ]
                )
            except ConditionFailed as error:
                refusals.append(error.failed)
                return False
            return True

        bought = await asyncio.gather(*[buyer(number) for number in range(100)])
        assert bought.count(True) == 60
        assert refusals == [(0,)] * 40
        assert await records.get(THINGS, "p") == {"id": "p", "stock": 0, "sold": 60}
        lines = [item["order"] async for chunk in records.scan(LINES) for item in chunk]
        assert sorted(lines) == sorted(f"o{n}" for n, won in enumerate(bought) if won)

    async def test_half_of_an_index_may_change_while_others_change_the_other(
        self, records: Records
    ) -> None:
        """An update knows one of two attributes; the other must not be stale in the index."""
        await records.write([Put(THINGS, {"id": "a", "group": "g", "rank": 0})])
        await asyncio.gather(
            *[records.write([Update(THINGS, "a", {"rank": 1})]) for _ in range(8)],
            *[records.write([Update(THINGS, "a", set={"group": f"g{n}"})]) for n in range(4)],
        )
        item = await records.get(THINGS, "a")
        assert item is not None
        assert item["rank"] == 8
        found = []
        for group in ("g", "g0", "g1", "g2", "g3"):
            page = await records.query(THINGS, group, index="by_group", low=8, high=8)
            found += page.items
        assert found == [item]
        await records.write([Update(THINGS, "a", set={"rank": None})])
        assert (await records.query(THINGS, item["group"], index="by_group")).items == []

    async def test_a_spread_index_lies_in_several_partitions_and_reads_little_more(
        self, records: Records
    ) -> None:
        assert isinstance(records, AwsRecords)
        items = [{"id": f"t{n:03}", "group": "g", "rank": n} for n in range(120)]
        await records.load(THINGS, items)
        scanned = await records.calls.call("dynamodb", "scan", TableName="things")
        partitions = [one["gsi3pk"]["S"] for one in scanned["Items"]]
        assert {partitions.count(name) > 20 for name in set(partitions)} == {True}
        assert len(set(partitions)) == 3
        read: list[int] = []
        client = records.calls.client("dynamodb")
        client.meta.events.register(
            "after-call.dynamodb.Query", lambda parsed, **_: read.append(parsed["ScannedCount"])
        )
        page = await records.query(THINGS, "g", index="by_group_spread", limit=30)
        assert page.items == items[:30]
        # Of each of the three a third of 31 and two more, and what the fullest had beyond.
        assert sum(read) <= 60
        assert len(read) <= 9

    async def test_names_of_derived_attributes_are_free(self, records: Records) -> None:
        item = {"id": "a", "pk": 1, "_pk": 2, "gsi1sk": None, "ttl": "x", "collection": [3]}
        await records.write([Put(THINGS, item)])
        assert await records.get(THINGS, "a") == item
        await records.write(
            [Update(THINGS, "a", {"pk": 1}, {"ttl": "y"}, (Equals("_pk", 2), Equals("ttl", "x")))]
        )
        assert await records.get(THINGS, "a") == {**item, "pk": 2, "ttl": "y"}

    async def test_texts_with_zeros_and_numbers_keep_their_order(self, records: Records) -> None:
        ranks: list[Any] = [-(2**63), -1, 0, 2**63 - 1, "", "\0", "\0\0", "\0\1", "a", "a\0", "a!"]
        await records.write(
            [Put(THINGS, {"id": f"t{n}", "group": 7, "rank": r}) for n, r in enumerate(ranks)]
        )
        got = await everything(records, collection=THINGS, partition=7, index="by_group")
        assert [item["rank"] for item in got] == ranks
        assert (await records.query(THINGS, "7", index="by_group")).items == []

    async def test_floats_of_any_size_come_back(self, records: Records) -> None:
        item = {"id": "a", "n": [0.1, 1e-200, -5e-324, 1.7976931348623157e308, 2.5, 1 / 3]}
        await records.write([Put(THINGS, item)])
        assert await records.get(THINGS, "a") == item

    async def test_what_is_too_large_is_told(self, records: Records) -> None:
        fits = {"id": "a", "text": "x" * 390_000}
        await records.write([Put(THINGS, fits)])
        assert await records.get(THINGS, "a") == fits
        with pytest.raises(TooLarge):
            await records.load(THINGS, [{"id": "b", "text": ["é" * 100] * 2100}])
        with pytest.raises(TooLarge):
            await records.write([Update(THINGS, "a", set={"more": "y" * 30_000})])
        with pytest.raises(Invalid, match="2048 bytes"):
            await records.get(THINGS, "k" * 3000)

    async def test_answers_longer_than_one_call_gives(self, records: Records) -> None:
        """A query answers at most a megabyte at a time, a look at many keys sixteen."""
        items = [{"order": "o", "line": n, "text": "x" * 350_000} for n in range(50)]
        assert await records.load(LINES, items) == 50
        assert await records.get_many(LINES, [("o", n) for n in range(50)]) == items
        page = await records.query(LINES, "o", limit=7)
        assert page.items == items[:7]
        rest = await records.query(LINES, "o", limit=50, cursor=page.next_cursor)
        assert rest.items == items[7:]

    async def test_pages_are_full_though_the_time_of_some_has_come(
        self, addresses: Addresses
    ) -> None:
        async with opened(*addresses, NATIVE, rest=False) as ports:
            now = int(ports.clock.now().timestamp())
            days = [
                {
                    "product_id": "p",
                    "forecast_date": f"2026-01-{n:02}",
                    "expires": now + (3600 if n % 3 == 0 else -1),
                }
                for n in range(1, 31)
            ]
            await ports.records.load(FORECASTS, days)
            page = await ports.records.query(FORECASTS, "p", limit=4)
            assert page.items == days[2:12:3]
            rest = await ports.records.query(FORECASTS, "p", limit=50, cursor=page.next_cursor)
            assert rest.items == days[14::3]
            assert rest.next_cursor is None

    async def test_events_lie_in_the_outbox_in_order(self, ports: Ports) -> None:
        records = ports.records
        for n in range(3):
            await records.write(
                [Put(THINGS, {"id": "a", "n": n})],
                [event("a", n), event("b", n), event("a", n + 10)],
            )
        for key, numbers in (("a", [[0, 10], [1, 11], [2, 12]]), ("b", [[0], [1], [2]])):
            page = await records.query(OUTBOX, key)
            assert [item["number"] for item in page.items] == [1, 2, 3]
            rows = [json.loads(item["events"]) for item in page.items]
            assert [[one["data"]["n"] for one in some] for some in rows] == numbers

    async def test_writers_of_one_aggregate_number_its_events_without_a_gap(
        self, ports: Ports
    ) -> None:
        assert isinstance(ports.records, AwsRecords)

        async def writer(number: int) -> None:
            for step in range(4):
                await ports.records.write(
                    [Update(THINGS, f"t{number}", {"n": 1})], [event("same", step)]
                )

        await asyncio.gather(*[writer(number) for number in range(6)])
        items = await everything(ports.records, collection=OUTBOX, partition="same")
        assert [item["number"] for item in items] == list(range(1, 25))

    def test_model(self, addresses: Addresses, anyio_backend: str) -> None:
        machine = records_machine(lambda: opened(*addresses, COLLECTIONS, rest=False))
        many = 100 if os.environ.get("OMNIX_SOAK") else 4
        run_state_machine_as_test(
            machine, settings=settings(machine.TestCase.settings, max_examples=many)
        )

    async def test_the_tables_with_keys_of_their_own(self, addresses: Addresses) -> None:
        async with opened(*addresses, NATIVE, rest=False) as ports:
            records = ports.records
            products = [
                {"id": f"p{n}", "sku": f"s{n}", "in_category": "c", "sort_name": "n"}
                for n in range(3)
            ]
            runs = [{"product_id": "_runs", "forecast_date": "p0", "n": 1}]
            days = [{"product_id": "p0", "forecast_date": f"2026-01-0{n}"} for n in range(1, 6)]
            await records.write([Put(PRODUCTS, item) for item in products])
            await records.write([Put(FORECASTS, item) for item in days])
            await records.write([Put(FORECAST_RUNS, item) for item in runs])
            await records.write([Put(FORECAST_RUNS, {**days[0], "other": True})])
            await records.write([Update(FORECASTS, ("p0", "2026-01-01"), {"n": 2}, {"m": "x"})])
            days[0] |= {"n": 2, "m": "x"}
            assert (
                await everything(
                    records, collection=FORECASTS, partition="p0", low="2026-01-01", limit=2
                )
                == days
            )
            assert await records.get(FORECAST_RUNS, ("_runs", "p0")) == runs[0]
            assert (await records.query(FORECAST_RUNS, "_runs")).items == runs
            found = await everything(
                records, collection=PRODUCTS, partition="c", index="category-index", limit=1
            )
            assert found == products
            assert (await records.query(PRODUCTS, "s1", index="sku-index")).items == [products[1]]
            by_day = await records.query(FORECASTS, "2026-01-02", index="forecast-date-index")
            assert by_day.items == [days[1]]
            scanned = [item async for chunk in records.scan(FORECASTS) for item in chunk]
            assert sorted(scanned, key=lambda item: item["forecast_date"]) == days
            with pytest.raises(ValueError, match="text"):
                await records.get(PRODUCTS, 7)
            with pytest.raises(Invalid, match="empty"):
                await records.write([Put(PRODUCTS, {"id": ""})])


class TestRecordsOnDynamoDbLocal(Suite):
    """The events go on to the other emulator's Kinesis."""

    @pytest.fixture
    def addresses(self, ministack: str, dynamodb_local: str) -> Addresses:
        return ministack, dynamodb_local


class TestRecordsOnMinistack(Suite):
    @pytest.fixture
    def addresses(self, ministack: str) -> Addresses:
        return ministack, None
