"""The system pages: work in the background, users, keys, settings, the audit log."""

from playwright.sync_api import expect

from .conftest import Api, Visit

HEAR_DIALOG = """() => {
    const dialog = document.querySelector('dialog[open]');
    window.said = [];
    new MutationObserver(() => window.said.push(dialog.textContent))
        .observe(dialog, {subtree: true, childList: true, characterData: true});
}"""


def test_a_user_and_a_key_are_made_and_the_log_tells_of_both(visit: Visit, api: Api) -> None:
    page = visit.open("/system/users/")
    page.get_by_role("button", name="Add a user").click()
    form = page.get_by_role("dialog", name="Add a user")
    form.get_by_label("Name").fill("Mira Till")
    form.get_by_label("E-mail").fill("nobody")
    form.get_by_role("button", name="Add a user").click()
    expect(form.get_by_label("E-mail")).to_be_focused()  # the API's reason stands beside it
    expect(form.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    form.get_by_label("E-mail").fill("mira@example.com")
    form.get_by_label("Role").select_option("analyst")
    form.get_by_role("button", name="Add a user").click()
    told = page.get_by_role("dialog", name="One-time password")
    secret = told.locator("p.font-mono").inner_text()
    told.get_by_role("button", name="I have it").click()
    row = page.get_by_role("table", name="Users").locator("tr", has_text="mira@example.com")
    expect(row).to_contain_text("Analyst")
    row.get_by_role("button", name="Shut out").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("mira@example.com")
    page.evaluate(HEAR_DIALOG)
    dialog.get_by_role("button", name="Shut out").click()
    expect(row).to_contain_text("Shut out", use_inner_text=True)
    expect(row.get_by_role("button", name="Let in again")).to_be_visible()
    # A question keeps its words until it is gone, though what it asks about has changed by then.
    assert not [text for text in page.evaluate("window.said") if "Let in again" in text]
    refused = page.request.post(
        f"{visit.server.url}/v1/auth/login",
        data={"email": "mira@example.com", "password": secret},
    )
    assert refused.status == 401

    page.goto(f"{visit.server.url}/system/keys/")
    page.get_by_role("button", name="Make a key").click()
    form = page.get_by_role("dialog", name="Make a key")
    form.get_by_label("Name").fill("Till")
    form.get_by_role("button", name="Reading only").click()
    form.get_by_role("button", name="Make a key").click()
    told = page.get_by_role("dialog", name="Your new key")
    key = told.locator("p.font-mono").inner_text()
    told.get_by_role("button", name="I have it").click()
    bearer = {"Authorization": f"Bearer {key}"}
    products = f"{visit.server.url}/v1/products"
    assert page.request.get(products, headers=bearer).status == 200
    page.get_by_role("button", name="Revoke: Till").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("button", name="Revoke: Till")).to_have_count(0)
    assert page.request.get(products, headers=bearer).status == 401

    page.goto(f"{visit.server.url}/system/audit/")
    for what in ("user.created", "api-key.revoked"):
        page.get_by_label("What happened", exact=True).select_option(what)
        expect(page.get_by_role("table", name="Audit log").locator("tbody tr")).to_have_count(
            len(api.get("/v1/audit-log", type=what)["items"])
        )
    page.get_by_role("button", name="Verify the whole log").click()
    expect(page.get_by_text("Untouched: all")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export (CSV)").click()
    assert "user.created" in download.value.path().read_text()


def test_settings_are_changed_and_wrong_ones_told(visit: Visit, api: Api) -> None:
    page = visit.open("/system/settings/")
    level = page.get_by_label("Wanted certainty (%)", exact=True)
    level.fill("120")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Between 50 and 99.9.")).to_be_visible()
    level.fill("95.0")
    page.get_by_label("Days between orders", exact=True).fill("6")
    page.get_by_label("Country of the public holidays").select_option("AT")
    origins = page.get_by_label("Web shops whose pages may send events")
    origins.fill("shop.example")
    page.get_by_role("button", name="Save").click()
    expect(origins).to_be_focused()  # the API's reason stands beside it
    expect(origins).to_have_attribute("aria-invalid", "true")
    origins.fill("https://shop.example https://two.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    kept = api.get("/v1/system/settings")
    assert kept["event_origins"] == ["https://shop.example", "https://two.example"]
    assert (kept["review_days"], kept["service_level"], kept["country"]) == (6, 0.95, "AT")
    history = page.get_by_role("table", name="Former settings").locator("tbody tr")
    expect(history).to_have_count(len(api.get("/v1/system/settings/history")["items"]))
    api.ask(
        "PATCH",
        "/v1/system/settings",
        {"version": kept["version"], "review_days": 7, "event_origins": [], "country": ""},
    )


def test_jobs_are_listed_by_state(visit: Visit, api: Api) -> None:
    page = visit.open("/system/jobs/?state=done")
    rows = page.get_by_role("table", name="Jobs").locator("tbody tr")
    expect(rows.first).to_contain_text("Done")
    page.get_by_label("State", exact=True).select_option("cancelled")
    expect(page.get_by_text("There is no such job")).to_be_visible()
    page.goto(f"{visit.server.url}/system/")
    checks = page.get_by_role("list", name="Checks").get_by_role("listitem")
    expect(checks).to_have_count(len(api.get("/v1/health")["checks"]))
    page.get_by_role("link", name="Cost").click()
    expect(page.get_by_text("No bill: OMNIX runs on your own machine.")).to_be_visible()


def test_data_is_checked_and_what_is_found_leads_to_its_page(visit: Visit, api: Api) -> None:
    new = {"name": "Mystery box", "sku": "MYSTERY-1", "price_minor": 0, "category": "Boxes"}
    made = api.ask("POST", "/v1/products", new)
    page = visit.open("/system/data/")
    page.get_by_role("button", name="Check now").click()
    found = page.get_by_role("list", name="To be mended").get_by_role("listitem")
    priceless = found.filter(has_text="Products without a price")
    expect(priceless).to_contain_text("Makes figures wrong", timeout=60_000)
    reports = api.get("/v1/system/data-quality", limit=200)["items"]
    of_state = {state: sum(r["state"] == state for r in reports) for state in ("found", "clean")}
    headings = page.get_by_role("list", name="To be mended").get_by_role("heading")
    expect(headings).to_have_count(of_state["found"])
    clean = page.get_by_role("list", name="In good order").get_by_role("listitem")
    expect(clean).to_have_count(of_state["clean"])
    expect(page.get_by_text(f"of {len(reports)} checks found something")).to_be_visible()
    priceless.first.locator("summary").click()
    priceless.get_by_role("link", name="Mystery box").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mystery box")
    api.ask("PATCH", f"/v1/products/{made['id']}", {"version": 1, "price_minor": 500})
    assert not visit.complaints


def test_everybody_asks_for_a_digest(visit: Visit, api: Api) -> None:
    page = visit.open("/account/")
    page.get_by_text("Every Monday").click()
    expect(page.get_by_text("It comes every Monday")).to_contain_text("admin@")
    assert api.get("/v1/dashboard/digest") == {"every": "week"}
    page.get_by_text("Never", exact=True).click()
    expect(page.get_by_text("You get none.")).to_be_visible()
    assert api.get("/v1/dashboard/digest") == {"every": "never"}
