"""The shop's day on the local runtime, from the first `omnix run` to the last Ctrl+C."""

import asyncio
import subprocess
from pathlib import Path

import httpx
import pytest

from faults.books import check, opened, settled
from faults.server import OMNIX, Server, children, served, wait_gone
from journeys.day import Shop, shop_day
from journeys.live import listening

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]

ADMIN = "admin@omnix.local"
CHOSEN = "correct horse battery"


async def _sign_in(server: Server, password: str) -> dict[str, object]:
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        body = {"email": ADMIN, "password": password}
        granted: dict[str, object] = await Shop(client).post("/auth/login", body)
        return granted


async def _choose_password(server: Server, token: str, current: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=server.url, timeout=60, headers=headers) as client:
        shop = Shop(client)
        refused = await shop.ask("GET", "/products", 403)
        assert "password" in refused["detail"]
        body = {"current_password": current, "new_password": CHOSEN}
        await shop.post("/user/password", body, 204)


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
        granted = await _sign_in(server, password)
        assert granted["must_change_password"] is True
        await _choose_password(server, str(granted["access_token"]), password)
        granted = await _sign_in(server, CHOSEN)
        assert granted["must_change_password"] is False
        token = str(granted["access_token"])

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
        assert (await _sign_in(server, CHOSEN))["must_change_password"] is False
        assert await asyncio.to_thread(server.stop) == 0
        assert "Traceback" not in server.output()
