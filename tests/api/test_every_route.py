"""Every route against proofs that hold no more, that never did, and that allow something else."""

import re

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from omnix.platform.access import PUBLIC, SIGNED_IN

from .serving import Served, assert_problem, routes

pytestmark = pytest.mark.anyio


async def _proof(served: Served, kind: str) -> str:
    good = served.tokens["admin"]
    keyring = served.access.tokens
    header, claims, _ = good.split(".")
    if kind == "no signature":
        return f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{claims}."
    if kind == "expired":
        served.clock.advance(900)
    if kind == "revoked":
        assert (await served.call("POST", "/auth/logout")).status_code == 204
    if kind in ("wrong key", "wrong audience"):
        own = next(iter(keyring._keys.values()))
        key = own if kind == "wrong audience" else OKPKey.generate_key("Ed25519")
        now = int(served.clock.now().timestamp())
        verified = await keyring.verify(good)
        made = {
            "iss": "omnix", "aud": "omnix-api" if kind == "wrong key" else "another",
            "iat": now, "exp": now + 900, "sub": verified.user, "sid": verified.session,
        }  # fmt: skip
        kid = next(iter(keyring._keys))
        named = {"alg": "Ed25519", "kid": kid, "typ": "at+jwt"}
        return jwt.encode(named, made, key, algorithms=["Ed25519"])
    assert header
    return good


@pytest.mark.parametrize(
    "kind", ["no signature", "wrong key", "wrong audience", "expired", "revoked"]
)
async def test_a_proof_that_does_not_hold_opens_no_route(served: Served, kind: str) -> None:
    headers = {"Authorization": f"Bearer {await _proof(served, kind)}"}
    tried = 0
    for method, path, handler in routes(served.app):
        if handler.opt["permission"] == PUBLIC:
            continue
        filled = re.sub(r"\{[^}]*\}", "nothing-like-it", path)
        answer = await served.call(method, filled, None, headers=headers)
        assert answer.status_code == 401, f"{kind} {method} {path}: {answer.status_code}"
        assert_problem(answer)
        tried += 1
    assert tried > 60


async def test_a_key_opens_what_it_was_made_for_and_nothing_else(served: Served) -> None:
    made = await served.call(
        "POST", "/auth/api-keys", json={"name": "till", "permissions": ["products:read"]}
    )
    headers = {"Authorization": f"Bearer {made.json()['key']}"}
    opened = 0
    for method, path, handler in routes(served.app):
        permission = handler.opt["permission"]
        if permission in (PUBLIC, SIGNED_IN):
            continue
        filled = re.sub(r"\{[^}]*\}", "nothing-like-it", path)
        answer = await served.call(method, filled, None, headers=headers)
        if permission == "products:read":
            assert answer.status_code not in (401, 403), f"{method} {path}"
            opened += 1
        else:
            assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
    assert opened > 1


async def test_routes_about_oneself_are_for_people(served: Served) -> None:
    made = await served.call(
        "POST", "/auth/api-keys", json={"name": "till", "permissions": ["products:read"]}
    )
    headers = {"Authorization": f"Bearer {made.json()['key']}"}
    for method, path in (
        ("GET", "/user/profile"), ("GET", "/user/totp"), ("GET", "/auth/sessions"),
        ("DELETE", "/auth/sessions/ses_1"),
    ):  # fmt: skip
        answer = await served.call(method, path, None, headers=headers)
        assert answer.status_code == 403, f"{method} {path}"
