"""What mails link to: the page that was meant, with the code filled in and then out of sight."""

import re
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from .conftest import Visit, Visitor
from .test_portal import OWN, arrived, enter, letter
from .test_portal import folder as folder

ROLE = "Analyst"


def follow(visit: Visit, folder: Path, to: str, path: str, after: int = 0) -> Page:
    """Opens the link of the newest mail; the code stands in the field and no longer above it."""
    told = letter(folder, to, after)
    found = re.search(r"https?://\S+", told)
    assert found is not None, told
    base, _, code = found[0].partition("#code=")
    assert base == visit.server.url + path, told
    page = visit.open("/gallery/")  # so that the next is no change of the hash alone
    page.goto(found[0])
    expect(page.locator("input[name=token]")).to_have_value(code)
    expect(page).to_have_url(base)
    return page


def test_the_invited_come_in_by_a_link(visit: Visit, visitor: Visitor, folder: Path) -> None:
    address = f"invited{time.time_ns()}@example.com"
    page = visit.open("/system/users/")
    page.get_by_role("button", name="Invite somebody").click()
    form = page.get_by_role("dialog", name="Invite somebody")
    form.get_by_label("Name").fill("Ben Till")
    form.get_by_label("E-mail").fill(address)
    form.get_by_label("Role").select_option("analyst")
    form.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("alert").filter(has_text=address)).to_be_visible()
    row = page.get_by_role("table", name="Invited").locator("tr", has_text=address)
    expect(row).to_contain_text(ROLE)
    letter(folder, address, 0)
    row.get_by_role("button", name="Send again").click()
    page.get_by_role("dialog").get_by_role("button", name="Send again").click()
    guest = visitor()
    theirs = follow(guest, folder, address, "/invitation/", after=1)
    enter(theirs, new_password="short", repeat="short")
    new = theirs.locator("input[name=new_password]")
    expect(new).to_have_accessible_description("Use at least 10 characters.")
    enter(theirs, new_password="ben till is here", repeat="ben till is here")
    expect(new).to_have_accessible_description("must not hold your name or e-mail address")
    enter(theirs, new_password=OWN, repeat=OWN)
    expect(theirs.get_by_role("heading", name="Dashboard")).to_be_visible()
    page.reload()
    users = page.get_by_role("table", name="Users")
    expect(users.locator("tr", has_text=address)).to_contain_text(ROLE)
    expect(page.get_by_role("table", name="Invited")).to_have_count(0)


def test_an_invitation_that_was_taken_back(visit: Visit, visitor: Visitor, folder: Path) -> None:
    address = f"back{time.time_ns()}@example.com"
    page = visit.open("/system/users/")
    page.get_by_role("button", name="Invite somebody").click()
    form = page.get_by_role("dialog", name="Invite somebody")
    form.get_by_label("Name").fill("Eve Till")
    form.get_by_label("E-mail").fill(address)
    form.get_by_role("button", name="Send the invitation").click()
    theirs = follow(visitor(), folder, address, "/invitation/")
    row = page.get_by_role("table", name="Invited").locator("tr", has_text=address)
    row.get_by_role("button", name="Take back").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(row).to_have_count(0)
    enter(theirs, new_password=OWN, repeat=OWN)
    code = theirs.locator("input[name=token]")
    expect(code).to_have_accessible_description(re.compile("not valid any more"))


def test_registering_a_new_address_and_a_forgotten_password_by_links(
    visitor: Visitor, folder: Path
) -> None:
    name = time.time_ns()
    first, second = f"first{name}@example.com", f"second{name}@example.com"
    visit = visitor()
    page = visit.open("/register/")
    enter(page, name="Kim", email=first, password=OWN)
    page = follow(visit, folder, first, "/confirm/")
    enter(page, password=OWN)
    page.get_by_role("link", name="To sign-in").click()
    enter(page, email=first, password=OWN)
    arrived(page, "/my/")

    page = visit.open("/my/account/")
    page.get_by_role("button", name="Change the address").click()
    form = page.locator("form", has=page.get_by_label("New address"))
    form.get_by_label("New address").fill(second)
    form.get_by_label("Your password now").fill(OWN)
    form.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_role("alert").filter(has_text=second)).to_be_visible()
    page = follow(visit, folder, second, "/confirm-email/")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert").filter(has_text="changed")).to_be_visible()

    other = visitor()
    page = other.open("/forgot-password/")
    enter(page, email=second)
    expect(page.get_by_role("alert").filter(has_text=second)).to_be_visible()
    page = follow(other, folder, second, "/reset-password/", after=1)
    enter(page, new_password="quite another phrase", repeat="quite another phrase")
    page.get_by_role("link", name="To sign-in").click()
    enter(page, email=second, password="quite another phrase")
    arrived(page, "/my/")
