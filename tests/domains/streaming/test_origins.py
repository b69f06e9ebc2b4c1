"""A shop's own pages, on another origin than the API: what browsers may send, and from where."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.async_api import async_playwright

from faults.books import opened
from faults.server import Server, served
from omnix.domains.auth import keys
from omnix.domains.system import settings
from omnix.platform.access import SYSTEM

from .test_clients import ALLOWED, CHROMIUM, SNIPPET, counted

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]
BATCH = "/v1/events/batch"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Shop</title>")

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _site() -> Iterator[str]:
    """A web site of one page on a port of its own."""
    site = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_port}"
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


async def _open_to(server: Server, *origins: str) -> str:
    """A key that may send, after the setting was changed."""
    async with opened(server.data) as platform:
        change = settings.ShopChange(
            version=(await settings.shop(platform.ports)).version, event_origins=origins
        )
        await settings.change_shop(platform.ports, SYSTEM, change)
        return await keys.create_for_system(platform.ports, "site", ALLOWED, 1)


async def test_only_named_origins_and_only_to_send(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as server:
        key = await _open_to(server, "https://shop.example", "http://127.0.0.1:3000")
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            asking = {"Access-Control-Request-Method": "POST"}
            good = {"Origin": "https://shop.example"}
            for path in (BATCH, "/v1/events"):
                told = await client.options(path, headers={**good, **asking})
                assert told.status_code == 204
                assert told.headers["access-control-allow-origin"] == "https://shop.example"
                allowed = told.headers["access-control-allow-headers"].split(", ")
                assert allowed == ["authorization", "content-type", "traceparent", "tracestate"]
                assert told.headers["vary"] == "origin"
            for bad in ("https://shop.example.evil.test", "http://shop.example", "null"):
                told = await client.options(BATCH, headers={"Origin": bad, **asking})
                assert told.status_code == 403
                assert told.headers["content-type"] == "application/problem+json"
                assert "access-control-allow-origin" not in told.headers
            for closed in ("/v1/streaming/metrics", "/v1/products", "/v1/auth/login"):
                told = await client.options(closed, headers={**good, **asking})
                assert "access-control-allow-origin" not in told.headers
            body = {"events": [{"message_id": "m1", "type": "page_view", "anonymous_id": "v"}]}
            proof = {"Authorization": f"Bearer {key}"}
            sent = await client.post(BATCH, json=body, headers={**proof, **good})
            assert sent.json()["accepted"] == 1
            assert sent.headers["access-control-allow-origin"] == "https://shop.example"
            for headers in ({"Origin": "https://other.example"}, {}):
                sent = await client.post(BATCH, json=body, headers={**proof, **headers})
                assert sent.status_code == 202
                assert "access-control-allow-origin" not in sent.headers
            refused = await client.post(BATCH, json=body, headers=good)
            assert refused.status_code == 401
            assert refused.headers["access-control-allow-origin"] == "https://shop.example"
            read = await client.get("/v1/streaming/metrics", headers={**proof, **good})
            assert "access-control-allow-origin" not in read.headers


@pytest.mark.parametrize("wrong", ["*", "https://shop.example/", "shop.example", "http://a b"])
async def test_an_origin_is_written_as_browsers_do(tmp_path: Path, wrong: str) -> None:
    from api.serving import serving

    async with serving(tmp_path) as shop:
        version = (await shop.call("GET", "/system/settings")).json()["version"]
        body = {"version": version, "event_origins": [wrong]}
        assert (await shop.call("PATCH", "/system/settings", json=body)).status_code == 400


async def test_the_snippet_on_a_page_of_another_origin(tmp_path: Path) -> None:
    if not Path(CHROMIUM).exists() or shutil.which("node") is None:
        pytest.skip(f"{CHROMIUM} is not installed")
    with _site() as site:
        async with served(tmp_path / "data") as server, async_playwright() as playwright:
            key = await _open_to(server)
            launch = playwright.chromium.launch
            browser = await launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = await browser.new_page()
            page.set_default_timeout(30_000)
            refused = asyncio.Event()
            page.on("console", lambda told: "CORS" in told.text and refused.set())
            await page.goto(site)
            await page.add_script_tag(path=SNIPPET)
            begin = "([key, url]) => { omnix(key, url); omnix.track('page_view', {}); }"
            await page.evaluate(begin, [key, server.url + BATCH])
            await asyncio.wait_for(refused.wait(), 30)
            waiting = "JSON.parse(localStorage.getItem('omnix-events')).length"
            assert await page.evaluate(waiting) == 1

            await _open_to(server, site)
            await page.evaluate("omnix.flush()")
            await page.wait_for_function("localStorage.getItem('omnix-events') === '[]'")
            headers = {"Authorization": f"Bearer {key}"}
            async with httpx.AsyncClient(
                base_url=server.url, headers=headers, timeout=60
            ) as client:
                assert (await counted(client, 1))["by_type"] == {"page_view": 1}
            await browser.close()
