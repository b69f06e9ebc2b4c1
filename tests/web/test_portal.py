"""A customer's own pages, from an account made by mail to its end; and one's own account."""

import email
import json
import re
import time
from email.policy import default
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from .conftest import Api, Server, Visit, Visitor
from .test_customers import regular as regular
from .test_everyone import in_themes, settled

PATIENCE = 60.0
OWN = "harbour lantern 43"
PAGES = ("/my/", "/my/for-you/", "/my/orders/", "/my/preferences/", "/my/privacy/", "/my/account/")


@pytest.fixture
def folder(server: Server) -> Path:
    """Where mails of the server lie."""
    if server.data is None:
        pytest.skip("the mails of a server that others started cannot be read")
    return server.data / "mail"


def letter(folder: Path, to: str, after: int) -> str:
    """The newest mail to an address; ``after`` so many mails to it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=default)
            for path in sorted(folder.glob("*.eml"))
        ]
        mine = [mail for mail in mails if to in str(mail["to"])]
        if len(mine) > after:
            body = mine[-1].get_body()
            assert body is not None
            return str(body.get_content())
        time.sleep(0.1)
    raise AssertionError(f"no mail to {to}")


def mailed(folder: Path, to: str, after: int) -> str:
    """The code in that mail."""
    told = letter(folder, to, after)
    found = re.search(r"^([\w-]{40,50})\s*$", told, re.MULTILINE)
    assert found is not None, told
    return found[1]


def enter(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"input[name={name}]").fill(value)
    page.locator(f"input[name={next(reversed(values))}]").press("Enter")


def arrived(page: Page, address: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))


def customer(visit: Visit, api: Api, folder: Path, known: dict[str, Any]) -> str:
    """An account of a customer who is known, made in the browser; its address."""
    one = api.get(f"/v1/customers/{known['customer_id']}")
    address = f"own{time.time_ns()}@example.com"
    change = {"version": one["version"], "email": address}
    api.ask("PATCH", f"/v1/customers/{one['id']}", change)
    page = visit.open("/register/")
    enter(page, name="", email=address, password="short")
    expect(page.locator("input[name=password]")).to_have_accessible_description(
        "Use at least 10 characters."
    )
    enter(page, name="Ann Other", email=address, password=OWN)
    code = page.locator("input[name=token]")
    enter(page, token="no such code")
    expect(code).to_have_accessible_description(re.compile("not valid any more"))
    enter(page, token=mailed(folder, address, 0))
    arrived(page, "/my/")
    return address


def test_a_customer_from_registration_to_erasure(
    visitor: Visitor, api: Api, folder: Path, regular: dict[str, Any]
) -> None:
    visit = visitor(viewport={"width": 390, "height": 844}, accept_downloads=True)
    page = visit.page
    customer(visit, api, folder, regular)
    expect(page.get_by_role("heading", name="My shopping list")).to_be_visible()
    for item in regular["consumption"][:2]:
        expect(page.get_by_role("heading", name=item["name"]).first).to_be_visible()

    page.get_by_role("link", name="For you").click()
    unwanted = page.get_by_role("button", name=re.compile("^Not for me: "))
    expect(unwanted.first).to_be_visible()
    name = str(unwanted.first.get_attribute("aria-label")).removeprefix("Not for me: ")
    unwanted.first.click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_have_count(0)

    page.get_by_role("link", name="Orders").click()
    expect(page.get_by_role("list", name="My orders").get_by_role("listitem").first).to_be_visible()

    page.get_by_role("link", name="Preferences").click()
    page.get_by_label("Offers by e-mail").check()
    page.locator("input[name=phone]").fill("x")
    page.get_by_role("button", name="Save").click()
    phone = page.locator("input[name=phone]")
    expect(phone).to_have_accessible_description(re.compile("at least"))
    phone.fill("+1 555 0100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="saved")).to_be_visible()

    visit.open("/customers/")  # staff's pages are not for customers
    arrived(page, "/my/")
    page.get_by_role("link", name="Privacy").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    records = json.loads(download.value.path().read_text())
    kinds = {record["kind"] for record in records}
    assert {"customer", "account", "order", "insights", "recommended product"} <= kinds

    page.get_by_role("button", name="Erase everything").click()
    enter(page, word="erase")
    expect(page.locator("input[name=word]")).to_have_accessible_description(re.compile("ERASE"))
    enter(page, word="ERASE")
    expect(page.get_by_role("heading", name="You are erased")).to_be_attached(timeout=60_000)
    page.goto(visit.server.url + "/my/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    kept = api.get(f"/v1/customers/{regular['customer_id']}/erasure")
    assert kept["removed"]["orders"] > 0


def test_a_second_factor_recovery_and_a_forgotten_password(
    visitor: Visitor, api: Api, folder: Path
) -> None:
    address = f"clerk{time.time_ns()}@example.com"
    made = api.ask("POST", "/v1/users", {"email": address, "name": "Clerk", "role": "analyst"})
    visit = visitor()
    page = visit.open("/login/?next=/account/")
    enter(page, email=address, password=made["one_time_password"])
    enter(page, new_password=OWN, repeat=OWN)
    arrived(page, "/account/")
    page.get_by_role("button", name="Turn on").click()
    enter(page, password=OWN)
    expect(page.get_by_role("img", name="QR code for the authenticator app")).to_be_visible()
    secret = page.locator(".font-mono").inner_text().replace(" ", "")
    enter(page, code="000000")
    expect(page.locator("input[name=code]")).to_have_accessible_description(re.compile("not the"))
    enter(page, code=pyotp.TOTP(secret).now())
    recovery = page.locator("ul.font-mono li").first.inner_text()
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()

    page.get_by_role("button", name="Account and settings").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Forgot your password?").click()
    # The page before has a field of the same name.
    expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    enter(page, email=address)
    expect(page.get_by_role("alert").filter(has_text="on its way")).to_be_visible()
    page.get_by_role("link", name="I have a code").click()
    expect(page.locator("input[name=token]")).to_be_visible()
    fresh = f"{OWN} more"
    enter(page, token=mailed(folder, address, 0), new_password=fresh, repeat=fresh)
    page.get_by_role("link", name="To sign-in").click()
    enter(page, email=address, password=fresh)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    enter(page, code="nothing like it")
    expect(page.locator("input[name=code]")).to_have_accessible_description(re.compile("wrong"))
    enter(page, code=recovery)
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


@pytest.mark.parametrize("locale", ["en-GB", "he-IL"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visitor: Visitor, api: Api, folder: Path, locale: str
) -> None:
    known = {"customer_id": api.ask("POST", "/v1/customers", {"name": "Ann"})["id"]}
    english = visitor()
    address = customer(english, api, folder, known)
    visit = visitor(locale=locale, viewport={"width": 320, "height": 800})
    page = visit.page
    found = []
    for path in (
        "/register/", "/confirm/", "/forgot-password/", "/reset-password/", "/invitation/",
        "/confirm-email/",
    ):  # fmt: skip
        visit.open(path)
        page.locator("button[type=submit]").click()
        found += in_themes(page)
    visit.open("/login/")
    enter(page, email=address, password=OWN)
    arrived(page, "/my/")
    for path in PAGES:
        settled(visit.open(path))
        found += in_themes(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    assert found == []
    assert [told for told in visit.complaints if "40" not in told] == []
