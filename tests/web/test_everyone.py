"""What holds on every page: accessibility, keyboard, phone, language, theme, network, size."""

import re
import subprocess
from collections.abc import Callable, Sequence

import pytest
from playwright.sync_api import Page, expect

from .conftest import SHIFTS, WEB, Api, Visit, Visitor

PAGES = (
    "/",
    "/products/",
    "/gallery/",
    "/no-such-page/",
    "/orders/",
    "/inventory/",
    "/replenishment/",
    "/purchase-orders/",
    "/customers/",
    "/customers/duplicates/",
    "/product-parents/",
    "/product-parent/?id=none",
    "/system/audit/",
    "/segments/",
    "/recommendations/",
    "/experiments/new/",
    "/alerts/",
    "/ask/",
    "/accuracy/",
    "/models/",
    "/live/",
    "/alerts/rule/",
    "/forecasts/overrides/",
    "/forecasts/promotions/",
    "/system/data/",
    "/import/",
    "/system/settings/",
    "/suppliers/",
    "/system/users/",
    "/dashboard/changes/",
    "/dashboard/products/",
    "/dashboard/stock/",
)

MISSING = ("/no-such-page/", "/product-parent/?id=none")
"""Pages of what is not there: a browser itself notes their 404."""


def settled(page: Page) -> None:
    """Waits until what the page loads by itself is there."""
    expect(page.get_by_role("heading", level=1).first).to_be_attached()
    expect(page.locator(".skeleton[aria-hidden]")).to_have_count(1 if "/gallery" in page.url else 0)
    expect(page.locator("[role=slider]:not(:has(canvas))")).to_have_count(0)


def product(visit: Visit) -> Page:
    """The page of a product that should be ordered, which shows the most."""
    page = visit.open("/")
    page.locator("section", has=page.locator("h2")).get_by_role("table").first.get_by_role(
        "link"
    ).first.click()
    page.wait_for_url("**/product/?id=*")
    expect(page.locator("summary").first).to_be_visible()
    return page


def open_account(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Account and settings|חשבון והגדרות")).click()


def violations(page: Page) -> list[str]:
    """What axe finds, one line each. Read in by name: a script tag would break the policy."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((WEB / "node_modules" / "axe-core" / "axe.min.js").read_text())
    found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    return [
        f"{page.url} {rule['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"]
    ]


THEMES = ("light", "dark")


def in_themes(page: Page, themes: Sequence[str] = THEMES) -> list[str]:
    """What axe finds in light and in dark; colours on their way from one to the other aside."""
    found = []
    for scheme in themes:
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        page.evaluate(
            """() => Promise.allSettled(document.getAnimations()
                .filter(a => a instanceof CSSTransition).map(a => a.finished))"""
        )
        found += violations(page)
    return found


def direction(page: Page) -> str | None:
    return page.locator("html").get_attribute("dir")


@pytest.mark.parametrize("locale", ["en-GB", "he-IL"])
def test_axe_finds_nothing(visitor: Visitor, locale: str) -> None:
    visit = visitor(locale=locale)
    page = visit.open("/login/")
    page.locator("button[type=submit]").click()
    found = in_themes(page)
    visit.sign_in()
    settled(product(visit))
    page.locator("summary").first.click()
    found += in_themes(page)
    settled(visit.open("/"))
    page.get_by_role("button", name=re.compile("Show as table|הצגה כטבלה")).first.click()
    found += in_themes(page)
    open_account(page)
    found += in_themes(page)
    assert found == []
    assert direction(page) == ("rtl" if locale == "he-IL" else "ltr")


@pytest.mark.parametrize("part", range(3))
def test_axe_finds_nothing_on_any_page(visit: Visit, part: int) -> None:
    found = []
    for path in PAGES[1 + part :: 3]:
        settled(visit.open(path))
        found += in_themes(visit.page)
    assert found == []


@pytest.mark.parametrize("part", range(2))
def test_axe_finds_nothing_from_right_to_left(visitor: Visitor, part: int) -> None:
    """Each page in one theme: words change no colours, and both were seen in English."""
    visit = visitor(locale="he-IL")
    visit.sign_in()
    found = []
    for n, path in enumerate(PAGES[1 + part :: 2]):
        settled(visit.open(path))
        assert direction(visit.page) == "rtl"
        found += in_themes(visit.page, THEMES[n % 2 : n % 2 + 1])
    assert found == []


def test_the_keyboard_reaches_everything_and_focus_is_seen(visit: Visit) -> None:
    page = visit.open("/")
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    reached = []
    for _ in range(120):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement;
                if (!e || e === document.body) return null;
                const box = e.closest('label') ?? e, style = getComputedStyle(box);
                return [e.getAttribute('aria-label') ?? box.textContent.trim(),
                    style.outlineStyle !== 'none' && style.outlineWidth !== '0px']; }"""
        )
        if seen is None:
            break
        reached.append(seen)
    names = [name for name, _ in reached]
    unseen = [name for name, visible in reached if not visible]
    assert unseen == []
    for wanted in ("Dashboard", "Products", "Account and settings", "30 days", "All products"):
        assert wanted in names
    assert any(name.startswith("Revenue and orders") for name in names)
    assert any(name.startswith("What is") for name in names)


def test_a_panel_gives_the_focus_back(visit: Visit) -> None:
    page = visit.page
    button = page.get_by_role("button", name="Account and settings")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Account and settings")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Account and settings")).to_be_hidden()
    expect(button).to_be_focused()


@pytest.mark.timeout(400)
def test_nothing_sticks_out_sideways(visit: Visit) -> None:
    page = visit.page
    pages: list[Callable[[], Page]] = [lambda path=path: visit.open(path) for path in PAGES]
    for show in [*pages, lambda: product(visit)]:
        page.set_viewport_size({"width": 1280, "height": 800})
        settled(show())
        for width in (768, 390, 320):
            page.set_viewport_size({"width": width, "height": 800})
            # What is laid out anew by watching its own size is so a frame later.
            page.evaluate(
                "() => new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))"
            )
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{page.url} is {wide} wide at {width}"


def test_a_phone_reaches_every_page(visit: Visit) -> None:
    page = visit.page
    rail = page.get_by_role("navigation", name="Main").get_by_role("link")
    every = {link.get_attribute("href") for link in rail.all()}
    assert len(every) >= 17
    page.set_viewport_size({"width": 320, "height": 640})
    expect(rail).to_have_count(4)
    page.get_by_role("button", name="More").click()
    sheet = page.get_by_role("dialog", name="All pages")
    expect(sheet).to_be_visible()
    assert {link.get_attribute("href") for link in sheet.get_by_role("link").all()} == every
    box = sheet.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 640
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = violations(page)
    last = sheet.get_by_role("link", name="System")
    last.scroll_into_view_if_needed()
    last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("System|Health"))
    expect(sheet).to_be_hidden()
    assert found == []


def test_language_and_theme_are_kept_and_do_not_flash(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.sign_in()
    page.get_by_role("button", name="Account and settings").click()
    page.get_by_label("Theme").select_option("dark")
    page.get_by_label("Language").select_option("he")
    expect(page.get_by_role("heading", level=1)).to_have_text("לוח בקרה")
    page.goto(visit.server.url + "/", wait_until="commit")
    page.locator("body").wait_for(state="attached")
    assert page.evaluate("[document.documentElement.dataset.theme, document.dir]") == [
        "dark",
        "rtl",
    ]
    expect(page.get_by_role("heading", level=1)).to_have_text("לוח בקרה")
    open_account(page)
    page.get_by_label("שפה").select_option("en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")


def test_pages_ask_nobody_else_and_break_no_policy(visit: Visit) -> None:
    for path in (*(page for page in PAGES if page not in MISSING), "/login/"):
        visit.open(path)
        visit.page.wait_for_timeout(300)
    settled(product(visit))
    assert visit.foreign == []
    assert visit.complaints == []


def test_pages_bear_no_inline_script(visit: Visit) -> None:
    for path in ("/", "/login/", "/products/", "/product/", "/gallery/", "/no-such-page/"):
        html = visit.page.request.get(visit.server.url + path).text()
        assert "<script>" not in html
        assert "http://" not in html.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps_while_pages_load(visit: Visit, api: Api, width: int) -> None:
    supplier = api.get("/v1/suppliers", limit=1)["items"][0]["id"]
    page = visit.page
    page.set_viewport_size({"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    jumped = {}
    for path in (
        "/",
        "/system/settings/",
        "/system/users/",
        "/account/",
        "/inventory/",
        "/replenishment/",
        f"/supplier/?id={supplier}",
    ):
        settled(visit.open(path))
        page.wait_for_timeout(300)
        jumped[path] = page.evaluate("window.shift")
    assert {path: shift for path, shift in jumped.items() if shift > 0.05} == {}


@pytest.mark.usefixtures("built")
def test_the_first_load_stays_small() -> None:
    done = subprocess.run(
        ["node", str(WEB / "scripts" / "size.mjs")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
