"""How fast somebody may ask who is not the shop's own: a visitor, or one of its customers.

Staff and API keys are not counted: tills and integrations ask as often as business goes, and
either can be shut out by name.
"""

import time
from collections.abc import Callable

from omnix.kit.errors import TooMany

A_MINUTE = 100
MOST_KNOWN = 10_000


class Pace:
    """At most ``a_minute`` requests at once, which come back evenly over a minute; 0 is no limit.

    Of MOST_KNOWN who ask, whoever asked first is forgotten. One process counts by itself.
    """

    def __init__(self, a_minute: int = A_MINUTE, now: Callable[[], float] = time.monotonic) -> None:
        self._most = a_minute
        self._now = now
        # By who asks: how many are left, and when that was so.
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, who: str) -> None:
        """Use up one request. Raises TooMany, with the seconds until there is another."""
        if not self._most:
            return
        now = self._now()
        left, since = self._left.pop(who, (float(self._most), now))
        left = min(float(self._most), left + (now - since) * self._most / 60.0)
        if len(self._left) >= MOST_KNOWN:
            del self._left[next(iter(self._left))]
        self._left[who] = (left - 1.0 if left >= 1.0 else left, now)
        if left < 1.0:
            wait = int((1.0 - left) * 60.0 / self._most) + 1
            told = f"at most {self._most} requests a minute; the next is free in {wait} s"
            raise TooMany(told, retry_after=wait)
