"""The dashboard's figures again, by slow loops over the raw facts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

Rows = Sequence[Mapping[str, Any]]
NAMES = (
    "revenue_minor",
    "orders",
    "units",
    "returns_minor",
    "return_units",
    "discount_minor",
    "cost_minor",
    "costed_revenue_minor",
)


def day_totals(facts: Rows) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(NAMES, 0))
    orders = set()
    for row in facts:
        day = found[row["day"].isoformat()]
        day["revenue_minor"] += row["revenue_minor"]
        day["discount_minor"] += row["discount_minor"]
        if row["kind"] == "sale" and (row["day"], row["order_id"]) not in orders:
            orders.add((row["day"], row["order_id"]))
            day["orders"] += 1
        if row["kind"] != "charge":
            day["units"] += row["quantity"]
        if row["kind"] == "return":
            day["returns_minor"] -= row["revenue_minor"]
            day["return_units"] -= row["quantity"]
        if row["cost_minor"] is not None:
            day["cost_minor"] += row["cost_minor"]
            day["costed_revenue_minor"] += row["revenue_minor"]
    return dict(found)


def buyers(facts: Rows, first: date, last: date) -> set[str]:
    return {
        row["customer_id"]
        for row in facts
        if row["kind"] == "sale" and row["customer_id"] and first <= row["day"] <= last
    }


def newcomers(facts: Rows, first: date, last: date) -> set[str]:
    return buyers(facts, first, last) - buyers(facts, date.min, first - timedelta(days=1))


def products(facts: Rows, first: date, last: date) -> dict[str, tuple[int, int]]:
    """Revenue and units by product."""
    found: dict[str, tuple[int, int]] = {}
    for row in facts:
        if row["product_id"] and first <= row["day"] <= last:
            revenue, units = found.get(row["product_id"], (0, 0))
            found[row["product_id"]] = revenue + row["revenue_minor"], units + row["quantity"]
    return found


def top(facts: Rows, first: date, last: date, number: int) -> list[tuple[str, int, int, int]]:
    """Product, revenue, units and the revenue before, the highest revenue first."""
    before = products(facts, first - (last - first) - timedelta(days=1), first - timedelta(days=1))
    rows = [
        (id, revenue, units, before.get(id, (0, 0))[0])
        for id, (revenue, units) in products(facts, first, last).items()
        if revenue > 0
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:number]


def cohorts(facts: Rows, most: int) -> list[tuple[str, int, list[int]]]:
    months: dict[str, set[int]] = defaultdict(set)
    for row in facts:
        if row["kind"] == "sale" and row["customer_id"]:
            months[row["customer_id"]].add(row["day"].year * 12 + row["day"].month - 1)
    if not months:
        return []
    newest = max(max(active) for active in months.values())
    answer = []
    for first in sorted({min(active) for active in months.values()}):
        members = [active for active in months.values() if min(active) == first]
        counts = [
            sum(first + later in active for active in members)
            for later in range(min(most, newest - first) + 1)
        ]
        answer.append((f"{first // 12:04d}-{first % 12 + 1:02d}", len(members), counts))
    return answer


def _fifths(values: Iterable[tuple[Any, str]]) -> dict[str, int]:
    """Fifths as ntile cuts them: where it does not divide, the first are longer by one."""
    ranked = [id for _, id in sorted(values)]
    size, more = divmod(len(ranked), 5)
    answer, at = {}, 0
    for fifth in range(1, 6):
        for id in ranked[at : at + size + (fifth <= more)]:
            answer[id] = fifth
        at += size + (fifth <= more)
    return answer


def rfm(facts: Rows) -> dict[tuple[int, int, int], tuple[int, int]]:
    last: dict[str, date] = {}
    orders: dict[str, set[str]] = defaultdict(set)
    money: dict[str, int] = defaultdict(int)
    for row in facts:
        id = row["customer_id"]
        if id:
            money[id] += row["revenue_minor"]
            if row["kind"] == "sale":
                last[id] = max(last.get(id, date.min), row["day"])
                orders[id].add(row["order_id"])
    known = [id for id in orders if orders[id]]
    recency = _fifths((last[id], id) for id in known)
    frequency = _fifths((len(orders[id]), id) for id in known)
    wealth = _fifths((money[id], id) for id in known)
    cells: dict[tuple[int, int, int], tuple[int, int]] = {}
    for id in known:
        cell = recency[id], frequency[id], wealth[id]
        count, sum_ = cells.get(cell, (0, 0))
        cells[cell] = count + 1, sum_ + money[id]
    return cells
