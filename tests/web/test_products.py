"""The catalogue and one product's page."""

import re

from playwright.sync_api import expect

from .conftest import Api, Visit


def test_search_and_filters_live_in_the_address(visit: Visit) -> None:
    page = visit.open("/products/")
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(50)
    name = rows.nth(7).get_by_role("link").inner_text()
    page.get_by_role("searchbox").fill(name)
    expect(page).to_have_url(re.compile(r"\?q="))
    expect(rows.first).to_contain_text(name)
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value(name)
    expect(rows.first).to_contain_text(name)


def test_what_matches_nothing_says_so_and_offers_the_way_out(visit: Visit) -> None:
    page = visit.open("/products/?q=zzzzzzzz")
    expect(page.get_by_text("No product matches")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("table").locator("tbody tr")).to_have_count(50)


def test_pages_turn_and_back_turns_them_back(visit: Visit) -> None:
    page = visit.open("/products/")
    first = page.get_by_role("table").locator("tbody tr").first
    before = first.inner_text()
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile(r"cursor="))
    expect(first).not_to_have_text(before)
    page.go_back()
    expect(first.get_by_role("link")).to_have_text(before.splitlines()[0])


def test_sorting_by_newest_asks_the_server(visit: Visit) -> None:
    page = visit.open("/products/")
    with page.expect_response(re.compile(r"sort=-created_at")) as answer:
        page.get_by_label("Sort by").select_option("-created_at")
    assert answer.value.ok
    expect(page).to_have_url(re.compile(r"sort=-created_at"))


def test_a_product_opens_from_the_list_with_all_its_parts(visit: Visit) -> None:
    page = visit.open("/products/")
    link = page.get_by_role("table").get_by_role("link").first
    name = link.inner_text()
    link.click()
    expect(page).to_have_url(re.compile(r"/product/\?id="))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    for part in (
        "Forecast",
        "Sales history",
        "Shelf price",
        "Order proposal",
        "Stock",
        "At a glance",
    ):
        expect(page.get_by_role("heading", name=part, exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="What drives it")).to_be_visible()


def test_the_horizon_makes_another_forecast(visit: Visit) -> None:
    page = visit.open("/products/")
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_text("Expected in 30 days")).to_be_visible()
    with page.expect_response("**/v1/ai/forecast") as answer:
        page.locator("section", has=page.get_by_role("heading", name="Forecast")).get_by_text(
            "7 days", exact=True
        ).click()
    assert answer.value.json()["horizon_days"] == 7
    expect(page.get_by_text("Expected in 7 days")).to_be_visible()
    expect(page).to_have_url(re.compile("horizon=7"))


def test_a_proposal_says_why(visit: Visit, api: Api) -> None:
    page = visit.open("/")
    row = page.get_by_role("region", name="Low stock").locator("tbody tr").first
    row.get_by_role("link").click()
    page.wait_for_url("**/product/?id=*")
    product_id = page.evaluate("new URLSearchParams(location.search).get('id')")
    proposal = api.get("/v1/inventory/replenishment", product_id=product_id)["items"][0]
    card = page.locator("section", has=page.get_by_role("heading", name="Order proposal"))
    expect(card.get_by_text(proposal["reason"]).first).to_be_visible()
    for assumption in proposal["assumptions"]:
        expect(card.get_by_text(assumption["text"]).first).to_be_visible()
    expect(card.get_by_text("Safety stock").first).to_be_hidden()
    card.get_by_text("The figures behind it").first.click()
    expect(card.get_by_text("Safety stock").first).to_be_visible()
    expect(card.get_by_text("Stock to reach").first).to_be_visible()


def test_an_order_and_a_price_change_show_on_the_open_page(visit: Visit, api: Api) -> None:
    product_id, location_id = api.stocked()
    page = visit.open(f"/product/?id={product_id}")
    page.evaluate("window.sameDocument = true")
    expect(page.locator("[data-live=live]")).to_be_visible()

    def available() -> int:
        balances = api.get("/v1/inventory", product_id=product_id)["items"]
        return sum(b["available"] for b in balances if b["location_id"] == location_id)

    stock = page.get_by_role("region", name="Stock")
    before = available()
    expect(stock).to_contain_text(f"{before:,}")
    api.order()
    assert available() == before - 1
    expect(stock).to_contain_text(f"{before - 1:,}")
    product = api.get(f"/v1/products/{product_id}")
    price = product["price_minor"] + 111
    api.ask(
        "PATCH",
        f"/v1/products/{product_id}",
        {"price_minor": price, "version": product["version"]},
    )
    facts = page.locator("section", has=page.get_by_role("heading", name="At a glance"))
    expect(facts).to_contain_text(f"€{price // 100}.{price % 100:02}")
    history = page.get_by_role("slider", name=re.compile("^Shelf price"))
    expect(history).to_have_attribute(
        "aria-valuetext", re.compile(re.escape(f"€{price // 100}.{price % 100:02}"))
    )
    assert page.evaluate("window.sameDocument")


def test_an_unknown_product_is_no_dead_end(visit: Visit) -> None:
    for path in ("/product/?id=no-such-product", "/product/"):
        page = visit.open(path)
        page.get_by_role("main").get_by_role("link", name="Products").click()
        expect(page).to_have_url(visit.server.url + "/products/")
