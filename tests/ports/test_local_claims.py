"""Claims in SQLite: over a restart, between processes, beside failures, and by the million."""

import asyncio
import random
from pathlib import Path

import numpy as np
import pytest

from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.marks import BYTES, Marks, halves, marks_of
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.ports import Present, Put
from ports.claims_contract import telling, told
from ports.declared import COLLECTIONS, FACTS, THINGS, TOKENS
from ports.test_local_faults import killed_after

pytestmark = pytest.mark.anyio
HOUR = 3600


def opened(data: Path, clock: ManualClock | None = None) -> LocalPlatform:
    return open_local(data, COLLECTIONS, FACTS, clock=clock)


async def claim(platform: LocalPlatform, *keys: str) -> list[int]:
    end = int(platform.clock.now().timestamp()) + HOUR
    return await platform.records.claim(TOKENS, keys, end, telling(keys))


async def test_kill_9_forgets_no_acknowledged_claim_and_halves_none(tmp_path: Path) -> None:
    said = await asyncio.to_thread(killed_after, "claims", tmp_path, 60)
    batches = [line.split() for line in said]
    assert all(batch[0] == "0" for batch in batches)
    keys = [batch[1:] for batch in batches]
    async with opened(tmp_path) as platform:
        kept = await told(platform.ports)
        assert len(kept) == len(set(kept))
        assert {key for some in keys for key in some} <= set(kept)
        assert len(kept) % 50 == 0
        # Not one is taken again, those among them either that nobody was told of.
        for number, some in enumerate((*keys[:5], *keys[-5:], kept[-50:])):
            assert await claim(platform, *some, f"new-{number}") == list(range(50))


async def test_processes_see_each_other_s_claims(tmp_path: Path) -> None:
    async with opened(tmp_path) as one, opened(tmp_path) as other:
        assert await claim(one, "a", "b") == []
        assert await claim(other, "b", "c") == [0]
        assert await claim(one, "c", "a", "d") == [0, 1]
        found = await asyncio.gather(
            *(claim(who, *(f"k{n}" for n in range(9))) for who in (one, other) * 4)
        )
        assert sorted(map(len, found)) == [0] + [9] * 7


async def test_claims_of_a_group_that_fails_are_not_taken(tmp_path: Path) -> None:
    async with opened(tmp_path) as platform:
        await claim(platform, "first")
        refused = platform.records.write([Put(THINGS, {"id": "x"}, when=(Present(),))])

        def bad(_: object) -> Event:
            raise OSError("no event")

        end = int(platform.clock.now().timestamp()) + HOUR
        done = await asyncio.gather(
            claim(platform, "a", "b"),
            refused,
            claim(platform, "b", "c"),
            platform.database.submit(_fails),
            claim(platform, "d", "a"),
            return_exceptions=True,
        )
        assert [done[0], done[2], done[4]] == [[], [0], [1]]
        assert isinstance(done[1], ConditionFailed)
        assert isinstance(done[3], OSError)
        with pytest.raises(OSError):
            await platform.records.claim(TOKENS, ["e"], end, bad)
        assert await claim(platform, "e") == []
        assert sorted(await told(platform.ports)) == ["a", "b", "c", "d", "e", "first"]


def _fails(_: object) -> None:
    raise OSError("half-way")


async def test_what_ended_is_forgotten_on_the_disk_and_numbers_go_on(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as platform, opened(tmp_path, clock) as other:
        for n in range(5):
            await claim(platform, f"k{n}")
        await claim(other, "o")
        clock.advance(HOUR + 1)
        await platform.records.sweep()
        rows = platform.database.select("SELECT seq FROM claims")
        assert len(rows) == 1
        # Who had seen the old ones sees the new ones too.
        assert await claim(platform, "k0") == []
        assert await claim(other, "k0", "k1") == [0]
        assert await claim(platform, "k1") == [0]


async def test_claims_that_an_older_version_kept_as_items_count(tmp_path: Path) -> None:
    clock = ManualClock()
    now = int(clock.now().timestamp())
    async with opened(tmp_path, clock) as platform:
        await platform.records.write(
            [
                Put(TOKENS, {"id": "old", "expires": now + HOUR}),
                Put(TOKENS, {"id": "over", "expires": now - 1}),
            ]
        )
        assert await claim(platform, "old", "over", "new") == [0]


@pytest.mark.parametrize("native", [True, False])
def test_marks_are_found_as_in_a_dictionary(native: bool) -> None:
    rng = random.Random(5)
    known: dict[bytes, int] = {}
    marks = Marks(native)
    now = 1000
    for step in range(120):
        # First bytes from few: buckets overflow into each other, and round the table's end.
        fresh = {
            (rng.choice([0, 1, 255]) if step % 2 else rng.randrange(2**64)).to_bytes(8, "little")
            + rng.randbytes(4)
            for _ in range(rng.randrange(1, 200))
        }
        again = rng.sample(sorted(known), min(len(known), 20))
        asked = [*fresh, *again, *(rng.randbytes(BYTES) for _ in range(20))]
        told = marks.ends(*halves(b"".join(asked)))
        alive = [known.get(mark, 0) for mark in asked]
        assert [int(end) if end > now else 0 for end in told] == [
            end if end > now else 0 for end in alive
        ]
        added = [*fresh, *(mark for mark in again if known[mark] <= now)]
        end = now + rng.randrange(1, 300)
        marks.add(*halves(b"".join(added)), end, now)
        known |= dict.fromkeys(added, end)
        now += rng.randrange(12)
    assert marks.count >= sum(end > now for end in known.values())


def test_the_compiled_hash_is_the_library_s(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(6)
    texts = ["", "a", "\U0001f600" * 64, "x" * 128, "x" * 129, "x" * 256, "\ud800", "a\0b"]
    texts += ["".join(rng.choices("abc€\n ", k=rng.randrange(300))) for _ in range(200)]
    for name in ("a", "a_collection_of_a_long_name"):
        for some in (texts, texts[:-3], texts[:7], [""], []):
            compiled = marks_of(name, some)
            with monkeypatch.context() as without:
                without.setattr("omnix.adapters.local.marks.library", lambda: None)
                assert marks_of(name, some) == compiled


def test_marks_of_collections_and_keys_are_apart() -> None:
    assert len(marks_of("a", ["x", "y"])) == 2 * BYTES
    assert marks_of("a", ["x"]) != marks_of("b", ["x"])
    assert np.all(halves(marks_of("a", ["x"]))[1] < 2**32)
