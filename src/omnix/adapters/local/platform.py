"""All ports on one data folder."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from omnix.adapters.local import chat, foundation, mail
from omnix.adapters.local.backup import DATABASE, Manifest, backup
from omnix.adapters.local.bus import LocalBus
from omnix.adapters.local.clock import SystemClock
from omnix.adapters.local.database import Database
from omnix.adapters.local.files import LocalBlobs, LocalSecrets
from omnix.adapters.local.jobs import LocalJobs
from omnix.adapters.local.lake import LocalLake
from omnix.adapters.local.push import LocalPush
from omnix.adapters.local.records import LocalRecords
from omnix.kit.declare import Collection, Fact
from omnix.kit.time import instant
from omnix.ports import Clock, Ports

_AHEAD = 128 << 10
"""Bytes that systems read ahead at most, however much they are asked for at once."""


class LocalPlatform:
    """The ports of one data folder, opened; ``close`` or leaving ``async with`` lets go.

    Any number of processes may have one folder open. Push alone reaches only the clients of
    its own process.
    """

    def __init__(
        self,
        data: Path,
        collections: Iterable[Collection],
        facts: Iterable[Fact],
        *,
        clock: Clock | None = None,
        pause: float = 0.0,
    ) -> None:
        self.data = data
        self.facts = tuple(facts)
        self.clock: Clock = SystemClock() if clock is None else clock
        self.lake = LocalLake(data / "lake", self.facts)
        self.database = Database(data / DATABASE, pause)
        self.records = LocalRecords(self.database, collections, self.clock)
        self.bus = LocalBus(self.database, self.clock)
        self.jobs = LocalJobs(self.database, self.clock)
        self.push = LocalPush(self.clock)
        self.blobs = LocalBlobs(data / "blobs")
        self.secrets = LocalSecrets(data / "secrets")
        self.mail = mail.configured(data / "mail", os.environ, self.clock)
        self.chat = chat.configured(os.environ)
        self.foundation = foundation.configured(os.environ)

    @property
    def ports(self) -> Ports:
        return Ports(
            records=self.records,
            lake=self.lake,
            bus=self.bus,
            jobs=self.jobs,
            push=self.push,
            blobs=self.blobs,
            secrets=self.secrets,
            mail=self.mail,
            chat=self.chat,
            foundation=self.foundation,
            clock=self.clock,
        )

    async def backup(self, target: Path, *, secrets: bool = False) -> Manifest:
        """Copy everything to the new folder ``target``, at one instant, while others write."""
        made_at = instant(self.clock.now())
        return await asyncio.to_thread(backup, self.data, target, made_at=made_at, secrets=secrets)

    def close(self) -> None:
        """Finish what is queued and close every file. Safe to repeat."""
        self.bus.close()
        self.database.close()
        self.lake.close()

    async def __aenter__(self) -> "LocalPlatform":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_ahead(data: Path) -> None:
    """Ask the system to have the database in memory, up to a quarter of what memory there is.

    Requests are answered on the event loop: each page that only the disk has keeps everybody
    waiting. Only before this process opens the database, since closing the file lets go of all
    its locks on it.
    """
    path = data / DATABASE
    if not hasattr(os, "posix_fadvise") or not path.exists():
        return
    most = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4
    with path.open("rb") as file:
        for start in range(0, min(path.stat().st_size, most), _AHEAD):
            os.posix_fadvise(file.fileno(), start, _AHEAD, os.POSIX_FADV_WILLNEED)


def open_local(
    data: Path,
    collections: Iterable[Collection],
    facts: Iterable[Fact],
    *,
    clock: Clock | None = None,
    pause: float = 0.0,
) -> LocalPlatform:
    """Open or make the data folder. Raises Unavailable if it cannot be used.

    ``pause`` is for who writes beside others: see Database.
    """
    return LocalPlatform(data, collections, facts, clock=clock, pause=pause)
