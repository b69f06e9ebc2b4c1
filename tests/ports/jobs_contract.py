"""What every implementation of Jobs does."""

import asyncio

import pytest

from omnix.ports import (
    MAX_DELAY,
    MAX_PAYLOAD,
    MAX_VISIBILITY,
    DeadLetter,
    Jobs,
    Message,
    Ports,
)
from ports.declared import Advance

pytestmark = pytest.mark.anyio


async def taken(jobs: Jobs, visibility: float = 30) -> Message:
    message = await jobs.receive(["work"], visibility)
    assert message is not None
    return message


class JobsContract:
    """Needs the fixtures ``ports`` and ``advance``. Times are whole seconds, as on a real queue."""

    @pytest.fixture
    def jobs(self, ports: Ports) -> Jobs:
        return ports.jobs

    async def test_a_message_is_received_once_and_done(self, jobs: Jobs) -> None:
        sent = await jobs.send("work", {"n": [1, None, "é"]})
        message = await taken(jobs)
        assert (message.id, message.name, message.attempt) == (sent, "work", 1)
        assert message.payload == {"n": [1, None, "é"]}
        assert await jobs.receive(["work"], 30) is None
        assert await jobs.counts() == {"queued": 0, "running": 1, "dead": 0}
        await jobs.done(message)
        assert await jobs.counts() == {"queued": 0, "running": 0, "dead": 0}

    async def test_messages_keep_their_names(self, jobs: Jobs) -> None:
        sent = {("work", 0), ("other", 1), ("work", 2)}
        for name, n in sorted(sent):
            await jobs.send(name, {"n": n})
        assert await jobs.receive([], 30) is None
        got = set()
        while (message := await jobs.receive(["work", "other"], 30)) is not None:
            got.add((message.name, message.payload["n"]))
        assert got == sent

    async def test_what_a_queue_does_not_take_is_refused(self, jobs: Jobs) -> None:
        await jobs.send("work", {"text": "x" * (MAX_PAYLOAD - 100)}, delay=0)
        message = await taken(jobs)
        assert len(message.payload["text"]) == MAX_PAYLOAD - 100
        for refused in (
            jobs.send("work", {"text": "x" * MAX_PAYLOAD}),
            jobs.send("work", {}, delay=MAX_DELAY + 1),
            jobs.receive(["work"], MAX_VISIBILITY + 1),
            jobs.extend(message, MAX_VISIBILITY + 1),
            jobs.fail(message, "later", retry_in=MAX_DELAY + 1),
        ):
            with pytest.raises(ValueError):
                await refused
        assert await jobs.counts() == {"queued": 0, "running": 1, "dead": 0}

    async def test_a_delayed_message_waits(self, jobs: Jobs, advance: Advance) -> None:
        await jobs.send("work", {}, delay=2)
        assert await jobs.receive(["work"], 30) is None
        await advance(3)
        await taken(jobs)

    async def test_an_id_is_queued_once_even_when_done(self, jobs: Jobs) -> None:
        assert await jobs.send("work", {"n": 1}, id="daily-1") == "daily-1"
        assert await jobs.send("work", {"n": 2}, id="daily-1") == "daily-1"
        message = await taken(jobs)
        assert message.payload == {"n": 1}
        await jobs.send("work", {"n": 3}, id="daily-1")
        await jobs.done(message)
        await jobs.send("work", {"n": 4}, id="daily-1")
        assert await jobs.receive(["work"], 30) is None

    async def test_a_message_comes_again_when_its_holder_is_silent(
        self, jobs: Jobs, advance: Advance
    ) -> None:
        await jobs.send("work", {})
        first = await taken(jobs, 2)
        await advance(3)
        second = await taken(jobs, 30)
        assert (second.id, second.attempt) == (first.id, 2)
        assert second.receipt != first.receipt
        # The first holder is too late for anything.
        assert not await jobs.extend(first, 30)
        await jobs.done(first)
        await jobs.fail(first, "late", retry_in=None)
        assert await jobs.counts() == {"queued": 0, "running": 1, "dead": 0}
        assert await jobs.extend(second, 30)
        await jobs.done(second)
        assert await jobs.counts() == {"queued": 0, "running": 0, "dead": 0}

    async def test_a_sign_of_life_holds_the_message(self, jobs: Jobs, advance: Advance) -> None:
        await jobs.send("work", {})
        message = await taken(jobs, 2)
        assert await jobs.extend(message, 60)
        await advance(3)
        assert await jobs.receive(["work"], 30) is None

    async def test_a_failure_comes_again_after_its_pause(
        self, jobs: Jobs, advance: Advance
    ) -> None:
        await jobs.send("work", {})
        await jobs.fail(await taken(jobs), "broken", retry_in=2)
        assert await jobs.receive(["work"], 30) is None
        assert (await jobs.counts())["queued"] == 1
        await advance(3)
        assert (await taken(jobs)).attempt == 2

    async def test_dead_letters_keep_their_error_and_can_be_redriven(
        self, jobs: Jobs, advance: Advance
    ) -> None:
        for n in range(5):
            await jobs.send("work", {"n": n}, id=f"job-{n}")
            await jobs.fail(await taken(jobs), f"error {n}", retry_in=None)
            await advance(1)
        assert await jobs.counts() == {"queued": 0, "running": 0, "dead": 5}
        assert await jobs.receive(["work"], 30) is None
        letters: list[DeadLetter] = []
        cursor = None
        while True:
            page = await jobs.dead(limit=2, cursor=cursor)
            assert len(page.items) <= 2
            letters += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(
            (one.id, one.name, one.payload["n"], one.attempts, one.error) for one in letters
        ) == [(f"job-{n}", "work", n, 1, f"error {n}") for n in range(5)]
        assert all(letter.at.endswith("Z") for letter in letters)
        assert await jobs.redrive("job-3")
        assert not await jobs.redrive("job-3")
        assert not await jobs.redrive("nothing")
        message = await taken(jobs)
        assert (message.payload, message.attempt) == ({"n": 3}, 1)
        assert (await jobs.counts())["dead"] == 4

    async def test_many_receivers_never_share_a_message(self, jobs: Jobs) -> None:
        for n in range(40):
            await jobs.send("work", {"n": n})

        async def receiver() -> list[str]:
            got = []
            while (message := await jobs.receive(["work"], 60)) is not None:
                got.append(message.id)
                await jobs.done(message)
            return got

        got = [
            id_ for some in await asyncio.gather(*[receiver() for _ in range(8)]) for id_ in some
        ]
        assert len(got) == len(set(got)) == 40

    async def test_a_receiver_may_wait(self, jobs: Jobs) -> None:
        assert await jobs.receive(["work"], 30, wait=1) is None
        waiting = asyncio.ensure_future(jobs.receive(["work"], 30, wait=20))
        await asyncio.sleep(0.02)
        sent = await jobs.send("work", {})
        async with asyncio.timeout(20):
            message = await waiting
        assert message is not None
        assert message.id == sent
