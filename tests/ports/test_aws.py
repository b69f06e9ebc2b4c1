"""The other adapters on Amazon's services keep the contracts."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import websockets

pytest.importorskip("botocore")

from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.clock import AwsClock
from omnix.adapters.aws.jobs import AwsJobs
from omnix.adapters.aws.lake import AwsLake
from omnix.adapters.aws.layout import Layout
from omnix.adapters.aws.own import OUTBOX, OWN, SUBSCRIPTIONS
from omnix.adapters.aws.push import AwsPush
from omnix.adapters.aws.records import AwsRecords
from omnix.adapters.aws.secrets import AwsSecrets
from omnix.adapters.aws.tables import TABLES, physical
from omnix.declared import COLLECTIONS as DECLARED
from omnix.kit.declare import Collection
from omnix.kit.errors import Unavailable
from omnix.kit.events import Event
from omnix.ports import Absent, Joined, Ports, Push, Put, Update
from ports import emulators
from ports.aws_stack import (
    SERVICES,
    DiedError,
    DyingRelay,
    Idle,
    PumpedBus,
    another,
    dead_letter_queue,
    opened,
)
from ports.bus_contract import AT, BusContract
from ports.declared import COLLECTIONS, FACTS, SALES, THINGS, Advance
from ports.files_contract import BlobsContract, SecretsContract
from ports.jobs_contract import JobsContract
from ports.lake_contract import LakeContract, sales, size
from ports.push_contract import Connect, PushContract

pytestmark = [pytest.mark.anyio, emulators.GROUP]


@pytest.fixture
async def ports(ministack: str, tmp_path: Path) -> AsyncIterator[Ports]:
    async with opened(ministack, None, COLLECTIONS, FACTS, tmp_path) as ports:
        yield ports


@pytest.fixture
def advance() -> Advance:
    return asyncio.sleep


class TestBus(BusContract):
    pass


class TestJobs(JobsContract):
    pass


async def test_a_client_sends_a_blob_itself(ports: Ports) -> None:
    """The emulator takes any size; that S3 does not follows from what is signed."""
    data = b"12345"
    address = await ports.blobs.upload_address("uploads/one", len(data), 60)
    assert address is not None
    asked = parse_qs(urlsplit(address).query)
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["X-Amz-SignedHeaders"] == ["content-length;host"]
    assert asked["X-Amz-Expires"] == ["60"]
    async with httpx.AsyncClient() as client:
        assert (await client.put(address, content=data)).status_code == 200
    assert await ports.blobs.get("uploads/one") == data
    with pytest.raises(ValueError):
        await ports.blobs.upload_address("../secrets", 1, 60)


async def test_a_message_that_sqs_gave_up_on_becomes_a_dead_letter(ports: Ports) -> None:
    jobs = ports.jobs
    assert isinstance(jobs, AwsJobs)
    address = await dead_letter_queue(jobs, "work", attempts=1)
    await jobs.send("work", {"n": 1}, id="poisoned")
    assert await jobs.receive(["work"], 1) is not None
    await asyncio.sleep(1.5)
    # The second delivery would be one too many.
    assert await jobs.receive(["work"], 1) is None
    given_up = await jobs.calls.call("sqs", "receive_message", QueueUrl=address)
    for _ in range(2):
        await jobs.bury(given_up["Messages"][0]["Body"], "the worker died")
    (letter,) = (await jobs.dead()).items
    assert (letter.id, letter.payload, letter.attempts) == ("poisoned", {"n": 1}, 1)
    assert letter.error == "the worker died"
    assert (await jobs.counts())["dead"] == 1
    assert await jobs.redrive("poisoned")
    again = await jobs.receive(["work"], 30)
    assert again is not None
    assert (again.id, again.attempt) == ("poisoned", 1)
    assert (await jobs.counts())["dead"] == 0


async def test_a_job_is_shown_with_the_invocation_that_asked_for_it(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = ports.jobs
    assert isinstance(jobs, AwsJobs)
    trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    await jobs.send("work", {})
    sent = await jobs.calls.call(
        "sqs",
        "receive_message",
        QueueUrl=jobs.queue("work"),
        MessageSystemAttributeNames=["AWSTraceHeader"],
    )
    assert sent["Messages"][0]["Attributes"] == {"AWSTraceHeader": trace}


async def test_what_sqs_delivers_twice_is_done_once(ports: Ports) -> None:
    jobs = ports.jobs
    assert isinstance(jobs, AwsJobs)
    body = json.dumps({"id": "one", "name": "work", "payload": {}})
    queue = jobs.queue("work")
    for _ in range(3):
        await jobs.calls.call("sqs", "send_message", QueueUrl=queue, MessageBody=body)
    message = await jobs.receive(["work"], 30)
    assert message is not None
    await jobs.done(message)
    assert await jobs.receive(["work"], 30) is None
    assert await jobs.counts() == {"queued": 0, "running": 0, "dead": 0}


async def test_a_redriven_message_is_not_dropped_for_being_early(ports: Ports) -> None:
    """It may be delivered before its letter is removed."""
    jobs = ports.jobs
    assert isinstance(jobs, AwsJobs)
    await jobs.send("work", {}, id="one")
    message = await jobs.receive(["work"], 30)
    assert message is not None
    await jobs.fail(message, "broken", retry_in=None)
    early = json.dumps({"id": "one", "name": "work", "payload": {}, "redriven": True})
    queue = jobs.queue("work")
    await jobs.calls.call("sqs", "send_message", QueueUrl=queue, MessageBody=early)
    assert await jobs.receive(["work"], 30) is None
    assert sum((await jobs.counts()).values()) == 2


class TestBlobs(BlobsContract):
    pass


class TestSecrets(SecretsContract):
    pass


class TestLake(LakeContract):
    pass


class NamedPush:
    """API Gateway names its connections itself; the contract gives them names."""

    def __init__(self, push: Push) -> None:
        self._push = push
        self.ids: dict[str, str] = {}

    async def subscribe(self, connection: str, channel: str) -> Joined:
        return await self._push.subscribe(self.ids[connection], channel)

    async def unsubscribe(self, connection: str, channel: str | None = None) -> None:
        await self._push.unsubscribe(self.ids[connection], channel)

    async def publish(self, channel: str, event: str, at: str, data: Mapping[str, Any]) -> int:
        return await self._push.publish(channel, event, at, data)


class TestPush(PushContract):
    @pytest.fixture
    async def ports(self, ministack: str) -> AsyncIterator[Ports]:
        async with opened(ministack, None, COLLECTIONS, websocket=True) as ports:
            yield ports

    @pytest.fixture
    def push(self, ports: Ports) -> NamedPush:
        return NamedPush(ports.push)

    @pytest.fixture
    async def connect(self, ports: Ports, push: NamedPush) -> AsyncIterator[Connect]:
        assert isinstance(ports.push, AwsPush)
        address = ports.push.address.replace("http:", "ws:")
        async with AsyncExitStack() as open_ones:

            async def connected(name: str) -> Callable[[int], Awaitable[list[dict[str, Any]]]]:
                client = await open_ones.enter_async_context(websockets.connect(address))
                await client.send("{}")
                push.ids[name] = str(await asyncio.wait_for(client.recv(), 20))

                async def receive(count: int) -> list[dict[str, Any]]:
                    async with asyncio.timeout(20):
                        return [json.loads(await client.recv()) for _ in range(count)]

                return receive

            yield connected

    async def test_a_client_that_left_is_forgotten(
        self, ports: Ports, push: NamedPush, connect: Connect
    ) -> None:
        await connect("one")
        push.ids["gone"] = "never-there"
        for name in ("one", "gone"):
            for channel in ("a", "b"):
                await push.subscribe(name, channel)
        assert await push.publish("a", "x", "2026-01-01T00:00:00.000Z", {}) == 1
        left = [i async for chunk in ports.records.scan(SUBSCRIPTIONS) for i in chunk]
        assert {item["connection"] for item in left} == {push.ids["one"]}
        assert len(left) == 2


async def test_two_writers_of_one_table_of_the_lake_lose_nothing(
    ministack: str, tmp_path: Path
) -> None:
    """Two processes share nothing but the bucket: its conditional writes keep them apart."""
    async with opened(ministack, None, (), FACTS, tmp_path / "one") as ports:
        assert isinstance(ports.lake, AwsLake)
        other = another(ports.lake, tmp_path / "two")
        lakes = (ports.lake, other)
        try:
            won = await asyncio.gather(
                *[
                    lakes[n % 2].append(SALES, sales(5), source=f"s{n // 2}", version=1)
                    for n in range(16)
                ]
            )
            assert won.count(True) == 8
            assert await size(ports.lake) == await size(other) == 40
            await other.compact(SALES)
            await ports.lake.append(SALES, sales(2))
            assert await size(other) == await size(ports.lake) == 42
        finally:
            other.close()


async def test_what_the_stream_missed_is_swept_in_order(ministack: str) -> None:
    async with opened(ministack, None, COLLECTIONS) as ports:
        bus = ports.bus
        assert isinstance(bus, PumpedBus)
        bus.pump = Idle()
        sent = [Event("thing.made", f"k{n % 3}", AT, {"n": n}) for n in range(30)]
        for event in sent:
            await ports.records.write([Update(THINGS, "t", {"n": 1})], [event])
        assert (await bus.read("reader", [])).events == []
        assert await bus.relay.sweep(older_than=60) == 0
        assert await bus.relay.sweep(older_than=-1) == 30
        assert await bus.relay.sweep(older_than=-1) == 0
        events = (await bus.read("reader", [])).events
        assert {event.id for event in events} == {event.id for event in sent}
        for key in ("k0", "k1", "k2"):
            numbers = [event.data["n"] for event in events if event.key == key]
            assert numbers == sorted(numbers)
        # Of each aggregate the newest stays, so that its numbers go on.
        left = [i async for chunk in ports.records.scan(OUTBOX) for i in chunk]
        assert sorted((i["aggregate"], i["number"]) for i in left) == [
            (f"k{n}", 10) for n in range(3)
        ]


@pytest.mark.parametrize("step", ["put", "mark", "clear"])
async def test_a_relay_that_dies_leaves_no_hole_and_no_second_sequence(
    ministack: str, step: str
) -> None:
    """Another one finishes its batch, and consumers see each event once."""
    async with opened(ministack, None, COLLECTIONS) as ports:
        bus = ports.bus
        assert isinstance(bus, PumpedBus)
        bus.pump = Idle()
        await bus.publish([Event("thing.made", "k", AT, {"n": n}) for n in range(4)])
        dying = DyingRelay(bus.relay, step)
        with pytest.raises(DiedError):
            await dying.relay(["k"])
        await bus.publish([Event("thing.made", "k", AT, {"n": 4}), Event("x.done", "l", AT, {})])
        assert await bus.relay.relay(["l", "k"]) == 2
        seen = await bus.read("reader", [])
        assert sorted(event.data.get("n", 9) for event in seen.events) == [0, 1, 2, 3, 4, 9]
        assert [e.data["n"] for e in seen.events if e.key == "k"] == [0, 1, 2, 3, 4]
        sequences = [event.sequence for event in seen.events]
        assert sequences == sorted(set(sequences))
        assert seen.position == await bus.end()
        await bus.acknowledge("other", sequences[2])
        assert await bus.unseen("other", seen.events) == seen.events[3:]


async def test_more_than_one_record_holds_goes_in_several(ministack: str) -> None:
    async with opened(ministack, None, COLLECTIONS) as ports:
        bus = ports.bus
        assert isinstance(bus, PumpedBus)
        bus.pump = Idle()
        for n in range(60):
            text = "é" * (70_000 if n % 20 == 0 else 10)
            sent = [Event("x.done", key, AT, {"n": n, "text": text}) for key in ("k", "l")]
            await bus.publish(sent)
        assert await bus.relay.relay(["k", "l"]) == 120
        seen: dict[str, list[int]] = {"k": [], "l": []}
        while (batch := await bus.read("reader", [], limit=25)).events:
            for event in batch.events:
                seen[event.key].append(event.data["n"])
            await bus.acknowledge("reader", batch.position)
        assert seen == {"k": list(range(60)), "l": list(range(60))}


async def test_racing_relays_give_each_event_one_sequence(ministack: str) -> None:
    async with opened(ministack, None, COLLECTIONS) as ports:
        bus = ports.bus
        assert isinstance(bus, PumpedBus)
        bus.pump = Idle()
        keys = [f"k{n}" for n in range(12)]
        await asyncio.gather(*[bus.publish([Event("x.done", key, AT, {})] * 3) for key in keys])
        await asyncio.gather(*[bus.relay.relay(keys[n:] + keys[:n]) for n in range(6)])
        events = (await bus.read("reader", [])).events
        assert sorted(event.key for event in events) == sorted(keys * 3)


async def test_what_is_away_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        calls = Calls(settings=emulators.account(), endpoints=dict.fromkeys(SERVICES, endpoint))
        records = AwsRecords(calls, COLLECTIONS, AwsClock(), lambda table: table)
        try:
            for call in (
                records.get(THINGS, "a"),
                records.write([Put(THINGS, {"id": "a"}, (Absent(),))]),
                AwsBlobs(calls, "bucket").get("a"),
                AwsSecrets(calls, "p/").get("a"),
            ):
                with pytest.raises(Unavailable) as raised:
                    await call
                assert raised.value.__cause__ is not None
        finally:
            calls.close()


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("omnix.adapters.aws.platform", ("boto3", "numpy", "duckdb", "deltalake", "apsw")),
        ("omnix.adapters.aws.tables", ("boto3", "botocore", "omnix.ports")),
        ("omnix.adapters.aws.own", ("boto3", "botocore", "omnix.ports")),
    ],
)
def test_what_is_imported_stays_small(module: str, absent: tuple[str, ...]) -> None:
    code = f"import sys, {module}; sys.exit(str([m for m in {absent} if m in sys.modules] or ''))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() in ("", "[]")


def test_every_declared_collection_has_its_place() -> None:
    """What the infrastructure reads: fourteen tables, each index within the twenty allowed."""
    tables = physical((*DECLARED, *OWN))
    assert set(tables) == set(TABLES)
    assert len(tables) == 14
    for collection in (*DECLARED, *OWN):
        layout = Layout(collection, tables[collection.table])
        assert [slot.name for slot in layout.slots] == [i.name for i in collection.indexes]
    assert all(len(table.indexes) <= 20 for table in tables.values())
    assert [table.name for table in tables.values() if table.stream] == ["outbox"]
    products = tables["products"]
    assert (products.partition, products.sort) == ("id", None)
    assert {"category-index", "sku-index"} <= {index.name for index in products.indexes}
    assert tables["forecasts"].sort == "forecast_date"
    bad = Collection("notes", "alerts", ("alert", "at"))
    with pytest.raises(ValueError, match="sort attribute"):
        physical([bad])
