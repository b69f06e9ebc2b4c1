"""The shop's day on the local runtime, from the first `omnix run` to the last Ctrl+C."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from faults.books import check, opened, settled
from faults.server import OMNIX, children, served, wait_gone
from journeys.day import shop_day
from journeys.entry import CHOSEN, first_token, sign_in
from journeys.live import listening

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]


def _refused(*arguments: str) -> str:
    """What a second `omnix run` says when it gives up."""
    done = subprocess.run(
        [str(OMNIX), "run", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return " ".join(done.stderr.split())


async def test_a_shop_day_from_first_start_to_last_stop(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with served(data) as server:
        password = server.password()
        assert password is not None
        token = await first_token(server.url, password)

        await shop_day(server.url, token)

        told = await asyncio.to_thread(_refused, "--data", str(data), "--port", "1")
        assert f"pid {server.pid}" in told
        assert server.url in told
        told = await asyncio.to_thread(
            _refused, "--data", str(tmp_path / "other"), "--port", str(server.port)
        )
        assert "Address already in use" in told
        assert "--port" in told

        async with opened(data) as platform:
            await settled(platform)
            await check(platform)
        async with listening(server.url, token):
            tree = [server.pid, *children(server.pid)]
            assert await asyncio.to_thread(server.interrupt) == 0
        wait_gone(tree)

        await asyncio.to_thread(server.start)
        assert server.password() is None
        assert (await sign_in(server.url, CHOSEN))["must_change_password"] is False
        assert await asyncio.to_thread(server.stop) == 0
        assert "Traceback" not in server.output()
