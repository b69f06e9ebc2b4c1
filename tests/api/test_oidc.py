"""Sign-in with a real OpenID provider on this machine, and what a false one would send."""

import hashlib
import importlib.util
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from omnix.domains.auth import oidc, users
from omnix.domains.auth.declare import IDENTITIES, OIDC_SIGN_INS, USERS
from omnix.kit.errors import Invalid, Unauthenticated
from omnix.ports import Update

from .serving import Served, assert_problem, signed_in, user_of

pytestmark = pytest.mark.anyio
BACK = "http://shop.test/v1/auth/oidc/callback"
NOW = 1_800_000_000
PROVIDER = oidc.Provider(issuer="https://id.example.test", client_id="shop", redirect_uri=BACK)


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer of a provider that runs for these tests."""
    if importlib.util.find_spec("oidc_provider_mock") is None:
        pytest.skip("the OpenID provider for tests (oidc-provider-mock) is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
async def shop(served: Served, provider: str, monkeypatch: pytest.MonkeyPatch) -> Served:
    for name, value in (
        ("ISSUER", provider), ("CLIENT_ID", "shop"), ("CLIENT_SECRET", "s3cret/+ "),
        ("REDIRECT_URI", BACK),
    ):  # fmt: skip
        monkeypatch.setenv(f"OMNIX_OIDC_{name}", value)
    served.clock.advance(time.time() - served.clock.now().timestamp())
    served.tokens["admin"] = await signed_in(served.ports, served.access, user_of("admin"))
    return served


def _knows(provider: str, sub: str, **claims: Any) -> None:
    httpx.put(f"{provider}/users/{sub}", json=claims).raise_for_status()


async def _went(served: Served, sub: str) -> dict[str, str]:
    """The provider's answer for the browser, after ``sub`` signed in there."""
    began = await served.call("GET", "/auth/oidc", None)
    assert began.status_code == 303, began.text
    assert "HttpOnly" in began.headers["set-cookie"]
    assert "SameSite=lax" in began.headers["set-cookie"]
    url = began.headers["location"]
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(url, data={"sub": sub})
    assert answer.status_code in (302, 303), answer.text
    back = answer.headers["location"]
    assert back.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


async def _back(served: Served, query: dict[str, str]) -> httpx.Response:
    return await served.call("GET", "/auth/oidc/callback", None, params=query)


async def test_somebody_new_becomes_a_customer_and_is_known_again(
    shop: Served, provider: str
) -> None:
    made = await shop.call("POST", "/customers", json={"name": "A", "email": "ann@example.test"})
    assert made.status_code == 201
    _knows(provider, "ann-1", email="ann@example.test", email_verified=True, name="Ann")
    answer = await _back(shop, await _went(shop, "ann-1"))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/"
    fresh = await shop.call("POST", "/auth/refresh", None)
    assert fresh.status_code == 200
    user = await users.get(shop.ports, fresh.json()["user"]["id"])
    assert (user.role, user.customer_id) == ("customer", made.json()["id"])
    # The name at the provider counts from now on, also under another address.
    _knows(provider, "ann-1", email="new@example.test", email_verified=False)
    assert (await _back(shop, await _went(shop, "ann-1"))).status_code == 303
    again = await shop.call("POST", "/auth/refresh", None)
    assert again.json()["user"]["id"] == user.id
    await shop.ports.records.write([Update(USERS, user.id, set={"state": "disabled"})])
    assert (await _back(shop, await _went(shop, "ann-1"))).status_code == 401


async def test_an_address_that_the_provider_did_not_verify(shop: Served, provider: str) -> None:
    _knows(provider, "eve-1", email="admin@example.test", email_verified=False)
    refused = await _back(shop, await _went(shop, "eve-1"))
    assert refused.status_code == 403
    assert not [i async for part in shop.ports.records.scan(IDENTITIES) for i in part]


async def test_nobody_new_where_the_shop_wants_none(
    shop: Served, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIX_OIDC_NEW_USERS", "none")
    _knows(provider, "bob-1", email="bob@example.test", email_verified=True)
    assert (await _back(shop, await _went(shop, "bob-1"))).status_code == 403


async def test_an_answer_counts_once_in_the_browser_that_asked(shop: Served, provider: str) -> None:
    _knows(provider, "cat-1", email="cat@example.test", email_verified=True)
    query = await _went(shop, "cat-1")
    own = dict(shop.client.cookies)
    shop.client.cookies.clear()
    assert (await _back(shop, query)).status_code == 401, "another browser"
    shop.client.cookies.set("omnix_oidc", "another", path="/v1/auth/oidc")
    assert (await _back(shop, query)).status_code == 401
    shop.client.cookies.clear()
    shop.client.cookies.set("omnix_oidc", own["omnix_oidc"], path="/v1/auth/oidc")
    assert (await _back(shop, {**query, "state": "x" * 43})).status_code == 401
    assert (await _back(shop, query)).status_code == 303
    shop.client.cookies.set("omnix_oidc", own["omnix_oidc"], path="/v1/auth/oidc")
    assert (await _back(shop, query)).status_code == 401, "used"


async def test_the_challenge_is_of_the_verifier_that_is_kept(shop: Served) -> None:
    began = await shop.call("GET", "/auth/oidc", None)
    query = parse_qs(urlsplit(began.headers["location"]).query)
    (kept,) = [i async for part in shop.ports.records.scan(OIDC_SIGN_INS) for i in part]
    digest = hashlib.sha256(kept["verifier"].encode()).digest()
    assert query["code_challenge"] == [urlsafe_b64encode(digest).rstrip(b"=").decode()]
    assert query["code_challenge_method"] == ["S256"]
    assert query["nonce"] == [kept["nonce"]]
    assert query["state"][0] not in str(kept)


async def test_a_sign_in_that_took_too_long(shop: Served, provider: str) -> None:
    _knows(provider, "dan-1", email="dan@example.test", email_verified=True)
    query = await _went(shop, "dan-1")
    shop.clock.advance(oidc.LIVES_SECONDS)
    assert (await _back(shop, query)).status_code == 401


HTML = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


async def _told(served: Served, path: str = "/auth/oidc/callback", **query: str) -> str:
    """What the sign-in page is asked to say."""
    answer = await served.call("GET", path, None, params=query, headers=HTML)
    assert answer.status_code == 303, answer.text
    page, _, reason = answer.headers["location"].partition("?refused=")
    assert page == "/login/"
    assert "omnix_refresh" not in answer.headers.get("set-cookie", "")
    return str(reason)


async def test_a_browser_is_told_by_the_sign_in_page(
    shop: Served, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _knows(provider, "eve-2", email="eve2@example.test", email_verified=False)
    _knows(provider, "fay-1", email="fay@example.test", email_verified=True)
    assert await _told(shop, error="access_denied", state="x") == "denied"
    assert await _told(shop, error="server_error", error_description="<b>x</b>") == "provider"
    assert await _told(shop, code="x", state="forged") == "over"
    assert await _told(shop, **await _went(shop, "eve-2")) == "unverified"
    query = await _went(shop, "fay-1")
    assert await _told(shop, **{**query, "state": "y" * 43}) == "over"
    assert await _told(shop, **{**query, "code": "another"}) == "provider"
    monkeypatch.setenv("OMNIX_OIDC_NEW_USERS", "none")
    assert await _told(shop, **await _went(shop, "fay-1")) == "unknown"
    monkeypatch.setenv("OMNIX_OIDC_NEW_USERS", "customer")
    late = await _went(shop, "fay-1")
    shop.clock.advance(oidc.LIVES_SECONDS)
    assert await _told(shop, **late) == "over"
    monkeypatch.setenv("OMNIX_OIDC_ISSUER", "http://127.0.0.1:9")
    assert await _told(shop, "/auth/oidc") == "provider", "nobody answers there"
    monkeypatch.setenv("OMNIX_OIDC_ISSUER", "http://id.example.test")
    assert await _told(shop, "/auth/oidc") == "provider", "no TLS"
    monkeypatch.delenv("OMNIX_OIDC_ISSUER")
    assert await _told(shop, "/auth/oidc") == "none"
    shop.access.address_attempts = 1
    monkeypatch.setenv("OMNIX_OIDC_ISSUER", provider)
    shop.clock.advance(900)
    assert (await shop.call("GET", "/auth/oidc", None, headers=HTML)).status_code == 303
    assert await _told(shop, "/auth/oidc") == "busy"


async def test_where_no_provider_is_set_up(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMNIX_OIDC_ISSUER", raising=False)
    for path in ("/auth/oidc", "/auth/oidc/callback"):
        answer = await served.call("GET", path, None)
        assert answer.status_code == 404
        assert_problem(answer)


async def test_a_provider_without_tls_is_refused() -> None:
    from omnix.domains.auth.outbound import safe

    safe("https://id.example.test/x")
    safe("http://127.0.0.1:9/x")
    for url in ("http://id.example.test", "ftp://localhost", "file:///etc/passwd", "x", "http://["):
        with pytest.raises(Invalid):
            safe(url)


KEY = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
OTHER = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
GOOD = {
    "iss": PROVIDER.issuer, "aud": "shop", "sub": "ann", "nonce": "n", "iat": NOW, "exp": NOW + 60,
}  # fmt: skip


def _verified(token: str) -> dict[str, Any]:
    return oidc.verified(token, {"keys": [KEY.as_dict(private=False)]}, PROVIDER, "n", NOW)


def _signed(claims: dict[str, Any], key: Any = KEY, alg: str = "RS256") -> str:
    return jwt.encode({"alg": alg, "kid": "k1"}, claims, key, algorithms=[alg])


def test_a_good_token_of_the_provider() -> None:
    assert _verified(_signed(GOOD))["sub"] == "ann"
    assert _verified(_signed({**GOOD, "aud": ["shop", "other"], "azp": "shop"}))["sub"] == "ann"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://other.example.test"}, {"aud": "other"}, {"aud": ["shop", "other"]},
        {"azp": "other"}, {"nonce": "m"}, {"nonce": None}, {"exp": NOW - 61}, {"exp": None},
        {"iat": None}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"aud": None}, {"iss": None},
    ],
)  # fmt: skip
def test_claims_of_the_provider_that_do_not_fit(change: dict[str, Any]) -> None:
    claims = {k: v for k, v in {**GOOD, **change}.items() if v is not None}
    with pytest.raises(Unauthenticated):
        _verified(_signed(claims))


def test_signatures_that_are_not_the_providers() -> None:
    secret = OctKey.import_key(KEY.as_dict(private=False)["n"], {"kid": "k1"})
    none = ".".join(_signed(GOOD).split(".")[1:2])
    for token in (
        _signed(GOOD, OTHER),
        _signed(GOOD, secret, "HS256"),
        f"eyJhbGciOiJub25lIn0.{none}.",
        _signed(GOOD)[:-4],
        "x",
        "",
    ):
        with pytest.raises(Unauthenticated):
            _verified(token)
