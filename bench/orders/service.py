"""What the harness asks of a service. One instance is one fresh store, used once."""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from bench.orders.processes import BenchError, Process, cpu_seconds, free_port, tree
from bench.orders.record import Record
from bench.orders.shop import Ids

SETTLE_SECONDS = 60
IDLE_SHARE = 0.1
"""Of a core, over a second."""


class Service(ABC):
    """`name` is printed; `key` is the API key that every request sends as a bearer token.

    What `start` started stands in `processes`, in the order of starting.
    """

    name: ClassVar[str]
    key = "bench-9f2c71d4e6a85b30"

    def __init__(self, folder: Path, cores: Sequence[int]) -> None:
        self.folder = folder
        self.cores = cores
        self.port = free_port()
        self.processes: list[Process] = []

    @classmethod
    @abstractmethod
    def set_up(cls) -> None:
        """Builds what is missing, or raises BenchError naming what to install."""

    @abstractmethod
    def seed(self) -> Ids:
        """Creates the store with `shop.products()` at one location, and leaves nothing running."""

    @abstractmethod
    def start(self) -> None:
        """Returns when the server, proven to be this one, answers on `port`."""

    @abstractmethod
    def record(self) -> Record:
        """Reads the store while the server is stopped."""

    def cpu_seconds(self) -> float:
        """Processor time that the running service, a database included, has used so far."""
        return cpu_seconds([pid for each in self.processes for pid in tree(each.popen.pid)])

    def settle(self) -> None:
        """Wait until what was started has done its own beginnings, which no order causes."""
        deadline = time.monotonic() + SETTLE_SECONDS
        used = self.cpu_seconds()
        while time.monotonic() < deadline:
            time.sleep(1)
            before, used = used, self.cpu_seconds()
            if used - before < IDLE_SHARE:
                return
        raise BenchError(f"{self.name} is still busy {SETTLE_SECONDS} s after its start")

    def stop(self) -> None:
        while self.processes:
            self.processes.pop().stop()

    def kill(self) -> None:
        """kill -9 of everything that was started, a database included."""
        while self.processes:
            self.processes.pop().kill()
