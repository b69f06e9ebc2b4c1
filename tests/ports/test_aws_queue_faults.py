"""Queue, bus and blobs on a bad day. Brackets as in test_aws_faults.py."""

from collections.abc import AsyncIterator

import pytest

pytest.importorskip("botocore")

from botocore.exceptions import ReadTimeoutError

from omnix.adapters.aws import calls as calls_module
from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.jobs import AwsJobs
from omnix.kit.errors import Unavailable
from omnix.kit.events import Event
from omnix.ports import Ports
from ports import emulators
from ports.aws_stack import Idle, PumpedBus, dead_letter_queue, opened
from ports.bus_contract import AT
from ports.declared import COLLECTIONS
from ports.test_aws_faults import Line

pytestmark = [pytest.mark.anyio, emulators.GROUP]
ALL = calls_module.ATTEMPTS


@pytest.fixture
async def ports(ministack: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ports]:
    monkeypatch.setattr(calls_module, "SLOWEST", 0.0)
    async with opened(ministack, None, COLLECTIONS) as ports:
        yield ports


@pytest.fixture
def jobs(ports: Ports) -> AwsJobs:
    assert isinstance(ports.jobs, AwsJobs)
    return ports.jobs


@pytest.mark.parametrize("kind", ["OverLimit", "KmsThrottled", "ThrottlingException"])
async def test_a_full_queue_takes_the_job_later_and_once(jobs: AwsJobs, kind: str) -> None:
    """[stubbed] Whoever asked is told, asks again under the same id, and it is done once."""
    line = Line(jobs.calls, "sqs")
    line.trouble = [("SendMessage", kind)] * ALL
    with pytest.raises(Unavailable):
        await jobs.send("work", {"n": 1}, id="one")
    line.trouble = []
    assert await jobs.receive(["work"], 30) is None
    for _ in range(2):
        assert await jobs.send("work", {"n": 1}, id="one") == "one"
    message = await jobs.receive(["work"], 30)
    assert message is not None
    await jobs.done(message)
    assert await jobs.receive(["work"], 30) is None
    assert await jobs.counts() == {"queued": 0, "running": 0, "dead": 0}


async def test_a_message_whose_sending_was_not_answered_is_done_once(jobs: AwsJobs) -> None:
    """[stubbed: the answer] The queue has it twice then."""
    line = Line(jobs.calls, "sqs")
    line.trouble = [("SendMessage", "lost answer")]
    await jobs.send("work", {}, id="one")
    assert line.sent.count("SendMessage") == 2
    message = await jobs.receive(["work"], 30)
    assert message is not None
    await jobs.done(message)
    assert await jobs.receive(["work"], 30) is None
    assert sum((await jobs.counts()).values()) == 0


async def test_done_is_done_though_the_queue_does_not_forget_it(jobs: AwsJobs) -> None:
    """[stubbed: the refusal; emulated: the second delivery]"""
    line = Line(jobs.calls, "sqs")
    await jobs.send("work", {}, id="one")
    message = await jobs.receive(["work"], 1)
    assert message is not None
    line.trouble = [("DeleteMessage", "ServiceUnavailable")] * ALL
    with pytest.raises(Unavailable):
        await jobs.done(message)
    line.trouble = []
    assert await jobs.receive(["work"], 1, wait=3) is None
    assert await jobs.counts() == {"queued": 0, "running": 0, "dead": 0}


async def test_what_nobody_can_read_ends_with_the_dead_letters_of_the_queue(
    jobs: AwsJobs,
) -> None:
    """[emulated] A body that no job sent does not keep the next ones from being done."""
    address = await dead_letter_queue(jobs, "work", attempts=1)
    queue = jobs.queue("work")
    await jobs.calls.call("sqs", "send_message", QueueUrl=queue, MessageBody="{not json")
    await jobs.calls.call("sqs", "send_message", QueueUrl=queue, MessageBody='["no", "job"]')
    assert await jobs.receive(["work"], 1) is None
    await jobs.send("work", {"n": 2}, id="two")
    message = await jobs.receive(["work"], 1, wait=5)
    assert message is not None
    assert message.id == "two"
    dead: list[str] = []
    for _ in range(50):
        await jobs.receive(["work"], 1)
        answer = await jobs.calls.call(
            "sqs", "receive_message", QueueUrl=address, WaitTimeSeconds=1
        )
        dead += [one["Body"] for one in answer.get("Messages", ())]
        if len(dead) == 2:
            break
    assert sorted(dead) == ['["no", "job"]', "{not json"]


@pytest.mark.parametrize("kind", ["ProvisionedThroughputExceededException", "lost answer"])
async def test_a_full_stream_gets_every_event_later_once_and_in_order(
    ports: Ports, kind: str
) -> None:
    """[stubbed] The outbox keeps what the stream did not take."""
    bus = ports.bus
    assert isinstance(bus, PumpedBus)
    bus.pump = Idle()
    sent = [Event("thing.made", f"k{n % 2}", AT, {"n": n}) for n in range(6)]
    await bus.publish(sent[:3])
    line = Line(bus.relay.calls, "kinesis")
    line.trouble = [("PutRecord", kind)] * (ALL if "lost" not in kind else 1)
    if "lost" in kind:
        await bus.relay.relay(["k0", "k1"])
    else:
        with pytest.raises(Unavailable):
            await bus.relay.relay(["k0", "k1"])
    line.trouble = []
    await bus.publish(sent[3:])
    await bus.relay.relay(["k1", "k0"])
    events = (await bus.read("reader", [])).events
    for key in ("k0", "k1"):
        numbers = [event.data["n"] for event in events if event.key == key]
        assert numbers == [event.data["n"] for event in sent if event.key == key]
    assert len({event.sequence for event in events}) == len(sent)


async def test_a_slow_bucket_is_asked_again(ports: Ports) -> None:
    """[stubbed] And what it refuses for long is Unavailable, nothing half done."""
    blobs = ports.blobs
    assert isinstance(blobs, AwsBlobs)
    await blobs.put("a", b"old")
    refusals: list[int] = [3]

    def slow(request: object, **_: object) -> None:
        if refusals[0]:
            refusals[0] -= 1
            raise ReadTimeoutError(endpoint_url="made for a test")

    blobs.calls.client("s3").meta.events.register("before-send.s3", slow)
    await blobs.put("a", b"new")
    assert refusals == [0]
    refusals[0] = 1000
    with pytest.raises(Unavailable):
        await blobs.put("a", b"newer")
    refusals[0] = 0
    assert await blobs.get("a") == b"new"
