"""Asking in the browser: an answer with its sources, and what else can be asked."""

import re

from playwright.sync_api import expect

from .conftest import Api, Visit
from .test_everyone import in_themes


def test_an_answer_leads_to_where_its_figures_are(visit: Visit, api: Api) -> None:
    shown = api.get("/v1/dashboard/summary", days=30)["top_products"][0]
    page = visit.open("/ask/")
    page.get_by_label("Your question").fill("What sold best in the last 30 days?")
    page.get_by_role("button", name="Ask", exact=True).click()
    answer = page.locator("section").filter(
        has=page.get_by_role("heading", name="What sold best in the last 30 days?")
    )
    expect(answer).to_contain_text("Answered by OMNIX.")
    expect(answer).to_contain_text("By revenue, these sold best")
    link = answer.get_by_role("link", name=re.compile(re.escape(shown["name"]))).first
    expect(link).to_have_attribute("href", f"/product/?id={shown['product_id']}")
    expect(answer).to_contain_text("Where this comes from")
    assert not in_themes(page)
    link.click()
    expect(page.get_by_role("heading", level=1, name=shown["name"])).to_be_visible()
    assert not visit.complaints


def test_what_cannot_be_answered_offers_what_can(visit: Visit) -> None:
    page = visit.open("/ask/")
    page.get_by_label("Your question").fill("Tell me a joke")
    page.get_by_label("Your question").press("Enter")
    content = page.locator("#content")
    expect(content.get_by_text("I cannot answer that.")).to_be_visible()
    page.get_by_role("button", name="How is the shop doing?").click()
    expect(content.get_by_text(re.compile("The shop took"))).to_be_visible()
    assert not visit.complaints


def test_a_proposed_promotion_is_approved_and_a_product_is_put_into_words(
    visit: Visit, api: Api
) -> None:
    product = api.get("/v1/products", limit=1)["items"][0]
    call = {
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "draft_promotion", "arguments": {
            "name": "Spring sale", "percent_off": 20, "first_day": "2031-03-01",
            "last_day": "2031-03-07", "product_ids": [product["id"]],
        }},
    }  # fmt: skip
    assert "isError" not in api.ask("POST", "/mcp", call)["result"]
    page = visit.open("/ask/")
    drafts = page.locator("section").filter(
        has=page.get_by_role("heading", name="Proposed by assistants")
    )
    expect(drafts).to_contain_text("Spring sale")
    expect(drafts).to_contain_text(product["name"])
    assert not in_themes(page)
    drafts.get_by_role("button", name="Approve Spring sale").click()
    expect(drafts).to_have_count(0)
    (made,) = api.get("/v1/forecasts/promotions", from_day="2031-01-01")["items"]
    assert (made["name"], made["product_ids"]) == ("Spring sale", [product["id"]])
    for address in (f"/product/?id={product['id']}", "/orders/", "/replenishment/"):
        page = visit.open(address)
        words = page.locator("section").filter(has=page.get_by_role("heading", name="In words"))
        words.get_by_role("button", name="Put into words").click()
        expect(words).to_contain_text("Answered by OMNIX.")
    assert not visit.complaints
