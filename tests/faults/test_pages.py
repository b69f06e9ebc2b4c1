"""The exported pages: found, cached, compressed, guarded, and nothing but them."""

import gzip
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from omnix.runtimes.static import WebPages

pytestmark = pytest.mark.anyio

HOME = "<html><script>one()</script>" + "x" * 1000 + "</html>"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    root = tmp_path / "out"
    for name, text in {
        "index.html": HOME,
        "login/index.html": "<html>sign in</html>",
        "404.html": "<html>nothing here</html>",
        "icon.svg": "<svg/>",
        "_next/static/app-1a2b.js": "let a;" * 500,
        "_next/static/font.woff2": "x" * 2000,
    }.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    hashes = {"index.html": ["sha256-abc="], "login/index.html": [], "404.html": []}
    (root / "csp.json").write_text(json.dumps(hashes))
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    return root


@pytest.fixture
def client(root: Path) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=WebPages(root))
    return httpx.AsyncClient(transport=transport, base_url="http://shop.test")


async def raw(
    pages: WebPages, path: str, method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Ask for a path exactly as it is; clients would tidy it up."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    await pages(scope, None, send)
    found = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], found, sent[1]["body"]


async def test_pages_are_found_under_their_addresses(client: httpx.AsyncClient) -> None:
    home = await client.get("/?from=mail")
    assert (home.status_code, home.text) == (200, HOME)
    assert home.headers["content-type"] == "text/html; charset=utf-8"
    assert (await client.get("/login/")).text == "<html>sign in</html>"
    moved = await client.get("/login?next=%2F")
    assert (moved.status_code, moved.headers["location"]) == (308, "/login/?next=%2F")
    missing = await client.get("/nowhere/")
    assert (missing.status_code, missing.text) == (404, "<html>nothing here</html>")
    refused = await client.post("/")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    head = await client.head("/")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0


async def test_each_page_has_its_own_policy(client: httpx.AsyncClient) -> None:
    home, login, missing = [await client.get(path) for path in ("/", "/login/", "/nowhere")]
    assert "script-src 'self' 'sha256-abc='" in home.headers["content-security-policy"]
    for page in (login, missing):
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "sha256" not in policy
    for page in (home, login, missing, await client.get("/icon.svg")):
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in home.headers["content-security-policy"]
    assert "unsafe-eval" not in home.headers["content-security-policy"]


async def test_what_is_named_by_its_content_is_kept_and_the_rest_asked_for_again(
    client: httpx.AsyncClient,
) -> None:
    script = await client.get("/_next/static/app-1a2b.js")
    assert "immutable" in script.headers["cache-control"]
    home = await client.get("/")
    assert home.headers["cache-control"] == "no-cache"
    tag = home.headers["etag"]
    for asked in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await client.get("/", headers={"If-None-Match": asked})
        assert (again.status_code, again.content) == (304, b""), asked
        assert again.headers["etag"] == tag
    assert (await client.get("/", headers={"If-None-Match": '"old"'})).status_code == 200
    # A page that is missing stays missing, whatever one holds of it.
    missing = await client.get("/nowhere")
    held = {"If-None-Match": missing.headers["etag"]}
    assert (await client.get("/nowhere", headers=held)).status_code == 404


async def test_text_is_sent_compressed_to_who_takes_it(root: Path) -> None:
    pages = WebPages(root)
    for asked, packed in (
        ("gzip, br", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("", False),
    ):
        _, headers, body = await raw(pages, "/", accept_encoding=asked)
        assert (headers.get("content-encoding") == "gzip") is packed, asked
        assert headers["vary"] == "accept-encoding"
        assert (gzip.decompress(body) if packed else body).decode() == HOME
        assert int(headers["content-length"]) == len(body)
    _, headers, _ = await raw(pages, "/_next/static/font.woff2", accept_encoding="gzip")
    assert "content-encoding" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/login/../../secret.txt",
        "//secret.txt",
        "/%2e%2e/secret.txt",
        "/..\\secret.txt",
        "/secret.txt",
        "/link.txt/",
        "/csp.json",
        "/_next",
        "/\x00",
        "//login",
        "/login\n",
    ],
)
async def test_nothing_but_the_pages_can_be_had(root: Path, path: str) -> None:
    status, headers, body = await raw(WebPages(root), path)
    assert status == 404
    assert b"secret" not in body
    assert "location" not in headers


async def test_a_link_out_of_the_folder_leads_nowhere(root: Path) -> None:
    status, _, body = await raw(WebPages(root), "/link.txt")
    assert status == 404
    assert body != b"secret"


async def test_pages_that_are_not_built_or_changed_meanwhile_are_told(root: Path) -> None:
    status, _, body = await raw(WebPages(root / "not-built"), "/")
    assert status == 404
    assert b"make web" in body
    pages = WebPages(root)
    (root / "login" / "index.html").unlink()
    status, _, body = await raw(pages, "/login/")
    assert status == 404
    assert b"Start OMNIX again" in body
