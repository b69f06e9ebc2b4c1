"""Promotions from files: each row an article or a category that is cheaper for some days."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from omnix.domains.forecasting.promotions.model import (
    MOST_DAYS,
    MOST_PERCENT,
    MOST_PRODUCTS,
    Promotion,
)
from omnix.domains.products import service as products
from omnix.kit import text as kit_text
from omnix.platform.access import SYSTEM
from omnix.ports import Ports
from omnix.transfer.incoming.identity import owners
from omnix.transfer.incoming.source.rows import Record

from .reader import Reader, Wrong, day_in


@dataclass(frozen=True)
class PromotionRow:
    """What one row says; either ``sku`` or ``category`` is empty."""

    record: Record
    name: str
    percent_off: int
    first_day: date
    last_day: date
    sku: str
    category: str


def promotion_row(reader: Reader, record: Record) -> PromotionRow:
    first, last = day_in(reader, record, "first_day"), day_in(reader, record, "last_day")
    if last < first:
        raise Wrong("last_day", "is before the first day")
    if (last - first).days >= MOST_DAYS:
        raise Wrong("last_day", f"is more than {MOST_DAYS} days from the first day on")
    percent = _percent(reader, record)
    sku = reader.text(record, "sku", 64).lstrip("'")
    category = kit_text.normal(reader.text(record, "category", 100))
    if bool(sku) == bool(category):
        raise Wrong("sku", "must be given, or a category, but not both")
    name = kit_text.normal(reader.text(record, "name", 100)) or f"{percent}% off"
    return PromotionRow(record, name, percent, first, last, sku, category)


def _percent(reader: Reader, record: Record) -> int:
    """As told, or as the two prices come to."""
    told = reader.number(record, "percent_off", "%")
    if told is None:
        usual = reader.amount(record, "price")
        reduced = reader.amount(record, "promotion_price")
        if not usual or reduced is None:
            raise Wrong("percent_off", "is missing")
        told = 100 * (usual - reduced) / usual
    elif 0 < told < 1:
        told *= 100  # a spreadsheet's cell that shows 20 % holds 0.2
    percent = round(told)
    if not 1 <= percent <= MOST_PERCENT:
        raise Wrong("percent_off", f"must lie in 1 to {MOST_PERCENT} percent")
    return percent


async def settle(
    ports: Ports, rows: Sequence[PromotionRow], now: str
) -> tuple[list[Promotion], list[tuple[Record, str, str]]]:
    """The promotions that the rows come to, and the rows that name what the shop does not have.

    Rows of one name, percentage and days are one promotion, or several where it has more
    articles than one may hold.
    """
    ids = await owners(ports.records, "product.sku", sorted({row.sku for row in rows if row.sku}))
    categories = await _categories(ports) if any(row.category for row in rows) else set()
    refused: list[tuple[Record, str, str]] = []
    together: dict[tuple[str, int, date, date, str], dict[str, None]] = {}
    for row in rows:
        if row.sku and row.sku not in ids:
            refused.append((row.record, "sku", "is no article number of this shop"))
        elif row.category and row.category not in categories:
            refused.append((row.record, "category", "is no category of this shop"))
        else:
            key = (row.name, row.percent_off, row.first_day, row.last_day, row.category)
            members = together.setdefault(key, {})
            if row.sku:
                members[ids[row.sku]] = None
    made = [
        promotion
        for (name, percent, first, last, category), members in together.items()
        for promotion in _promotions(name, percent, first, last, category, list(members), now)
    ]
    return made, refused


def _promotions(
    name: str, percent: int, first: date, last: date, category: str, ids: list[str], now: str
) -> Iterable[Promotion]:
    for start in range(0, max(len(ids), 1), MOST_PRODUCTS):
        parts = (name, str(percent), str(first), str(last), category, str(start // MOST_PRODUCTS))
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        yield Promotion(
            id=f"prm_{digest[:24]}",
            name=name,
            percent_off=percent,
            first_day=str(first),
            last_day=str(last),
            product_ids=ids[start : start + MOST_PRODUCTS],
            category=category or None,
            author=SYSTEM.id,
            created_at=now,
        )


async def _categories(ports: Ports) -> set[str]:
    found: set[str] = set()
    cursor = None
    while True:
        page = await products.categories(ports, 200, cursor)
        found.update(str(each["name"]) for each in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found
