"""A browser and a server to point it at.

The real `omnix run` on a small demo shop of its own; `OMNIX_WEB_URL`, `OMNIX_WEB_EMAIL` and
`OMNIX_WEB_PASSWORD` name a running one instead, with a shop to play with. The development mock
stands in only for states that the real one passes too quickly or cannot be held in.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from faults.server import OMNIX, running

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.web)
            # One server and one browser, so one process; the browsers of two would fight for cores.
            item.add_marker(pytest.mark.xdist_group("web"))


@dataclass(frozen=True)
class Server:
    """Where the pages are, and who may sign in; ``data`` is the folder of one of ours."""

    url: str
    email: str
    password: str
    data: Path | None = None


# What moved while a page loaded, as `window.shift`.
SHIFTS = """window.shift = 0; new PerformanceObserver(list => {
    for (const e of list.getEntries()) if (!e.hadRecentInput) window.shift += e.value;
}).observe({type: 'layout-shift', buffered: true});"""
PHONE: ViewportSize = {"width": 390, "height": 844}
ADMIN = "admin@omnix.local"
PASSWORD = "harbour lantern 42"
SHOP = ("--products", "60", "--customers", "120", "--days", "400")


def start_mock(port: int = 0, **settings: str) -> tuple[subprocess.Popen[str], Server]:
    """The mock on `port` (0: any free one); `settings` are its environment variables."""
    password = "correct horse"
    process = subprocess.Popen(
        ["node", str(WEB / "scripts" / "mock-api.mjs")],
        env={"PATH": os.environ["PATH"], "PORT": str(port), "MOCK_PASSWORD": password, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:"), f"the mock did not start: {url!r}"
    if settings.get("MOCK_MODE") == "first":
        password = "one-time-password"
    return process, Server(url, "admin@example.com", password)


def stop(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


Mock = Callable[..., AbstractContextManager[Server]]


@pytest.fixture(scope="session")
def built() -> None:
    if not (WEB / "out" / "index.html").is_file():
        pytest.skip("the web is not built: run npm ci && npm run build in web/")
    if not Path(CHROMIUM).exists() or shutil.which("node") is None:
        pytest.skip(f"{CHROMIUM} or node is not installed")


@pytest.fixture(scope="session")
def mock(built: None) -> Mock:
    """Starts mocks of their own for tests that need the shop in a certain state."""

    @contextmanager
    def run(**settings: str) -> Iterator[Server]:
        process, server = start_mock(**settings)
        try:
            yield server
        finally:
            stop(process)

    return run


@pytest.fixture(scope="session")
def server(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The shop that most tests visit, its admin's one-time password already changed."""
    url = os.environ.get("OMNIX_WEB_URL")
    if url:
        yield Server(url, os.environ["OMNIX_WEB_EMAIL"], os.environ["OMNIX_WEB_PASSWORD"])
        return
    data = tmp_path_factory.mktemp("shop") / "data"
    made = subprocess.run(
        [OMNIX, "demo", *SHOP, "--data", data], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stdout + made.stderr
    with running(data) as real:
        one_time = real.password()
        assert one_time is not None, real.output()
        change_password(real.url, ADMIN, one_time, PASSWORD)
        yield Server(real.url, ADMIN, PASSWORD, data)


def access_token(url: str, email: str, password: str) -> str:
    answer = httpx.post(f"{url}/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def change_password(url: str, email: str, old: str, new: str) -> None:
    answer = httpx.post(
        f"{url}/v1/user/password",
        json={"current_password": old, "new_password": new},
        headers={"Authorization": f"Bearer {access_token(url, email, old)}"},
    )
    assert answer.status_code == 204, answer.text


class Api:
    """Another client of the shop, signed in as its admin."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ask(self, method: str, path: str, body: object = None, **query: str | int) -> Any:
        answer = self._client.request(method, path, json=body, params=query)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str, **query: str | int) -> Any:
        return self.ask("GET", path, **query)

    def stocked(self) -> tuple[str, str]:
        """A product and the location where the most of it is available."""
        most = max(
            self.get("/v1/inventory", limit=200)["items"], key=lambda balance: balance["available"]
        )
        return most["product_id"], most["location_id"]

    def order(self) -> Any:
        """Places an order of one piece of what `stocked` names."""
        product_id, location_id = self.stocked()
        lines = [{"product_id": product_id, "quantity": 1}]
        return self.ask("POST", "/v1/orders", {"lines": lines, "location_id": location_id})


@pytest.fixture(scope="session")
def api(server: Server) -> Iterator[Api]:
    token = access_token(server.url, server.email, server.password)
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
        yield Api(client)


@pytest.fixture(scope="session")
def browser(built: None) -> Iterator[Browser]:
    # Generous, since machines that run tests are busy; nothing here asserts a duration.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield launched
        launched.close()


@dataclass
class Visit:
    """A browser profile at a server, and what went wrong in it."""

    server: Server
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.server.url + path)
        return self.page

    def sign_in(self) -> Page:
        page = self.open("/login/")
        page.locator("input[name=email]").fill(self.server.email)
        page.locator("input[name=password]").fill(self.server.password)
        page.locator("button[type=submit]").click()
        page.locator("[data-live]").wait_for()
        return page

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.on("request", lambda request: self._see(request.url))

    def _hear(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _see(self, url: str) -> None:
        if not url.startswith((self.server.url, "data:", "blob:")):
            self.foreign.append(url)


Visitor = Callable[..., Visit]


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Iterator[Visitor]:
    """Opens profiles: `visitor(at=server, locale="he-IL", color_scheme="dark", ...)`."""
    contexts: list[BrowserContext] = []

    def make(at: Server | None = None, **options: Any) -> Visit:
        options = {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options}
        context = browser.new_context(**options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        visit = Visit(at or server, context, context.new_page())
        visit.watch(visit.page)
        return visit

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, server: Server) -> Iterator[Visit]:
    """One English desktop profile that stays signed in: an address may sign in 50 times only."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    first = Visit(server, context, context.new_page())
    first.sign_in()
    yield first
    context.close()


@pytest.fixture
def visit(signed_in: Visit) -> Iterator[Visit]:
    """A new tab of that profile, at the dashboard; what it keeps, it must put back."""
    made = Visit(signed_in.server, signed_in.context, signed_in.context.new_page())
    made.watch(made.page)
    made.open("/").locator("[data-live]").wait_for()
    yield made
    made.page.close()
