"""Signing in with an organisation, in the browser, at the OpenID provider that tests run."""

import re
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from api.test_oidc import provider as provider
from faults.server import Server as Running
from faults.server import free_port, running

from .conftest import Server, Visit, Visitor
from .test_everyone import in_themes
from .test_portal import arrived


@pytest.fixture(scope="module")
def shop(built: None, provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An empty shop that is set up with the provider."""
    port = free_port()
    env = {
        "OMNIX_OIDC_ISSUER": provider,
        "OMNIX_OIDC_CLIENT_ID": "shop",
        "OMNIX_OIDC_CLIENT_SECRET": "s",
        "OMNIX_OIDC_REDIRECT_URI": f"http://127.0.0.1:{port}/v1/auth/oidc/callback",
    }
    data = tmp_path_factory.mktemp("provider") / "data"
    with running(data, "--no-demo", env=env, port=port) as it:
        yield it


def _knows(provider: str, sub: str, **claims: object) -> None:
    httpx.put(f"{provider}/users/{sub}", json=claims).raise_for_status()


def _to_provider(visit: Visit, provider: str) -> Page:
    page = visit.open("/login/")
    page.get_by_role("button", name="Sign in with your organisation").click()
    expect(page).to_have_url(re.compile(re.escape(provider)))
    return page


def _refused(page: Page, words: str) -> None:
    expect(page).to_have_url(re.compile(r"/login/\?refused=\w+$"))
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with your organisation")).to_be_visible()


def test_signing_in_with_an_organisation(visitor: Visitor, shop: Running, provider: str) -> None:
    name = f"ann-{time.time_ns()}"
    _knows(provider, name, email=f"{name}@example.test", email_verified=True, name="Ann")
    visit = visitor(at=Server(shop.url, "", ""))
    page = _to_provider(visit, provider)
    page.locator("input[name=sub]").fill(name)
    page.get_by_role("button", name="Authorize").click()
    arrived(page, "/my/")
    page.reload()
    expect(page.get_by_role("heading", name="My shopping list")).to_be_visible()


def test_every_refusal_is_told_in_words(visitor: Visitor, shop: Running, provider: str) -> None:
    visit = visitor(at=Server(shop.url, "", ""))
    page = _to_provider(visit, provider)
    page.get_by_role("button", name="Deny").click()
    _refused(page, "signed nobody in")
    _knows(provider, "eve", email="eve@example.test", email_verified=False)
    page = _to_provider(visit, provider)
    page.locator("input[name=sub]").fill("eve")
    page.get_by_role("button", name="Authorize").click()
    _refused(page, "has not confirmed your e-mail address")
    page.goto(f"{shop.url}/v1/auth/oidc/callback?state=forged&code=forged")
    _refused(page, "took too long")
    assert in_themes(page) == []
    page = visit.open("/login/?refused=%3Cb%3E")
    expect(page.get_by_role("alert").filter(has_text="did not work")).to_be_visible()


def test_without_a_provider_nothing_is_offered(visitor: Visitor) -> None:
    visit = visitor(locale="he-IL")
    page = visit.open("/login/")
    expect(page.locator("input[name=email]")).to_be_visible()
    expect(page.get_by_role("button", name="כניסה דרך הארגון")).to_have_count(0)
    page.goto(f"{visit.server.url}/v1/auth/oidc")
    expect(page.get_by_role("alert").filter(has_text="לא הוגדרה")).to_be_visible()
    assert visit.complaints == []
