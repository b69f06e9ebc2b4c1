"""All ports on one data folder."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from omnix.adapters.local import chat, mail
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
    ) -> None:
        self.data = data
        self.facts = tuple(facts)
        self.clock: Clock = SystemClock() if clock is None else clock
        self.lake = LocalLake(data / "lake", self.facts)
        self.database = Database(data / DATABASE)
        self.records = LocalRecords(self.database, collections, self.clock)
        self.bus = LocalBus(self.database, self.clock)
        self.jobs = LocalJobs(self.database, self.clock)
        self.push = LocalPush(self.clock)
        self.blobs = LocalBlobs(data / "blobs")
        self.secrets = LocalSecrets(data / "secrets")
        self.mail = mail.configured(data / "mail", os.environ, self.clock)
        self.chat = chat.configured(os.environ)

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
            clock=self.clock,
        )

    async def backup(self, target: Path, *, secrets: bool = False) -> Manifest:
        """Copy everything to the new folder ``target``, at one instant, while others write."""
        made_at = instant(self.clock.now())
        return await asyncio.to_thread(backup, self.data, target, made_at=made_at, secrets=secrets)

    def close(self) -> None:
        """Finish what is queued and close every file. Safe to repeat."""
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


def open_local(
    data: Path,
    collections: Iterable[Collection],
    facts: Iterable[Fact],
    *,
    clock: Clock | None = None,
) -> LocalPlatform:
    """Open or make the data folder. Raises Unavailable if it cannot be used."""
    return LocalPlatform(data, collections, facts, clock=clock)
