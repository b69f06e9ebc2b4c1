"""Blocking work beside the event loop."""

import asyncio
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


async def drawn(items: Generator[T]) -> AsyncIterator[T]:
    """The items of a generator that blocks, each drawn in a thread of its own.

    Whoever stops listening closes the generator once it is through with its present item.
    """
    loop = asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, "omnix-drawn")
    end = object()
    try:
        while (item := await loop.run_in_executor(thread, next, items, end)) is not end:
            yield item  # type: ignore[misc]
    finally:
        thread.submit(items.close)
        thread.shutdown(wait=False)
