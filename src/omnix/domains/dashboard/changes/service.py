"""Why revenue, units or margin changed between two periods of the same length."""

from datetime import date, timedelta
from typing import Literal

from omnix.domains.dashboard import rollups
from omnix.domains.dashboard.declare import SNAPSHOTS
from omnix.domains.dashboard.model import Note, Span
from omnix.domains.inventory import locations
from omnix.domains.system.settings import shop
from omnix.engine import changes as engine
from omnix.engine.changes.data import Metric
from omnix.kit.errors import Invalid
from omnix.kit.time import day_of
from omnix.ports import Ports

from . import words
from .model import Cause, Changes, ProductPart, Segment
from .read import Read, read

Against = Literal["previous", "last_year"]
MOST_DAYS = 92
_DAYS = 7
_YEAR = 364
_HISTORY = 126
_PERIODS = 6
_SHOWN = 10
_EARLIEST = date(1970, 1, 1)


async def explain_change(
    ports: Ports,
    *,
    metric: Metric = "revenue",
    first: date | None = None,
    last: date | None = None,
    days: int = _DAYS,
    against: Against = "previous",
) -> Changes:
    """Causes of the change from an earlier period to ``first``..``last``, summing to it.

    Without a range, the last ``days`` whole days of data. ``against`` the days just before, or
    those 364 days earlier, so that weekdays match. Raises Invalid for a range that is empty, longer
    than MOST_DAYS or out of bounds.
    """
    first, last = await period(ports, first, last, days)
    before, days = earlier(first, last, against)
    begin = max(_EARLIEST, before - timedelta(days=max(_HISTORY, _PERIODS * days)))
    begin = await _known(ports, begin, before)
    found = await read(ports, metric, begin, before, last)
    told = engine.explain(found.history, (before - begin).days, (first - begin).days, days)
    return await _told(ports, metric, found, told, (first, last), (before, days))


def earlier(first: date, last: date, against: Against) -> tuple[date, int]:
    """The first of the days that ``first``..``last`` are compared with, and how many there are."""
    days = (last - first).days + 1
    gap = days if against == "previous" else max(_YEAR, -(-days // 7) * 7)
    return first - timedelta(days=gap), days


async def _known(ports: Ports, begin: date, before: date) -> date:
    """Where the history begins: not before the first sale, nor after the earlier period."""
    earliest, _ = await rollups.bounds(ports)
    return begin if earliest is None else min(max(begin, earliest), before)


async def period(
    ports: Ports, first: date | None, last: date | None, days: int
) -> tuple[date, date]:
    """The days that are asked about; raises what ``explain_change`` raises for them."""
    if last is None:
        today = day_of(ports.clock.now(), (await shop(ports)).time_zone)
        ranges = await ports.records.get(SNAPSHOTS, rollups.RANGES_KEY) or {}
        last = rollups.anchor(await rollups.newest_sale(ports, ranges, today), today)
        # A day that is not over would explain every morning as a fall.
        last = last - timedelta(days=1) if last >= today else last
        last = last if first is None else max(first, last)
    year = _EARLIEST.year + 3
    if last.year < year:
        raise Invalid.field("to", f"must not be before the year {year}")
    if first is None:
        first = last - timedelta(days=days - 1)
    if first > last:
        raise Invalid.field("from", "must not be after to")
    if (last - first).days >= MOST_DAYS:
        raise Invalid.field("from", f"must be at most {MOST_DAYS - 1} days before to")
    if first.year < year:
        raise Invalid.field("from", f"must not be before the year {year}")
    return first, last


async def _told(
    ports: Ports,
    metric: Metric,
    found: Read,
    told: engine.Explanation,
    now: tuple[date, date],
    earlier: tuple[date, int],
) -> Changes:
    settings = await shop(ports)
    before, after = round(told.before), round(told.now)
    change = after - before
    effects = engine.largest_remainder([cause.effect for cause in told.causes], change)
    places = {each.id: each.name for each in (await locations.listing(ports, 200, None)).items}
    causes = [
        _cause(cause, effect, before, found, metric, places)
        for cause, effect in zip(told.causes, effects, strict=True)
    ]
    start, days = earlier
    against = Span(start.isoformat(), (start + timedelta(days=days - 1)).isoformat())
    return Changes(
        metric=metric,
        unit="units" if metric == "units" else "money",
        currency=settings.currency,
        range=Span(now[0].isoformat(), now[1].isoformat()),
        against=against,
        before=before,
        now=after,
        change=change,
        change_share=round(change / before, 4) if before > 0 else None,
        ordinary=not told.unusual,
        headline=words.headline(metric, before, after, causes, told.pairs > 0),
        causes=causes,
        compared_pairs=told.pairs,
        notes=_notes(found, told, metric),
    )


def _cause(
    cause: engine.Cause,
    effect: int,
    before: int,
    found: Read,
    metric: Metric,
    places: dict[str, str],
) -> Cause:
    whole = engine.largest_remainder([item.effect for item in cause.items], effect) \
        if cause.items else []  # fmt: skip
    products: list[ProductPart] = []
    for item, part in zip(cause.items, whole, strict=True):
        id = found.products[item.product]
        if id is None or len(products) >= _SHOWN:
            continue
        known = found.known.get(id, {})
        products.append(
            ProductPart(
                product_id=id,
                sku=str(known.get("sku", id)),
                name=str(known.get("name", id)),
                effect=part,
            )
        )
    who = None
    if cause.grouping is not None and cause.group is not None:
        who = words.group(cause.grouping, cause.group, places)
    return Cause(
        kind=cause.kind,  # type: ignore[arg-type]
        title=words.TITLES[cause.kind],
        text=words.text(cause, [p.name for p in products], who, metric, effect > 0),
        effect=effect,
        share=round(effect / before, 4) if before > 0 else None,
        usual=None if cause.usual is None else round(cause.usual),
        unusual=cause.unusual,
        volume=None if cause.volume is None else round(cause.volume),
        products=products,
        other_products=len(whole) - len(products),
        others=effect - sum(p.effect for p in products) if cause.items else 0,
        segment=Segment(grouping=cause.grouping, label=cause.group)
        if cause.grouping is not None and cause.group is not None
        else None,
    )


def _notes(found: Read, told: engine.Explanation, metric: Metric) -> list[Note]:
    notes = []
    if told.causes and told.causes[0].usual is None:
        notes.append(
            Note("short-history", "The history is too short to tell what is out of the ordinary.")
        )
    if bool((found.history.stock != found.history.stock).all()):
        notes.append(Note("no-stock", "Nobody tells of stock: stock-outs cannot be told apart."))
    if found.history.sessions is None:
        notes.append(Note("no-visits", "Visits are not counted: traffic is the number of orders."))
    if metric == "margin":
        notes.append(Note("known-cost", "Only sales whose cost is known are counted."))
    return notes
