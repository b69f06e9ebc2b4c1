"""How long a connection waits for another process that writes."""

import random
import time

BUSY_SECONDS = 10.0


class Patience:
    """A busy handler with short sleeps: SQLite's own backs off to 100 ms and starves."""

    def __init__(self) -> None:
        self.seconds = BUSY_SECONDS
        self._begun = 0.0

    def __call__(self, times: int) -> bool:
        if times == 0:
            self._begun = time.monotonic()
        if time.monotonic() - self._begun >= self.seconds:
            return False
        time.sleep(random.uniform(0.0003, 0.002))
        return True
