"""Orders, stock and customers in the browser."""

import re

from playwright.sync_api import expect

from .conftest import Api, Visit


def test_an_order_is_fulfilled_comes_back_in_part_and_is_refunded(visit: Visit, api: Api) -> None:
    placed = api.order()
    page = visit.open(f"/order/?id={placed['id']}")
    main, dialog = page.get_by_role("main"), page.get_by_role("dialog")

    def step(name: str) -> None:
        dialog.get_by_role("button", name=name, exact=True).click()
        expect(dialog).to_be_hidden()

    main.get_by_role("button", name="Fulfil").click()
    step("Fulfil")
    expect(main.get_by_text("Fulfilled", exact=True)).to_be_visible()
    main.get_by_role("button", name="Mark as paid").click()
    step("Mark as paid")
    main.get_by_role("button", name="Take goods back").click()
    expect(dialog.get_by_role("button", name="Take goods back")).to_be_disabled()
    dialog.get_by_role("spinbutton").first.fill("1")
    step("Take goods back")
    expect(main.get_by_text("1 returned")).to_be_visible()
    main.get_by_role("button", name="Refund").click()
    amount = dialog.get_by_label(re.compile("^Amount in"))
    amount.fill("999999")
    dialog.get_by_role("button", name="Refund", exact=True).click()
    expect(amount).to_have_attribute("aria-invalid", "true")
    amount.fill("0.01")
    step("Refund")
    expect(main.get_by_text("Partly refunded")).to_be_visible()
    assert api.get(f"/v1/orders/{placed['id']}")["refunded_minor"] == 1


def test_orders_filter_in_the_address(visit: Visit, api: Api) -> None:
    newest = api.get("/v1/orders")["items"][0]
    page = visit.open("/orders/")
    page.get_by_role("searchbox").fill(newest["number"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"number="))
    expect(page.get_by_role("table").locator("tbody tr")).to_have_count(1)
    page.get_by_label("Status", exact=True).select_option("cancelled")
    expect(page).to_have_url(re.compile(r"\?status=cancelled$"))


def test_stock_is_adjusted_counted_and_the_change_undone(visit: Visit, api: Api) -> None:
    product_id, location_id = api.stocked()

    def on_hand() -> int:
        where = {"product_id": product_id, "location_id": location_id}
        return int(api.get("/v1/inventory", **where)["items"][0]["on_hand"])

    before = on_hand()
    page = visit.open(f"/inventory/ledger/?id={product_id}")
    card = page.locator("section", has=page.get_by_role("heading", name="Adjust or count"))
    card.get_by_label("Location").select_option(location_id)
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_text("Enter a whole number.")).to_be_visible()
    card.get_by_label(re.compile("^Units")).fill("3")
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_text("(+3)")).to_be_visible()
    assert on_hand() == before + 3
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_text("Undone")).to_be_visible()
    assert on_hand() == before
    card.get_by_text("Counted", exact=True).click()
    card.get_by_label("Units counted").fill(str(before + 5))
    card.get_by_role("button", name="Save").click()
    expect(card.get_by_text("(+5)")).to_be_visible()
    expect(page.get_by_role("region", name="Movements")).to_contain_text("Count")
    card.get_by_role("button", name="Undo").click()
    expect(card.get_by_text("Undone")).to_be_visible()
    assert on_hand() == before


def test_a_customer_is_found_and_shows_its_orders(visit: Visit, api: Api) -> None:
    known = next(o for o in api.get("/v1/orders")["items"] if o["customer_id"])
    customer = api.get(f"/v1/customers/{known['customer_id']}")
    page = visit.open("/customers/")
    page.get_by_role("searchbox").fill(customer["name"])
    expect(page).to_have_url(re.compile(r"\?q="))
    page.locator(f'a[href$="/customer/?id={customer["id"]}"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(customer["name"])
    expect(page.get_by_role("region", name="Orders")).to_be_visible()
