"""Rests of consumers whose work is dear: what a worker does by sleeping, between two calls."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from omnix.platform.consume import Consumer

LEAST_SECONDS = 20.0
"""A shorter rest saves less than it costs to come back for what was left."""

MOST_SECONDS = 60.0


class Rests:
    """Who rests until when, for as long as the container lives; ``clock`` tells seconds.

    After work a consumer rests ``rest`` times as long as it took. What it does first in a
    container is no measure: most of that is importing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        self._warm: set[str] = set()
        self._asked: set[str] = set()

    def left(self, consumer: Consumer) -> float:
        """Seconds until it works again; 0 if it does not rest."""
        return max(0.0, self._until.get(consumer.name, 0.0) - self._clock())

    def first_asked(self, consumer: Consumer) -> bool:
        """Whether it is asked for the first time in its rest."""
        first = consumer.name not in self._asked
        self._asked.add(consumer.name)
        return first

    @contextmanager
    def measured(self, consumer: Consumer) -> Iterator[None]:
        """Around its work; a rest begins at the end, also where the work failed."""
        began = self._clock()
        try:
            yield
        finally:
            now = self._clock()
            rest = min(MOST_SECONDS, consumer.rest * (now - began))
            if consumer.name in self._warm and rest >= LEAST_SECONDS:
                self._until[consumer.name] = now + rest
                self._asked.discard(consumer.name)
            self._warm.add(consumer.name)
