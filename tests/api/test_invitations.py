"""Invitations, another address, and where links in mails lead; by mail that is really written."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from omnix.declared import EVENTS
from omnix.domains.auth import audit, mailed, passwords, users
from omnix.domains.auth.declare import USER_EMAIL, USERS
from omnix.domains.system.settings import Shop, web_address
from omnix.platform import unique
from omnix.platform.consume import consume_once
from omnix.ports import Update

from .mailing import WEB, code, letters, link, web_is_known
from .serving import Served, assert_problem, signed_in, user_of

pytestmark = pytest.mark.anyio
OWN = "a longer phrase of mine"
BEN = {"email": "Ben@Example.test", "name": "Ben", "role": "analyst"}


async def _invited(served: Served, body: dict[str, str] = BEN, role: str = "admin") -> Any:
    answer = await served.call("POST", "/users/invitations", role, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _accept(served: Served, token: str, password: str = OWN) -> httpx.Response:
    body = {"token": token, "password": password}
    return await served.call("POST", "/auth/invitation", None, json=body)


async def test_the_invited_choose_a_password_and_are_in(served: Served, tmp_path: Path) -> None:
    await web_is_known(served)
    made = await _invited(served)
    assert (made["email"], made["state"], made["by"]) == ("ben@example.test", "open", "usr_admin")
    (letter,) = await letters(served, tmp_path)
    assert letter["To"] == "ben@example.test"
    token = code(letter)
    assert link(letter) == f"{WEB}/invitation/#code={token}"
    assert "analyst" in letter.get_content()
    weak = await _accept(served, token, "ben@example.test")
    assert assert_problem(weak)["errors"][0]["field"] == "password"
    both = await asyncio.gather(*(_accept(served, token) for _ in range(3)))
    assert sorted(a.status_code for a in both) == [200, 400, 400]
    login = {"email": "ben@example.test", "password": OWN}
    answer = await served.call("POST", "/auth/login", None, json=login)
    assert answer.json()["user"]["role"] == "analyst"
    assert answer.json()["must_change_password"] is False
    assert (await served.call("GET", "/users/invitations")).json()["items"] == []
    known = await served.call("POST", "/users/invitations", json=BEN)
    assert known.status_code == 409


async def test_inviting_twice_is_inviting_once(served: Served, tmp_path: Path) -> None:
    made = await asyncio.gather(*(_invited(served) for _ in range(3)))
    assert made[0] == made[1] == made[2]
    assert len(await letters(served, tmp_path)) == 1
    other = await served.call("POST", "/users/invitations", json={**BEN, "role": "admin"})
    assert other.status_code == 409
    assert "analyst" in assert_problem(other)["detail"]
    (listed,) = (await served.call("GET", "/users/invitations")).json()["items"]
    assert listed == made[0]


@pytest.mark.parametrize("what", ["late", "taken back", "inviter disabled", "inviter demoted"])
async def test_an_invitation_that_holds_no_more(served: Served, tmp_path: Path, what: str) -> None:
    second = user_of("admin", id="usr_second", email="second@example.test")
    served.tokens["second"] = await signed_in(served.ports, served.access, second)
    made = await _invited(served, role="second")
    token = code((await letters(served, tmp_path))[-1])
    if what == "late":
        served.clock.advance(mailed.INVITE_SECONDS)
        served.tokens["admin"] = await signed_in(served.ports, served.access, user_of("admin"))
        (listed,) = (await served.call("GET", "/users/invitations")).json()["items"]
        assert listed["state"] == "expired"
    elif what == "taken back":
        gone = await served.call("DELETE", f"/users/invitations/{made['id']}")
        assert gone.status_code == 204
        again = await served.call("DELETE", f"/users/invitations/{made['id']}")
        assert again.status_code == 404
        # Another invitation of the same address does not bring the old link back.
        await _invited(served)
    else:
        given = {"state": "disabled"} if what == "inviter disabled" else {"role": "manager"}
        await served.ports.records.write([Update(USERS, "usr_second", set=given)])
    refused = await _accept(served, token)
    assert assert_problem(refused)["errors"][0]["field"] == "token"
    assert await users.by_email(served.ports, "ben@example.test") is None


async def test_an_invitation_is_sent_again_for_seven_days_more(
    served: Served, tmp_path: Path
) -> None:
    made = await _invited(served)
    await letters(served, tmp_path)
    served.clock.advance(mailed.INVITE_SECONDS)
    served.tokens["admin"] = await signed_in(served.ports, served.access, user_of("admin"))
    again = await served.call("POST", f"/users/invitations/{made['id']}/send")
    assert again.json()["state"] == "open"
    first, second = await letters(served, tmp_path)
    assert (await _accept(served, code(first))).status_code == 400
    assert (await _accept(served, code(second))).status_code == 200
    gone = await served.call("POST", f"/users/invitations/{made['id']}/send")
    assert gone.status_code == 404


async def test_an_address_is_invited_a_few_times_an_hour(served: Served, tmp_path: Path) -> None:
    made = await _invited(served)
    path = f"/users/invitations/{made['id']}/send"
    statuses = [(await served.call("POST", path)).status_code for _ in range(6)]
    assert statuses == [200] * 4 + [429] * 2
    assert len(await letters(served, tmp_path)) == 5


async def test_a_key_invites_nobody(served: Served) -> None:
    body = {"name": "x", "permissions": ["products:read"]}
    assert (await served.call("POST", "/auth/api-keys", json=body)).status_code == 201
    for role in ("manager", "analyst", "customer", "service"):
        refused = await served.call("POST", "/users/invitations", role, json=BEN)
        assert refused.status_code == 403


async def test_invitations_are_in_the_audit_log(served: Served, tmp_path: Path) -> None:
    made = await _invited(served)
    token = code((await letters(served, tmp_path))[-1])
    await served.call("DELETE", f"/users/invitations/{made['id']}")
    assert (await _accept(served, token)).status_code == 400
    await _invited(served)
    await _accept(served, code((await letters(served, tmp_path))[-1]))
    while (await consume_once(served.ports, audit.recording(EVENTS)))[0]:
        pass
    page = (await served.call("GET", "/audit-log")).json()["items"]
    told = [(e["type"], e["actor"], e["details"].get("role")) for e in reversed(page)]
    user = await users.by_email(served.ports, "ben@example.test")
    assert user is not None
    assert [t for t in told if t[0].startswith("user.")] == [
        ("user.invited", "usr_admin", "analyst"),
        ("user.invitation-withdrawn", "usr_admin", "analyst"),
        ("user.invited", "usr_admin", "analyst"),
        ("user.registered", user.id, "analyst"),
    ]
    assert "ben" not in str(page)


# --- another address


async def _with_password(served: Served) -> None:
    hashed = await passwords.hash_of(OWN)
    await served.ports.records.write([Update(USERS, "usr_manager", set={"password_hash": hashed})])
    claim = unique.claim(USER_EMAIL, "manager@example.test", "usr_manager")
    await served.ports.records.write([claim])


async def _ask(served: Served, email: str = "New@Example.test", password: str = OWN) -> int:
    body = {"email": email, "password": password}
    return (await served.call("POST", "/user/email", "manager", json=body)).status_code


async def _confirm(served: Served, token: str) -> httpx.Response:
    return await served.call("POST", "/auth/email/confirm", None, json={"token": token})


async def test_an_address_changes_once_it_is_confirmed(served: Served, tmp_path: Path) -> None:
    await web_is_known(served)
    await _with_password(served)
    assert await _ask(served, password="another one") == 400
    assert await _ask(served, "manager@example.test") == 400
    assert await _ask(served) == 202
    fresh, warning = await letters(served, tmp_path)
    assert (fresh["To"], warning["To"]) == ("new@example.test", "manager@example.test")
    assert "new@example.test" in warning.get_content()
    token = code(fresh)
    assert link(fresh) == f"{WEB}/confirm-email/#code={token}"
    assert token not in warning.get_content()
    old, new = ({"email": e, "password": OWN} for e in ("manager@example.test", "new@example.test"))
    assert (await served.call("POST", "/auth/login", None, json=old)).status_code == 200
    both = await asyncio.gather(*(_confirm(served, token) for _ in range(3)))
    assert sorted(a.status_code for a in both) == [204, 400, 400]
    assert (await served.call("GET", "/user/profile", "manager")).json()["email"] == new["email"]
    assert (await served.call("POST", "/auth/login", None, json=old)).status_code == 401
    assert (await served.call("POST", "/auth/login", None, json=new)).status_code == 200


@pytest.mark.parametrize("what", ["late", "changed", "disabled", "taken since"])
async def test_a_change_of_address_that_holds_no_more(
    served: Served, tmp_path: Path, what: str
) -> None:
    await _with_password(served)
    assert await _ask(served) == 202
    token = code((await letters(served, tmp_path))[0])
    records = served.ports.records
    if what == "late":
        served.clock.advance(mailed.VERIFY_SECONDS)
    if what == "changed":
        await records.write([Update(USERS, "usr_manager", add={"generation": 1})])
    if what == "disabled":
        await records.write([Update(USERS, "usr_manager", set={"state": "disabled"})])
    if what == "taken since":
        body = {"email": "new@example.test", "name": "N", "role": "analyst"}
        assert (await served.call("POST", "/users", json=body)).status_code == 201
    refused = await _confirm(served, token)
    assert assert_problem(refused)["errors"][0]["field"] == "token"
    assert (await users.get(served.ports, "usr_manager")).email == "manager@example.test"


async def test_only_the_holder_hears_that_an_address_is_taken(
    served: Served, tmp_path: Path
) -> None:
    await _with_password(served)
    body = {"email": "new@example.test", "name": "N", "role": "analyst"}
    assert (await served.call("POST", "/users", json=body)).status_code == 201
    assert await _ask(served) == 202
    (letter,) = await letters(served, tmp_path)
    assert letter["To"] == "new@example.test"
    assert "already" in letter.get_content()
    assert await _ask(served, "third@example.test") == 202
    for _ in range(3):
        assert await _ask(served, "third@example.test") == 202
    assert await _ask(served, "fourth@example.test") == 429


# --- links


async def test_links_follow_the_setting_and_never_the_request(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMNIX_WEB_ADDRESS", raising=False)
    elsewhere = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    ann = {"email": "ann@example.test", "name": "Ann", "password": OWN}
    asked = await served.call("POST", "/auth/register", None, json=ann, headers=elsewhere)
    assert asked.status_code == 202
    (letter,) = await letters(served, tmp_path)
    assert "://" not in letter.get_content()
    await web_is_known(served)
    await served.call("POST", "/auth/register/confirm", None, json={
        "token": code(letter), "password": OWN
    })  # fmt: skip
    for path in ("/auth/password/forgot", "/auth/register"):
        body = ann if path.endswith("register") else {"email": "ann@example.test"}
        await served.call("POST", path, None, json=body, headers=elsewhere)
    _, reset, known = await letters(served, tmp_path)
    assert link(reset) == f"{WEB}/reset-password/#code={code(reset)}"
    assert link(known).startswith(f"{WEB}/forgot-password/")
    for letter in (reset, known):
        assert "evil" not in letter.as_string()


def test_where_the_web_is() -> None:
    at = {"OMNIX_WEB_ADDRESS": "http://127.0.0.1:8000/"}
    assert web_address(Shop(), {}) == ""
    assert web_address(Shop(), at) == "http://127.0.0.1:8000"
    assert web_address(Shop(web_address=WEB), at) == WEB


@pytest.mark.parametrize(
    "wrong", ["shop.example", "javascript:alert(1)", "https://shop.example/", "https://a b", "x\n"]
)
async def test_an_address_of_the_web_that_is_none(served: Served, wrong: str) -> None:
    body = {"version": 0, "web_address": wrong}
    refused = await served.call("PATCH", "/system/settings", json=body)
    assert assert_problem(refused)["errors"][0]["field"] == "web_address"
    fine = {"version": 0, "web_address": WEB}
    assert (await served.call("PATCH", "/system/settings", json=fine)).status_code == 200
