"""The running server with those who send to it: the Python client and the snippet in a browser."""

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, async_playwright
from websockets.asyncio.client import connect

from domains.realtime.conftest import heard, say
from faults.books import opened
from faults.server import Server, served
from omnix.client import Events
from omnix.domains.auth import keys

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]
ALLOWED = ("events:write", "streaming:read")
SNIPPET = Path(__file__).parents[3] / "web" / "public" / "omnix.js"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


async def key_of(server: Server) -> str:
    async with opened(server.data) as platform:
        return await keys.create_for_system(platform.ports, "test", ALLOWED, 1)


async def counted(client: httpx.AsyncClient, number: int) -> dict[str, Any]:
    """The live figures once they hold ``number`` events."""
    while True:
        figures: dict[str, Any] = (await client.get("/v1/streaming/metrics")).json()
        if figures["events"] >= number:
            return figures
        await asyncio.sleep(0.1)


async def test_python_s_client_and_who_listens(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as server:
        key = await key_of(server)
        headers = {"Authorization": f"Bearer {key}"}
        address = f"ws://127.0.0.1:{server.port}/v1/ws"
        async with (
            httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client,
            connect(address) as socket,
        ):
            await say(socket, {"type": "authenticate", "token": key})
            await heard(socket)
            await say(socket, {"type": "subscribe", "channels": ["streaming"]})
            assert (await heard(socket))["type"] == "subscribed"

            def send() -> Events:
                with Events(server.url, key, batch=40) as events:
                    for number in range(100):
                        events.track("page_view", anonymous_id=f"v{number % 7}")
                    events.track("nonsense")
                    events.track("page_view", message_id="twice")
                    events.track("page_view", message_id="twice")
                return events

            events = await asyncio.to_thread(send)
            assert (events.sent, events.refused, events.dropped) == (102, 1, 0)
            figures = await counted(client, 101)
            assert figures["events"] == 101
            assert figures["active_5_minutes"] == 7
            while True:
                message = await heard(socket)
                if message["data"]["events"] == 101:
                    break
            assert message["event"] == "streaming.refreshed"


_VIEWS = """key => {
    omnix(key);
    for (let n = 0; n < 120; n++) omnix.track('product_view', {product_id: 'p' + n});
}"""


async def stored(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        await page.evaluate("localStorage.getItem('omnix-events') || '[]'")
    )
    return found


async def test_the_snippet_keeps_what_is_unsent_over_a_reload(tmp_path: Path) -> None:
    if not Path(CHROMIUM).exists() or shutil.which("node") is None:
        pytest.skip(f"{CHROMIUM} is not installed")
    async with served(tmp_path / "data") as server, async_playwright() as playwright:
        key = await key_of(server)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page()
        page.set_default_timeout(30_000)
        shop = f"{server.url}/a-page-of-the-shop"
        away = True

        async def answer(route: Any) -> None:
            if route.request.url == shop:
                await route.fulfill(body="<!doctype html><title>Shop</title>",
                                    content_type="text/html")  # fmt: skip
            elif away:
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/*", answer)
        await page.goto(shop)
        await page.add_script_tag(path=SNIPPET)
        await page.evaluate(_VIEWS, key)
        await page.evaluate("omnix.flush()")
        before = await stored(page)
        assert len(before) == 120
        assert len({event["anonymous_id"] for event in before}) == 1

        away = False
        await page.goto(shop)
        await page.add_script_tag(path=SNIPPET)
        await page.evaluate("key => omnix(key)", key)
        await page.wait_for_function("localStorage.getItem('omnix-events') === '[]'")
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
            figures = await counted(client, 120)
            assert figures["by_type"] == {"product_view": 120}
            again = {"events": before}
            told = (await client.post("/v1/events/batch", json=again)).json()
            assert (told["accepted"], len(told["duplicates"])) == (0, 120)
        await browser.close()


def test_the_snippet_stays_small() -> None:
    assert len(SNIPPET.read_bytes()) < 3_000
