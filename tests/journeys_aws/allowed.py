"""What the functions may do, looked at on the deployed stack: enough, and nothing to spare.

Every feature is asked for while IAM is enforced, and what each function asked of AWS meanwhile is
noted. Then each right is taken away in turn: on paper, where the policies without it must refuse
what it is for and nothing else; and in the stack, for what a request asks for while it is
answered.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from fnmatch import fnmatchcase
from typing import Any

import httpx

from journeys_aws.emulated import Stack
from journeys_aws.features import CHANGES, LOOKS, OPENING, PATIENCE, Feature, ask
from journeys_aws.rights import Call, Right, allowed, rights, without
from omnix.declared import SCHEDULES
from omnix.runtimes.aws.functions import FUNCTIONS
from omnix.runtimes.aws.shapes import EventStream, Queue, TableStream

ANSWERING = ("backend", "forecast")
"""The functions that answer requests while somebody waits."""

NOT_ASKED: Mapping[str, str] = {
    "backend: list bucket data-lake/blobs/": "a file that was sent straight to the bucket",
    "backend: read bucket data-lake/blobs/": "rows that an import refused",
    "backend: write table models": "a model put in place by hand, which another was before",
    "forecast: read bucket data-lake/blobs/answers/": "an answer of the lake of over 4 MB",
    "lake: write bucket data-lake/blobs/answers/": "the same",
    "forecast: write table auth": "when a key was used last",
    "live: write table auth": "the same",
    "forecast: write table inventory": "orders of what proposals say, of which there are none yet",
    "jobs: * table customers": "customers of an import, and what is found out about them",
    "jobs: * table orders": "orders of an import",
    "jobs: * table experiments": "the watch over experiments that run",
    "jobs: * table historical-data": "totals of days made anew",
    "jobs: write table inventory": "stock of an import, and the stock at the end of a day",
    "jobs: scan table inventory": "the same",
    "jobs: scan table system": "categories of an import",
    "jobs: read table forecasts": "what was forecast, for proposals",
    "jobs: * table alerts": "an alert that waits to be told",
    "jobs: * table realtime": "what visitors did, counted anew",
    "jobs: * table models": "a contest between models",
    "jobs: * table recommendations": "sales of days that are over",
    "jobs: get stream events": "events that are told anew",
    "jobs: send queue notifications-queue": "an alert that is told",
    "jobs: * bucket data-lake/blobs/": "files of an import and of models",
    "consumers: * table alerts": "an alert that opens",
    "consumers: * table customers": "customers who may leave, of whom alerts tell",
    "consumers: * table models": "a model that drifted, of which alerts tell",
    "consumers: * table realtime": "what visitors do",
    "consumers: get stream events": "what was missed",
    "consumers: send queue notifications-queue": "an alert that is told",
    "consumers: send queue forecasting-queue": "somebody to wake who rests",
    "notifications: * table alerts": "what an alert says",
    "notifications: * table inventory": "an order that goes to its supplier by mail",
    "notifications: send queue notifications-queue": "a message that could not go out, again",
    "upkeep: consume queue forecasting-dlq": "messages whose worker died",
    "upkeep: send queue notifications-queue": "an alert whose time came",
    "*: * athena": "facts that have outgrown a function",
    "*: * bucket data-lake/blobs/answers/athena/": "the same",
    "*: put bus*": "what is passed on to others",
}
"""Rights that the features need not ask for, and what does: too large, too rare, or too late for
them. They are judged on paper alone.
"""

FORGIVEN: Mapping[str, str] = {
    "backend: list bucket data-lake/lake/": "health says that the lake is away, and answers",
    "forecast: read table alerts": "the analyst says what it could not look up, and answers",
    "forecast: read table customers": "the same",
    "forecast: read table recommendations": "the same",
}
"""Rights without which a request is answered all the same, and why."""


def _polled() -> set[Right]:
    """Rights with which Lambda itself reads for a function what it is called with."""
    found = set()
    for function in FUNCTIONS:
        for trigger in function.triggers:
            match trigger:
                case TableStream():
                    found.add(Right(function.name, "table", trigger.table, "stream"))
                case EventStream():
                    found.add(Right(function.name, "stream", trigger.stream, "get"))
                case Queue():
                    found.add(Right(function.name, "queue", trigger.queue, "consume"))
    return found


class Asked:
    """Everything that functions asked of AWS, and which rights each feature needs at once."""

    def __init__(self) -> None:
        self.calls: set[Call] = set()
        self.needs: dict[Feature, set[Right]] = {}

    def take(self, stack: Stack) -> set[Call]:
        """What came since this was called before. Raises AssertionError for a refusal."""
        noted = list(stack.emulator.noted())
        refused = [call for call, granted in noted if not granted]
        assert not refused, refused
        fresh = {call for call, _ in noted}
        self.calls |= fresh
        return fresh


def _new() -> str:
    return f"n{uuid.uuid4().hex[:10]}"


@asynccontextmanager
async def _client(stack: Stack, token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=stack.url, headers=headers, timeout=PATIENCE) as client:
        yield client


async def everything(stack: Stack, token: str) -> Asked:
    """Each feature once, and every schedule."""
    asked = Asked()
    asked.take(stack)
    granted = rights()
    async with _client(stack, token) as client:
        for feature in OPENING:
            answer = await ask(client, feature, _new())
            assert answer.status_code < 300, f"{feature.name}: {answer.text}"
        asked.take(stack)
        for feature in (*CHANGES, *LOOKS):
            answer = await ask(client, feature, _new())
            assert answer.status_code < 300, f"{feature.name}: {answer.text}"
            fresh = asked.take(stack)
            asked.needs[feature] = {
                right
                for right in granted
                if right.function in ANSWERING and any(map(right.covers, fresh))
            }
    for schedule in SCHEDULES:
        await asyncio.to_thread(stack.ask_for, schedule.name)
    end = asyncio.get_running_loop().time() + PATIENCE
    while any((waiting := await asyncio.to_thread(stack.waiting)).values()):
        assert asyncio.get_running_loop().time() < end, waiting
        await asyncio.sleep(0.2)
    asked.take(stack)
    return asked


def judged(stack: Stack, asked: Asked) -> list[str]:
    """What is wrong with the rights on paper; empty if nothing is."""
    roles = stack.roles()
    wrong = [
        f"{call} is refused here and allowed by the emulator"
        for call in asked.calls
        if not allowed(roles[call.function].all, call)
    ]
    unasked = set()
    for right in rights():
        role = roles[right.function]
        meant = {call for call in asked.calls if right.covers(call)}
        rest = [without(role.own, right), *role.further.values()]
        refused = {c for c in asked.calls if c.function == right.function and not allowed(rest, c)}
        if refused != meant:
            wrong.append(f"without {right} also or not refused: {refused ^ meant}")
        if not meant:
            unasked.add(right)
    for name, role in roles.items():
        for policy in role.further:
            rest = [role.own, *(p for other, p in role.further.items() if other != policy)]
            if all(allowed(rest, call) for call in asked.calls if call.function == name):
                wrong.append(f"{name} may {policy}, and does not")
    return [*wrong, *_spare(unasked - _polled())]


def _spare(unasked: set[Right]) -> list[str]:
    return [
        f"{right} is granted, and nothing asks for it"
        for right in sorted(unasked)
        if not _listed(right, NOT_ASKED)
    ]


def _listed(right: Right, among: Iterable[str]) -> bool:
    return any(fnmatchcase(str(right), pattern) for pattern in among)


async def taken_away(stack: Stack, token: str, asked: Asked) -> tuple[int, list[str]]:
    """Each right that some request needs, taken away for a while: how many, and what is wrong.

    The request that needs it must fail, and one of the same function that does not must not.
    """
    wrong, count = [], 0
    roles = stack.roles()
    async with _client(stack, token) as client:
        for right in sorted(set().union(*asked.needs.values())):
            if _listed(right, FORGIVEN):
                continue
            needing = next(f for f, needs in asked.needs.items() if right in needs)
            role = roles[right.function]
            stack.set_policy(role, without(role.own, right))
            try:
                answer = await ask(client, needing, _new())
                if answer.status_code < 500:
                    wrong.append(f"{needing.name} answers {answer.status_code} without {right}")
                wrong += await _others_go_on(stack, client, asked, right)
            finally:
                stack.set_policy(role, role.own)
            count += 1
    return count, wrong


async def _others_go_on(
    stack: Stack, client: httpx.AsyncClient, asked: Asked, right: Right
) -> list[str]:
    """What is wrong with a feature of the same function that does without ``right``.

    One that was seen without it by chance, as what it needs was known from the request before,
    is refused for just that; then another is asked, if need be of another function.
    """
    without_it = [f for f, needs in asked.needs.items() if right not in needs and f in LOOKS]
    without_it.sort(key=lambda f: all(n.function != right.function for n in asked.needs[f]))
    for other in without_it:
        stack.emulator.noted()
        answer = await ask(client, other, _new())
        if answer.status_code < 300:
            return []
        refused = [call for call, granted in stack.emulator.noted() if not granted]
        if not refused or not all(map(right.covers, refused)):
            return [f"{other.name} answers {answer.status_code} without {right}"]
    return [f"nothing goes on without {right}"]


async def goes_on_afterwards(stack: Stack, token: str) -> None:
    """Without the right to write to the stream, or to the lake, an order is taken and its figures
    wait; given back, they come, and nothing was lost.
    """
    for right in (
        Right("relay", "stream", "events", "put"),
        Right("consumers", "bucket", "data-lake", "write", "lake/"),
    ):
        role = stack.roles()[right.function]
        async with _client(stack, token) as client:
            before = await _orders(client)
            stack.set_policy(role, without(role.own, right))
            try:
                await _placed(client)
                await _until(lambda of=right: _refused(stack, of))  # type: ignore[misc]
                assert await _orders(client) == before, right
            finally:
                stack.set_policy(role, role.own)
            # What failed comes again with what follows.
            await _placed(client)
            await _until(lambda of=before: _reached(client, of + 2))  # type: ignore[misc]


async def _placed(client: httpx.AsyncClient) -> None:
    body = {"lines": [{"product_id": "mug", "quantity": 1}]}
    answer = await client.post("/v1/orders", json=body, headers={"Idempotency-Key": _new()})
    assert answer.status_code == 201, answer.text


async def _orders(client: httpx.AsyncClient) -> int:
    answer = await client.get("/v1/dashboard/summary", params={"days": 30})
    metrics = {one["name"]: one["value"] for one in answer.json()["metrics"]}
    return int(metrics["orders"])


async def _reached(client: httpx.AsyncClient, count: int) -> bool:
    return await _orders(client) == count


async def _refused(stack: Stack, right: Right) -> bool:
    return any(right.covers(call) and not granted for call, granted in stack.emulator.noted())


async def _until(good: Callable[[], Any]) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    while not await good():
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.2)
