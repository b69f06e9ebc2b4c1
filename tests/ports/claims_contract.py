"""What every implementation of Records does about claims."""

import asyncio
from collections.abc import Sequence

import pytest

from omnix.kit.events import Event
from omnix.ports import Ports, Tell
from ports.declared import TOKENS, Advance

pytestmark = pytest.mark.anyio

AT = "2026-01-01T00:00:00.000Z"


def telling(keys: Sequence[str], key: str = "c") -> Tell:
    return lambda which: Event("thing.claimed", key, AT, {"keys": [keys[n] for n in which]})


async def told(ports: Ports) -> list[str]:
    """The keys of all events."""
    found: list[str] = []
    batch = await ports.bus.read("claims", ["thing.claimed"], 500)
    while batch.events:
        found += [key for event in batch.events for key in event.data["keys"]]
        await ports.bus.acknowledge("claims", batch.position, batch.stream)
        batch = await ports.bus.read("claims", ["thing.claimed"], 500)
    return found


class ClaimsContract:
    """Needs the fixtures ``ports`` (opened with ports.declared) and ``advance``."""

    async def test_a_key_is_claimed_once_until_its_end(
        self, ports: Ports, advance: Advance
    ) -> None:
        now = int(ports.clock.now().timestamp())

        async def claim(*keys: str, end: int) -> list[int]:
            return await ports.records.claim(TOKENS, keys, end, telling(keys))

        assert await claim("a", "b", "\U0001f600 x", end=now + 3600) == []
        assert await claim("c", "b", "d", "a", end=now + 3) == [1, 3]
        assert await claim("b", end=now + 3600) == [0]
        assert await claim(end=now + 3) == []
        await advance(4)
        assert await claim("c", "a", end=now + 3600) == [1]
        assert await claim("c", end=now + 3600) == [0]
        assert sorted(await told(ports)) == sorted(["a", "b", "\U0001f600 x", "c", "d", "c"])

    async def test_of_many_who_claim_the_same_each_key_has_one(self, ports: Ports) -> None:
        end = int(ports.clock.now().timestamp()) + 3600
        keys = [f"k{n}" for n in range(230)]
        orders = [keys[::step] for step in (1, -1, 1, -1)]
        known = await asyncio.gather(
            *(
                ports.records.claim(TOKENS, own, end, telling(own, f"c{n}"))
                for n, own in enumerate(orders)
            )
        )
        assert sum(map(len, known)) == 3 * len(keys)
        assert sorted(await told(ports)) == sorted(keys)

    async def test_a_key_named_twice_is_a_fault(self, ports: Ports) -> None:
        end = int(ports.clock.now().timestamp()) + 3600
        with pytest.raises(ValueError):
            await ports.records.claim(TOKENS, ["a", "a"], end, telling(["a", "a"]))
        assert await ports.records.claim(TOKENS, ["a"], end, telling(["a"])) == []
