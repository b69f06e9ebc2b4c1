"""The dashboard: figures, range, charts, live changes, first start."""

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, WebSocket, WebSocketRoute, expect

from faults.server import running

from .conftest import (
    ADMIN,
    PASSWORD,
    WEB,
    Api,
    Mock,
    Server,
    Visit,
    Visitor,
    change_password,
)


def shown(unit: str, value: float | None) -> str:
    """A metric in euros and British English, as the tiles write it."""

    def rounded(number: float, places: str) -> Decimal:
        return Decimal(str(number)).quantize(Decimal(places), ROUND_HALF_UP)

    if value is None:
        return "–"
    if unit == "money":
        major = Decimal(int(value)) / 100
        assert abs(major) < 1_000_000
        text = f"{rounded(float(abs(major)), '0.01' if abs(major) < 1000 else '1'):,}"
        return f"{'-' if major < 0 else ''}€{text}"
    if unit == "days":
        return f"{rounded(value, '0.1'):,f}".removesuffix(".0")
    if unit == "ratio":
        return f"{rounded(value * 100, '0.1'):f}%"
    return f"{value:,}"


def count_orders(page: Page) -> int:
    expect(page.locator("[data-live=live]")).to_be_visible()
    return int(page.locator("[data-metric=orders] p").first.inner_text().replace(",", ""))


def test_the_figures_are_those_of_the_api(visit: Visit, api: Api) -> None:
    page = visit.page
    for days in (30, 365):
        summary = api.get("/v1/dashboard/summary", days=days)
        page.goto(f"{visit.server.url}/?days={days}")
        expect(page.get_by_role("radio", name=f"{days} days")).to_be_checked()
        for metric in summary["metrics"]:
            tile = page.locator(f"[data-metric={metric['name']}] p").first
            expect(tile).to_have_text(shown(metric["unit"], metric["value"]))
        for label, listed in (("Top products", "top_products"), ("Low stock", "low_stock")):
            rows = page.get_by_role("region", name=label).locator("tbody tr")
            expect(rows).to_have_count(len(summary[listed]))
            assert summary[listed], label
            for i, item in enumerate(summary[listed]):
                expect(rows.nth(i).get_by_role("link")).to_have_text(item["name"])
        for i, item in enumerate(summary["low_stock"]):
            expect(rows.nth(i).locator("td").last).to_have_text(f"{item['proposal_quantity']:,}")


def test_today_is_marked_as_not_over(visit: Visit, api: Api) -> None:
    page = visit.page
    api.order()
    page.reload()
    chart = page.get_by_role("slider", name=re.compile("^Revenue and orders"))
    card = page.locator("section", has=chart)
    expect(card.get_by_text("Today so far")).to_be_visible()
    expect(chart).to_have_attribute("aria-valuetext", re.compile("Today so far$"))
    card.get_by_role("button", name="Show as table").click()
    expect(card.locator("tbody tr").first).to_contain_text("Today so far")
    expect(card.locator("tbody tr").nth(1)).not_to_contain_text("Today so far")


def test_every_tile_has_its_definition_on_demand(visit: Visit) -> None:
    page = visit.page
    tiles = page.locator("[data-metric]")
    expect(tiles).to_have_count(17)
    tile = page.locator("[data-metric=aov]")
    tile.get_by_role("button").click()
    expect(page.get_by_role("dialog", name=re.compile("Average order value"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name=re.compile("Average order value"))).to_be_hidden()


def test_the_range_stays_in_the_address(visit: Visit) -> None:
    page = visit.page
    units = page.locator("[data-metric=units] p").first
    month = units.inner_text()
    page.get_by_text("90 days", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?days=90$"))
    expect(units).not_to_have_text(month)
    page.reload()
    expect(page.get_by_role("radio", name="90 days")).to_be_checked()
    page.goto(visit.server.url + "/?days=12345")
    expect(page.get_by_role("radio", name="30 days")).to_be_checked()


def test_a_chart_is_read_out_by_keyboard_and_has_a_table(visit: Visit) -> None:
    page = visit.page
    chart = page.get_by_role("slider", name=re.compile("^Revenue and orders"))
    expect(chart.locator("canvas")).to_be_visible()
    chart.focus()
    page.keyboard.press("Home")
    first = chart.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    second = chart.get_attribute("aria-valuetext")
    assert first != second
    assert second is not None
    assert "Revenue" in second
    assert "Orders" in second
    card = page.locator("section", has=chart)
    card.get_by_role("button", name="Show as table").click()
    table = card.get_by_role("table")
    expect(table.locator("tbody tr")).to_have_count(30)
    day, _, rest = second.partition(":")
    oldest_but_one = table.locator("tbody tr").nth(28).inner_text()
    assert day.split(", ")[-1] in oldest_but_one
    assert re.findall(r"\d[\d.,]*\d", rest)[0] in oldest_but_one


def test_an_order_changes_the_tiles_in_place(visit: Visit, api: Api) -> None:
    page = visit.page
    orders = page.locator("[data-metric=orders] p").first
    before = count_orders(page)
    page.evaluate("window.sameDocument = true")
    api.order()
    expect(orders).to_have_text(f"{before + 1:,}")
    expect(orders).to_have_class(re.compile("updated"))
    expect(page.locator("[data-announcer]")).to_have_text(re.compile("updated"))
    assert page.evaluate("window.sameDocument")


def test_two_browsers_see_the_same_order(visit: Visit, visitor: Visitor, api: Api) -> None:
    pages = [visit.page, visitor().sign_in()]
    before = [count_orders(page) for page in pages]
    assert before[0] == before[1]
    api.order()
    for page in pages:
        orders = page.locator("[data-metric=orders] p").first
        expect(orders).to_have_text(f"{before[0] + 1:,}")


def test_a_renewed_token_is_told_on_the_open_connection(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.page
    said: list[str] = []
    opened: list[WebSocket] = []

    def hear(socket: WebSocket) -> None:
        opened.append(socket)
        for event in ("framesent", "framereceived"):
            socket.on(event, lambda frame: said.append(json.loads(frame)["type"]))

    page.on("websocket", hear)
    page.clock.install()
    visit.sign_in()
    expect(page.locator("[data-live=live]")).to_be_visible()
    assert (said.count("authenticate"), said.count("authenticated")) == (1, 1)
    with page.expect_response("**/v1/auth/refresh"):
        page.clock.fast_forward("14:30")
    while said.count("authenticated") < 2:
        opened[0].wait_for_event("framereceived")
    assert said.count("authenticate") == 2
    assert len(opened) == 1
    expect(page.locator("[data-live=live]")).to_be_visible()


@pytest.mark.usefixtures("built")
def test_a_lost_connection_is_told_and_heals(visitor: Visitor, tmp_path: Path) -> None:
    with running(tmp_path / "data", "--no-demo") as real:
        one_time = real.password()
        assert one_time is not None, real.output()
        change_password(real.url, ADMIN, one_time, PASSWORD)
        page = visitor(at=Server(real.url, ADMIN, PASSWORD)).sign_in()
        expect(page.locator("[data-live=live]")).to_be_visible()
        real.kill()
        banner = page.get_by_role("alert").filter(has_text="connection to OMNIX is lost")
        expect(banner).to_be_visible()
        # While nobody answers: afterwards it may heal by itself before a click.
        banner.get_by_role("button", name="Try now").click()
        expect(banner).to_be_visible()
        real.start()
        expect(page.locator("[data-live=live]")).to_be_visible()
        expect(banner).to_be_hidden()
        page.goto(f"{real.url}/products/")
        expect(page.get_by_role("heading", name="Products", exact=True)).to_be_visible()


def test_what_was_missed_while_the_connection_was_lost_is_made_up_for(
    visitor: Visitor, api: Api
) -> None:
    visit = visitor()
    down = False
    through: list[WebSocketRoute] = []

    def pass_or_refuse(socket: WebSocketRoute) -> None:
        if down:
            socket.close()
        else:
            socket.connect_to_server()
            through.append(socket)

    visit.context.route_web_socket("**/v1/ws", pass_or_refuse)
    page = visit.sign_in()
    orders = page.locator("[data-metric=orders] p").first
    before = count_orders(page)
    down = True
    for socket in through:
        socket.close()
    banner = page.get_by_role("alert").filter(has_text="is lost")
    expect(banner).to_be_visible()
    api.order()
    expect(orders).to_have_text(f"{before:,}")
    down = False
    expect(page.locator("[data-live=live]")).to_be_visible()
    expect(orders).to_have_text(f"{before + 1:,}")
    expect(banner).to_be_hidden()
    expect(page.locator("[data-announcer]")).to_have_text(re.compile("Connected again"))


def test_a_chart_that_fails_to_load_is_loaded_again(visitor: Visitor) -> None:
    chunks = WEB / "out" / "_next" / "static" / "chunks"
    charts = max(chunks.glob("*.js"), key=lambda file: file.stat().st_size).name
    visit = visitor()
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    visit.context.route(f"**/{charts}", refuse_once)
    page = visit.sign_in()
    expect(page.locator("canvas").first).to_be_visible()
    assert len(refused) == 1
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_the_dashboard_follows_the_making_of_the_shop(visitor: Visitor, mock: Mock) -> None:
    with mock(MOCK_MODE="working", MOCK_SETUP_MS="6000") as server:
        visit = visitor(at=server)
        page = visit.sign_in()
        heading = page.get_by_role("heading", name="Your demo shop is being made")
        expect(heading).to_be_visible()
        expect(page.get_by_role("progressbar")).to_be_visible()
        page.evaluate("window.sameDocument = true")
        expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
        assert page.evaluate("window.sameDocument")


def test_an_empty_shop_says_how_data_comes_in(visitor: Visitor, mock: Mock) -> None:
    with mock(MOCK_MODE="empty") as server:
        page = visitor(at=server).sign_in()
        expect(page.get_by_role("heading", name="There is no data yet")).to_be_visible()
        expect(page.get_by_text("omnix import")).to_be_visible()
        expect(page.get_by_text("omnix demo")).to_be_visible()


def test_why_a_figure_changed_is_told_in_parts_that_add_up(visit: Visit, api: Api) -> None:
    told = api.get("/v1/dashboard/changes")
    page = visit.page
    card = page.locator("section", has=page.get_by_role("heading", name="What changed"))
    expect(card).to_contain_text("Change in all")
    card.get_by_role("link", name="See every part").click()
    expect(page).to_have_url(re.compile("/dashboard/changes/$"))
    page.get_by_role("button", name="Show as table").click()
    rows = page.get_by_role("table", name="The parts of the change").locator("tbody tr")
    expect(rows).to_have_count(len(told["causes"]))

    def cents(text: str) -> int:
        return int(re.sub(r"[^\d-]", "", text.replace("\N{MINUS SIGN}", "-")))

    shown = [cents(row.locator("td").first.inner_text()) for row in rows.all()]
    assert shown == [cause["effect"] for cause in told["causes"]]
    assert cents(rows.last.locator("td").last.inner_text()) == sum(shown) == told["change"]
    named = next((cause for cause in told["causes"] if cause["unusual"]), None)
    short = page.locator("section", has=page.get_by_role("heading", name="In short"))
    expect(short).to_contain_text("Most telling" if named else "out of the ordinary")
    assert not visit.complaints


def test_the_question_of_what_changed_stays_in_the_address(visit: Visit, api: Api) -> None:
    page = visit.open("/dashboard/changes/")
    page.get_by_text("Units sold", exact=True).click()
    page.get_by_label("Period").select_option("28")
    page.get_by_label("Compared with").select_option("last_year")
    expect(page).to_have_url(re.compile("metric=units.*days=28.*against=last_year"))
    told = api.get("/v1/dashboard/changes", metric="units", days=28, against="last_year")
    short = page.locator("section", has=page.get_by_role("heading", name="In short"))
    expect(short).to_contain_text(f"{told['before']:,} → {told['now']:,}")
    page.get_by_label("Period").select_option("own")
    expect(page.get_by_text("Choose a first and a last day")).to_be_visible()
    page.get_by_label("First day").fill(told["range"]["from"])
    page.get_by_label("Last day").fill(told["range"]["to"])
    expect(short).to_contain_text(f"{told['before']:,} → {told['now']:,}")


def test_stock_over_time_is_that_of_the_api(visit: Visit, api: Api) -> None:
    page = visit.open("/dashboard/stock/?days=30")
    card = page.locator("section", has=page.get_by_role("heading", name="Pieces on hand"))
    card.get_by_role("button", name="Show as table").click()
    rows = card.locator("tbody tr")
    first = page.get_by_role("slider", name=re.compile("^Pieces on hand")).get_attribute(
        "aria-valuetext"
    )
    points = api.get("/v1/dashboard/inventory-graph")["points"]
    expect(rows.first).to_contain_text(f"{points[-1]['on_hand']:,}")
    assert first is not None
    assert f"{points[-1]['on_hand']:,}" in first
    with page.expect_download() as started:
        page.get_by_role("button", name="Export CSV").click()
    lines = Path(started.value.path()).read_text().splitlines()
    assert lines[0] == "day,on_hand,products,out_of_stock,in_stock"
    assert len(lines) == rows.count() + 1
