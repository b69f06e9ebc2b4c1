"""What the services do on a bad day: nothing lost, nothing done twice, and no patience for ever.

Each test says in brackets where the trouble comes from: *emulated*, since the emulator does it
as Amazon does, or *stubbed*, put where the bytes leave botocore, since no emulator does it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

pytest.importorskip("botocore")

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from omnix.adapters.aws import calls as calls_module
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.records import AwsRecords
from omnix.kit.errors import ConditionFailed, Unavailable
from omnix.kit.events import Event
from omnix.ports import Absent, AtLeast, Put, Update
from ports import emulators
from ports.aws_stack import opened
from ports.declared import COLLECTIONS, LINES, THINGS

pytestmark = [pytest.mark.anyio, emulators.GROUP]


@pytest.fixture(params=["ministack", "dynamodb_local"])
async def records(request: pytest.FixtureRequest, ministack: str) -> AsyncIterator[AwsRecords]:
    other = None
    if request.param == "dynamodb_local":
        other = request.getfixturevalue("dynamodb_local")
    async with opened(ministack, other, COLLECTIONS, rest=False) as ports:
        assert isinstance(ports.records, AwsRecords)
        yield ports.records


class Line:
    """Stands where the bytes leave, counts operations, and makes the trouble it is told to.

    ``every``: of this many transactions one is refused as if others changed the same items.
    """

    def __init__(self, calls: Calls, service: str = "dynamodb") -> None:
        session = calls.client(service)._endpoint.http_session
        self.every = 0
        self._send = session.send
        self.sent: list[str] = []
        self.trouble: list[tuple[str, str]] = []
        session.send = self.send

    def send(self, request: Any) -> Any:
        target = request.headers["X-Amz-Target"]
        operation = (target if isinstance(target, str) else target.decode()).rpartition(".")[2]
        self.sent.append(operation)
        if self.every and operation == "TransactWriteItems" and len(self.sent) % self.every == 0:
            return _refusal(request, "TransactionConflict")
        if self.trouble and self.trouble[0][0] == operation:
            _, kind = self.trouble.pop(0)
            if kind == "lost answer":
                self._send(request)
                raise ReadTimeoutError(endpoint_url=request.url)
            return _refusal(request, kind)
        return self._send(request)


def _refusal(request: Any, kind: str) -> AWSResponse:
    body: dict[str, Any] = {"__type": kind, "message": "made for a test"}
    if kind == "TransactionConflict":
        members = len(json.loads(request.body)["TransactItems"])
        reasons = [{"Code": "None"}] * (members - 1) + [{"Code": kind}]
        body |= {"__type": "TransactionCanceledException", "CancellationReasons": reasons}
    response = AWSResponse(request.url, 400, {}, None)
    response._content = json.dumps(body).encode()
    return response


@pytest.fixture
def line(records: AwsRecords) -> Line:
    return Line(records.calls)


async def test_a_batch_whose_answer_was_lost_happens_once(records: AwsRecords, line: Line) -> None:
    """[stubbed: the answer; emulated: that the token makes it one batch]"""
    await records.write([Put(THINGS, {"id": "a", "n": 5})])
    line.trouble = [("TransactWriteItems", "lost answer")] * 2
    await records.write(
        [
            Update(THINGS, "a", {"n": -1}, when=(AtLeast("n", 5),)),
            Put(LINES, {"order": "o", "line": 1}, (Absent(),)),
        ],
        [Event("thing.made", "a", "2026-01-01T00:00:00.000Z", {})],
    )
    assert line.sent.count("TransactWriteItems") == 3
    assert await records.get(THINGS, "a") == {"id": "a", "n": 4}


@pytest.mark.parametrize(
    "kind",
    ["ThrottlingException", "ProvisionedThroughputExceededException", "TransactionConflict"],
)
async def test_a_busy_table_is_asked_again(records: AwsRecords, line: Line, kind: str) -> None:
    """[stubbed]"""
    line.trouble = [("TransactWriteItems", kind)] * 5
    await records.write([Put(THINGS, {"id": "a"}, (Absent(),))])
    assert line.sent.count("TransactWriteItems") == 6
    assert await records.get(THINGS, "a") == {"id": "a"}
    line.trouble = [("TransactWriteItems", kind)]
    with pytest.raises(ConditionFailed):
        await records.write([Put(THINGS, {"id": "a"}, (Absent(),))])


async def test_patience_ends(
    records: AwsRecords, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[stubbed]"""
    monkeypatch.setattr(calls_module, "SLOWEST", 0.0)
    line.trouble = [("GetItem", "ThrottlingException")] * 1000
    with pytest.raises(Unavailable):
        await records.get(THINGS, "a")
    assert len(line.sent) == calls_module.ATTEMPTS
    line.trouble = [("TransactWriteItems", "TransactionConflict")] * 1000
    line.sent.clear()
    with pytest.raises(Unavailable, match="others"):
        await records.write([Update(THINGS, "a", {"n": 1})])
    assert len(line.sent) <= 50


async def test_what_is_refused_for_good_is_not_asked_again(records: AwsRecords, line: Line) -> None:
    """[stubbed]"""
    line.trouble = [("GetItem", "AccessDeniedException")]
    with pytest.raises(Unavailable, match="AccessDenied") as raised:
        await records.get(THINGS, "a")
    assert raised.value.__cause__ is not None
    assert line.sent == ["GetItem"]


async def test_a_hundred_buyers_never_oversell_though_transactions_conflict(
    records: AwsRecords, line: Line
) -> None:
    """[emulated, and one transaction of three refused by a stub; without it in the contract]"""
    await records.write([Put(THINGS, {"id": "p", "stock": 60})])
    line.every = 3

    async def buyer(number: int) -> bool:
        order = Put(LINES, {"order": f"o{number}", "line": 1}, (Absent(),))
        take = Update(THINGS, "p", {"stock": -1}, when=(AtLeast("stock", 1),))
        try:
            await records.write([take, order])
        except ConditionFailed:
            return False
        return True

    bought = await asyncio.gather(*[buyer(number) for number in range(100)])
    assert bought.count(True) == 60
    assert await records.get(THINGS, "p") == {"id": "p", "stock": 0}
    sold = [item["order"] async for chunk in records.scan(LINES) for item in chunk]
    assert sorted(sold) == sorted(f"o{n}" for n, won in enumerate(bought) if won)
    assert line.sent.count("TransactWriteItems") >= 140


async def test_calls_of_one_write(records: AwsRecords, line: Line) -> None:
    """[emulated] What each kind of write costs, since every call is money and time."""
    event = Event("thing.made", "a", "2026-01-01T00:00:00.000Z", {})
    await records.write([Put(THINGS, {"id": "a", "group": "g", "rank": 1})])
    await records.write([Update(THINGS, "a", {"n": 1})])
    await records.write([Update(THINGS, "a", set={"group": "h", "rank": 2})])
    assert line.sent == ["PutItem", "TransactWriteItems", "TransactWriteItems"]
    line.sent.clear()
    # Half of an index: the other half has to be known.
    await records.write([Update(THINGS, "a", set={"rank": 3})])
    assert line.sent == ["GetItem", "TransactWriteItems"]
    line.sent.clear()
    # The aggregate's last number is looked up once.
    await records.write([Update(THINGS, "a", {"n": 1})], [event])
    await records.write([Update(THINGS, "a", {"n": 1})], [event])
    assert line.sent == ["Query", "TransactWriteItems", "TransactWriteItems"]
