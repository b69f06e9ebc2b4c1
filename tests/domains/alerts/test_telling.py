"""Whom alerts are told, when, and in how many messages."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from domains.simulated import job
from omnix.domains.alerts import channels, desk, messages, ticking
from omnix.domains.alerts.channels import Quiet
from omnix.domains.alerts.declare import NOTICES, WAITING
from omnix.domains.alerts.evaluate import evaluate
from omnix.domains.alerts.kinds import STOCK
from omnix.platform import jobs
from omnix.ports import Ports
from ports.mail_contract import parsed

from .shop import ANN, Inbox, active, channel, later, mailing, shop, stock, told, work

pytestmark = pytest.mark.anyio


def _subjects(inbox: Inbox) -> list[str]:
    return [_parsed(inbox, n)["Subject"] for n in range(len(inbox.mails))]


def _parsed(inbox: Inbox, number: int) -> EmailMessage:
    return parsed(inbox.mails[number].original_content or b"")


async def _tick(ports: Ports) -> None:
    await ticking.tick(job(ports), {})
    await work(ports)


async def _left(ports: Ports, channel_id: str) -> int:
    return len((await ports.records.query(NOTICES, channel_id)).items)


async def test_mail_says_what_is_at_stake_and_what_to_do(tmp_path: Path) -> None:
    async with shop(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            mail = await channel(ports, kind="email", to="ann@example.com")
            await told(ports, "low-stock", mail.id)
            await evaluate(ports, STOCK, [stock(loss=123_45)])
            await work(ports)
            (envelope,) = inbox.mails
            assert envelope.rcpt_tos == ["ann@example.com"]
            got = _parsed(inbox, 0)
            assert got["Subject"] == "My shop: Low stock: Mug (123.45 EUR at stake)"
            assert "low at 12345" in got.get_content()
            assert not await _left(ports, mail.id)


async def test_a_mail_server_that_is_away_is_tried_again(tmp_path: Path) -> None:
    async with shop(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            mail = await channel(ports, kind="email", to="ann@example.com")
            await told(ports, "low-stock", mail.id)
            inbox.closed = True
            await evaluate(ports, STOCK, [stock()])
            await work(ports)
            assert not inbox.mails
            inbox.closed = False
            later(ports, seconds=10)
            await work(ports)
            assert len(inbox.mails) == 1


async def test_many_at_once_are_one_message_that_shows_the_dearest(tmp_path: Path) -> None:
    async with shop(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            mail = await channel(ports, kind="email", to="ann@example.com")
            await told(ports, "low-stock", mail.id)
            many = messages.MOST_SHOWN + 30
            await evaluate(ports, STOCK, [stock(f"p{n}", loss=n) for n in range(many)])
            await work(ports)
            (subject,) = _subjects(inbox)
            assert subject.startswith(f"My shop: {many} alerts")
            text = _parsed(inbox, 0).get_content()
            assert f"P{many - 1}" in text
            assert "P3 " not in text
            assert "And 30 more" in text


async def test_a_digest_gathers_a_day_and_leaves_out_what_ended(tmp_path: Path) -> None:
    async with shop(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            mail = await channel(
                ports, kind="email", to="ann@example.com", digest="daily", digest_at="18:00"
            )
            await told(ports, "low-stock", mail.id)
            for id in ("mug", "tray", "cup"):
                await evaluate(ports, STOCK, [stock(id)])
                later(ports, hours=1)
            await evaluate(ports, STOCK, [stock("cup", state="fine")])
            await _tick(ports)
            assert not inbox.mails
            later(ports, hours=8)
            await _tick(ports)
            await _tick(ports)
            (subject,) = _subjects(inbox)
            assert "2 alerts" in subject
            assert not await _left(ports, mail.id)


async def test_quiet_hours_hold_back_all_but_what_is_critical(tmp_path: Path) -> None:
    async with shop(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            mail = await channel(
                ports, kind="email", to="a@example.com", quiet=Quiet(begins="08:00", ends="20:00")
            )
            for rule in ("low-stock", "stock-out"):
                await told(ports, rule, mail.id)
            await evaluate(ports, STOCK, [stock("mug"), stock("tray", state="out")])
            await work(ports)
            assert [s.partition(" (")[0] for s in _subjects(inbox)] == [
                "My shop: Out of stock: Tray"
            ]
            later(ports, hours=12)
            await _tick(ports)
            assert len(inbox.mails) == 2


async def test_what_nobody_takes_is_escalated_once(tmp_path: Path) -> None:
    async with shop(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            first = await channel(ports, kind="email", to="ann@example.com")
            boss = await channel(ports, kind="email", to="boss@example.com")
            await told(ports, "low-stock", first.id, escalate_minutes=30, escalate_to=(boss.id,))
            await evaluate(ports, STOCK, [stock("mug"), stock("tray")])
            await work(ports)
            taken, left = await active(ports)
            await desk.acknowledge(ports, ANN, taken.id)
            later(ports, minutes=29)
            await _tick(ports)
            assert [one.rcpt_tos for one in inbox.mails] == [["ann@example.com"]]
            for _ in range(3):
                later(ports, minutes=31)
                await _tick(ports)
            to = [one.rcpt_tos[0] for one in inbox.mails]
            assert sorted(to) == ["ann@example.com", "ann@example.com", "boss@example.com"]
            now = await desk.get(ports, left.id)
            assert (now.severity, now.escalated_at is not None) == ("critical", True)
            assert (await desk.get(ports, taken.id)).escalated_at is None


async def test_a_notice_survives_a_crash_between_the_alert_and_the_job(tmp_path: Path) -> None:
    async with shop(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            mail = await channel(ports, kind="email", to="ann@example.com")
            await told(ports, "low-stock", mail.id)

            async def died(*_: object, **__: object) -> None:
                raise RuntimeError("killed here")

            real, jobs.submit = jobs.submit, died  # type: ignore[assignment]
            try:
                with pytest.raises(RuntimeError):
                    await evaluate(ports, STOCK, [stock()])
            finally:
                jobs.submit = real
            await evaluate(ports, STOCK, [stock()])
            await work(ports)
            assert not inbox.mails
            await _tick(ports)
            assert len(inbox.mails) == 1
            assert not (await ports.records.query(WAITING, "all")).items


async def test_a_channel_that_is_gone_tells_nothing(tmp_path: Path) -> None:
    async with shop(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            mail = await channel(ports, kind="email", to="ann@example.com")
            await told(ports, "low-stock", mail.id)
            await evaluate(ports, STOCK, [stock()])
            await channels.delete(ports, ANN, mail.id)
            await work(ports)
            assert not inbox.mails
            assert not await _left(ports, mail.id)
            await evaluate(ports, STOCK, [stock("tray")])
            assert len(await active(ports)) == 2
