"""Visitors and customers ask so often a minute; staff and machines as often as they need."""

from pathlib import Path

import pytest

from .serving import assert_problem, serving, signed_in, user_of

pytestmark = pytest.mark.anyio
A_MINUTE = 5


async def test_a_visitor_is_told_when_to_come_again(tmp_path: Path) -> None:
    async with serving(tmp_path, a_minute=A_MINUTE) as served:
        for _ in range(A_MINUTE):
            found = await served.call("GET", "/auth/.well-known/jwks.json", None)
            assert found.status_code == 200
        refused = await served.call("GET", "/auth/.well-known/jwks.json", None)
        assert_problem(refused)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        # Health is asked by machines without proof, and the staff by theirs.
        assert (await served.call("GET", "/health", None)).status_code == 200
        for _ in range(3 * A_MINUTE):
            assert (await served.call("GET", "/products", "manager")).status_code == 200


async def test_a_customer_is_counted_by_the_account(tmp_path: Path) -> None:
    async with serving(tmp_path, a_minute=A_MINUTE) as served:
        for name in ("ann", "bob"):
            user = user_of("customer", id=f"usr_{name}", customer_id=name, email=f"{name}@x.test")
            served.tokens[name] = await signed_in(served.ports, served.access, user)
        for _ in range(A_MINUTE):
            assert (await served.call("GET", "/user/profile", "ann")).status_code == 200
        refused = await served.call("GET", "/user/profile", "ann")
        assert refused.status_code == 429
        assert (await served.call("GET", "/user/profile", "bob")).status_code == 200
