"""Digests: the shop's figures by mail, each morning or each Monday, for whoever asked for them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from omnix.domains.alerts.declare import MAIL
from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, Forbidden
from omnix.kit.money import to_text
from omnix.kit.text import normal
from omnix.kit.time import day_of
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.jobs import JobContext
from omnix.ports import Delete, Ports, Present, Put, Update

from . import model, service
from .declare import DIGESTS

Every = Literal["day", "week", "never"]
_ALL = "all"
_MONDAY = 0
_LISTED = 5
_SHOWN = (
    "revenue", "orders", "units", "aov", "gross_margin", "returns", "customers", "new_customers",
    "stock_value", "low_stock", "out_of_stock", "lost_sales", "forecast_accuracy",
)  # fmt: skip


class Digest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a user wants the shop's figures by mail; those of a week come on Mondays."""

    every: Every = "never"


async def of(ports: Ports, actor: Actor) -> Digest:
    """What the user asked for. Raises Forbidden for an API key."""
    stored = await ports.records.get(DIGESTS, (_ALL, _person(actor)))
    return Digest(stored["every"]) if stored else Digest()


async def ask(ports: Ports, actor: Actor, wanted: Digest) -> Digest:
    """Ask for a digest, or for none. Raises Forbidden for an API key."""
    key = (_ALL, _person(actor))
    if wanted.every == "never":
        await ports.records.write([Delete(DIGESTS, key)])
    else:
        item = {"scope": _ALL, "user_id": key[1], "every": wanted.every, "sent_for": ""}
        await ports.records.write([Put(DIGESTS, item)])
    return wanted


def _person(actor: Actor) -> str:
    if actor.session is None:
        raise Forbidden("a digest goes to a person; sign in to ask for one")
    return actor.id


async def send_due(context: JobContext, _: Mapping[str, Any]) -> dict[str, Any]:
    """Draw up what is due this morning and ask for its mails; run again, nobody gets two."""
    ports = context.ports
    settings = await shop(ports)
    today = day_of(ports.clock.now(), settings.time_zone)
    texts: dict[str, tuple[str, str]] = {}
    count, cursor = 0, None
    while True:
        page = await ports.records.query(DIGESTS, _ALL, limit=100, cursor=cursor)
        for item in page.items:
            every, user = item["every"], item["user_id"]
            if item["sent_for"] >= today.isoformat() or (
                every == "week" and today.weekday() != _MONDAY
            ):
                continue
            if every not in texts:
                texts[every] = await _drawn_up(ports, every, today)
            title, text = texts[every]
            payload = {"user_id": user, "subject": title, "text": text}
            # The id makes a second asking the same mail.
            await jobs.submit(ports, MAIL, payload, id=f"digest-{today}-{user}")
            await _mark(ports, user, today)
            count += 1
        await context.progress(count, 0, f"{count} digests")
        cursor = page.next_cursor
        if cursor is None:
            return {"digests": count}


async def _mark(ports: Ports, user: str, today: date) -> None:
    """Note that the digest of the day is on its way, unless the user wants none any more."""
    sent = Update(DIGESTS, (_ALL, user), set={"sent_for": today.isoformat()}, when=(Present(),))
    try:
        await ports.records.write([sent])
    except ConditionFailed:
        return


async def _drawn_up(ports: Ports, every: str, today: date) -> tuple[str, str]:
    """Subject and text: yesterday beside the same weekday before it, or the week that ended."""
    settings = await shop(ports)
    summary = await service.summary(ports, 7)
    yesterday = today - timedelta(days=1)
    lines = []
    if every == "day":
        title = normal(f"{settings.name}: {yesterday:%A} {yesterday}")
        before = yesterday - timedelta(days=7)
        totals = await service.day_totals(ports, before, yesterday)
        lines += [f"Yesterday ({yesterday}), and the same weekday before:"]
        lines += _day_lines(totals, yesterday, before, settings.currency)
        lines += ["", "Of the last seven days, today so far included:"]
    else:
        title = normal(f"{settings.name}: the week to {yesterday}")
        lines += ["Of the last seven days, today so far included:"]
    by_name = {figure.name: figure for figure in summary.metrics}
    lines += [_line(by_name[name], settings.currency) for name in _SHOWN]
    if summary.top_products:
        lines += ["", "What sold best:"]
        lines += [
            f"  {one.name}: {to_text(one.revenue_minor, settings.currency)} {settings.currency}, "
            f"{one.units} units"
            for one in summary.top_products[:_LISTED]
        ]
    if summary.low_stock:
        lines += ["", "Most urgent to order:"]
        lines += [
            f"  {one.name} at {one.location_name}: {one.available} left, "
            f"{one.proposal_quantity} proposed"
            for one in summary.low_stock[:_LISTED]
        ]
    lines += [""] + [note.text for note in summary.notes]
    lines += ["", "You asked for this in your profile, where you can also end it."]
    return title[:150], "\n".join(lines) + "\n"


def _day_lines(totals: service.Totals, day: date, before: date, currency: str) -> list[str]:
    now, then = totals.get(day.isoformat(), {}), totals.get(before.isoformat(), {})

    def money(row: Mapping[str, int]) -> str:
        return f"{to_text(row.get('revenue_minor', 0), currency)} {currency}"

    return [
        f"  Revenue: {money(now)} ({money(then)})",
        f"  Orders: {now.get('orders', 0)} ({then.get('orders', 0)})",
        f"  Units: {now.get('units', 0)} ({then.get('units', 0)})",
    ]


def _line(figure: model.Figure, currency: str) -> str:
    if figure.value is None:
        return f"  {figure.label}: not known"
    if figure.unit == "money":
        told = f"{to_text(int(figure.value), currency)} {currency}"
    elif figure.unit == "ratio":
        told = f"{figure.value * 100:.1f} %"
    elif figure.unit == "days":
        told = f"{figure.value:.1f} days"
    else:
        told = f"{figure.value:,}"
    change = "" if figure.change is None else f" ({figure.change * 100:+.0f} %)"
    return f"  {figure.label}: {told}{change}"
