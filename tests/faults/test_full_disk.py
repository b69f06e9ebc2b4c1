"""No room on the disk: refused clearly, nothing lost, and all well once there is room again."""

import asyncio
import contextlib
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from domains.orders.shop import fill, product
from faults.books import check, make_key, opened, settled
from faults.server import Server, children, served
from omnix.ports import Query

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]

EVENTS = Query(
    "events",
    "How many events there are, and how many ids.",
    "SELECT count(*) AS n, count(DISTINCT message_id) AS ids FROM events",
    ("events",),
)
SIZE = 96_000_000
MOST = 5_000
Room = tuple[Callable[[Server], None], Callable[[Server], None]]
"""How to take all room from a server, and how to give it back."""


@contextmanager
def _small_disk(folder: Path) -> Iterator[Room | None]:
    """A file system of its own that can be filled up; None where mounting is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        done = None
    if done is None or done.returncode != 0:
        yield None
        return
    ballast = folder / "ballast"

    def take(_: Server) -> None:
        with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
            for size in (1_000_000, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"\0" * size) == size:
                        pass

    try:
        yield take, lambda _: ballast.unlink()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _limit(size: int) -> Callable[[Server], None]:
    """Files of the server and its worker may not grow beyond ``size``."""

    def set_limit(server: Server) -> None:
        for pid in (server.pid, *children(server.pid)):
            hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))

    return set_limit


@pytest.mark.parametrize("how", ["disk", "limit"])
async def test_without_room_requests_are_refused_and_nothing_is_lost(
    tmp_path: Path, how: str
) -> None:
    with _small_disk(tmp_path / "disk") as room:
        if how == "limit":
            room = _limit(200_000), _limit(resource.RLIM_INFINITY)
        elif room is None:
            pytest.skip("mounting is not allowed here; the other way of it runs")
        await _starve(tmp_path / ("disk" if how == "disk" else "plain") / "data", *room)


async def _starve(
    data: Path, take: Callable[[Server], None], give_back: Callable[[Server], None]
) -> None:
    async with opened(data) as platform:
        ids = [f"p{n:02d}" for n in range(40)]
        await fill(platform.ports, [product(id) for id in ids], dict.fromkeys(ids, 1_000_000))
        key = await make_key(platform.ports)
    lines = [{"product_id": id, "quantity": 1} for id in ids]
    acknowledged: list[dict[str, Any]] = []
    async with (
        served(data) as server,
        httpx.AsyncClient(
            base_url=server.url, timeout=60, headers={"Authorization": f"Bearer {key}"}
        ) as client,
    ):
        server.worker()

        async def order(number: int) -> httpx.Response:
            body = {"lines": lines, "note": f"n{number}"}
            answer = await client.post(
                "/v1/orders", json=body, headers={"Idempotency-Key": f"key-{number}"}
            )
            if answer.status_code == 201:
                acknowledged.append(answer.json())
            return answer

        async def visit(number: int) -> int:
            event = {"type": "page_view", "anonymous_id": "v"}
            batch = [{**event, "message_id": f"m{number}-{n}"} for n in range(50)]
            answer = await client.post("/v1/events/batch", json={"events": batch})
            assert answer.status_code in (202, 503), answer.text
            return answer.status_code

        assert (await order(0)).status_code == 201
        assert await visit(0) == 202
        take(server)
        refused = 0
        number = 0
        while refused < 10:
            number += 1
            assert number < MOST, "it never runs out of room"
            answer = await order(number)
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 503:
                refused += 1
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["type"] == "/problems/unavailable"
        visited = [await visit(n) for n in range(1, 6)]
        assert 503 in visited
        # What is there can still be read, and health tells.
        answer = await client.get(f"/v1/orders/{acknowledged[0]['id']}")
        assert answer.json()["note"] == "n0"
        await asyncio.sleep(2.1)
        health = await client.get("/v1/health")
        assert health.status_code == 503
        assert health.json()["status"] == "failed"

        give_back(server)
        await asyncio.sleep(2.1)
        assert (await client.get("/v1/health")).status_code == 200
        for again in range(1, number + 3):
            answer = await order(again)
            assert answer.status_code == 201, answer.text
        assert {await visit(n) for n in range(6)} == {202}
        async with opened(data) as platform:
            await settled(platform)
            books = await check(platform)
            # What was refused and what was taken are both there once.
            assert await platform.lake.rows(EVENTS) == [{"n": 300, "ids": 300}]
        found = books.by_note()
        assert len(books.orders) == number + 3
        assert all(found[each["note"]][0]["id"] == each["id"] for each in acknowledged)
        assert server.stop() == 0
