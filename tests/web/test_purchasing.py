"""From a proposal to goods in stock, in the browser."""

import re
from typing import Any

from playwright.sync_api import Page, Route, expect

from .conftest import PHONE, Api, Visit


def proposal(api: Api) -> dict[str, Any]:
    """The most urgent one that somebody sells and no draft holds."""
    items = api.get("/v1/inventory/replenishment")["items"]
    found: dict[str, Any] = next(p for p in items if p["supplier_id"] and not p["drafted"])
    return found


def confirm(page: Page, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_proposal_becomes_an_order_and_goods_in_stock(visit: Visit, api: Api) -> None:
    wanted = proposal(api)
    units = wanted["quantity"] * 2
    where = {"product_id": wanted["product_id"], "location_id": wanted["location_id"]}

    def stock() -> dict[str, Any]:
        balance: dict[str, Any] = api.get("/v1/inventory", **where)["items"][0]
        return balance

    before = stock()
    page = visit.open(f"/replenishment/?location={wanted['location_id']}")
    row = page.get_by_role("table").locator("tbody tr", has_text=wanted["name"]).first
    row.get_by_role("spinbutton").fill(str(units))
    row.get_by_role("checkbox").check()
    page.get_by_role("button", name="Order this?").click()
    confirm(page, "Approve")
    page.get_by_role("link", name=wanted["supplier"], exact=True).first.click()

    page.wait_for_url("**/purchase-order/?id=*")
    main = page.get_by_role("main")
    expect(main.get_by_text("Approved", exact=True).first).to_be_visible()
    assert stock()["on_order"] == before["on_order"] + units
    main.get_by_role("button", name="Mark as sent").click()
    confirm(page, "Mark as sent")
    for part, state in ((1, "Partly received"), (units - 1, "Received")):
        main.get_by_role("button", name="Receive goods").click()
        main.get_by_role("spinbutton").first.fill(str(part))
        main.get_by_role("button", name="Take into stock").click()
        expect(main.get_by_text(state, exact=True).first).to_be_visible()
        expect(main.get_by_role("spinbutton")).to_have_count(0)
    after = stock()
    assert after["on_hand"] == before["on_hand"] + units
    assert after["on_order"] == before["on_order"]
    main.get_by_role("button", name="Close").click()
    confirm(page, "Close")
    expect(main.get_by_text("This order is over")).to_be_visible()
    page.goto(visit.server.url + "/purchase-orders/?state=closed")
    expect(page.get_by_role("table")).to_contain_text(wanted["supplier"])


def test_a_quantity_says_why(visit: Visit, api: Api) -> None:
    wanted = proposal(api)
    page = visit.open("/replenishment/")
    row = f"Why this quantity of {wanted['name']}, {wanted['location_name']}?"
    page.get_by_role("link", name=row).click()
    page.wait_for_url("**/replenishment/why/?id=*")
    path = f"/v1/inventory/replenishment/{wanted['product_id']}/why"
    why = api.get(path, location_id=wanted["location_id"])
    expect(page.get_by_text(why["proposal"]["reason"])).to_be_visible()
    curve = page.get_by_role("slider")
    curve.focus()
    page.keyboard.press("Home")
    expect(curve).to_have_attribute("aria-valuetext", re.compile(r"^0 units: In all"))
    choices = page.get_by_role("region", name="What else could be done")
    expect(choices).to_contain_text("Order nothing yet.")


def test_what_does_not_exist_is_no_dead_end(visit: Visit) -> None:
    for path, back in (
        ("/replenishment/why/?id=no-such-product", "Replenishment"),
        ("/purchase-order/?id=no-such-order", "Purchase orders"),
        ("/order/", "Orders"),
        ("/inventory/ledger/?id=no-such-product", "Inventory"),
        ("/customer/?id=no-such-customer", "Customers"),
    ):
        page = visit.open(path)
        expect(page.get_by_role("main").get_by_role("link", name=back)).to_be_visible()


def test_a_card_waits_for_those_above_it_until_they_have_come(visit: Visit, api: Api) -> None:
    page = visit.page
    held: list[Route] = []
    supplier = api.get("/v1/suppliers", limit=1)["items"][0]["id"]
    asked = re.compile(rf"/v1/suppliers/{supplier}/products")
    page.route(asked, lambda route: held.append(route))
    terms, deliveries, lead = (
        page.get_by_role("heading", name=name, exact=True, include_hidden=True)
        for name in ("What it sells", "Deliveries", "Lead time")
    )
    visit.open(f"/supplier/?id={supplier}")
    expect(terms).to_be_visible()
    expect(lead).to_be_visible()
    expect(deliveries).to_be_attached()
    expect(deliveries).to_be_hidden()
    page.set_viewport_size(PHONE)
    expect(lead).to_be_hidden()
    page.route(asked, lambda route: route.continue_())
    for route in held:
        route.continue_()
    for heading in (terms, deliveries, lead):
        expect(heading).to_be_visible()
