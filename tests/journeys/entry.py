"""The first admin's way in, from the one-time password on."""

from typing import Any

import httpx

from journeys.day import Shop

ADMIN = "admin@omnix.local"
CHOSEN = "correct horse battery"


async def sign_in(base_url: str, password: str) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as client:
        body = {"email": ADMIN, "password": password}
        granted: dict[str, Any] = await Shop(client).post("/auth/login", body)
        return granted


async def choose_password(base_url: str, token: str, current: str) -> None:
    """Until then the token is good for nothing else."""
    async with Shop.at(base_url, token) as shop:
        refused = await shop.ask("GET", "/products", 403)
        assert "password" in refused["detail"]
        body = {"current_password": current, "new_password": CHOSEN}
        await shop.post("/user/password", body, 204)


async def first_token(base_url: str, password: str) -> str:
    """An admin's token, once the one-time password has been replaced."""
    granted = await sign_in(base_url, password)
    assert granted["must_change_password"] is True
    await choose_password(base_url, str(granted["access_token"]), password)
    granted = await sign_in(base_url, CHOSEN)
    assert granted["must_change_password"] is False
    return str(granted["access_token"])
