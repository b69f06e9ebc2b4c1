"""Registering, a forgotten password, and one's sessions, by the mail that is really written."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from omnix.domains.auth import users
from omnix.domains.auth.declare import MAIL_TOKENS, REGISTRATIONS, USERS
from omnix.ports import Update

from .mailing import code, letters
from .serving import Served, assert_problem, signed_in, user_of

pytestmark = pytest.mark.anyio
OWN, OTHER = "a longer phrase of mine", "quite another phrase"
ANN = {"email": "Ann@Example.test", "name": "Ann", "password": OWN}


async def _post(served: Served, path: str, body: dict[str, Any]) -> httpx.Response:
    return await served.call("POST", path, None, json=body)


async def _registered(served: Served, folder: Path) -> httpx.Response:
    assert (await _post(served, "/auth/register", ANN)).status_code == 202
    token = code((await letters(served, folder))[-1])
    confirmed = await _post(served, "/auth/register/confirm", {"token": token, "password": OWN})
    assert confirmed.status_code == 204, confirmed.text
    return await _post(served, "/auth/login", {"email": ANN["email"], "password": OWN})


async def test_an_account_is_made_once_its_address_is_confirmed(
    served: Served, tmp_path: Path
) -> None:
    made = await served.call("POST", "/customers", json={"name": "A", "email": "ann@example.test"})
    assert (await _post(served, "/auth/register", ANN)).status_code == 202
    (letter,) = await letters(served, tmp_path)
    assert letter["To"] == "ann@example.test"
    login = {"email": ANN["email"], "password": OWN}
    assert (await _post(served, "/auth/login", login)).status_code == 401
    token = code(letter)
    wrong = {"token": token, "password": "the attacker's own"}
    refused = await _post(served, "/auth/register/confirm", wrong)
    assert assert_problem(refused)["errors"][0]["field"] == "password"
    right = {"token": token, "password": OWN}
    both = await asyncio.gather(*(_post(served, "/auth/register/confirm", right) for _ in range(3)))
    assert sorted(a.status_code for a in both) == [204, 400, 400]
    answer = await _post(served, "/auth/login", login)
    assert answer.status_code == 200
    user = await users.get(served.ports, answer.json()["user"]["id"])
    assert (user.role, user.customer_id) == ("customer", made.json()["id"])
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    profile = await served.call("GET", "/user/profile", None, headers=bearer)
    own = [
        "customers:erase", "customers:export", "insights:read", "preferences:write",
        "purchases:read", "recommendations:answer", "recommendations:read",
    ]  # fmt: skip
    assert profile.json()["permissions"] == own
    assert (await served.call("GET", "/customers", None, headers=bearer)).status_code == 403


async def test_a_customer_who_comes_later_is_linked_at_the_next_sign_in(
    served: Served, tmp_path: Path
) -> None:
    answer = await _registered(served, tmp_path)
    id = answer.json()["user"]["id"]
    assert (await users.get(served.ports, id)).customer_id is None
    made = await served.call("POST", "/customers", json={"name": "A", "email": "ann@example.test"})
    await _post(served, "/auth/login", {"email": ANN["email"], "password": OWN})
    assert (await users.get(served.ports, id)).customer_id == made.json()["id"]


async def test_an_address_that_nobody_verified_links_to_nobody(served: Served) -> None:
    customer = {"name": "A", "email": "eve@example.test"}
    await served.call("POST", "/customers", json=customer)
    body = {"email": "eve@example.test", "name": "Eve", "role": "customer"}
    made = (await served.call("POST", "/users", json=body)).json()
    login = {"email": "eve@example.test", "password": made["one_time_password"]}
    assert (await _post(served, "/auth/login", login)).status_code == 200
    assert (await users.get(served.ports, made["user"]["id"])).customer_id is None


async def test_registering_a_known_address_tells_only_its_holder(
    served: Served, tmp_path: Path
) -> None:
    await _registered(served, tmp_path)
    before = len(await letters(served, tmp_path))
    known = await _post(served, "/auth/register", ANN)
    fresh = await _post(served, "/auth/register", {**ANN, "email": "bob@example.test"})
    assert (known.status_code, known.content) == (fresh.status_code, fresh.content)
    told_of = (await letters(served, tmp_path))[before:]
    told = {letter["To"]: letter.get_content() for letter in told_of}
    assert "There is one already" in told["ann@example.test"]
    assert "Welcome" in told["bob@example.test"]
    tokens = [t async for part in served.ports.records.scan(MAIL_TOKENS) for t in part]
    assert len(tokens) == 1


async def test_a_forgotten_password_is_chosen_anew_once(served: Served, tmp_path: Path) -> None:
    answer = await _registered(served, tmp_path)
    before = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    asked = await _post(served, "/auth/password/forgot", {"email": "ann@example.test"})
    nobody = await _post(served, "/auth/password/forgot", {"email": "none@example.test"})
    assert (asked.status_code, asked.content) == (nobody.status_code, nobody.content)
    assert asked.status_code == 202
    both = await letters(served, tmp_path)
    assert [letter["To"] for letter in both] == ["ann@example.test"] * 2
    token = code(both[-1])
    stored = [t async for part in served.ports.records.scan(MAIL_TOKENS) for t in part]
    assert token not in msgspec.json.encode(stored).decode()
    easy = {"token": token, "new_password": "ann@example.test"}
    refused = await _post(served, "/auth/password/reset", easy)
    assert assert_problem(refused)["errors"][0]["field"] == "new_password"
    good = {"token": token, "new_password": OTHER}
    assert (await _post(served, "/auth/password/reset", good)).status_code == 204
    again = await _post(served, "/auth/password/reset", good)
    assert assert_problem(again)["errors"][0]["field"] == "token"
    assert (await served.call("GET", "/user/profile", None, headers=before)).status_code == 401
    old = {"email": ANN["email"], "password": OWN}
    assert (await _post(served, "/auth/login", old)).status_code == 401
    assert (await _post(served, "/auth/login", {**old, "password": OTHER})).status_code == 200


@pytest.mark.parametrize("what", ["late", "changed", "disabled", "another purpose"])
async def test_a_code_that_holds_no_more(served: Served, tmp_path: Path, what: str) -> None:
    answer = await _registered(served, tmp_path)
    id = answer.json()["user"]["id"]
    await _post(served, "/auth/password/forgot", {"email": "ann@example.test"})
    token = code((await letters(served, tmp_path))[-1])
    if what == "late":
        served.clock.advance(3600)
    if what == "changed":
        await served.ports.records.write([Update(USERS, id, add={"generation": 1})])
    if what == "disabled":
        await served.ports.records.write([Update(USERS, id, set={"state": "disabled"})])
    if what == "another purpose":
        body = {"token": token, "password": OWN}
        refused = await _post(served, "/auth/register/confirm", body)
    else:
        body = {"token": token, "new_password": OTHER}
        refused = await _post(served, "/auth/password/reset", body)
    assert assert_problem(refused)["errors"][0]["field"] == "token"


async def test_an_address_is_mailed_a_few_times_an_hour(served: Served, tmp_path: Path) -> None:
    await _registered(served, tmp_path)  # one of five
    for _ in range(8):
        answer = await _post(served, "/auth/password/forgot", {"email": "ann@example.test"})
        assert answer.status_code == 202
    assert len(await letters(served, tmp_path)) == 5
    served.clock.advance(3600)
    await _post(served, "/auth/password/forgot", {"email": "ann@example.test"})
    assert len(await letters(served, tmp_path)) == 6


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/auth/register", {**ANN, "password": "x" * 10}),
        ("/auth/register/confirm", {"token": "x", "password": "x"}),
        ("/auth/password/forgot", {"email": "no address"}),
        ("/auth/password/reset", {"token": "x", "new_password": OWN}),
    ],
)
async def test_an_address_that_tries_much_is_sent_away(
    served: Served, path: str, body: dict[str, Any]
) -> None:
    served.access.address_attempts = 3
    statuses = [(await _post(served, path, body)).status_code for _ in range(5)]
    assert statuses == [400] * 3 + [429] * 2


async def test_a_registration_that_nobody_confirms_is_forgotten(
    served: Served, tmp_path: Path
) -> None:
    await _post(served, "/auth/register", ANN)
    token = code((await letters(served, tmp_path))[-1])
    served.clock.advance(24 * 3600)
    body = {"token": token, "password": OWN}
    refused = await _post(served, "/auth/register/confirm", body)
    assert assert_problem(refused)["errors"][0]["field"] == "token"
    assert await users.by_email(served.ports, "ann@example.test") is None
    assert REGISTRATIONS.ttl == "expires"


async def test_one_sees_and_ends_ones_own_sessions_only(served: Served) -> None:
    second = await signed_in(served.ports, served.access, user_of("admin"))
    mine = (await served.call("GET", "/auth/sessions")).json()["items"]
    assert [s["current"] for s in mine].count(True) == 1
    assert len(mine) == 2
    theirs = (await served.call("GET", "/auth/sessions", "manager")).json()["items"]
    refused = await served.call("DELETE", f"/auth/sessions/{theirs[0]['id']}")
    assert refused.status_code == 404
    assert (await served.call("GET", "/user/profile", "manager")).status_code == 200
    other = next(s["id"] for s in mine if not s["current"])
    assert (await served.call("DELETE", f"/auth/sessions/{other}")).status_code == 204
    bearer = {"Authorization": f"Bearer {second}"}
    assert (await served.call("GET", "/user/profile", None, headers=bearer)).status_code == 401
    assert (await served.call("GET", "/user/profile")).status_code == 200
    assert (await served.call("DELETE", f"/auth/sessions/{other}")).status_code == 404


async def test_a_key_has_no_sessions(served: Served) -> None:
    made = await served.call(
        "POST", "/auth/api-keys", json={"name": "x", "permissions": ["products:read"]}
    )
    bearer = {"Authorization": f"Bearer {made.json()['key']}"}
    assert (await served.call("GET", "/auth/sessions", None, headers=bearer)).status_code == 403


async def test_pages_of_sessions_give_each_once(served: Served) -> None:
    for _ in range(4):
        served.clock.advance(1)
        await signed_in(served.ports, served.access, user_of("admin"))
    seen: list[str] = []
    cursor = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = (await served.call("GET", "/auth/sessions", params={"limit": 2, **more})).json()
        seen += [s["id"] for s in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5
