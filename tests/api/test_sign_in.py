"""Signing in over HTTP: with a token in the body, with a cookie, with a one-time password."""

import httpx
import pytest

from omnix.domains.auth.declare import USERS
from omnix.domains.auth.service import ADMIN_EMAIL, ensure_admin
from omnix.ports import Delete

from .serving import Served, assert_problem

pytestmark = pytest.mark.anyio
OWN = "a longer phrase of mine"


@pytest.fixture
async def secret(served: Served) -> str:
    """The one-time password of a shop that has nobody yet."""
    async for items in served.ports.records.scan(USERS):
        await served.ports.records.write([Delete(USERS, item["id"]) for item in items])
    made = await ensure_admin(served.ports)
    assert made is not None
    return made


async def _login(served: Served, password: str, **more: object) -> httpx.Response:
    body = {"email": ADMIN_EMAIL, "password": password, **more}
    return await served.call("POST", "/auth/login", None, json=body)


def _bearer(answer: httpx.Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def test_a_one_time_password_opens_nothing_but_its_own_change(
    served: Served, secret: str
) -> None:
    first = await _login(served, secret)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    body = first.json()
    assert body["must_change_password"] is True
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 900
    assert set(body["user"]) == {"id", "email", "name", "role"}
    bearer = _bearer(first)
    refused = await served.call("GET", "/products", None, headers=bearer)
    assert refused.status_code == 403
    assert assert_problem(refused)["type"] == "/problems/password-change-required"
    profile = (await served.call("GET", "/user/profile", None, headers=bearer)).json()
    assert profile["permissions"] == []
    weak = {"current_password": secret, "new_password": "short"}
    answer = await served.call("POST", "/user/password", None, headers=bearer, json=weak)
    assert assert_problem(answer)["errors"][0]["field"] == "new_password"
    wrong = {"current_password": "not it", "new_password": OWN}
    answer = await served.call("POST", "/user/password", None, headers=bearer, json=wrong)
    assert assert_problem(answer)["errors"][0]["field"] == "current_password"
    second = await _login(served, secret)
    right = {"current_password": secret, "new_password": OWN}
    answer = await served.call("POST", "/user/password", None, headers=bearer, json=right)
    assert answer.status_code == 204
    assert (await served.call("GET", "/products", None, headers=bearer)).status_code == 200
    # The other session is over, and so is the one-time password.
    other = await served.call("GET", "/user/profile", None, headers=_bearer(second))
    assert other.status_code == 401
    assert (await _login(served, secret)).status_code == 401
    assert (await _login(served, OWN)).json()["must_change_password"] is False


async def test_refresh_by_body(served: Served, secret: str) -> None:
    first = await _login(served, secret)
    token = first.json()["refresh_token"]
    assert "set-cookie" not in first.headers
    second = await served.call("POST", "/auth/refresh", None, json={"refresh_token": token})
    assert second.status_code == 200
    assert second.json()["refresh_token"] != token
    served.clock.advance(60)
    stolen = await served.call("POST", "/auth/refresh", None, json={"refresh_token": token})
    assert stolen.status_code == 401
    assert_problem(stolen)
    # The family is revoked: access tokens of both parties stop too.
    for answer in (first, second):
        seen = await served.call("GET", "/user/profile", None, headers=_bearer(answer))
        assert seen.status_code == 401


async def test_cookie_mode(served: Served, secret: str) -> None:
    first = await _login(served, secret, cookie=True)
    assert first.json()["refresh_token"] is None
    cookie = first.headers["set-cookie"]
    for part in ("omnix_refresh=ses_", "HttpOnly", "SameSite=strict", "Path=/v1/auth"):
        assert part in cookie
    assert "Secure" not in cookie
    second = await served.call("POST", "/auth/refresh", None)
    assert second.status_code == 200
    assert second.json()["refresh_token"] is None
    assert second.headers["set-cookie"] != cookie
    out = await served.call("POST", "/auth/logout", None)
    assert out.status_code == 204
    assert "Max-Age=0" in out.headers["set-cookie"]
    served.client.cookies.clear()
    for answer in (first, second):
        seen = await served.call("GET", "/user/profile", None, headers=_bearer(answer))
        assert seen.status_code == 401
    assert (await served.call("POST", "/auth/refresh", None)).status_code == 401


async def test_the_cookie_is_secure_over_https(served: Served, secret: str) -> None:
    answer = await served.client.post(
        "https://shop.test/v1/auth/login",
        json={"email": ADMIN_EMAIL, "password": secret, "cookie": True},
    )
    assert "Secure" in answer.headers["set-cookie"]


async def test_an_address_that_guesses_is_sent_away(served: Served, secret: str) -> None:
    assert served.access.address_attempts == 50
    served.access.address_attempts = 5  # each sign-in is meant to cost a tenth of a second
    statuses = []
    for number in range(7):
        body = {"email": f"u{number}@example.test", "password": "x"}
        answer = await served.call("POST", "/auth/login", None, json=body)
        statuses.append(answer.status_code)
    assert statuses == [401] * 5 + [429] * 2
    assert_problem(answer)
    assert 0 < int(answer.headers["retry-after"]) <= 900
    assert (await _login(served, secret)).status_code == 429
    served.clock.advance(900)
    assert (await _login(served, secret)).status_code == 200


async def test_an_account_that_is_guessed_at_pauses(served: Served, secret: str) -> None:
    for _ in range(10):
        assert (await _login(served, "wrong")).status_code == 401
    answer = await _login(served, secret)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    served.clock.advance(1)
    assert (await _login(served, secret)).status_code == 200
    assert (await _login(served, secret)).status_code == 200


async def test_users_come_and_go(served: Served) -> None:
    made = await served.call(
        "POST", "/users", json={"email": "Eve@Example.test", "name": "Eve", "role": "analyst"}
    )
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    user, password = made.json()["user"], made.json()["one_time_password"]
    assert "password_hash" not in user
    body = {"email": "eve@example.test", "password": password}
    eve = await served.call("POST", "/auth/login", None, json=body)
    assert eve.status_code == 200
    gone = await served.call(
        "PATCH", f"/users/{user['id']}", json={"version": user["version"], "state": "disabled"}
    )
    assert gone.json()["state"] == "disabled"
    seen = await served.call("GET", "/user/profile", None, headers=_bearer(eve))
    assert seen.status_code == 401
    assert (await served.call("POST", "/auth/login", None, json=body)).status_code == 401
    token = {"refresh_token": eve.json()["refresh_token"]}
    assert (await served.call("POST", "/auth/refresh", None, json=token)).status_code == 401
    back = await served.call(
        "PATCH", f"/users/{user['id']}", json={"version": 2, "state": "active"}
    )
    assert back.status_code == 200
    # What was signed in before stays out.
    seen = await served.call("GET", "/user/profile", None, headers=_bearer(eve))
    assert seen.status_code == 401
    reset = await served.call("POST", f"/users/{user['id']}/password")
    body["password"] = reset.json()["one_time_password"]
    assert (await served.call("POST", "/auth/login", None, json=body)).status_code == 200


async def test_no_personal_data_in_the_log(
    served: Served, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="omnix"):
        await _login(served, secret)
        await _login(served, "wrong")
    assert ADMIN_EMAIL not in caplog.text
    assert secret not in caplog.text
