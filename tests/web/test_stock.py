"""Suppliers, goods that move between locations, and a stock count, in the browser."""

from typing import Any

from playwright.sync_api import expect

from .conftest import Api, Visit


def _balance(api: Api, product: str, location: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/v1/inventory", product_id=product, location_id=location)[
        "items"
    ][0]
    return found


def test_a_supplier_is_added_with_what_it_sells(visit: Visit, api: Api) -> None:
    product = api.get("/v1/products", limit=1)["items"][0]
    page = visit.open("/suppliers/")
    page.get_by_role("button", name="Add a supplier").click()
    form = page.get_by_role("dialog", name="Add a supplier")
    form.get_by_label("Name").fill("Test Mills")
    form.get_by_label("Smallest order").fill("a lot")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("An amount, such as 12.50.")).to_be_visible()
    form.get_by_label("Smallest order").fill("45,50")
    form.get_by_label("Tue").check()
    form.get_by_role("button", name="Save").click()
    page.wait_for_url("**/supplier/?id=*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Test Mills")
    expect(page.get_by_text("€45.50")).to_be_visible()
    expect(page.get_by_text("Nothing has been delivered yet.")).to_be_visible()
    page.get_by_label("Add a product: name, SKU or barcode").first.fill(product["sku"])
    page.get_by_role("button", name=product["name"]).click()
    form = page.get_by_role("dialog", name="What it sells")
    form.get_by_label("Price of one unit").fill("0.99")
    form.get_by_label("Units in a pack").fill("6")
    form.get_by_role("button", name="Save").click()
    row = page.get_by_role("table", name="What it sells").locator("tr", has_text=product["name"])
    expect(row).to_contain_text("€0.99")
    supplier = next(
        s for s in api.get("/v1/suppliers", limit=200)["items"] if s["name"] == "Test Mills"
    )
    assert (supplier["minimum_order_minor"], supplier["order_weekdays"]) == (4550, [1])
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No product is bought here yet.")).to_be_visible()
    assert not visit.complaints


def test_goods_move_from_one_place_to_another(visit: Visit, api: Api) -> None:
    product, place = api.stocked()
    name = api.get(f"/v1/products/{product}")["name"]
    other = next(x for x in api.get("/v1/locations")["items"] if x["id"] != place)["id"]
    before = _balance(api, product, place)["on_hand"]
    page = visit.open(f"/inventory/transfer/?from={place}&to={other}")
    page.get_by_label("Add a product: name, SKU or barcode").first.fill(product)
    page.get_by_role("button", name=name).click()
    page.get_by_label(f"Units of {name}").fill("2")
    page.get_by_role("button", name="Move", exact=True).click()
    dialog = page.get_by_role("dialog", name="Move these goods?")
    dialog.get_by_role("button", name="Move").click()
    expect(page.get_by_text("2 units were moved")).to_be_visible()
    assert _balance(api, product, place)["on_hand"] == before - 2
    assert not visit.complaints


def test_a_count_is_compared_with_the_books_and_taken_over(visit: Visit, api: Api) -> None:
    product, place = api.stocked()
    name = api.get(f"/v1/products/{product}")["name"]
    books = _balance(api, product, place)["on_hand"]
    page = visit.open(f"/inventory/count/?location={place}&q={product}")
    page.get_by_label(f"Counted units of {name}").fill(str(books - 3))
    page.get_by_role("button", name="Compare with the books").click()
    dialog = page.get_by_role("dialog", name="Compare with the books")
    expect(dialog.locator("tbody tr")).to_contain_text("-3")
    dialog.get_by_role("button", name="Take over").click()
    expect(page.get_by_text("1 count is in the books now.")).to_be_visible()
    assert _balance(api, product, place)["on_hand"] == books - 3
    expect(page.get_by_label(f"Counted units of {name}")).to_have_value("")
