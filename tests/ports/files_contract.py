"""What every implementation of Blobs and Secrets does."""

import asyncio
from functools import partial

import pytest

from omnix.ports import Ports

pytestmark = pytest.mark.anyio

BAD_NAMES = ["", "/etc/passwd", "../up", "a/../../b", "a//b", "a/", ".", "a\0b", "a\\b", ".hidden"]


class BlobsContract:
    """Needs the fixture ``ports``."""

    async def test_bytes_come_back(self, ports: Ports) -> None:
        data = bytes(range(256)) * 1000
        await ports.blobs.put("models/m1.bin", data)
        assert await ports.blobs.get("models/m1.bin") == data
        await ports.blobs.put("models/m1.bin", b"")
        assert await ports.blobs.get("models/m1.bin") == b""
        assert await ports.blobs.get("models/m2.bin") is None

    async def test_delete_and_delete_again(self, ports: Ports) -> None:
        await ports.blobs.put("a", b"1")
        await ports.blobs.delete("a")
        await ports.blobs.delete("a")
        assert await ports.blobs.get("a") is None

    async def test_list_by_prefix(self, ports: Ports) -> None:
        for name in ("a/1", "a/2", "a/sub/3", "ab", "b/1"):
            await ports.blobs.put(name, b"x")
        assert await ports.blobs.list("a/") == ["a/1", "a/2", "a/sub/3"]
        assert await ports.blobs.list("a") == ["a/1", "a/2", "a/sub/3", "ab"]
        assert await ports.blobs.list("zz/") == []
        assert len(await ports.blobs.list()) == 5

    @pytest.mark.parametrize("name", BAD_NAMES)
    async def test_names_stay_inside(self, ports: Ports, name: str) -> None:
        with pytest.raises(ValueError):
            await ports.blobs.put(name, b"x")
        with pytest.raises(ValueError):
            await ports.blobs.get(name)
        with pytest.raises(ValueError):
            await ports.secrets.put(name, b"x")

    async def test_a_reader_never_sees_half_a_blob(self, ports: Ports) -> None:
        size = 200_000

        async def writer(letter: bytes) -> None:
            for _ in range(10):
                await ports.blobs.put("shared", letter * size)

        await ports.blobs.put("shared", b"a" * size)
        writing = asyncio.gather(writer(b"a"), writer(b"b"))
        reads = 0
        while not writing.done():
            data = await ports.blobs.get("shared")
            assert data in (b"a" * size, b"b" * size)
            reads += 1
        await writing
        assert reads > 1
        assert await ports.blobs.list() == ["shared"]


class SecretsContract:
    """Needs the fixture ``ports``."""

    async def test_put_and_get(self, ports: Ports) -> None:
        assert await ports.secrets.get("key") is None
        await ports.secrets.put("key", b"\x00one")
        await ports.secrets.put("key", b"\x00two")
        assert await ports.secrets.get("key") == b"\x00two"

    async def test_ensure_gives_all_callers_the_same(self, ports: Ports) -> None:
        def make(number: int) -> bytes:
            return b"secret %d" % number

        made = await asyncio.gather(
            *[ports.secrets.ensure("key", partial(make, n)) for n in range(16)]
        )
        assert len(set(made)) == 1
        assert await ports.secrets.ensure("key", lambda: b"new") == made[0]
        assert await ports.secrets.get("key") == made[0]
