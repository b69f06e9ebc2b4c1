"""What access costs: signing in beside its password hash, a check of a proof, a permission.

    python -m bench.access

All in one process, on a store of its own in a temporary folder: no network is in the way. The
median of each counts.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from bench.measured import cost
from omnix import app
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS, ROLE_PERMISSIONS
from omnix.domains.auth import keys, passwords, service, users
from omnix.domains.auth.authenticate import make_authenticator
from omnix.domains.products.model import NewProduct
from omnix.domains.products.service import create
from omnix.platform.access import SYSTEM, Actor

SIGN_INS, CHECKS, FRESH, REQUESTS = 40, 20_000, 1_000, 2_000


async def each(times: int, work: Callable[[], Awaitable[object]]) -> float:
    """Microseconds of one in the median, one after the other."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await work()
        took.append(time.perf_counter() - began)
    return 1e6 * statistics.median(took)


async def measure(folder: Path) -> None:
    async with open_local(folder, COLLECTIONS, FACTS) as platform:
        ports = platform.ports
        access = make_authenticator(ports, ROLE_PERMISSIONS, 1_000_000)
        api = app.api(ports, access)
        password = await users.ensure_admin(ports)
        user = await users.by_email(ports, users.ADMIN_EMAIL)
        assert user is not None
        assert password is not None

        async def sign_in() -> service.SignedIn:
            return await service.sign_in(ports, access, "192.0.2.1", user.email, password)

        async def hashed() -> bool:
            return await passwords.matches(user.password_hash, password)

        both = [(await each(1, sign_in), await each(1, hashed)) for _ in range(SIGN_INS)]
        whole = statistics.median(one for one, _ in both)
        hashing = statistics.median(one for _, one in both)
        print(f"sign-in {whole / 1e3:.1f} ms, of which Argon2id {hashing / 1e3:.1f}: "
              f"{whole / hashing:.2f}x")  # fmt: skip

        # With the one-time password nothing else is allowed; a second one is.
        key = await keys.create_for_system(ports, "bench", ROLE_PERMISSIONS["manager"], 30)
        inside = await sign_in()
        fresh = {
            await access.tokens.sign(user.id, user.role, inside.session.id) for _ in range(FRESH)
        }
        for name, proofs in (
            ("an access token", [inside.access_token] * CHECKS),
            (f"one that is new ({len(fresh)})", list(fresh)),
            ("an API key", [key] * CHECKS),
        ):
            rest = iter(proofs)

            async def check(rest: Iterator[str] = rest) -> Actor:
                return await access({"authorization": f"Bearer {next(rest)}"})

            checked = await each(len(proofs), check)
            wanted = "" if "new" in name else " (wanted: under 50)"
            print(f"check of {name} {checked:.1f} us{wanted}")

        made = await create(ports, SYSTEM, NewProduct(sku="MUG", name="Mug", price_minor=450))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": f"/v1/products/{made.id}", "query_string": b"",
            "raw_path": b"", "root_path": "", "client": ("192.0.2.1", 50000),
            "server": ("127.0.0.1", 80),
            "headers": [(b"authorization", f"Bearer {key}".encode())],
        }  # fmt: skip
        told: list[int] = []

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                told.append(int(str(message["status"])))

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        request = await each(
            REQUESTS,
            lambda: api({**scope, "state": {}}, receive, send),  # type: ignore[arg-type]
        )
        if set(told) != {200}:
            raise SystemExit(f"the request was answered by {set(told)}")
        actor = await access({"authorization": f"Bearer {key}"})

        async def hundred() -> None:
            for _ in range(100):
                actor.require("products:read")

        allowed = await each(REQUESTS, hundred) / 100
        print(f"a permission {allowed:.2f} us of a request's {request:.0f}: "
              f"{100 * allowed / request:.2f} % (wanted: under 5)")  # fmt: skip


def main() -> None:
    os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory(prefix="access-") as name:
        asyncio.run(measure(Path(name)))
    print(cost())


if __name__ == "__main__":
    main()
