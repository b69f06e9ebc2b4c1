"""Clients that behave as good ones do: a key for each request, and the same key again after a
failure until there is an answer."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

FATES = ("", "", "fulfil", "cancel", "fulfil return")
PATIENCE_SECONDS = 90.0


@dataclass
class Asked:
    """An order that a client wants, and what the shop acknowledged of it."""

    key: str
    body: dict[str, Any]
    fate: list[str]
    answer: dict[str, Any] | None = None
    refused: int = 0
    changed: list[str] = field(default_factory=list)


class Shoppers:
    """``clients`` that order all the time, until they are told to finish."""

    def __init__(
        self, url: str, key: str, products: list[str], *, clients: int = 6, seed: int = 1
    ) -> None:
        self._url, self._products = url, products
        self._headers = {"Authorization": f"Bearer {key}"}
        self._clients, self._random = clients, random.Random(seed)
        self.asked: list[Asked] = []
        self.retries = 0
        self.statuses: Counter[int] = Counter()
        self._enough = asyncio.Event()
        self._news = asyncio.Condition()
        self.acknowledged = 0
        self.large = 0

    def _next(self, number: int) -> Asked:
        pick = self._random
        large = len(self._products) >= 1350 and number % 12 == 5
        self.large += large
        count = 1350 if large else pick.randint(1, 60) if number % 5 == 0 else pick.randint(1, 5)
        chosen = pick.sample(self._products, min(count, len(self._products)))
        key = f"key-{number:06d}"
        lines = [{"product_id": id, "quantity": pick.randint(1, 3)} for id in chosen]
        body = {"lines": lines, "note": key, "shipping_minor": pick.choice((0, 490))}
        return Asked(key, body, pick.choice(FATES).split())

    async def run(self) -> None:
        async with httpx.AsyncClient(
            base_url=self._url, headers=self._headers, timeout=30
        ) as client:
            await asyncio.gather(*[self._shop(client) for _ in range(self._clients)])

    def finish(self) -> None:
        """Every client sees its present order through, and stops."""
        self._enough.set()

    async def _shop(self, client: httpx.AsyncClient) -> None:
        while not self._enough.is_set():
            asked = self._next(len(self.asked))
            self.asked.append(asked)
            answer = await self._insist(client, "/v1/orders", asked.key, asked.body)
            assert answer.status_code == 201, answer.text
            asked.answer = answer.json()
            async with self._news:
                self.acknowledged += 1
                self._news.notify_all()
            for change in asked.fate:
                path = f"/v1/orders/{asked.answer['id']}/{change}"
                answer = await self._insist(client, path, f"{asked.key}-{change}", {})
                assert answer.status_code in (200, 201), answer.text
                asked.changed.append(change)

    async def _insist(
        self, client: httpx.AsyncClient, path: str, key: str, body: dict[str, Any]
    ) -> httpx.Response:
        end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            try:
                answer = await client.post(path, json=body, headers={"Idempotency-Key": key})
                self.statuses[answer.status_code] += 1
                if answer.status_code != 503:
                    return answer
            except httpx.TransportError:
                pass
            assert asyncio.get_running_loop().time() < end, f"no answer to {path}"
            self.retries += 1
            await asyncio.sleep(0.05)

    async def more(self, orders: int) -> None:
        """Return when so many more were acknowledged."""
        wanted = self.acknowledged + orders
        async with self._news, asyncio.timeout(PATIENCE_SECONDS):
            await self._news.wait_for(lambda: self.acknowledged >= wanted)
