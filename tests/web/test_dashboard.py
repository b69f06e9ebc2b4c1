"""The dashboard: figures, range, charts, live changes, first start."""

import re
import subprocess

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from .conftest import Mock, Visit, Visitor, start_mock, stop


def order(page: Page) -> None:
    """Places an order as another client would, of the first product that is in stock."""
    page.evaluate(
        """async () => {
            const post = (path, body, token) => fetch(path, {
                method: 'POST', body: JSON.stringify(body),
                headers: {'Content-Type': 'application/json', Authorization: `Bearer ${token}`}});
            const session = await (await post('/v1/auth/refresh', {})).json();
            const token = session.access_token;
            const page = await (await fetch('/v1/products?limit=50',
                {headers: {Authorization: `Bearer ${token}`}})).json();
            let refusal = '';
            for (const {id} of page.items) {
                const body = {lines: [{product_id: id, quantity: 1}]};
                const answer = await post('/v1/orders', body, token);
                if (answer.ok) return;
                refusal = await answer.text();
                if (answer.status !== 409) break;
            }
            throw new Error(refusal);
        }"""
    )


def count_orders(page: Page) -> int:
    """The orders shown, after the day's first one: with it the range moves on to today."""
    expect(page.locator("[data-live=live]")).to_be_visible()
    orders = page.locator("[data-metric=orders] p").first
    before = orders.inner_text()
    order(page)
    expect(orders).not_to_have_text(before)
    return int(orders.inner_text().replace(",", ""))


def test_every_tile_has_its_definition_on_demand(visit: Visit) -> None:
    page = visit.page
    tiles = page.locator("[data-metric]")
    expect(tiles).to_have_count(11)
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


def test_an_order_changes_the_tiles_in_place(visit: Visit) -> None:
    page = visit.page
    orders = page.locator("[data-metric=orders] p").first
    before = count_orders(page)
    page.evaluate("window.sameDocument = true")
    order(page)
    expect(orders).to_have_text(f"{before + 1:,}")
    expect(orders).to_have_class(re.compile("updated"))
    expect(page.locator("[data-announcer]")).to_have_text(re.compile("updated"))
    assert page.evaluate("window.sameDocument")


def test_two_browsers_see_the_same_order(visit: Visit, visitor: Visitor) -> None:
    other = visitor()
    there = other.sign_in()
    orders = there.locator("[data-metric=orders] p").first
    before = count_orders(there)
    order(visit.page)
    expect(orders).to_have_text(f"{before + 1:,}")


@pytest.mark.usefixtures("built")
def test_a_lost_connection_is_told_and_heals(visitor: Visitor) -> None:
    process, server = start_mock()
    running: list[subprocess.Popen[str]] = [process]
    try:
        visit = visitor(at=server)
        page = visit.sign_in()
        expect(page.locator("[data-live=live]")).to_be_visible()
        stop(running.pop())
        banner = page.get_by_role("alert").filter(has_text="connection to OMNIX is lost")
        expect(banner).to_be_visible()
        running.append(start_mock(port=int(server.url.rpartition(":")[2]))[0])
        with page.expect_response(re.compile("/v1/dashboard/summary")):
            banner.get_by_role("button", name="Try now").click()
        expect(page.locator("[data-live=live]")).to_be_visible()
        expect(banner).to_be_hidden()
    finally:
        for left in running:
            stop(left)


def test_what_was_missed_while_the_connection_was_lost_is_made_up_for(visitor: Visitor) -> None:
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
    order(page)
    expect(orders).to_have_text(f"{before:,}")
    down = False
    expect(page.locator("[data-live=live]")).to_be_visible()
    expect(orders).to_have_text(f"{before + 1:,}")
    expect(banner).to_be_hidden()
    expect(page.locator("[data-announcer]")).to_have_text(re.compile("Connected again"))


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
