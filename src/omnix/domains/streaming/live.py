"""What the live windows say now."""

import math
from datetime import UTC, datetime

from omnix.domains.system.settings import shop
from omnix.kit.time import instant
from omnix.ports import Ports

from . import cells
from .model import FunnelStep, LiveMetrics, MinutePoint, Trending, TrendingProduct
from .windows import MINUTE, STEPS, TEN_MINUTES, Interest, Minute, sliding

_WEIGHTS = (1, 3, 10)
BEFORE = 6
"""How many windows before this one tell what to expect of it."""


async def metrics(ports: Ports, minutes: int) -> LiveMetrics:
    """The figures of the last ``minutes``, this one included."""
    now = ports.clock.now()
    last = int(now.timestamp()) // MINUTE
    first = last - max(minutes, 30) + 1
    known = await cells.heads(ports)
    found: dict[int, Minute] = await cells.read(ports, (cells.MINUTES,), first, last, known)
    window = sliding(found, last, minutes)
    currency = (await shop(ports)).currency
    revenue = window.revenue.get(currency, 0)
    begun = window.distinct(STEPS[0])
    return LiveMetrics(
        as_of=instant(now),
        minutes=minutes,
        currency=currency,
        revenue_minor=revenue,
        revenue_per_minute_minor=revenue // minutes,
        orders=window.orders,
        events=window.events,
        late_events=window.late,
        too_late_events=sum(h["too_late"] for h in known if h["group"] == cells.MINUTES),
        active_5_minutes=sliding(found, last, 5).distinct(),
        active_30_minutes=sliding(found, last, 30).distinct(),
        other_currencies={code: sum_ for code, sum_ in window.revenue.items() if code != currency},
        by_type=window.types,
        funnel=[
            FunnelStep(step, here := window.distinct(step), here / begun if begun else None)
            for step in STEPS
        ],
        series=[
            _point(slot, found.get(slot, _NOTHING), currency)
            for slot in range(last - minutes + 1, last + 1)
        ],
    )


_NOTHING = Minute()


def _point(slot: int, cell: Minute, currency: str) -> MinutePoint:
    return MinutePoint(
        at=instant(datetime.fromtimestamp(slot * MINUTE, UTC)),
        events=cell.events,
        visitors=cell.distinct(),
        orders=cell.orders,
        revenue_minor=cell.revenue.get(currency, 0),
    )


async def trending(ports: Ports, minutes: int, limit: int) -> Trending:
    """Products whose interest in the last ``minutes`` is above that of the BEFORE times longer
    time before; ``minutes`` are cut in tens, the present ten included."""
    now = ports.clock.now()
    last = int(now.timestamp()) // TEN_MINUTES
    width = minutes * MINUTE // TEN_MINUTES
    found = await cells.read(ports, cells.INTEREST, last - width * (BEFORE + 1) + 1, last)
    recent, before = Interest(), Interest()
    for slot, cell in found.items():
        (recent if slot > last - width else before).merge(cell)
    items = []
    for product, numbers in recent.products.items():
        interest = _interest(numbers)
        expected = _interest(before.products.get(product, [0, 0, 0])) / BEFORE
        score = (interest - expected) / math.sqrt(expected + 1)
        if score > 0:
            items.append(
                TrendingProduct(
                    product_id=product,
                    score=round(score, 3),
                    views=numbers[0],
                    carts=numbers[1],
                    units=numbers[2],
                    interest=interest,
                    expected_interest=round(expected, 3),
                )
            )
    items.sort(key=lambda item: (-item.score, item.product_id))
    return Trending(as_of=instant(now), minutes=minutes, items=items[:limit])


def _interest(numbers: list[int]) -> int:
    return sum(weight * number for weight, number in zip(_WEIGHTS, numbers, strict=True))
