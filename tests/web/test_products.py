"""The catalogue and one product's page."""

import json
import re

from playwright.sync_api import Route, WebSocketRoute, expect

from .conftest import PHONE, SHIFTS, Api, Mock, Visit, Visitor


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


def test_ten_thousand_products_are_scrolled_through_a_few_rows_at_a_time(
    mock: Mock, visitor: Visitor
) -> None:
    with mock(MOCK_PRODUCTS="10000") as server:
        visit = visitor(at=server, viewport=PHONE)
        visit.sign_in()
        page = visit.open("/products/")
        table = page.get_by_role("table", name="Products")
        shown = table.locator("tbody tr[aria-rowindex]")
        expect(shown).to_have_count(50)
        expect(table).to_have_attribute("aria-rowcount", "-1")
        first = shown.first.get_by_role("link").inner_text()
        counted = page.get_by_role("status").filter(has_text="rows so far")
        while int((before := counted.inner_text()).split()[0]) < 400:
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            expect(counted).not_to_have_text(before)
        # The rows far above are room without content, and what is left keeps its number.
        expect(table.locator("tr[aria-rowindex='2']")).to_have_count(0)
        assert shown.count() <= 250
        # That room takes no width from the columns: the last one ends where the table does.
        ends = table.evaluate("it => it.getBoundingClientRect().right")
        price = table.get_by_role("columnheader", name="Price")
        assert abs(ends - price.evaluate("it => it.getBoundingClientRect().right")) < 3
        last = shown.last
        expect(last).to_have_attribute("aria-rowindex", re.compile("^[34]"))
        # The place stands in the address: a reload leads to the same rows, and on to the first.
        expect(page).to_have_url(re.compile(r"cursor=\d+"))
        page.reload()
        expect(shown.first).to_be_visible()
        assert shown.first.get_by_role("link").inner_text() != first
        page.get_by_role("button", name="From the first row").click()
        expect(shown.first.get_by_role("link")).to_have_text(first)
        expect(page).not_to_have_url(re.compile("cursor="))
        # By keyboard as well: whoever walks over the rows never loses the focus.
        links = shown.get_by_role("link")
        links.nth(45).focus()
        expect(links.nth(60)).to_be_attached()
        for _ in range(10):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('tr').getAttribute('aria-rowindex')")
        assert not visit.complaints


def test_rows_that_came_before_the_page_was_shown_do_not_jump(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size(PHONE)
    page.add_init_script(SHIFTS)
    held: list[Route] = []
    page.route("**/v1/user/profile", lambda route: held.append(route))
    visit.open("/products/")
    rows = page.locator("tbody tr[aria-rowindex]")
    expect(rows).to_have_count(50)
    expect(rows.first).to_be_hidden()
    page.wait_for_timeout(300)
    for asked in held:
        asked.continue_()
    expect(rows.first).to_be_visible()
    page.wait_for_timeout(300)
    assert page.evaluate("window.shift") <= 0.05


def test_the_last_row_is_told_and_back_leads_to_the_same_rows(visit: Visit, api: Api) -> None:
    page = visit.open("/products/?sort=price_minor")
    table = page.get_by_role("table", name="Products")
    expect(table.get_by_role("link").first).to_be_visible()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    every = len(api.get("/v1/products", limit=200)["items"])
    expect(page.get_by_text(f"{every} rows", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="More rows")).to_have_count(0)
    expect(table).to_have_attribute("aria-rowcount", str(every + 1))
    # Where the window stands is noted in the address while the next page is still on its way.
    held: list[Route] = []
    parts = re.compile(r"/product/.*\.txt")
    page.route(parts, lambda route: held.append(route))
    page.set_viewport_size({"width": 1280, "height": 300})
    table.get_by_role("link").last.click()
    expect(page).to_have_url(re.compile("cursor="))
    assert held
    page.route(parts, lambda route: route.continue_())
    for asked in held:
        asked.continue_()
    page.wait_for_url("**/product/?id=*")
    assert "cursor=" not in page.url
    page.go_back()
    expect(table).to_be_visible()
    expect(page).to_have_url(re.compile("sort=price_minor"))


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


def test_what_happens_between_reading_and_listening_is_shown(visit: Visit, api: Api) -> None:
    held: list[tuple[WebSocketRoute, str | bytes]] = []

    def hold(socket: WebSocketRoute) -> None:
        shop = socket.connect_to_server()

        def pass_or_hold(text: str | bytes) -> None:
            if json.loads(text)["type"] == "subscribe":
                held.append((shop, text))
            else:
                shop.send(text)

        socket.on_message(pass_or_hold)

    product_id, _ = api.stocked()
    product = api.get(f"/v1/products/{product_id}")
    price = product["price_minor"] + 111
    page = visit.page
    page.route_web_socket("**/v1/ws", hold)
    other = visit.context.new_page()
    for each in (page, other):
        each.goto(f"{visit.server.url}/product/?id={product_id}")
        expect(each.get_by_role("heading", name="At a glance")).to_be_visible()
        expect(each.locator("[data-live=live]")).to_be_visible()
    change = {"price_minor": price, "version": product["version"]}
    api.ask("PATCH", f"/v1/products/{product_id}", change)
    shown = f"€{price // 100}.{price % 100:02}"
    # Once another page was told, it is too late for this one to hear of it.
    expect(other.get_by_text(shown).first).to_be_visible()
    other.close()
    expect(page.get_by_text(shown).first).to_be_hidden()
    for shop, text in held:
        shop.send(text)
    expect(page.get_by_text(shown).first).to_be_visible()


def test_an_unknown_product_is_no_dead_end(visit: Visit) -> None:
    for path in ("/product/?id=no-such-product", "/product/"):
        page = visit.open(path)
        page.get_by_role("main").get_by_role("link", name="Products").click()
        expect(page).to_have_url(visit.server.url + "/products/")


def test_variants_are_shown_and_switched_between(visit: Visit, api: Api) -> None:
    parent = {"id": "web-tee", "name": "Harbour Tee", "options": ["Size", "Colour"]}
    api.ask("POST", "/v1/product-parents", parent)
    for id, options, price in (
        ("tee-s", ["S", "Sea blue"], 2400),
        ("tee-m", ["M", "Sea blue"], 2600),
    ):
        body = {"id": id, "sku": id.upper(), "name": f"Harbour Tee {options[0]}"}
        more = {"price_minor": price, "parent_id": "web-tee", "options": options}
        api.ask("POST", "/v1/products", {**body, **more})
    page = visit.open("/product/?id=tee-s")
    table = page.get_by_role("table", name="Variants of Harbour Tee")
    expect(table.locator("thead")).to_contain_text("Size / Colour")
    expect(table.locator("tbody tr")).to_have_count(2)
    expect(table.locator("[aria-current=page]")).to_have_text("S / Sea blue")
    table.get_by_role("link", name="M / Sea blue").click()
    expect(page).to_have_url(re.compile(r"id=tee-m"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour Tee M")
    expect(table.locator("[aria-current=page]")).to_have_text("M / Sea blue")

    # They are made and changed on a page of their own, with the API's reason beside the field.
    page.get_by_role("link", name="Edit the variants").click()
    page.get_by_role("button", name="Add a new variant").click()
    form = page.get_by_role("dialog", name="Add a new variant")
    form.get_by_label("Size").fill("M")
    form.get_by_label("Colour").fill("sea blue")
    form.get_by_label("SKU").fill("TEE-L")
    form.get_by_label("Price (EUR)").fill("26,50")
    form.get_by_role("button", name="Save").click()
    size = form.get_by_label("Size")
    expect(size).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_text("are those of its variant tee-m already")).to_be_visible()
    expect(size).to_be_focused()
    size.fill("L")
    form.get_by_label("SKU").fill("TEE-S")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("SKU")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("SKU").fill("TEE-L")
    form.get_by_role("button", name="Save").click()
    made = page.get_by_role("table", name="Variants").locator("tr", has_text="TEE-L")
    expect(made).to_contain_text("L / sea blue")
    expect(made).to_contain_text("€26.50")
    page.get_by_role("button", name="Take it out: TEE-L").click()
    page.get_by_role("dialog").get_by_role("button", name="Take it out").click()
    expect(made).to_have_count(0)
    page.get_by_role("button", name="Name and options").click()
    form = page.get_by_role("dialog", name="Name and options")
    form.get_by_label("What variants differ by").fill("Size")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("must stay 2: there are variants")).to_be_visible()


def test_goods_with_variants_are_named_and_removed(visit: Visit) -> None:
    page = visit.open("/product-parents/")
    page.get_by_role("button", name="New product with variants").click()
    form = page.get_by_role("dialog", name="New product with variants")
    form.get_by_label("Name of the whole").fill("Pier Mug")
    form.get_by_label("What variants differ by").fill("Glaze, glaze")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("What variants differ by")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("What variants differ by").fill("Glaze")
    form.get_by_role("button", name="Save").click()
    page.wait_for_url("**/product-parent/?id=*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pier Mug")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/product-parents/")
    expect(page.get_by_role("link", name="Pier Mug")).to_have_count(0)
