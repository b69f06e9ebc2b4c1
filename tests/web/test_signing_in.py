"""The door: wrong input, the first start, sessions of several tabs."""

import time

from playwright.sync_api import expect

from .conftest import Api, Visitor


def test_wrong_input_is_told_beside_the_field(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open("/login/")
    email = page.locator("input[name=email]")
    page.locator("button[type=submit]").click()
    expect(email).to_be_focused()
    expect(email).to_have_accessible_description("Please fill this in.")
    email.fill("nobody@example.com")
    page.locator("button[type=submit]").click()
    expect(email).to_have_accessible_description("")
    expect(page.locator("input[name=password]")).to_be_focused()


def test_a_wrong_password_is_told_without_saying_which_was_wrong(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open("/login/")
    page.locator("input[name=email]").fill(visit.server.email)
    page.locator("input[name=password]").fill("not the password")
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("alert").filter(has_text="wrong")).to_be_visible()
    expect(page).to_have_url(visit.server.url + "/login/")


def test_signing_in_leads_back_to_the_page_that_was_wanted(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.open("/products/?q=bar")
    expect(page).to_have_url(visit.server.url + "/login/?next=%2Fproducts%2F%3Fq%3Dbar")
    page.locator("input[name=email]").fill(visit.server.email)
    page.locator("input[name=password]").fill(visit.server.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(visit.server.url + "/products/?q=bar")
    expect(page.get_by_role("searchbox")).to_have_value("bar")


def test_the_api_says_beside_the_field_what_is_wrong(visitor: Visitor) -> None:
    page = visitor().open("/login/")
    email = page.locator("input[name=email]")
    email.fill("a")
    page.locator("input[name=password]").fill("anything")
    page.locator("button[type=submit]").click()
    expect(email).to_have_accessible_description("must have at least 3 characters")
    expect(email).to_be_focused()


def test_the_one_time_password_must_be_changed(visitor: Visitor, api: Api) -> None:
    email = f"new{time.time_ns()}@example.com"
    made = api.ask("POST", "/v1/users", {"email": email, "name": "New", "role": "manager"})
    visit = visitor()
    page = visit.open("/")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(made["one_time_password"])
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="Choose your password")).to_be_visible()
    new, again = page.locator("input[name=new_password]"), page.locator("input[name=repeat]")
    new.fill("short")
    again.fill("other")
    page.locator("button[type=submit]").click()
    expect(again).to_have_accessible_description("The two passwords differ.")
    expect(new).to_have_accessible_description("Use at least 10 characters.")
    new.fill(email)
    again.fill(email)
    page.locator("button[type=submit]").click()
    expect(new).to_have_accessible_description("must not hold your name or e-mail address")
    expect(new).to_be_focused()
    new.fill("long enough now")
    again.fill("long enough now")
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_a_reload_keeps_the_session_and_no_script_can_read_it(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.sign_in()
    page.reload()
    expect(page.locator("[data-live=live]")).to_be_visible()
    stored = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    assert stored == '[{"omnix.session":"1"},{},""]'


def test_tabs_that_refresh_at_once_all_stay_signed_in(visitor: Visitor) -> None:
    visit = visitor()
    visit.sign_in()
    pages = [visit.context.new_page() for _ in range(4)]
    for page in pages:
        page.evaluate("url => { location.href = url }", visit.server.url + "/products/")
    for page in pages:
        expect(page.locator("[data-live=live]")).to_be_visible()


def test_signing_out_ends_every_tab(visitor: Visitor) -> None:
    visit = visitor()
    page = visit.sign_in()
    other = visit.context.new_page()
    other.goto(visit.server.url + "/products/")
    expect(other.locator("[data-live=live]")).to_be_visible()
    page.get_by_role("button", name="Account and settings").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(visit.server.url + "/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
