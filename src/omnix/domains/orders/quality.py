"""What is looked for in orders and in the facts that were made of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from omnix.domains.products.declare import PRODUCTS
from omnix.domains.system.quality import Notes, QualityCheck, Survey, page_of
from omnix.domains.system.settings import shop
from omnix.kit.money import to_text
from omnix.kit.time import day_of, day_range, instant
from omnix.platform import queries
from omnix.ports import Ports

from .declare import ORDERS

NO_LINES = QualityCheck(
    "orders.without-lines",
    "Orders without anything sold",
    "warning",
    "Import them again with their lines, or take back what came from a broken file.",
)
FUTURE = QualityCheck(
    "orders.future-dates",
    "Orders of days that have not come",
    "error",
    "Correct the dates in the file and import it again: day and month may be the wrong way round.",
)
DIFFERENT = QualityCheck(
    "orders.differ-from-facts",
    "Orders that the facts tell otherwise",
    "error",
    "See whether events lie aside and redrive them; if not, tell us.",
)
BELOW_COST = QualityCheck(
    "sales.below-cost",
    "Products sold below their cost in the last 90 days",
    "warning",
    "Look at discounts and at the cost that was entered; stop what loses money by mistake.",
)
UNKNOWN = QualityCheck(
    "sales.unknown-product",
    "Sales of products that are not in the catalogue",
    "warning",
    "Import the products under these ids: nothing is forecast or ordered of them.",
)
GAPS = QualityCheck(
    "sales.gaps",
    "Days without a sale on which the shop usually sells",
    "warning",
    "Import the missing days; forecasts take them for days on which nobody wanted anything.",
)

SOLD_DAYS = 90
COMPARED_DAYS = 7
MOST_COMPARED = 20_000
"""Orders of the last days that are held against the facts at most."""

SETTLED = timedelta(minutes=30)
"""What is younger may be on its way into the facts."""

USUAL = 0.8
"""A shop sells on a weekday if it sold on this share of them."""

LEAST_WEEKS = 4
_SQL = queries.load(__package__)


async def look(ports: Ports, notes: Notes) -> None:
    """At the facts of all days, and at the orders of the last ones."""
    settings = await shop(ports)
    today = day_of(ports.clock.now(), settings.time_zone)
    for row in await ports.lake.rows(_SQL["unsold_orders"], most=20):
        told = f"order {row['order_id']} of {row['day']}"
        notes.add(NO_LINES, row["order_id"], told, page_of("order", row["order_id"]))
        _rest(notes, NO_LINES, row["orders"])
    for row in await ports.lake.rows(_SQL["future_orders"], now_day=today, most=20):
        told = f"order {row['order_id']} of {row['day']}"
        notes.add(FUTURE, row["order_id"], told, page_of("order", row["order_id"]))
        _rest(notes, FUTURE, row["orders"])
    names: dict[str, str] = {}
    async for chunk in ports.records.scan(PRODUCTS):
        names.update((product["id"], product["name"]) for product in chunk)
    for row in await ports.lake.rows(_SQL["sold_products"]):
        if row["product_id"] not in names:
            told = f"{row['product_id']}: {row['units']} units, last on {row['last_day']}"
            notes.add(UNKNOWN, row["product_id"], told)
    first = today - timedelta(days=SOLD_DAYS)
    for row in await ports.lake.rows(_SQL["sold_below_cost"], first=first):
        id = row["product_id"]
        lost = to_text(row["cost_minor"] - row["revenue_minor"], settings.currency)
        told = f"{names.get(id, id)}: {lost} {settings.currency} lost on {row['units']} units"
        notes.add(BELOW_COST, id, told, page_of("product", id))
    days = [row["day"] for row in await ports.lake.rows(_SQL["sold_days"], now_day=today)]
    for begins, ends in gaps(days):
        count = (ends - begins).days + 1
        told = f"{begins}" if begins == ends else f"{begins} to {ends}"
        notes.add(GAPS, begins.isoformat(), told, None, count)
    await _compare(ports, notes, today, settings.time_zone)


def _rest(notes: Notes, check: QualityCheck, total: int) -> None:
    """Of what the lake tells only the first few, count all."""
    notes.counts[check.name] = total


def gaps(days: Sequence[date]) -> list[tuple[date, date]]:
    """The runs of days without sales between ``days`` with some (in order, each once), less
    weekdays on which the shop is closed.

    A run is told from its first to its last day on which a sale was to be expected. Needs
    LEAST_WEEKS of history.
    """
    if not days or (days[-1] - days[0]).days < 7 * LEAST_WEEKS:
        return []
    span = (days[-1] - days[0]).days + 1
    passed, sold = [0] * 7, [0] * 7
    for number in range(span):
        passed[(days[0].weekday() + number) % 7] += 1
    for day in days:
        sold[day.weekday()] += 1
    opens = [sold[n] >= USUAL * passed[n] for n in range(7)]
    found = []
    for before, after in pairwise(days):
        missing = [
            day
            for number in range(1, (after - before).days)
            if opens[(day := before + timedelta(days=number)).weekday()]
        ]
        if missing:
            found.append((missing[0], missing[-1]))
    return found


async def _compare(ports: Ports, notes: Notes, today: date, time_zone: str) -> None:
    first = today - timedelta(days=COMPARED_DAYS)
    until = instant(ports.clock.now() - SETTLED)
    known = {
        row["order_id"]: row
        for row in await ports.lake.rows(_SQL["recorded_orders"], first=first, last=today)
    }
    low = instant(day_range(first, time_zone)[0])
    cursor, looked = None, 0
    seen: set[str] = set()
    while looked < MOST_COMPARED:
        page = await ports.records.query(
            ORDERS, "all", index="listing-index", low=low, high=until, limit=200, cursor=cursor
        )
        seen |= {item["id"] for item in page.items}
        _hold_against(page.items, known, notes)
        looked += len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            live = [id for id, row in known.items() if row["source"] == "live" and id not in seen]
            await _without_record(ports, notes, live)
            return


def _hold_against(
    orders: Iterable[Mapping[str, Any]], known: Mapping[str, Mapping[str, Any]], notes: Notes
) -> None:
    for order in orders:
        if order.get("source") == "import":
            continue
        row = known.get(order["id"])
        units = 0 if row is None else row["units"]
        revenue = 0 if row is None else row["revenue_minor"]
        expected = order["subtotal_minor"] - order["discount_minor"]
        if (units, revenue) == (order["units"], expected):
            continue
        currency = order["currency"]
        told = (
            f"order {order['number']}: {order['units']} units for {to_text(expected, currency)}, "
            f"in the facts {units} for {to_text(revenue, currency)} {currency}"
        )
        notes.add(DIFFERENT, order["id"], told, page_of("order", order["id"]))


async def _without_record(ports: Ports, notes: Notes, ids: Sequence[str]) -> None:
    """Facts whose order is not there. One that was placed within the last minutes is."""
    for start in range(0, len(ids), 100):
        some = ids[start : start + 100]
        found = await ports.records.get_many(ORDERS, some)
        for id, item in zip(some, found, strict=True):
            if item is None:
                notes.add(DIFFERENT, id, f"order {id} is in the facts alone")


SURVEY = Survey((NO_LINES, FUTURE, DIFFERENT, BELOW_COST, UNKNOWN, GAPS), look)
