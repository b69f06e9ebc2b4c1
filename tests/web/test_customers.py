"""Customers, their segments and what to show them, in the browser."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import Api, Visit

_PATIENCE = 120.0


def _done(api: Api, path: str) -> None:
    """Asks for a job and waits until it has ended."""
    job = api.ask("POST", path)
    end = time.monotonic() + _PATIENCE
    while (state := api.get(f"/v1/jobs/{job['id']}")["state"]) in ("queued", "running"):
        assert time.monotonic() < end, f"{path} is {state} still"
        time.sleep(0.3)
    assert state == "done", state


@pytest.fixture(scope="module")
def regular(api: Api) -> dict[str, Any]:
    """What is known of a customer who buys something regularly."""
    _done(api, "/v1/customers/batch-analysis")
    _done(api, "/v1/recommendations/refresh")
    for customer in api.get("/v1/customers", limit=200, sort="name")["items"]:
        found = api.get(f"/v1/customers/{customer['id']}/insights")["insights"]
        if found is not None and found["consumption"]:
            known: dict[str, Any] = {**found, "name": customer["name"]}
            return known
    raise AssertionError("nobody buys anything regularly")


def test_customers_are_found_sorted_and_opened(
    visit: Visit, api: Api, regular: dict[str, Any]
) -> None:
    page = visit.open("/customers/")
    page.get_by_label("Sort by").select_option("name")
    expect(page).to_have_url(re.compile(r"\?sort=name$"))
    names = page.get_by_role("table", name="Customers").locator("tbody th")
    sorted_ = api.get("/v1/customers", limit=50, sort="name")["items"]
    expect(names).to_have_text([customer["name"] for customer in sorted_])
    page.get_by_role("searchbox").fill(regular["name"])
    expect(page.get_by_label("Sort by")).to_be_disabled()
    page.get_by_role("link", name=regular["name"]).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(regular["name"])
    assert not visit.complaints


def test_customers_of_a_segment(visit: Visit, api: Api, regular: dict[str, Any]) -> None:
    stage = f"lifecycle-{regular['lifecycle']}"
    inside = [one["name"] for one in api.get("/v1/customers", limit=50, segment=stage)["items"]]
    page = visit.open("/segments/")
    page.get_by_role("link", name=re.compile("^Customers of ")).first.wait_for()
    page.locator(f"a[href$='segment={stage}']").click()
    names = page.get_by_role("table", name="Customers").locator("tbody th")
    expect(names).to_have_text(inside)
    expect(page.get_by_role("searchbox")).to_be_disabled()
    page.get_by_label("Segment").select_option("")
    expect(page).to_have_url(visit.server.url + "/customers/")
    expect(page.get_by_role("searchbox")).to_be_enabled()
    assert not visit.complaints


def test_one_page_tells_all_of_a_customer(visit: Visit, regular: dict[str, Any]) -> None:
    customer = regular["customer_id"]
    page = visit.open(f"/customer/?id={customer}")
    spent = f"€{round(regular['lifetime_value']['so_far_minor'] / 100):,}"
    expect(page.get_by_label("Value and risk")).to_contain_text(spent)
    runs_out = page.get_by_role("table", name="What runs out when").locator("tbody tr")
    expect(runs_out).to_have_count(len(regular["consumption"]))
    expect(runs_out.first).to_contain_text(regular["consumption"][0]["name"])
    basket = page.get_by_role("list", name="Next basket")
    basket.locator("summary").first.click()
    expect(basket.get_by_text("Chance in the next basket").first).to_be_visible()
    expect(page.get_by_role("table", name="Orders").locator("tbody tr").first).to_be_visible()
    page.get_by_role("button", name="Show as table").click()
    expect(page.get_by_role("table", name="Orders by month")).to_be_visible()
    page.goto(f"{visit.server.url}/customer/?id=nobody")
    expect(page.get_by_text("This does not exist")).to_be_visible()


def test_duplicates_are_compared_merged_and_taken_apart(visit: Visit, api: Api) -> None:
    kept = {"id": "mia-1", "name": "Mia Sommer", "email": "mia.sommer@mail.test", "tags": ["vip"]}
    other = {"id": "mia-2", "name": "Mia Sommer", "email": "miasommer@mail.test",
             "phone": "+43 660 1234567"}  # fmt: skip
    for customer in (kept, other):
        api.ask("POST", "/v1/customers", customer)
    product_id, location_id = api.stocked()
    order = {"lines": [{"product_id": product_id, "quantity": 1}], "location_id": location_id}
    placed = api.ask("POST", "/v1/orders", {**order, "customer_id": "mia-2"})
    page = visit.open("/customer/?id=mia-1")
    alike = page.get_by_role("list", name="Possible duplicates").get_by_role("listitem")
    expect(alike).to_contain_text("Very likely the same")
    alike.get_by_role("button", name="Compare and merge").click()
    form = page.get_by_role("dialog", name="Merge two customers into one?")
    after = form.get_by_label("It will then say")
    expect(after).to_contain_text("mia.sommer@mail.test")
    expect(after).to_contain_text("the other says miasommer@mail.test")
    expect(after.locator("div", has_text="Phone").first).to_contain_text("from the other record")
    assert api.get("/v1/customers/mia-1")["same"] == []
    form.get_by_text("Mia Sommer (mia-2)").click()
    expect(after).to_contain_text("the other says mia.sommer@mail.test")
    form.get_by_text("Mia Sommer (mia-1)").click()
    form.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Merged: both are one customer now.")).to_be_visible()
    assert api.get("/v1/customers/mia-1")["phone"] == "+43 660 1234567"

    # What happened to either stands in one line of time.
    happened = page.locator("section", has=page.get_by_role("heading", name="What happened"))
    expect(happened.get_by_role("link", name=f"Order {placed['number']}")).to_be_visible()
    happened.get_by_text("Visits", exact=True).click()
    expect(page).to_have_url(re.compile("what=visit"))
    expect(happened.get_by_text("Nothing yet")).to_be_visible()

    page.goto(f"{visit.server.url}/customer/?id=mia-2")
    expect(page.get_by_text("This record was merged")).to_be_visible()
    page.get_by_role("button", name="Take apart").click()
    expect(page.get_by_text("This record was merged")).to_have_count(0)
    assert api.get("/v1/customers/mia-1")["same"] == []
    assert api.get("/v1/customers/mia-2")["status"] == "active"

    # The whole shop's pairs stand on a page of their own, and are merged from there.
    page.goto(f"{visit.server.url}/customers/duplicates/")
    page.get_by_role("button", name="Compare all customers now").click()
    page.get_by_role("button", name="Compare and merge: Mia Sommer and Mia Sommer").click()
    form = page.get_by_role("dialog", name="Merge two customers into one?")
    form.get_by_text("Mia Sommer (mia-1)").click()
    form.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_text("Merged: both are one customer now.")).to_be_visible()
    assert api.get("/v1/customers/mia-1")["same"] == ["mia-2"]
    pairs = page.get_by_role("list", name="Possible duplicates")
    expect(pairs.get_by_text("Mia Sommer")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(pairs.get_by_text("Mia Sommer")).to_have_count(2)
    assert not visit.complaints


def test_advice_is_accepted_and_dismissed(visit: Visit, api: Api, regular: dict[str, Any]) -> None:
    first, second = api.get("/v1/recommendations", limit=2)["items"]
    page = visit.open("/recommendations/")
    advice = page.get_by_role("list", name="Recommendations").locator("> li")
    expect(advice.first).to_contain_text(first["name"])
    expect(advice.first).to_contain_text(f"€{first['at_stake_minor'] / 100:,.2f}")
    advice.first.get_by_role("button", name="Accept").click()
    expect(page.get_by_text(f"Accepted: {first['name']}")).to_be_visible()
    expect(advice.first).to_contain_text(second["name"])
    advice.first.get_by_role("button", name="Not now").click()
    expect(page.get_by_text(f"Dismissed: {second['name']}")).to_be_visible()
    page.get_by_label("Show").select_option("dismissed")
    expect(page).to_have_url(re.compile(r"\?status=dismissed$"))
    expect(advice).to_have_count(1)
    assert [a["id"] for a in api.get("/v1/recommendations", status="accepted")["items"]] == [
        first["id"]
    ]
    advice.first.get_by_role("button", name="Open again").click()
    expect(page.get_by_text("is open advice again")).to_be_visible()
    expect(advice).to_have_count(0)
    page.get_by_label("Show").select_option("open")
    expect(advice.first).to_contain_text(second["name"])
    advice.first.get_by_role("button", name="Accept").click()
    page.get_by_role("status").get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_text("is open advice again")).to_be_visible()
    opened = [a["id"] for a in api.get("/v1/recommendations", limit=1)["items"]]
    assert opened == [second["id"]]


def test_a_manager_sees_what_a_customer_is_shown(visit: Visit, regular: dict[str, Any]) -> None:
    page = visit.open("/recommendations/preview/")
    page.get_by_role("searchbox").fill(regular["name"])
    page.get_by_role("button", name=regular["name"]).first.click()
    shown = page.get_by_role("list", name="What this customer is shown").locator("> li")
    expect(shown).to_have_count(12)
    expect(page.get_by_text("Model version")).to_be_visible()
    page.get_by_label("Products bought before").select_option("only")
    expect(page).to_have_url(re.compile("own=only"))
    expect(shown.filter(has_not_text="Bought before")).to_have_count(0)
    page.get_by_label("Where").select_option("product")
    expect(page.get_by_text("Find a product", exact=True).first).to_be_visible()
    page.get_by_role("main").get_by_role("listitem").first.get_by_role("button").click()
    expect(page).to_have_url(re.compile("product="))
    expect(shown.first).to_be_visible()
    assert not visit.complaints


def test_a_segment_is_defined_filled_and_deleted(visit: Visit, regular: dict[str, Any]) -> None:
    page = visit.open("/segments/")
    stages = page.get_by_role("table", name="Segments").locator("tbody tr")
    expect(stages).to_have_count(4)
    expect(page.get_by_role("group", name="Map").get_by_role("img").first).to_be_visible()
    page.get_by_text("Your own", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"\?kind=rule$"))
    page.get_by_role("button", name="Define it").click()
    expect(page.get_by_text("Please fill this in.")).to_be_visible()
    page.get_by_label("Name").fill("Good ones")
    page.get_by_label("Value").fill("2")
    page.get_by_role("button", name="And …").click()
    page.get_by_label("Figure").last.select_option("revenue_minor")
    page.get_by_label("Value (EUR)").fill("10.50")
    page.get_by_role("button", name="Define it").click()
    own = page.get_by_role("table", name="Segments").locator("tbody tr")
    expect(own).to_contain_text("orders at least 2 and spent so far at least €10.50")
    expect(own).to_contain_text("not counted yet")
    page.get_by_role("button", name="Analyse now").click()
    expect(own).to_contain_text(re.compile(r"\d+%"), timeout=60_000)  # live: nobody reloads
    own.get_by_role("button", name="Delete: Good ones").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("You have defined none yet")).to_be_visible()
    assert not visit.complaints
