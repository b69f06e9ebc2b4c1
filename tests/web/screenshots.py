"""Every page as people see it, and how soon: `make screenshots`.

Pictures in light, dark and phone width, and of Hebrew, go to `screenshots/`, with a table of each
page's largest contentful paint and layout shift. Not part of `make test`: people look at pictures.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Error, Page

from .conftest import PHONE, ROOT, SHIFTS, WEB, Api, Mock, Server, Visit, Visitor
from .test_customers import regular as regular
from .test_experiments import tell
from .test_portal import customer
from .test_portal import folder as folder

OUT = Path(os.environ.get("OMNIX_SCREENSHOTS", ROOT / "screenshots"))
DESKTOP = {"width": 1280, "height": 900}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": DESKTOP},
    "dark": {"color_scheme": "dark", "viewport": DESKTOP},
    "phone": {"color_scheme": "light", "viewport": PHONE},
    "hebrew": {"color_scheme": "light", "viewport": DESKTOP, "locale": "he-IL"},
}
MEASURED = ("light", "phone")
BEFORE = (
    "/login/", "/register/", "/forgot-password/", "/reset-password/", "/invitation/",
    "/confirm/", "/goodbye/",
)  # fmt: skip
NOT_SHOWN = ("/404/", "/_not-found/", "/confirm-email/")
WATCH = f"""
    {SHIFTS}
    window.__paint = 0;
    new PerformanceObserver(l => {{ for (const e of l.getEntries()) __paint = e.startTime; }})
        .observe({{type: 'largest-contentful-paint', buffered: true}});
"""
# Five rows a frame, some three hundred a second, down to the last product.
SCROLL = """() => new Promise(done => {
    let longest = 0, over = 0, most = 0, frames = 0, last = performance.now();
    const step = now => {
        const took = now - last;
        last = now;
        frames += 1;
        longest = Math.max(longest, took);
        if (took > 50) over += 1;
        const rows = document.querySelectorAll('tr[aria-rowindex]').length;
        most = Math.max(most, rows);
        const count = document.querySelector('table').getAttribute('aria-rowcount');
        const end = document.documentElement.scrollHeight - innerHeight - scrollY < 2;
        if ((end && count !== '-1') || frames >= 8000)
            return done({longest, over, most, frames, count});
        scrollBy(0, 285);
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
})"""

Figures = dict[str, tuple[float, float]]


def every_page() -> list[str]:
    """The path of each page that was built."""
    out = WEB / "out"
    found = [f"/{page.parent.relative_to(out)}/" for page in out.rglob("index.html")]
    return sorted("/" if path == "/./" else path for path in found)


def begin(api: Api) -> None:
    """What a shop in use has, and the demo shop has not: an order on its way, an experiment."""
    if api.get("/v1/experiments")["items"]:
        return
    wanted = api.get("/v1/inventory/replenishment")["items"][0]["product_id"]
    api.ask("POST", "/v1/purchase-orders/from-replenishment", {"product_ids": [wanted]})
    plan = {
        "key": "delivery",
        "name": "Free delivery",
        "unit": "visitor",
        "variants": [
            {"key": "old", "name": "As now", "weight": 5000},
            {"key": "new", "name": "New", "weight": 5000},
        ],
        "metrics": [{"name": "signed-up", "outcome": {"kind": "proportion"}}],
    }
    made = api.ask("POST", "/v1/experiments", plan)
    api.ask("POST", f"/v1/experiments/{made['id']}/start")
    tell(api, made)
    parent = {"id": "apron", "name": "Harbour Apron", "options": ["Size"]}
    api.ask("POST", "/v1/product-parents", parent)
    for size in "SML":
        variant = {"sku": f"APR-{size}", "name": f"Harbour Apron {size}", "price_minor": 2900}
        api.ask("POST", "/v1/products", {**variant, "parent_id": "apron", "options": [size]})


def queries(api: Api, known: dict[str, Any]) -> dict[str, str]:
    """What the pages of one thing need to show one."""

    def first(path: str, key: str) -> str:
        items = api.get(path)["items"]
        return quote(str(items[0][key])) if items else "none"

    product, _ = api.stocked()
    return {
        "/customer/": f"?id={known['customer_id']}",
        "/experiment/": f"?id={first('/v1/experiments', 'id')}",
        "/forecasts/what-if/": f"?id={product}&how=promotion&value=20",
        "/inventory/ledger/": f"?id={product}",
        "/model/": f"?name={first('/v1/ml/models', 'name')}",
        "/order/": f"?id={first('/v1/orders', 'id')}",
        "/product/": f"?id={first('/v1/inventory/replenishment', 'product_id')}",
        "/product-parent/": f"?id={first('/v1/product-parents', 'id')}",
        "/purchase-order/": f"?id={first('/v1/purchase-orders', 'id')}",
        "/recommendations/preview/": f"?customer={known['customer_id']}",
        "/replenishment/why/": f"?id={first('/v1/inventory/replenishment', 'product_id')}",
        "/supplier/": f"?id={first('/v1/suppliers', 'id')}",
    }


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    kept: Figures = {}
    yield kept
    lines = [f"{of:40} {paint:6.0f} ms  shift {shift:.3f}" for of, (paint, shift) in kept.items()]
    OUT.mkdir(exist_ok=True)
    (OUT / "figures.txt").write_text("\n".join(lines) + "\n")


def quiet(page: Page) -> None:
    """Waits for what the page loads by itself, but not for ever: a picture is taken in any case."""
    with contextlib.suppress(Error):
        page.wait_for_load_state("networkidle", timeout=5000)
    with contextlib.suppress(Error):
        page.wait_for_function("!document.querySelector('.skeleton[aria-hidden]')", timeout=5000)
    page.wait_for_timeout(150)


def shoot(visit: Visit, look: str, path: str, query: str = "") -> tuple[float, float]:
    """Takes the picture; largest contentful paint in milliseconds, and layout shift."""
    page = visit.open(path + query)
    quiet(page)
    seen = page.evaluate("[window.__paint, window.shift]")
    name = path.strip("/").replace("/", "-") or "dashboard"
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / f"{name}.{look}.png", full_page=True)
    return seen[0], seen[1]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("look", LOOKS)
def test_of_staff(
    visitor: Visitor, server: Server, api: Api, regular: dict[str, Any], figures: Figures, look: str
) -> None:
    visit = visitor(**LOOKS[look])
    visit.page.add_init_script(WATCH)
    for path in BEFORE:
        shoot(visit, look, path)
    visit.sign_in()
    begin(api)
    asked = queries(api, regular)
    for path in every_page():
        if path.startswith("/my/") or path in (*BEFORE, *NOT_SHOWN):
            continue
        told = shoot(visit, look, path, asked.get(path, ""))
        if look in MEASURED:
            figures[f"{path} {look}"] = told
    missing = [path for path in asked if not (WEB / "out" / path.strip("/")).is_dir()]
    assert missing == []


@pytest.mark.timeout(900)
def test_of_customers(
    visitor: Visitor, api: Api, folder: Path, regular: dict[str, Any], figures: Figures
) -> None:
    visit = visitor(**LOOKS["light"])
    visit.page.add_init_script(WATCH)
    customer(visit, api, folder, regular)
    for look, options in LOOKS.items():
        if "locale" in options:
            continue
        visit.page.set_viewport_size(options["viewport"])
        visit.page.emulate_media(color_scheme=options["color_scheme"])
        for path in every_page():
            if path.startswith("/my/"):
                told = shoot(visit, look, path)
                if look in MEASURED:
                    figures[f"{path} {look}"] = told


@pytest.mark.timeout(600)
def test_of_ten_thousand_products(mock: Mock, visitor: Visitor) -> None:
    with mock(MOCK_PRODUCTS="10000") as server:
        visit = visitor(at=server)
        visit.sign_in()
        page = visit.open("/products/")
        quiet(page)
        seen = page.evaluate(SCROLL)
    OUT.mkdir(exist_ok=True)
    (OUT / "scrolling.txt").write_text(
        f"{int(seen['count']) - 1} rows in {seen['frames']} frames: longest {seen['longest']:.0f} "
        f"ms, {seen['over']} above 50 ms; at most {seen['most'] - 1} rows drawn at once\n"
    )
