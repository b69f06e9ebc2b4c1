"""A second factor, from enrolling to recovery, against a clock of the test's own."""

import asyncio
from typing import Any

import httpx
import msgspec
import pyotp
import pytest

from omnix.domains.auth.declare import SECOND_FACTORS, USERS
from omnix.domains.auth.passwords import hash_of
from omnix.ports import Update

from .serving import Served, assert_problem

pytestmark = pytest.mark.anyio
OWN = "a longer phrase of mine"
ANALYST = {"email": "analyst@example.test", "password": OWN}


@pytest.fixture
async def known(served: Served) -> Served:
    """The analyst has a password and signs in by its address."""
    from omnix.platform import unique

    await served.ports.records.write([
        Update(USERS, "usr_analyst", set={"password_hash": await hash_of(OWN)}),
        unique.claim("user.email", ANALYST["email"], "usr_analyst"),
    ])  # fmt: skip
    return served


async def _post(served: Served, path: str, body: dict[str, Any]) -> httpx.Response:
    return await served.call("POST", path, "analyst", json=body)


async def _login(served: Served, **more: str) -> httpx.Response:
    return await served.call("POST", "/auth/login", None, json={**ANALYST, **more})


def _now(served: Served, secret: str, steps: int = 0) -> str:
    step = int(served.clock.now().timestamp()) // 30 + steps
    return pyotp.TOTP(secret).generate_otp(step)


async def _enrolled(served: Served) -> tuple[str, list[str]]:
    made = await _post(served, "/user/totp", {"password": OWN})
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    secret = str(made.json()["secret"])
    told = await _post(served, "/user/totp/verify", {"code": _now(served, secret)})
    assert told.status_code == 200, told.text
    served.clock.advance(30)
    return secret, told.json()["recovery_codes"]


async def test_signing_in_takes_a_code_once_it_is_enrolled(known: Served) -> None:
    made = (await _post(known, "/user/totp", {"password": OWN})).json()
    assert pyotp.parse_uri(made["uri"]).name == ANALYST["email"]
    assert (await _login(known)).status_code == 200  # not confirmed, so not asked for
    secret, codes = await _enrolled(known)
    assert len(set(codes)) == 10
    refused = await _login(known)
    assert refused.status_code == 401
    assert assert_problem(refused)["type"] == "/problems/second-factor-required"
    wrong = await _login(known, code="000000")
    assert assert_problem(wrong)["type"] == "/problems/unauthenticated"
    code = _now(known, secret)
    assert (await _login(known, code=code)).status_code == 200
    assert (await _login(known, code=code)).status_code == 401, "a code works once"
    known.clock.advance(30)
    assert (await _login(known, code=_now(known, secret, -2))).status_code == 401
    assert (await _login(known, code=_now(known, secret, 1))).status_code == 200
    assert (await _login(known, code=_now(known, secret))).status_code == 401, "an older one"


async def test_a_wrong_password_does_not_tell_of_the_second_factor(known: Served) -> None:
    secret, _ = await _enrolled(known)
    body = {**ANALYST, "password": "wrong", "code": _now(known, secret)}
    refused = await known.call("POST", "/auth/login", None, json=body)
    assert assert_problem(refused)["type"] == "/problems/unauthenticated"
    del body["code"]
    refused = await known.call("POST", "/auth/login", None, json=body)
    assert assert_problem(refused)["type"] == "/problems/unauthenticated"


async def test_one_code_at_the_same_moment_lets_one_in(known: Served) -> None:
    secret, codes = await _enrolled(known)
    for code in (_now(known, secret), codes[0]):
        answers = await asyncio.gather(*(_login(known, code=code) for _ in range(3)))
        assert sorted(a.status_code for a in answers) == [200, 401, 401]


async def test_recovery_codes_work_once_each(known: Served) -> None:
    _, codes = await _enrolled(known)
    assert (await _login(known, code=codes[3].upper().replace("-", " "))).status_code == 200
    assert (await _login(known, code=codes[3])).status_code == 401
    state = (await known.call("GET", "/user/totp", "analyst")).json()
    assert state == {"enabled": True, "recovery_codes_left": 9}


async def test_guessing_codes_locks_out(known: Served) -> None:
    secret, _ = await _enrolled(known)
    statuses = [(await _login(known, code=f"{n:06}")).status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert (await _login(known, code=_now(known, secret))).status_code == 429


async def test_turning_it_off_takes_password_and_code(known: Served) -> None:
    secret, _ = await _enrolled(known)
    again = await _post(known, "/user/totp", {"password": OWN})
    assert again.status_code == 409
    code = _now(known, secret)
    wrong = await _post(known, "/user/totp/disable", {"password": "x", "code": code})
    assert assert_problem(wrong)["errors"][0]["field"] == "password"
    wrong = await _post(known, "/user/totp/disable", {"password": OWN, "code": "123"})
    assert assert_problem(wrong)["errors"][0]["field"] == "code"
    right = {"password": OWN, "code": code}
    assert (await _post(known, "/user/totp/disable", right)).status_code == 204
    assert (await _login(known)).status_code == 200
    assert (await _post(known, "/user/totp/disable", right)).status_code == 409


async def test_an_admin_takes_off_what_was_lost(known: Served) -> None:
    await _enrolled(known)
    path = "/users/usr_analyst/totp"
    assert (await known.call("DELETE", path, "manager")).status_code == 403
    assert (await known.call("DELETE", "/users/usr_admin/totp")).status_code == 403
    assert (await known.call("DELETE", path)).status_code == 204
    assert (await known.call("DELETE", path)).status_code == 404
    assert (await _login(known)).status_code == 200


async def test_nothing_that_signs_in_is_stored_readably(known: Served) -> None:
    secret, codes = await _enrolled(known)
    stored = [i async for part in known.ports.records.scan(SECOND_FACTORS) for i in part]
    text = msgspec.json.encode(stored).decode()
    assert secret not in text
    assert not any(code in text or code.replace("-", "") in text for code in codes)


async def test_enrolling_takes_a_person_and_its_password(known: Served) -> None:
    refused = await _post(known, "/user/totp", {"password": "x"})
    assert assert_problem(refused)["errors"][0]["field"] == "password"
    unasked = await _post(known, "/user/totp/verify", {"code": "123456"})
    assert unasked.status_code == 409
    await _post(known, "/user/totp", {"password": OWN})
    wrong = await _post(known, "/user/totp/verify", {"code": "x"})
    assert assert_problem(wrong)["errors"][0]["field"] == "code"
    made = await known.call(
        "POST", "/auth/api-keys", json={"name": "x", "permissions": ["products:read"]}
    )
    bearer = {"Authorization": f"Bearer {made.json()['key']}"}
    assert (await known.call("GET", "/user/totp", None, headers=bearer)).status_code == 403
