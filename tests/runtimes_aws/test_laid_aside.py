"""Whatever is laid aside is logged as an error, which is what the alarm called laid-aside counts.

The events, messages and functions are the emulator's; that CloudWatch makes a metric of the lines
is asserted on the template.
"""

import json
import logging
from collections.abc import Sequence

import pytest

from omnix.kit.events import Event
from omnix.platform.consume import Consumer
from omnix.ports import Ports
from omnix.runtimes.aws import consumers, jobs, upkeep
from omnix.runtimes.aws.consumers import Delivery, records_of
from omnix.runtimes.aws.observe import Time
from ports import emulators
from runtimes_aws.events import Context, kinesis, sqs
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP

ALL: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}
QUEUE = "omnix-forecasting-queue-dev"


@pytest.fixture
def ready(shop: Shop, caplog: pytest.LogCaptureFixture) -> Shop:
    """The functions have set up their logs, and nothing is under way."""
    shop.settle()
    caplog.set_level(logging.ERROR)
    caplog.clear()
    return shop


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


def test_a_record_that_nobody_can_read(ready: Shop, caplog: pytest.LogCaptureFixture) -> None:
    assert consumers.handle(kinesis([("77", b"none of ours")]), Context()) == ALL
    assert any("77" in line and "laid aside" in line for line in told(caplog))
    ready.ok("DELETE", "/poisoned-events/stream/77")


async def _refuses(ports: Ports, events: Sequence[Event]) -> None:
    raise ValueError("no")


def test_an_event_that_cannot_be_taken(ready: Shop, caplog: pytest.LogCaptureFixture) -> None:
    new = {"id": "aside", "sku": "aside", "name": "aside", "price_minor": 1}
    ready.ok("POST", "/products", new)
    records = records_of(kinesis(ready.relayed()))
    container, _ = consumers._delivery()
    stubborn = Consumer("stubborn", ("product.created",), _refuses, attempts=1)
    it = Delivery(container, [stubborn], "test")
    assert container.run(it.take(records, Time(Context()))) == ALL
    (line,) = told(caplog)
    assert "stubborn" in line
    for one in ready.ok("GET", "/poisoned-events")["items"]:
        ready.ok("DELETE", f"/poisoned-events/{one['consumer']}/{one['event_id']}")


def test_a_message_that_is_none_of_ours(ready: Shop, caplog: pytest.LogCaptureFixture) -> None:
    queue = ready.stack.variables["FORECASTING_QUEUE_URL"]
    ready.stack.now("sqs", "send_message", QueueUrl=queue, MessageBody="none of ours")
    assert jobs.handle(sqs(QUEUE, ready.stack.messages()), Context()) == ALL
    assert told(caplog)


def test_a_message_that_its_queue_gave_up(ready: Shop, caplog: pytest.LogCaptureFixture) -> None:
    body = json.dumps({"id": "given-up", "name": "forecasting.batch", "payload": {}})
    dead = ready.stack.variables["DEAD"]
    ready.stack.now("sqs", "send_message", QueueUrl=dead, MessageBody=body)
    messages = ready.stack.messages("DEAD")
    assert upkeep.handle(sqs("omnix-forecasting-dlq-dev", messages), Context()) == ALL
    assert any("given-up" in line for line in told(caplog))
