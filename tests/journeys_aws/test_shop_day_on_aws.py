"""The shop's day on the deployed stack beside the same day on one machine, field by field."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from faults.books import opened, settled
from faults.server import served
from journeys.compare import (
    PAGES,
    Names,
    Rows,
    answers_of,
    events_of,
    look_back,
    messages_of,
    rows_differ,
)
from journeys.day import Answer, Day, Shop, shop_day
from journeys.entry import CHOSEN, first_token, sign_in
from journeys_aws.allowed import everything, goes_on_afterwards, judged, taken_away
from journeys_aws.emulated import Emulator, Stack, emulated
from omnix.kit.events import Event
from omnix.runtimes.aws import consumers, jobs

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800)]

SENDER = "shop@example.com"
SETTLE_SECONDS = 60.0
NOT_ON_THE_EMULATOR = (
    "The web at CloudFront, WAF, X-Ray, CloudTrail, budgets, SageMaker, networks: not emulated.",
    "Repetition of single records of a failed batch, and its halving: the emulator repeats whole "
    "batches.",
    "The stack's key, traces, logs and what Lambda reads for its functions: rights to these are "
    "judged on the template alone.",
    "Schedules run as the emulator ticks; /health, /system/status, /system/cost and /jobs tell of "
    "the runtime itself and are not compared.",
)


@dataclass(frozen=True)
class Run:
    """A day and what it left behind."""

    day: Day
    pages: Sequence[Answer]
    events: Sequence[Event]


async def on_one_machine(folder: Path) -> Run:
    async with served(folder) as server:
        password = server.password()
        assert password is not None
        token = await first_token(server.url, password)
        day = await shop_day(server.url, token)
        async with opened(folder) as platform:
            await settled(platform)
            pages = await look_back(server.url, token)
            events = list((await platform.bus.read("journey", (), 5000)).events)
        return Run(day, pages, events)


def differ(one: Run, other: Run) -> list[str]:
    """All that the two were told differently."""
    found = []
    told = [_told(one), _told(other)]
    for what in told[0]:
        assert told[0][what], what
        found += [f"{what} {line}" for line in rows_differ(told[0][what], told[1][what])]
    return found


def _told(run: Run) -> dict[str, Rows]:
    names = Names()
    return {
        "answer": answers_of(run.day.answers, names),
        "message": messages_of(run.day.messages, names),
        "page": answers_of(run.pages, names),
        "event": events_of(run.events, names),
    }


async def on_aws(stack: Stack, local: Run) -> str:
    """The same day, and the token that it was played with.

    Looks back until the shop shows the same, since figures follow events.
    """
    token = await first_token(stack.url, await asyncio.to_thread(stack.first_password))
    day = await shop_day(stack.url, token, stack.live_url)
    end = time.monotonic() + SETTLE_SECONDS
    while True:
        pages = await look_back(stack.url, token)
        run = Run(day, pages, await asyncio.to_thread(stack.events))
        found = differ(local, run)
        if not found:
            return token
        assert time.monotonic() < end, "\n".join(found)
        await asyncio.sleep(1)


async def survives_what_it_cannot_read(stack: Stack, token: str) -> None:
    """A record and a message of somebody else's are laid aside, and what follows goes on."""
    await asyncio.to_thread(stack.put_unreadable)
    async with Shop.at(stack.url, token) as shop:

        async def laid_aside() -> tuple[set[str], set[str]]:
            letters = (await shop.get("/dead-letters"))["items"]
            events = (await shop.get("/poisoned-events"))["items"]
            return {one["name"] for one in letters}, {one["consumer"] for one in events}

        # Beside it may lie what schedules asked for before there was enough to do it with.
        await shop.until(
            laid_aside,
            lambda found: jobs.UNREADABLE in found[0] and found[1] == {consumers.UNREADABLE},
        )
        before = await shop.figures()
        body = {"lines": [{"product_id": "mug", "quantity": 1}]}
        placed = await shop.post("/orders", body, 201, "after-poison")
        await shop.until(shop.figures, lambda f: f["orders"] == before["orders"] + 1)
        await shop.post(f"/orders/{placed['id']}/cancel", {}, key="after-poison")
        job = await shop.post("/forecasts/batch", None, 202)
        await shop.until(lambda: shop.get(f"/jobs/{job['id']}"), lambda j: j["state"] == "done")
    end = time.monotonic() + SETTLE_SECONDS
    while any((waiting := await asyncio.to_thread(stack.waiting)).values()):
        assert time.monotonic() < end, waiting
        await asyncio.sleep(0.2)


async def is_allowed_what_it_needs(stack: Stack, token: str) -> None:
    """Nothing was refused so far; no right is spare; without each one, what needs it fails."""
    with stack.timed("every feature, and what it asks for"):
        asked = await everything(stack, token)
    with stack.timed("each right taken away on paper"):
        wrong = await asyncio.to_thread(judged, stack, asked)
    assert not wrong, "\n".join(wrong)
    with stack.timed("each right of a request taken away in the stack"):
        count, wrong = await taken_away(stack, token, asked)
    assert count > 20
    assert not wrong, "\n".join(wrong)
    with stack.timed("what was refused, done afterwards"):
        await goes_on_afterwards(stack, token)


async def keeps_its_data(stack: Stack) -> None:
    """Shown first and not made, then made: the shop is what it was, and its password holds."""
    told = await asyncio.to_thread(stack.deploy, "dry run without changes", "--dry-run")
    assert "no changes" in told
    kept = tuple(p for p in PAGES if not p.startswith(("/dashboard", "/metrics", "/forecasts")))
    token = (await sign_in(stack.url, CHOSEN))["access_token"]
    before = await look_back(stack.url, token, kept)
    outputs = await asyncio.to_thread(stack.outputs)

    change = {"OMNIX_ALERT_EMAIL": "shop@example.com"}
    told = await asyncio.to_thread(stack.deploy, "dry run", "--dry-run", **change)
    assert "AlertSubscription" in told
    assert "Nothing was changed." in told
    topics = stack.emulator.client("sns")
    assert not topics.list_subscriptions()["Subscriptions"]

    told = await asyncio.to_thread(stack.deploy, "update", **change)
    assert "UPDATE_COMPLETE" in told
    assert [s["Endpoint"] for s in topics.list_subscriptions()["Subscriptions"]] == [
        "shop@example.com"
    ]
    assert await asyncio.to_thread(stack.outputs) == outputs
    token = (await sign_in(stack.url, CHOSEN))["access_token"]
    after = await look_back(stack.url, token, kept)
    names = Names(), Names()
    assert not rows_differ(answers_of(before, names[0]), answers_of(after, names[1]))


def goes_but_for_its_data(stack: Stack) -> None:
    """The stack and its code are gone; the tables with the orders are kept."""
    clients = {name: stack.emulator.client(name) for name in ("lambda", "dynamodb", "s3")}
    count = clients["dynamodb"].scan(TableName="omnix-ai-orders-dev", Select="COUNT")["Count"]
    assert count
    assert "Deleted." in stack.deploy("delete", "--delete")
    assert not clients["lambda"].list_functions()["Functions"]
    kept = clients["dynamodb"].scan(TableName="omnix-ai-orders-dev", Select="COUNT")["Count"]
    assert kept == count
    buckets = {one["Name"] for one in clients["s3"].list_buckets()["Buckets"]}
    assert buckets == {"omnix-ai-data-lake-dev-000000000000", "omnix-ai-logs-dev-000000000000"}


async def test_the_same_day_on_aws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    with emulated(tmp_path) as emulator:
        stack = Stack(emulator)
        await asyncio.to_thread(lambda: stack.deploy("deploy", OMNIX_MAIL_SENDER=SENDER))
        await _play(stack, tmp_path)
        _tell(capsys, stack, emulator, time.monotonic() - began)


async def _play(stack: Stack, tmp_path: Path) -> None:
    with stack.timed("the day on one machine"):
        local = await on_one_machine(tmp_path / "data")
    with stack.timed("the day on AWS"):
        token = await on_aws(stack, local)
    with stack.timed("unreadable messages"):
        await survives_what_it_cannot_read(stack, token)
    await is_allowed_what_it_needs(stack, token)
    await keeps_its_data(stack)
    await asyncio.to_thread(goes_but_for_its_data, stack)


def _tell(
    capsys: pytest.CaptureFixture[str], stack: Stack, emulator: Emulator, seconds: float
) -> None:
    with capsys.disabled():
        lines = [f"{took:6.1f} s  {what}" for what, took in stack.took.items()]
        told = "\n".join([*lines, f"{seconds:6.1f} s  in all", *NOT_ON_THE_EMULATOR])
        print(f"\n{told}")  # noqa: T201
