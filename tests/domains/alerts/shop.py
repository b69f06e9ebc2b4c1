"""A shop of which only what rules look at is known, and receivers that really listen."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from omnix import app
from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.mail import SmtpMail
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.alerts import channels, desk, rules
from omnix.domains.alerts.kinds import STOCK
from omnix.domains.alerts.model import Alert, Face, Observation
from omnix.domains.alerts.rules import RuleChange
from omnix.platform.access import Actor
from omnix.platform.jobs import work_once
from omnix.ports import Ports
from ports.emulators import free_port

ANN = Actor("usr_ann", "manager", frozenset())
BEGUN = datetime(2026, 3, 2, 9, tzinfo=UTC)


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[Ports]:
    async with open_local(
        folder / "data", COLLECTIONS, FACTS, clock=ManualClock(BEGUN)
    ) as platform:
        yield platform.ports


def later(ports: Ports, **span: float) -> None:
    ports.clock.advance(timedelta(**span).total_seconds())  # type: ignore[attr-defined]


def stock(
    id: str = "mug", state: str = "low", loss: int = 500, rate: int = 0, **attributes: float
) -> Observation:
    """A product at one place, as the proposals would tell of it."""
    face = Face(loss_minor=loss, basis="b", text=f"{state} at {loss}", rate_minor=rate)
    return Observation(
        kind=STOCK.name, subject=f"product:{id}@shop", name=id.title(), source="/v1/inventory",
        attributes={"state": state, **attributes}, faces={"shortage": face, "excess": face},
    )  # fmt: skip


async def active(ports: Ports) -> list[Alert]:
    return list((await desk.listing(ports, "active", None, False, 200, None)).items)


async def closed(ports: Ports) -> list[Alert]:
    return list((await desk.listing(ports, "closed", None, False, 200, None)).items)


async def channel(ports: Ports, **given: Any) -> channels.Channel:
    return await channels.create(ports, ANN, channels.NewChannel(**{"name": "C", **given}))


async def told(ports: Ports, rule_id: str, *channel_ids: str, **given: Any) -> None:
    """Let a built-in rule tell these channels."""
    before = await rules.get(ports, rule_id)
    change = RuleChange(version=before.version, channels=channel_ids, **given)
    await rules.change(ports, ANN, rule_id, change)


async def work(ports: Ports) -> int:
    """Do every job that is due now."""
    done = 0
    while await work_once(ports, app.JOBS):
        done += 1
    return done


class Inbox:
    """Takes mail, or refuses all of it for now."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.closed = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.closed:
            return "451 come back later"
        self.mails.append(envelope)
        return "250 OK"


@contextmanager
def mailing(ports: Ports) -> Iterator[tuple[Ports, Inbox]]:
    """The shop with a mail server on the loopback."""
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        url = f"smtp://127.0.0.1:{controller.port}"
        yield replace(ports, mail=SmtpMail(url, "shop@example.com", ports.clock)), inbox
    finally:
        controller.stop()


@dataclass
class Receiver:
    """A webhook's other end: what came, and what it answers, one after another."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    peers: list[str] = field(default_factory=list)
    hang: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?x=1"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side gave up
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {}
        for line in filter(None, head[1:]):
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        body = await reader.readexactly(int(headers["content-length"]))
        self.came.append((headers, body))
        if self.hang:
            await reader.read()
        writer.write(self.answers.pop(0) if self.answers else b"HTTP/1.1 204 No Content\r\n\r\n")


@asynccontextmanager
async def receiving(host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, host, port)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
