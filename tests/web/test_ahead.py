"""Forecasts asked and told: what if, overrides, lost sales; and the figures of this minute."""

import re
import uuid

from playwright.sync_api import expect

from .conftest import Api, Visit


def test_what_if_answers_for_a_promotion(visit: Visit, api: Api) -> None:
    product = api.get("/v1/forecasts", limit=1)["items"][0]["product_id"]
    name = api.get(f"/v1/products/{product}")["name"]
    page = visit.open("/forecasts/what-if/")
    page.get_by_label("Choose a product").first.fill(product)
    page.get_by_role("button", name=name).click()
    page.get_by_text("Promotion", exact=True).click()
    page.get_by_label("Reduced by (%)").fill("95")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("A whole number from 1 to 90.")).to_be_visible()
    page.get_by_label("Reduced by (%)").fill("20")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("heading", name="What this rests on")).to_be_visible()
    expect(page).to_have_url(re.compile("value=20"))
    body = {"product_id": product, "days": 28, "promotion": {"percent_off": 20}}
    known = api.ask("POST", "/v1/forecasts/what-if", body)["scenario"] is not None
    told = (
        page.get_by_label("What would come of it") if known else page.get_by_text("cannot be told")
    )
    expect(told).to_be_visible()
    assert not visit.complaints


def test_a_forecast_is_overridden_for_a_reason_and_back_again(visit: Visit, api: Api) -> None:
    product = api.get("/v1/forecasts", limit=1)["items"][0]["product_id"]
    page = visit.open(f"/forecasts/overrides/?id={product}")
    page.get_by_role("button", name="Override a forecast").click()
    form = page.get_by_role("dialog", name="Override a forecast")
    form.get_by_label("More or less (%)").fill("25")
    form.get_by_role("button", name="Override a forecast").click()
    expect(form.get_by_text("Say why, in a few words.")).to_be_visible()
    form.get_by_label("Why").fill("Street festival")
    form.get_by_role("button", name="Override a forecast").click()
    row = page.get_by_role("table", name="Overrides").locator("tr", has_text="Street festival")
    expect(row).to_contain_text("+25.0%")
    expect(row).to_contain_text("Planned")
    made = api.get("/v1/forecasts/overrides", product_id=product)["items"][0]
    assert (made["multiplier"], made["reason"]) == (1.25, "Street festival")
    row.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(row).to_contain_text("Withdrawn")
    page.goto(f"{visit.server.url}/forecasts/lost-sales/?days=90")
    lost = api.get("/v1/forecasts/lost-sales", days=90, limit=50)["items"]
    expect(page.get_by_role("table", name="Lost sales").locator("tbody tr")).to_have_count(
        len(lost)
    )
    assert not visit.complaints


def test_a_promotion_is_planned_changed_and_deleted(visit: Visit, api: Api) -> None:
    first, second = api.get("/v1/products", limit=2)["items"]
    page = visit.open("/forecasts/promotions/?show=ahead")
    page.get_by_role("button", name="Plan a promotion").click()
    form = page.get_by_role("dialog", name="Plan a promotion")
    form.get_by_label("Name", exact=True).fill("Street festival")
    form.get_by_label("Percent off").fill("99")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("A whole number from 1 to 95.")).to_be_visible()
    form.get_by_label("Percent off").fill("20")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Choose at least one product.")).to_be_visible()
    for product in (first, second):
        form.get_by_label("Add a product").first.fill(product["sku"])
        form.get_by_role("button", name=product["name"]).click()
    form.get_by_role("button", name=f"Leave out: {second['id']}").click()
    form.get_by_role("button", name="Save").click()
    row = page.get_by_role("table", name="Promotions").locator("tr", has_text="Street festival")
    expect(row).to_contain_text("Planned")
    expect(row).to_contain_text(first["name"])
    (made,) = [p for p in api.get("/v1/forecasts/promotions")["items"]
               if p["name"] == "Street festival"]  # fmt: skip
    assert (made["percent_off"], made["product_ids"]) == (20, [first["id"]])

    row.get_by_role("button", name="Change").click()
    form = page.get_by_role("dialog", name="Change a promotion")
    form.get_by_text("A whole category").click()
    form.get_by_label("Category", exact=True).select_option(first["category"])
    form.get_by_label("Last day, included").fill("2099-01-01")
    form.get_by_role("button", name="Save").click()
    # The API's own reason, beside the field.
    expect(form.get_by_label("Last day, included")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Last day, included").fill(made["last_day"])
    form.get_by_role("button", name="Save").click()
    expect(row).to_contain_text(f"All of {first['category']}")
    path = f"/v1/forecasts/promotions/{made['id']}"
    assert (api.get(path)["category"], api.get(path)["version"]) == (first["category"], 2)
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    ids = {p["id"] for p in api.get("/v1/forecasts/promotions", limit=200)["items"]}
    assert made["id"] not in ids
    assert all("400" in complaint for complaint in visit.complaints)


def test_a_visitor_is_seen_at_once(visit: Visit, api: Api) -> None:
    product = api.get("/v1/products", limit=1)["items"][0]
    page = visit.open("/live/")
    expect(page.get_by_role("heading", name="Unusual hours")).to_be_visible()
    visitor = uuid.uuid4().hex
    events = [
        {"message_id": f"{visitor}-{n}", "type": "product_view", "anonymous_id": visitor,
         "product_id": product["id"]}
        for n in range(12)
    ]  # fmt: skip
    api.ask("POST", "/v1/events/batch", {"events": events})
    funnel = page.get_by_role("listitem").filter(has_text="Looked at a product")
    expect(funnel).to_contain_text(re.compile("[1-9]"), timeout=60_000)  # live: nobody reloads
    expect(page.get_by_role("slider", name="Minute by minute")).to_be_visible()
    assert not visit.complaints
