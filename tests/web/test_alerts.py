"""The inbox of alerts in the browser: one comes in, is ordered for, delivered, and over."""

from typing import Any

from playwright.sync_api import expect

from .conftest import Api, Visit


def _to_empty(api: Api) -> dict[str, Any]:
    """A proposal whose product sells, of which some is there and no draft has it."""
    items = api.get("/v1/inventory/replenishment", include="all", limit=200)["items"]
    found: dict[str, Any] = next(
        p
        for p in items
        if p["supplier_id"] and not p["drafted"] and p["inputs"]["demand_mean"] > 3
        and p["available"] > 0
    )  # fmt: skip
    return found


def _count(api: Api, proposal: dict[str, Any], units: int) -> None:
    path = f"/v1/inventory/{proposal['product_id']}/adjust"
    body = {"count_to": units, "location_id": proposal["location_id"]}
    api.ask("POST", path, body)


def test_an_empty_shelf_comes_in_is_ordered_for_and_is_over(visit: Visit, api: Api) -> None:
    wanted = _to_empty(api)
    page = visit.open("/alerts/")
    _count(api, wanted, 0)
    name = f"Out of stock: {wanted['name']}, {wanted['location_name']}"
    alert = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))
    expect(alert).to_be_visible(timeout=60_000)  # live: nobody reloads
    expect(alert).to_contain_text("At stake")
    alert.get_by_role("button", name="Draft the order").click()
    expect(alert.get_by_role("link", name=wanted["supplier"], exact=True)).to_be_visible()
    expect(alert).to_contain_text("In hand")
    alert.locator("summary").click()
    expect(alert).to_contain_text("daily demand")
    alert.get_by_role("link", name=wanted["supplier"], exact=True).click()
    page.wait_for_url("**/purchase-order/?id=*")
    main, dialog = page.get_by_role("main"), page.get_by_role("dialog")
    expect(main.get_by_text("Draft", exact=True).first).to_be_visible()
    for step, state in (("Approve", "Approved"), ("Mark as sent", "Sent")):
        main.get_by_role("button", name=step, exact=True).click()
        dialog.get_by_role("button", name=step, exact=True).click()
        expect(dialog).to_be_hidden()
        expect(main.get_by_text(state, exact=True).first).to_be_visible()
    main.get_by_role("button", name="Receive goods").click()
    main.get_by_role("button", name="All that is outstanding").click()
    main.get_by_role("button", name="Take into stock").click()
    expect(main.get_by_role("button", name="Close", exact=True)).to_be_visible()
    assert api.get("/v1/purchase-orders", state="received")["items"]
    where = {"product_id": wanted["product_id"], "location_id": wanted["location_id"]}
    assert api.get("/v1/inventory", **where)["items"][0]["on_hand"] > 0
    # More than enough, whatever the delivery was meant to last for.
    _count(api, wanted, 5000)
    visit.open("/alerts/")
    expect(alert).to_have_count(0, timeout=60_000)
    page = visit.open("/alerts/?state=closed")
    over = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))
    expect(over.first).to_contain_text("It ended by itself")
    assert not visit.complaints


def test_an_alert_that_does_not_matter_leaves_the_list(visit: Visit, api: Api) -> None:
    body = {"sku": "BELOW", "name": "Below cost", "price_minor": 100, "cost_minor": 900}
    api.ask("POST", "/v1/products", body)
    page = visit.open("/alerts/?kind=price")
    alert = page.get_by_role("listitem").filter(has_text="Sold below cost: Below cost")
    expect(alert).to_be_visible(timeout=60_000)
    for way in ("It does not matter", "It is mended", "Not for 1 day"):
        alert.get_by_role("button", name=way).click()
        expect(alert).to_have_count(0)
        page.get_by_role("status").get_by_role("button", name="Undo").click()
        expect(alert).to_be_visible()
    alert.get_by_role("button", name="It does not matter").click()
    expect(alert).to_have_count(0)
    page.get_by_label("Show").select_option("closed")
    alert.get_by_role("button", name="Reopen").click()
    expect(alert).to_have_count(0)
    page.get_by_label("Show").select_option("active")
    alert.get_by_role("button", name="It does not matter").click()
    expect(alert).to_have_count(0)
    closed = api.get("/v1/alerts", state="closed", kind="price")["items"]
    assert [each["outcome"]["ended"] for each in closed] == ["dismissed"]
