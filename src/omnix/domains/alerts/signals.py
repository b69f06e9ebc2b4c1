"""What rules looked at on each day, kept so that a rule can be tried on the days before it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from omnix.domains.inventory import policy
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.products import service as products
from omnix.domains.streaming import watch as streaming
from omnix.domains.system.settings import shop
from omnix.kit.conditions import holds
from omnix.kit.time import day_of, parse_instant
from omnix.platform import queries
from omnix.ports import Ports

from .declare import SIGNALS
from .evaluate import fires
from .kinds import KINDS
from .model import Observation
from .rules import AlertRule, Draft, checked
from .watch import sales, stock

SQL = queries.load(__package__)
DAYS = 30
_MOST_ROWS = 50_000
_EXAMPLES = 10
_BUCKETS = 64
_MONTHS_KEPT = 3


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that there would have been."""

    day: str
    subject: str
    name: str
    loss_minor: int


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule would have done from ``first_day`` on.

    ``fired`` counts alerts: a condition that lasts several days is one. ``days`` of the last 30
    are known, ``signals`` were looked at; where they are very many, of one in ``one_in`` subjects,
    and the counts are scaled up. ``standing`` holds now. Examples are the dearest.
    """

    fired: int
    subjects: int
    standing: int
    days: int
    signals: int
    first_day: str | None
    one_in: int
    loss_minor: int
    currency: str
    examples: list[Fired]


class Columns:
    """Rows of the lake's table on their way."""

    def __init__(self, kind: str, day: date) -> None:
        self._kind, self._day = kind, day
        self.columns: dict[str, list[Any]] = {name: [] for name in SIGNALS.columns}

    def add(self, seen: Iterable[Observation]) -> None:
        for one in seen:
            losses = {name: face.loss_minor for name, face in one.faces.items()}
            self.put(one.subject, one.name, one.attributes, losses)

    def put(
        self, subject: str, name: str, attributes: dict[str, float | str], losses: dict[str, int]
    ) -> None:
        told = {"attributes": attributes, "losses": losses}
        row = {
            "day": self._day,
            "month": f"{self._day:%Y-%m}",
            "kind": self._kind,
            "subject": subject,
            "name": name,
            "bucket": crc32(subject.encode()) % _BUCKETS,
            "attributes": msgspec.json.encode(told).decode(),
            "loss_minor": max(losses.values(), default=0),
        }
        for column, value in row.items():
            self.columns[column].append(value)

    async def store(self, ports: Ports) -> None:
        """Once for each kind and day, whoever comes first."""
        await ports.lake.append(
            SIGNALS, self.columns, source=f"alerts:{self._kind}", version=self._day.toordinal()
        )


async def until(ports: Ports, kind: str) -> date | None:
    """The last day of the kind that is kept."""
    found = await ports.lake.position(SIGNALS, f"alerts:{kind}")
    return None if found is None else date.fromordinal(found)


async def missing(ports: Ports, kind: str, last: date) -> list[date]:
    """The days up to ``last`` that are not kept yet, at most DAYS."""
    known = await until(ports, kind)
    first = last - timedelta(days=DAYS - 1)
    if known is not None:
        first = max(first, known + timedelta(days=1))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


async def sold(ports: Ports, kind: str, day: date) -> None:
    """Keep what sales say of a whole day."""
    made = Columns(kind, day)
    if kind == "demand":
        made.add(await sales.demand(ports, day))
    else:
        made.add(await sales.revenue(ports, day, (await shop(ports)).currency))
    await made.store(ports)


class Terms(NamedTuple):
    """What is known of a stock now and taken for what held then; money in minor units."""

    name: str
    lead_days: float
    review_days: float
    unit_cost: int
    margin: int


async def terms(ports: Ports) -> dict[tuple[str, str], Terms]:
    """Those of every stock that there is a proposal for, by product and location."""
    found: dict[tuple[str, str], Terms] = {}
    cursor = None
    while True:
        page = await replenishment.listing(ports, None, True, 200, cursor)
        known = await products.get_many(ports, [each.product_id for each in page.items])
        for each in page.items:
            if each.product_id in known:
                margin, _ = stock.margin(known[each.product_id], each.unit_cost_minor)
                found[each.product_id, each.location_id] = Terms(
                    f"{each.name}, {each.location_name}", each.inputs.lead_time_days,
                    each.inputs.review_days, each.unit_cost_minor or 0, margin,
                )  # fmt: skip
        cursor = page.next_cursor
        if cursor is None:
            return found


async def stock_then(ports: Ports, day: date, known: Mapping[tuple[str, str], Terms]) -> None:
    """Keep what closing stock and sales let know of stock on a day of the past.

    What was on order then is not known, and ``known`` are the terms of today.
    """
    rows = await ports.lake.rows(SQL["alert_stock_then"], day=day)
    made = Columns("stock", day)
    holding = (await policy.get(ports)).holding_rate
    for row in rows:
        product_id, location_id = row["product_id"], row["location_id"]
        one = known.get((product_id, location_id))
        if one is not None:
            attributes, losses = _then(one, int(row["on_hand"]), float(row["daily"]), holding)
            made.put(stock.subject(product_id, location_id), one.name, attributes, losses)
    await made.store(ports)


def _then(
    one: Terms, on_hand: int, daily: float, holding: float
) -> tuple[dict[str, float | str], dict[str, int]]:
    days = one.lead_days + one.review_days
    cover = min(365.0, on_hand / daily) if daily > 0 else 365.0
    state = "fine"
    if on_hand <= 0 and daily > 0:
        state = "out"
    elif cover < days:
        state = "ahead" if cover < one.lead_days else "low"
    excess = max(0.0, on_hand - stock.EXCESS_DAYS * daily)
    lying = min(365.0, excess / daily / 2) if daily > 0 else 365.0
    attributes: dict[str, float | str] = {
        "state": state,
        "available": float(on_hand),
        "days_of_cover": round(cover, 1),
        "lead_time_days": float(one.lead_days),
        "daily_demand": round(daily, 3),
        "excess_units": round(excess, 1),
        "stock_value_minor": float(max(0, on_hand) * one.unit_cost),
    }
    losses = {
        "shortage": round(max(0.0, daily * days - max(0, on_hand)) * one.margin),
        "excess": round(excess * one.unit_cost * holding * lying / 365),
    }
    return attributes, losses


async def forget_old(ports: Ports, today: date) -> None:
    """Drop the months before the last three."""
    month = today.replace(day=1)
    for _ in range(_MONTHS_KEPT):
        month = (month - timedelta(days=1)).replace(day=1)
    await ports.lake.delete(SIGNALS, {"month": f"{month:%Y-%m}"})


async def preview(ports: Ports, draft: Draft) -> Preview:
    """Try a rule on what was kept of the last 30 days. Raises Invalid as the rule itself would."""
    face = checked(draft)
    rule = AlertRule(
        id="preview", name="preview", kind=draft.kind, face=face, when=draft.when,
        least_loss_minor=draft.least_loss_minor,
    )  # fmt: skip
    settings = await shop(ports)
    last = day_of(ports.clock.now(), settings.time_zone)
    first = last - timedelta(days=DAYS)
    if draft.kind == "live":
        return await _preview_live(ports, rule, first, settings.currency, settings.time_zone)
    span = {"kind": draft.kind, "first": first, "last": last}
    (counts,) = await ports.lake.rows(SQL["alert_signal_counts"], **span)
    one_in = 1
    while counts["signals"] > _MOST_ROWS * one_in and one_in < _BUCKETS:
        one_in *= 2
    buckets = _BUCKETS // one_in
    rows = await ports.lake.rows(SQL["alert_signals"], **span, buckets=buckets)
    lasting = KINDS[draft.kind].lasting
    found: list[Fired] = []
    standing = 0
    before: tuple[str, bool] = ("", False)
    newest = max((row["day"] for row in rows), default=last)
    for row in rows:
        told = msgspec.json.decode(row["attributes"])
        loss = told["losses"].get(face)
        on = (
            loss is not None
            and loss >= rule.least_loss_minor
            and holds(rule.when, told["attributes"])
        )
        if on and not (lasting and before == (row["subject"], True)):
            found.append(
                Fired(
                    day=row["day"].isoformat(), subject=row["subject"], name=row["name"],
                    loss_minor=loss,
                )
            )  # fmt: skip
        before = (row["subject"], on)
        standing += on and lasting and row["day"] == newest
    return _previewed(
        found, standing, one_in, settings.currency, counts["days"], counts["signals"],
        counts["first_day"].isoformat() if counts["first_day"] else None,
    )  # fmt: skip


async def _preview_live(
    ports: Ports, rule: AlertRule, first: date, currency: str, zone_name: str
) -> Preview:
    """Anomalies are kept by the domain that finds them."""
    found: list[Fired] = []
    count, cursor = 0, None
    while True:
        page = await streaming.listing(ports, None, 200, cursor)
        for anomaly in page.items:
            day = day_of(parse_instant(anomaly.hour), zone_name)
            if day < first:
                cursor = None
                break
            count += 1
            seen = sales.live(msgspec.to_builtins(anomaly))
            if fires(rule, seen):
                loss = seen.faces[rule.face].loss_minor
                found.append(
                    Fired(
                        day=day.isoformat(), subject=seen.subject, name=seen.name, loss_minor=loss
                    )
                )
        else:
            cursor = page.next_cursor
        if cursor is None:
            return _previewed(found, 0, 1, currency, DAYS, count, first.isoformat())


def _previewed(
    found: Sequence[Fired], standing: int, one_in: int, currency: str, days: int, signals: int,
    first_day: str | None,
) -> Preview:  # fmt: skip
    dearest = sorted(found, key=lambda one: (-one.loss_minor, one.day, one.subject))
    return Preview(
        fired=len(found) * one_in,
        subjects=len({one.subject for one in found}) * one_in,
        standing=standing * one_in,
        days=days,
        signals=signals,
        first_day=first_day,
        one_in=one_in,
        loss_minor=sum(one.loss_minor for one in found) * one_in,
        currency=currency,
        examples=dearest[:_EXAMPLES],
    )
