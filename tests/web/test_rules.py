"""Alert rules and channels in the browser."""

import re

from playwright.sync_api import expect

from .conftest import Api, Visit


def test_a_rule_is_tried_written_switched_off_and_deleted(visit: Visit, api: Api) -> None:
    page = visit.open("/alerts/rules/")
    page.get_by_role("link", name="Write a rule").click()
    page.get_by_label("Name").fill("Dear and nearly gone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This is not a value.")).to_be_visible()
    page.get_by_label("What", exact=True).select_option("state")
    page.get_by_label("Value").fill("low")
    value = page.get_by_label("Value")
    value.fill("low" * 40)
    for press in ("Try it", "Save"):
        # What the first of them says is still there when the second one is pressed.
        with page.expect_console_message(lambda told: "400 (Bad Request)" in told.text):
            page.get_by_role("button", name=press).click()
        expect(value).to_have_accessible_description(re.compile("100"))
        expect(page.get_by_role("main").get_by_role("alert")).to_have_count(0)
    assert all("400 (Bad Request)" in told for told in visit.complaints)
    visit.complaints.clear()
    value.fill("low")
    expect(value).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="And also").click()
    page.get_by_label("What", exact=True).nth(1).select_option("stock_value_minor")
    page.get_by_label("Amount (EUR)").fill("0,50")
    after = page.get_by_label("Escalate after (minutes)")
    after.fill("3")
    expect(after).to_have_accessible_description(re.compile("Enter 5 to 43200"))
    after.fill("90")
    expect(page.get_by_role("group", name="Then tell these channels")).to_be_visible()
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Would stand right now")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/alerts/rules/")
    row = page.get_by_role("table", name="Rules").locator("tr", has_text="Dear and nearly gone")
    expect(row).to_contain_text("stock value")
    rules = {
        each["rule"]["name"]: each["rule"]
        for each in api.get("/v1/alert-rules", limit=200)["items"]
    }
    assert [c["value"] for c in rules["Dear and nearly gone"]["when"]["any"][0]["all"]] == [
        "low",
        50,
    ]
    assert rules["Dear and nearly gone"]["escalate_minutes"] == 90
    row.get_by_label("Dear and nearly gone is on").click()
    expect(row.get_by_label("Dear and nearly gone is on")).not_to_be_checked()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    assert not visit.complaints


def test_a_channel_is_added_and_tried(visit: Visit, api: Api) -> None:
    page = visit.open("/alerts/channels/")
    page.get_by_role("button", name="Add a channel").click()
    form = page.get_by_role("dialog", name="Add a channel")
    form.get_by_label("Name").fill("Back office")
    form.get_by_label("Kind").select_option("webhook")
    form.get_by_label("Web address").fill("http://127.0.0.1/hook")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_label("Web address")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("Kind").select_option("email")
    form.get_by_label("E-mail address").fill("office@example.com")
    form.get_by_label("Quiet from").fill("22:00")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Give both hours, or neither.")).to_be_visible()
    form.get_by_label("Quiet until").fill("06:30")
    form.get_by_role("button", name="Save").click()
    item = page.get_by_role("listitem").filter(has_text="office@example.com")
    expect(item).to_contain_text("quiet 22:00–06:30")
    item.get_by_role("button", name="Send a test").click()
    expect(item.get_by_text("The test message was")).to_be_visible()
    item.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is no channel yet")).to_be_visible()
    assert api.get("/v1/alert-channels")["items"] == []
