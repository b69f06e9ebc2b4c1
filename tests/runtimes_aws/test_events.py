"""Events that go wrong: what is poisoned, late, or too much for the time that is left."""

import json
from collections.abc import Iterator, Sequence

import pytest

from omnix.kit.errors import Unavailable
from omnix.kit.events import Event
from omnix.platform.consume import POISONED, Consumer
from omnix.ports import Ports
from omnix.runtimes.aws import consumers, relay
from omnix.runtimes.aws.consumers import Delivery, records_of
from omnix.runtimes.aws.observe import SPARE_SECONDS, Time
from ports import emulators
from runtimes_aws.events import Context, kinesis
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP

ALL = {"batchItemFailures": []}
OVER = int(SPARE_SECONDS * 1000) - 1


class Ticking(Time):
    """A call that is over after so many looks at the clock."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    @property
    def left(self) -> float:
        self._looks -= 1
        return 60.0 if self._looks >= 0 else -1.0


class Taker:
    """A consumer that notes what it takes, and fails as long as it is told to."""

    def __init__(self, name: str, wrong: Exception | None = None) -> None:
        self.taken: list[str] = []
        self.wrong = wrong
        self.consumer = Consumer(name, ("product.created",), self._take, attempts=1)

    async def _take(self, ports: Ports, events: Sequence[Event]) -> None:
        if self.wrong is not None:
            raise self.wrong
        self.taken += [event.key for event in events]


@pytest.fixture
def at_once_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "AT_ONCE", 1)
    monkeypatch.setattr(relay, "AT_ONCE", 1)


def made(shop: Shop, *ids: str) -> list[tuple[str, bytes]]:
    """A record of the stream for each new product of these ids."""
    shop.settle()
    records = []
    for id in ids:
        shop.ok("POST", "/products", {"id": id, "sku": id, "name": id, "price_minor": 1})
        records += shop.relayed()
    assert len(records) == len(ids)
    return records


def delivery(*takers: Taker) -> Delivery:
    container, _ = consumers._delivery()
    return Delivery(container, [taker.consumer for taker in takers], "test")


def take(it: Delivery, records: Sequence[tuple[str, bytes]], time: Time) -> object:
    container, _ = consumers._delivery()
    return container.run(it.take(records_of(kinesis(records)), time))


@pytest.fixture(autouse=True)
def _quiet_end(shop: Shop) -> Iterator[None]:
    yield
    shop.settle()


def test_a_record_that_nobody_can_read_is_kept_and_passed(shop: Shop) -> None:
    (first, second) = made(shop, "poison-a", "poison-b")
    poison = ("1", b"\xff no events")
    odd = ("2", json.dumps([{"type": "product.created"}]).encode())
    assert consumers.handle(kinesis([first, poison, odd, second]), Context()) == ALL
    aside = {
        item["event_id"]: item
        for item in shop.ok("GET", "/poisoned-events")["items"]
        if item["consumer"] == "stream"
    }
    assert set(aside) == {"1", "2"}
    assert "KeyError" in aside["2"]["error"]
    taker = Taker("after-poison")
    assert take(delivery(taker), [poison, second], Ticking(9)) == ALL
    assert taker.taken == ["poison-b"]
    for id in aside:
        shop.ok("DELETE", f"/poisoned-events/stream/{id}")


def test_an_event_that_a_consumer_cannot_take_is_laid_aside(shop: Shop) -> None:
    records = made(shop, "stone-a", "stone-b")
    broken, whole = Taker("broken", ValueError("no")), Taker("whole")
    assert take(delivery(broken, whole), records, Ticking(9)) == ALL
    assert whole.taken == ["stone-a", "stone-b"]
    container, _ = consumers._delivery()
    page = container.run(container.ports.records.query(POISONED, "broken"))
    assert sorted(item["key"] for item in page.items) == ["stone-a", "stone-b"]
    for item in page.items:
        shop.ok("DELETE", f"/poisoned-events/broken/{item['event_id']}")


def test_a_consumer_that_waits_holds_up_nobody_and_catches_up_in_order(shop: Shop) -> None:
    first = made(shop, "wait-a", "wait-b")
    slow, quick = Taker("slow", Unavailable("away")), Taker("quick")
    it = delivery(slow, quick)
    assert take(it, first, Ticking(9)) == ALL
    assert (slow.taken, quick.taken) == ([], ["wait-a", "wait-b"])
    second = made(shop, "wait-c")
    slow.wrong = None
    assert take(it, second, Ticking(9)) == ALL
    assert quick.taken == ["wait-a", "wait-b", "wait-c"]
    mine = [key for key in slow.taken if key.startswith("wait-")]
    assert mine == ["wait-a", "wait-b", "wait-c"]
    third = made(shop, "wait-d")
    assert take(it, third, Ticking(9)) == ALL
    assert slow.taken[-1] == "wait-d"
    assert slow.taken.count("wait-d") == 1


def test_who_is_behind_catches_up_though_nothing_comes(shop: Shop) -> None:
    records = made(shop, "late-a")
    slow = Taker("idle", Unavailable("away"))
    it = delivery(slow)
    container, _ = consumers._delivery()
    assert take(it, records, Ticking(9)) == ALL
    assert container.run(it.catch_up(Time(Context()))) == 1
    assert slow.taken == []
    slow.wrong = None
    assert container.run(it.catch_up(Time(Context()))) == 1
    assert slow.taken[-1] == "late-a"
    assert container.run(it.catch_up(Time(Context()))) == 0


def test_when_the_time_is_over_the_rest_comes_again(shop: Shop, at_once_one: None) -> None:
    records = made(shop, "time-a", "time-b", "time-c")
    taker = Taker("timed")
    # A look before each record, and one when its consumer begins.
    told = take(delivery(taker), records, Ticking(2))
    assert told == {"batchItemFailures": [{"itemIdentifier": records[1][0]}]}
    assert taker.taken == ["time-a"]
    assert take(delivery(taker), records[1:], Ticking(9)) == ALL
    assert taker.taken == ["time-a", "time-b", "time-c"]


def test_with_no_time_at_all_everything_comes_again(shop: Shop) -> None:
    records = made(shop, "none-a")
    told = consumers.handle(kinesis(records), Context(OVER))
    assert told == {"batchItemFailures": [{"itemIdentifier": records[0][0]}]}
    assert consumers.handle(kinesis(records), Context()) == ALL


def test_a_relay_without_time_names_where_to_go_on(shop: Shop, at_once_one: None) -> None:
    shop.settle()
    for id in ("way-a", "way-b"):
        shop.ok("POST", "/products", {"id": id, "sku": id, "name": id, "price_minor": 1})
    records = shop.stack.outbox()["Records"]
    second = records[1]["dynamodb"]["SequenceNumber"]
    container = relay._container()
    told = container.run(relay.stream(container, records, Ticking(1)))
    assert told == {"batchItemFailures": [{"itemIdentifier": second}]}
    assert relay.handle({"Records": records[1:]}, Context()) == ALL
    events = [e for _, data in shop.stack.events() for e in json.loads(data)]
    assert [e["key"] for e in events] == ["way-a", "way-b"]
