"""Dear work rests between batches: reads stay bounded, and nothing is left out."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from omnix.domains.dashboard import handlers as dashboard
from omnix.kit.events import Event
from omnix.platform.consume import Consumer
from omnix.ports import Ports
from omnix.runtimes.aws import consumers, jobs, live
from omnix.runtimes.aws.consumers import CATCH_UP, Delivery, records_of
from omnix.runtimes.aws.observe import Time
from omnix.runtimes.aws.own import BEHIND
from omnix.runtimes.aws.rests import LEAST_SECONDS, MOST_SECONDS, Rests
from omnix.runtimes.aws.stack import Container
from ports import emulators
from runtimes_aws.events import Context, kinesis, sqs
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP

ALL: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}
WORK_SECONDS = 2.0
BATCHES = 10


class Clock:
    """Stands still but for the work, each of which takes ``WORK_SECONDS``."""

    def __init__(self) -> None:
        self.now = 0.0
        self.works = 0

    def __call__(self) -> float:
        return self.now

    def slow(self, consumer: Consumer) -> Consumer:
        async def handle(ports: Ports, events: Sequence[Event]) -> None:
            await consumer.handle(ports, events)
            self.now += WORK_SECONDS
            self.works += 1

        return Consumer(consumer.name, consumer.types, handle, consumer.batch, rest=consumer.rest)


@contextmanager
def counted(container: Container) -> Iterator[Counter[str]]:
    """How often each table is gone through by ``container``, page by page."""
    pages: Counter[str] = Counter()

    def add(params: dict[str, Any], **_: Any) -> None:
        pages[params["TableName"]] += 1

    events = container.platform.calls.client("dynamodb").meta.events
    kinds = [f"provide-client-params.dynamodb.{kind}" for kind in ("Scan", "Query")]
    for kind in kinds:
        events.register(kind, add)
    try:
        yield pages
    finally:
        for kind in kinds:
            events.unregister(kind, add)


@pytest.fixture
def stock() -> Consumer:
    (found,) = [each for each in dashboard.CONSUMERS if each.name == "dashboard-stock"]
    return found


def _open(shop: Shop) -> None:
    shop.settle()
    if shop.call("GET", "/products/rest-a")[0] == 404:
        new = {"id": "rest-a", "sku": "REST-A", "name": "Rest", "price_minor": 100, "cost_minor": 7}
        shop.ok("POST", "/products", new)
    shop.settle()


def adjusted(shop: Shop, count: int) -> list[tuple[str, bytes]]:
    """The records of the stream that tell of a stock that was counted."""
    shop.ok("POST", "/inventory/rest-a/adjust", {"count_to": count}, headers=key(count))
    return shop.relayed()


def key(count: int) -> dict[str, str]:
    return {"Idempotency-Key": f"rest-{count}"}


def take(container: Container, it: Delivery, records: Sequence[tuple[str, bytes]]) -> None:
    told = container.run(it.take(records_of(kinesis(records)), Time(Context())))
    assert told == ALL


def behind(container: Container) -> list[str]:
    page = container.run(container.ports.records.query(BEHIND, "events", limit=50))
    return [item["consumer"] for item in page.items]


def test_reads_are_bounded_however_many_batches_come(shop: Shop, stock: Consumer) -> None:
    _open(shop)
    container, _ = consumers._delivery()
    clock = Clock()
    slow = clock.slow(stock)
    it = Delivery(container, [slow], "test", Rests(clock))

    # The first work of a container is no measure, the second one is.
    for count in (1, 2):
        take(container, it, adjusted(shop, count))
    assert clock.works == 2
    assert it._rests.left(slow) == pytest.approx(stock.rest * WORK_SECONDS)
    before = _worth(shop)
    once = _pages_of_one_work(container, stock)
    with counted(container) as pages:
        for count in range(3, 3 + BATCHES):
            take(container, it, adjusted(shop, count))
            clock.now += 1
        assert pages.keys() == {"system"}, "it rests: only who is behind is looked up"
        assert behind(container) == [stock.name]
        clock.now += MOST_SECONDS
        container.run(it.catch_up(Time(Context())))
        del pages["system"]
        assert pages == once, "one work, however many batches came"
    assert clock.works == 3
    assert behind(container) == []
    assert _worth(shop) - before == 7 * BATCHES


def _pages_of_one_work(container: Container, stock: Consumer) -> Counter[str]:
    with counted(container) as pages:
        container.run(_work(container, stock))
    assert pages["products"]
    assert pages["inventory"]
    return pages


async def _work(container: Container, consumer: Consumer) -> None:
    await consumer.handle(container.ports, [])


def _worth(shop: Shop) -> int:
    """What the stock is worth by the dashboard."""
    metrics = shop.ok("GET", "/dashboard/summary", query={"days": ["30"]})["metrics"]
    (found,) = [one["value"] for one in metrics if one["name"] == "stock_value"]
    value: int = found
    return value


def _delayed(shop: Shop) -> int:
    name = "ApproximateNumberOfMessagesDelayed"
    queue = shop.stack.variables["FORECASTING_QUEUE_URL"]
    told = shop.stack.now("sqs", "get_queue_attributes", QueueUrl=queue, AttributeNames=[name])
    return int(told["Attributes"][name])


def test_who_rests_is_woken_by_the_queue(shop: Shop, stock: Consumer) -> None:
    _open(shop)
    container, _ = consumers._delivery()
    clock = Clock()
    it = Delivery(container, [clock.slow(stock)], "test", Rests(clock))
    for count in (101, 102):
        take(container, it, adjusted(shop, count))
    before, delayed = _worth(shop), _delayed(shop)
    for count in (103, 104):
        take(container, it, adjusted(shop, count))
    assert _worth(shop) == before
    assert behind(container) == [stock.name]
    assert _delayed(shop) - delayed == 1, "once for each rest"

    queue = shop.stack.variables["FORECASTING_QUEUE_URL"]
    body = json.dumps({"id": "wake-1", "name": CATCH_UP, "payload": {}})
    shop.stack.now("sqs", "send_message", QueueUrl=queue, MessageBody=body)
    messages = shop.stack.messages()
    assert jobs.handle(sqs("omnix-forecasting-queue-dev", messages), Context()) == ALL
    assert behind(container) == []
    assert _worth(shop) - before == 7 * 2


async def _nothing(ports: Ports, events: Sequence[Event]) -> None: ...


def test_a_short_rest_is_none() -> None:
    clock, quick = Clock(), Consumer("quick", (), _nothing, rest=19)
    rests = Rests(clock)
    for seconds in (500.0, LEAST_SECONDS / quick.rest - 0.01):
        with rests.measured(quick):
            clock.now += seconds
        assert rests.left(quick) == 0
    with rests.measured(quick):
        clock.now += 500
    assert rests.left(quick) == MOST_SECONDS


def test_who_tells_browsers_never_rests() -> None:
    clock = Clock()
    rests = Rests(clock)
    for _ in range(2):
        with rests.measured(live.TELLING):
            clock.now += MOST_SECONDS
    assert rests.left(live.TELLING) == 0
