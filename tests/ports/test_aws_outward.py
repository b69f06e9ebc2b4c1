"""What other systems hear of the shop, by the rules that they make on its bus."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

pytest.importorskip("botocore")

from botocore.stub import ANY, Stubber

from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.calls import Calls
from omnix.kit.errors import Unavailable
from omnix.kit.events import Event
from omnix.ports import Ports
from omnix.runtimes.aws import outward
from ports import emulators
from ports.aws_stack import opened

pytestmark = [pytest.mark.anyio, emulators.GROUP]

AT = "2026-01-31T09:00:00Z"
SOURCE = "omnix-ai.dev"


def event(type: str, n: int = 1, **data: Any) -> Event:
    return Event(type, f"key-{n}", AT, data, f"evt-{n}", n)


@pytest.fixture
async def ports(ministack: str) -> AsyncIterator[Ports]:
    async with opened(ministack, None, ()) as ports:
        yield ports


@pytest.fixture
def calls(ports: Ports) -> Calls:
    assert isinstance(ports.blobs, AwsBlobs)
    return ports.blobs.calls


async def test_a_rule_of_somebody_elses_picks_what_it_wants(ports: Ports, calls: Calls) -> None:
    calls.now("events", "create_event_bus", Name="shop")
    queue = calls.now("sqs", "create_queue", QueueName="theirs")["QueueUrl"]
    told = calls.now("sqs", "get_queue_attributes", QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = told["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": [SOURCE], "detail-type": [{"prefix": "order."}]})
    calls.now("events", "put_rule", Name="theirs", EventBusName="shop", EventPattern=pattern)
    calls.now(
        "events",
        "put_targets",
        Rule="theirs",
        EventBusName="shop",
        Targets=[{"Id": "1", "Arn": arn}],
    )
    happened = [event("order.placed", n, total_minor=n) for n in range(1, 13)]
    happened += [event("stock.moved", 13), event("customer.created", 14, name="Ada")]
    await outward.outward(calls, "shop", SOURCE).handle(ports, happened)

    heard: dict[str, Any] = {}
    for _ in range(20):
        answer = calls.now("sqs", "receive_message", QueueUrl=queue, MaxNumberOfMessages=10)
        for message in answer.get("Messages", ()):
            body = json.loads(message["Body"])
            assert (body["source"], body["detail-type"]) == (SOURCE, "order.placed")
            heard[body["detail"]["id"]] = body["detail"]
        if len(heard) == 12:
            break
        await asyncio.sleep(0.1)
    assert heard["evt-7"] == {
        "id": "evt-7", "key": "key-7", "at": AT, "sequence": 7, "data": {"total_minor": 7},
    }  # fmt: skip
    assert len(heard) == 12


async def test_nothing_of_people_leaves(ports: Ports, calls: Calls) -> None:
    quiet = ["customer.changed", "user.created", "session.ended", "events.received", "api-key.made"]
    with Stubber(calls.client("events")):
        # Whatever was put would find no answer here.
        await outward.outward(calls, "shop", SOURCE).handle(ports, [event(t) for t in quiet])


async def test_what_the_bus_did_not_take_is_put_again(ports: Ports, calls: Calls) -> None:
    """Stubbed: the emulator takes whatever comes."""
    some = [event("order.placed", n) for n in (1, 2)]
    entries = [outward._entry(one, "shop", SOURCE) for one in some]
    busy = {
        "FailedEntryCount": 1,
        "Entries": [{"EventId": "a"}, {"ErrorCode": "ThrottlingException"}],
    }
    with Stubber(calls.client("events")) as stub:
        stub.add_response("put_events", busy, {"Entries": entries})
        done = {"FailedEntryCount": 0, "Entries": [{"EventId": "b"}]}
        stub.add_response("put_events", done, {"Entries": entries[1:]})
        await outward.outward(calls, "shop", SOURCE).handle(ports, some)
        stub.assert_no_pending_responses()
        for _ in range(outward.ATTEMPTS):
            stub.add_response(
                "put_events", {**busy, "Entries": busy["Entries"][1:]}, {"Entries": ANY}
            )
        with pytest.raises(Unavailable):
            await outward.outward(calls, "shop", SOURCE).handle(ports, some[1:])


def test_what_is_too_large_is_told_shortened_and_never_too_much_at_once() -> None:
    large = outward._entry(event("order.placed", 1, note="é" * outward.LARGEST), "shop", SOURCE)
    detail = json.loads(large["Detail"])
    assert (detail["key"], detail["data"], detail["shortened"]) == ("key-1", {}, True)
    half = [
        outward._entry(event("order.placed", n, note="x" * (outward.LARGEST // 2)), "shop", SOURCE)
        for n in range(5)
    ]
    for some in outward._together(half):
        assert sum(len(one["Detail"]) for one in some) < 250_000
    small = [outward._entry(event("order.placed", n), "shop", SOURCE) for n in range(25)]
    assert [len(some) for some in outward._together(small)] == [10, 10, 5]
