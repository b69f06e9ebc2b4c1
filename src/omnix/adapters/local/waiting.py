"""Who waits for commits: of this process by their topics, of other ones by looking."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterable

LOOK_SECONDS = 0.05
"""Between two looks whether another process committed: one for all who wait in a loop."""

BY_TIME_SECONDS = 0.2

_Loop = asyncio.AbstractEventLoop


class Waiters:
    """Tasks of any loop that wait; ``version`` is another number after each commit."""

    def __init__(self, version: Callable[[], int]) -> None:
        self._version = version
        self._lock = threading.Lock()
        self._waiting: dict[str, set[tuple[_Loop, asyncio.Event]]] = {}
        self._known: dict[_Loop, int | None] = {}  # by the loops that look

    def tell(self, topics: Iterable[str]) -> None:
        """Wake whoever waits for a commit of these."""
        with self._lock:
            told = [entry for topic in topics for entry in self._waiting.get(topic, ())]
        for loop, event in told:
            # The loop may be gone.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)

    async def wait(
        self, topic: str, news: Callable[[], bool], timeout: float, *, by_time: bool = False
    ) -> None:
        """Return once ``news`` holds, or after ``timeout`` seconds.

        Asks after every commit of this process under ``topic``, and within LOOK_SECONDS of any
        other; ``by_time`` asks every BY_TIME_SECONDS in any case.
        """
        loop, event = asyncio.get_running_loop(), asyncio.Event()
        entry = loop, event
        end = time.monotonic() + timeout
        try:
            self._join(topic, entry)
            while not news():
                left = end - time.monotonic()
                if left <= 0:
                    return
                pause = min(left, BY_TIME_SECONDS) if by_time else left
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), pause)
                event.clear()
        finally:
            with self._lock:
                self._waiting[topic].discard(entry)

    def _join(self, topic: str, entry: tuple[_Loop, asyncio.Event]) -> None:
        loop = entry[0]
        with self._lock:
            self._waiting.setdefault(topic, set()).add(entry)
            if loop in self._known:
                return
            self._known[loop] = None
        # Before the first question, so that nothing committed after it is slept over.
        self._known[loop] = self._seen()
        loop.call_later(LOOK_SECONDS, self._look, loop)

    def _look(self, loop: _Loop) -> None:
        """Wake the waiting tasks of a loop if there was a commit; again soon if there are any."""
        with self._lock:
            waiting = [e for entries in self._waiting.values() for of, e in entries if of is loop]
            if not waiting:
                del self._known[loop]
                return
        version = self._seen()
        if version is None or version != self._known[loop]:
            self._known[loop] = version
            for event in waiting:
                event.set()
        loop.call_later(LOOK_SECONDS, self._look, loop)

    def _seen(self) -> int | None:
        """None if nobody can tell: then each asks, and hears what is wrong."""
        try:
            return self._version()
        except Exception:
            return None
