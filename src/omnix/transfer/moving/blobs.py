"""Copying blobs: models, uploads, files of refused rows."""

from collections.abc import Callable

from omnix.ports import Blobs

from .sums import Sum

Told = Callable[[int], None]


async def copy(source: Blobs, target: Blobs, told: Told) -> Sum:
    """Bring ``target`` to what ``source`` holds; the sum of what that is."""
    names = await source.list()
    there = set(await target.list())
    for name in there.difference(names):
        await target.delete(name)
    found = Sum()
    for number, name in enumerate(names, 1):
        data = await source.get(name)
        # One that was deleted since it was listed is not there to move.
        if data is not None:
            found = found.plus(_content(name, data))
            if name not in there or await target.get(name) != data:
                await target.put(name, data)
        told(number)
    return found


async def measure(blobs: Blobs) -> Sum:
    """The sum of all names and contents."""
    found = Sum()
    for name in await blobs.list():
        data = await blobs.get(name)
        if data is not None:
            found = found.plus(_content(name, data))
    return found


def _content(name: str, data: bytes) -> bytes:
    return name.encode() + b"\0" + data
