"""Forged, stale and stolen proofs."""

import base64
import hashlib
import hmac
import time
from typing import Any

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from omnix.domains.auth import keys, sessions, users
from omnix.domains.auth.declare import USERS
from omnix.ports import Update

from .serving import Served, assert_problem, signed_in, user_of

pytestmark = pytest.mark.anyio


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else msgspec.json.encode(value)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _read(token: str, part: int) -> dict[str, Any]:
    text = token.split(".")[part]
    found: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * 3))
    return found


async def _refused(served: Served, token: str) -> None:
    answer = await served.call(
        "GET", "/products", None, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 401, answer.text
    assert_problem(answer)


async def _let_in(served: Served, token: str) -> None:
    answer = await served.call(
        "GET", "/products", None, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 200, answer.text


async def test_a_token_that_says_it_needs_no_signature(served: Served) -> None:
    good = served.tokens["admin"]
    header, claims = _read(good, 0), _read(good, 1)
    for alg in ("none", "None", "NONE", ""):
        await _refused(served, f"{_part({**header, 'alg': alg})}.{_part(claims)}.")
        await _refused(served, f"{_part({**header, 'alg': alg})}.{_part(claims)}.{_part(b'x')}")


async def test_the_public_key_used_as_a_shared_secret(served: Served) -> None:
    good = served.tokens["admin"]
    published = (await served.call("GET", "/auth/.well-known/jwks.json", None)).json()["keys"][0]
    secret = base64.urlsafe_b64decode(published["x"] + "=")
    signed = f"{_part({**_read(good, 0), 'alg': 'HS256'})}.{_part(_read(good, 1))}"
    mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    await _refused(served, f"{signed}.{_part(mac)}")


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another-api"},
        {"aud": None},
        {"iss": "somebody"},
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"sub": None},
        {"sub": 7},
        {"sub": "usr_manager"},
        {"sid": None},
        {"sid": "ses_unknown"},
        {"iat": None},
    ],
)
async def test_claims_that_are_wrong_under_our_own_signature(
    served: Served, change: dict[str, Any]
) -> None:
    good = served.tokens["admin"]
    key = next(iter(served.access.tokens._keys.values()))
    claims = {k: v for k, v in {**_read(good, 1), **change}.items() if v is not None}
    await _refused(served, jwt.encode(_read(good, 0), claims, key, algorithms=["Ed25519"]))


async def test_another_key_and_a_key_of_nowhere(served: Served) -> None:
    good = served.tokens["admin"]
    other = OKPKey.generate_key("Ed25519")
    for kid in (_read(good, 0)["kid"], "key_nowhere", 7, None):
        header = {**_read(good, 0), "kid": kid}
        signed = f"{_part(header)}.{_part(_read(good, 1))}".encode()
        signature = other.get_op_key("sign").sign(signed)  # type: ignore[attr-defined]
        await _refused(served, f"{signed.decode()}.{_part(signature)}")
    embedded = {**_read(good, 0), "jwk": other.as_dict(private=False)}
    signed = f"{_part(embedded)}.{_part(_read(good, 1))}".encode()
    signature = other.get_op_key("sign").sign(signed)  # type: ignore[attr-defined]
    await _refused(served, f"{signed.decode()}.{_part(signature)}")


@pytest.mark.parametrize(
    "damage",
    [
        lambda t: t[:-10],
        lambda t: t[: len(t) // 2],
        lambda t: t + "A",
        lambda t: t + "." + t,
        lambda t: t.replace(".", ".."),
        lambda t: "." + t,
        lambda t: ".." * 3,
        lambda t: "A" * 100_000,
        lambda t: f"{_part([1])}.{t.split('.', 1)[1]}",
        lambda t: f"{_part(b'[' * 3000)}.{t.split('.', 1)[1]}",
        lambda t: f"{_part(b'not json')}.{t.split('.', 1)[1]}",
        lambda t: f"{t.rsplit('.', 2)[0]}.{_part({'sub': 'usr_admin'})}.{t.rsplit('.', 1)[1]}",
    ],
)
async def test_damaged_tokens(served: Served, damage: Any) -> None:
    await _refused(served, damage(served.tokens["admin"]))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer\tx", "Bearer é"])
async def test_headers_that_are_no_proof(served: Served, header: str) -> None:
    answer = await served.call(
        "GET", "/products", None, headers={"Authorization": header.encode("latin-1")}
    )
    assert answer.status_code == 401
    assert_problem(answer)


async def test_a_token_ends_after_fifteen_minutes(served: Served) -> None:
    await _let_in(served, served.tokens["admin"])
    served.clock.advance(899)
    await _let_in(served, served.tokens["admin"])
    served.clock.advance(1)
    await _refused(served, served.tokens["admin"])


async def test_what_changes_counts_at_the_next_request(served: Served) -> None:
    token = served.tokens["manager"]
    await _let_in(served, token)
    await served.ports.records.write([Update(USERS, "usr_manager", set={"role": "customer"})])
    answer = await served.call("GET", "/products", "manager")
    assert answer.status_code == 403
    await served.ports.records.write([Update(USERS, "usr_manager", set={"role": "manager"})])
    await _let_in(served, token)
    await served.ports.records.write([Update(USERS, "usr_manager", set={"state": "disabled"})])
    await _refused(served, token)


async def test_a_session_that_was_ended(served: Served) -> None:
    await _let_in(served, served.tokens["analyst"])
    assert (await served.call("POST", "/auth/logout", "analyst")).status_code == 204
    await _refused(served, served.tokens["analyst"])
    assert (await served.call("POST", "/auth/logout", "analyst")).status_code == 204


async def test_keys_change_and_old_tokens_hold(served: Served) -> None:
    before = served.tokens["admin"]
    await served.access.tokens.rotate()
    after = await signed_in(served.ports, served.access, user_of("admin"))
    assert _read(before, 0)["kid"] != _read(after, 0)["kid"]
    await _let_in(served, before)
    await _let_in(served, after)
    published = (await served.call("GET", "/auth/.well-known/jwks.json", None)).json()["keys"]
    assert [key["kid"] for key in published] == [_read(after, 0)["kid"], _read(before, 0)["kid"]]
    assert all("d" not in key for key in published)


async def test_another_process_learns_a_new_key(served: Served) -> None:
    other = type(served.access)(served.ports, served.access.roles)
    await other.tokens.verify(served.tokens["admin"])
    await served.access.tokens.rotate()
    token = await signed_in(served.ports, served.access, user_of("admin"))
    served.clock.advance(31)
    assert (await other({"authorization": f"Bearer {token}"})).id == "usr_admin"


async def test_api_keys_are_bounded_by_scope_owner_and_time(served: Served) -> None:
    made = await served.call(
        "POST",
        "/auth/api-keys",
        json={"name": "till", "permissions": ["products:read"], "expires_in_days": 2},
    )
    assert made.status_code == 201
    text, id = made.json()["key"], made.json()["api_key"]["id"]
    bearer = {"Authorization": f"Bearer {text}"}

    async def status(method: str, path: str) -> int:
        return (await served.call(method, path, None, headers=bearer)).status_code

    assert await status("GET", "/products") == 200
    assert await status("POST", "/products") == 403
    assert await status("GET", "/users") == 403
    assert await status("GET", "/user/profile") == 403
    listed = (await served.call("GET", "/auth/api-keys")).json()["items"]
    assert [key["last_used_at"] for key in listed] == ["2026-01-01T00:00:00.000Z"]
    assert text.rsplit("_", 1)[1] not in msgspec.json.encode(listed).decode()
    await _refused(served, text[:-1] + ("0" if text[-1] != "0" else "1"))
    await _refused(served, "omx_" + "0" * 26 + "_" + "0" * 64)
    await _refused(served, "omx_")
    served.clock.advance(2 * 86_400)
    await _refused(served, text)
    served.clock.advance(-86_400)
    await _let_in(served, text)
    admin = served.tokens["admin"] = await signed_in(served.ports, served.access, user_of("admin"))
    await served.ports.records.write([Update(USERS, "usr_admin", set={"role": "customer"})])
    assert await status("GET", "/products") == 403
    await served.ports.records.write([Update(USERS, "usr_admin", set={"role": "admin"})])
    assert (await served.call("DELETE", f"/auth/api-keys/{id}")).status_code == 204
    await _refused(served, text)
    assert (await served.call("DELETE", f"/auth/api-keys/{id}")).status_code == 404
    assert admin


async def test_a_key_cannot_hold_what_only_a_person_may_do(served: Served) -> None:
    for permission in ("users:write", "api-keys:write", "nothing:known"):
        answer = await served.call(
            "POST", "/auth/api-keys", json={"name": "x", "permissions": [permission]}
        )
        assert assert_problem(answer)["errors"][0]["field"] == "permissions[0]"


async def test_keys_made_at_the_machine(served: Served) -> None:
    text = await keys.create_for_system(served.ports, "export", {"products:read", "users:write"}, 1)
    await _let_in(served, text)
    actor = await served.access({"authorization": f"Bearer {text}"})
    assert actor.permissions == {"products:read"}


async def test_a_check_asks_the_store_twice_and_the_signature_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = type(served.ports.records).get

    async def get(self: Any, collection: Any, key: Any) -> Any:
        asked.append(collection.name)
        return await real(self, collection, key)

    checked: list[float] = []
    decode = jwt.decode

    def counted(*args: Any, **given: Any) -> Any:
        checked.append(time.monotonic())
        return decode(*args, **given)

    monkeypatch.setattr(type(served.ports.records), "get", get)
    monkeypatch.setattr(jwt, "decode", counted)
    proof = {"authorization": f"Bearer {served.tokens['admin']}"}
    for _ in range(5):
        await served.access(proof)
    assert asked == ["sessions", "users"] * 5
    assert len(checked) == 1


async def test_a_session_of_an_older_generation(served: Served) -> None:
    user = await users.get(served.ports, "usr_admin")
    session = await sessions.begin(served.ports, user)
    await served.ports.records.write([Update(USERS, user.id, add={"generation": 1})])
    await _refused(served, served.tokens["admin"])
    answer = await served.call(
        "POST", "/auth/refresh", None, json={"refresh_token": session.refresh_token}
    )
    assert answer.status_code == 401
