"""Live windows as folds over rows: what they hold merges, in any order, into the same.

Time is event time. A row that came more than LATENESS after it happened is in no window; one
that came earlier than that changes the window in which it happened, however late that is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import sketch

LATENESS_SECONDS = 86_400
MINUTE, TEN_MINUTES = 60, 600
STEPS = ("product_view", "add_to_cart", "checkout", "purchase")
_ALL = "all"


@dataclass(frozen=True)
class Row:
    """An event as the folds see it; ``at`` and ``received`` in epoch seconds."""

    type: str
    at: int
    received: int
    visitor: str | None
    currency: str | None
    revenue_minor: int | None
    items: tuple[tuple[str, int], ...]

    @property
    def counts(self) -> bool:
        """Whether it is in time for the windows."""
        return self.received - self.at <= LATENESS_SECONDS


@dataclass
class Minute:
    """What happened in a minute, or in several: of each type, revenue by currency, visitors."""

    events: int = 0
    late: int = 0
    types: dict[str, int] = field(default_factory=dict)
    revenue: dict[str, int] = field(default_factory=dict)
    visitors: dict[str, set[int]] = field(default_factory=dict)

    @property
    def orders(self) -> int:
        return self.types.get("purchase", 0)

    def distinct(self, step: str = _ALL) -> int:
        """Distinct visitors, or those of a step of the funnel."""
        return sketch.count(self.visitors.get(step, set()))

    def add(self, row: Row) -> None:
        self.events += 1
        self.late += row.received - row.at > MINUTE
        self.types[row.type] = self.types.get(row.type, 0) + 1
        if row.type == "purchase" and row.currency is not None:
            self.revenue[row.currency] = self.revenue.get(row.currency, 0) + (
                row.revenue_minor or 0
            )
        if row.visitor is not None:
            self.see((sketch.mark(row.visitor),), row.type)

    def see(self, marks: Collection[int], type: str) -> None:
        """The visitors of ``marks`` each did something of ``type``."""
        self._see(_ALL, marks)
        if type in STEPS:
            self._see(type, marks)

    def merge(self, other: "Minute") -> None:
        self.events += other.events
        self.late += other.late
        for mine, theirs in ((self.types, other.types), (self.revenue, other.revenue)):
            for key, value in theirs.items():
                mine[key] = mine.get(key, 0) + value
        for step, marks in other.visitors.items():
            self._see(step, marks)

    def _see(self, step: str, marks: Iterable[int]) -> None:
        seen = self.visitors.setdefault(step, set())
        seen.update(marks)
        if len(seen) > 2 * sketch.K:
            self.visitors[step] = sketch.bounded(seen)

    def stored(self) -> dict[str, Any]:
        """As plain data, the same for the same window."""
        return {
            "events": self.events,
            "late": self.late,
            "types": dict(sorted(self.types.items())),
            "revenue": dict(sorted(self.revenue.items())),
            "visitors": {
                step: sketch.written(sketch.bounded(marks))
                for step, marks in sorted(self.visitors.items())
            },
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Minute":
        """What ``stored`` made."""
        return cls(
            stored["events"],
            stored["late"],
            dict(stored["types"]),
            dict(stored["revenue"]),
            {step: sketch.read(text) for step, text in stored["visitors"].items()},
        )


@dataclass
class Interest:
    """Views, carts and pieces bought of each product."""

    products: dict[str, list[int]] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        place = PLACES.get(row.type)
        if place is not None:
            for product, quantity in row.items:
                self._count(product, place, quantity if row.type == "purchase" else 1)

    def merge(self, other: "Interest") -> None:
        for product, numbers in other.products.items():
            for place, number in enumerate(numbers):
                self._count(product, place, number)

    def _count(self, product: str, place: int, number: int) -> None:
        self.products.setdefault(product, [0, 0, 0])[place] += number

    def stored(self) -> dict[str, Any]:
        return {"products": {name: list(self.products[name]) for name in sorted(self.products)}}

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Interest":
        return cls({name: list(numbers) for name, numbers in stored["products"].items()})


PLACES = {"product_view": 0, "add_to_cart": 1, "purchase": 2}
Cell = Minute | Interest


def fold_minutes(rows: Iterable[Row]) -> dict[int, Minute]:
    """Tumbling windows of a minute, by minutes since 1970."""
    cells: dict[int, Minute] = {}
    for row in rows:
        if row.counts:
            cells.setdefault(row.at // MINUTE, Minute()).add(row)
    return cells


def fold_interest(rows: Iterable[Row]) -> dict[int, Interest]:
    """Tumbling windows of ten minutes."""
    cells: dict[int, Interest] = {}
    for row in rows:
        if row.counts and row.type in PLACES and row.items:
            cells.setdefault(row.at // TEN_MINUTES, Interest()).add(row)
    return cells


def sliding(cells: Mapping[int, Minute], last: int, width: int) -> Minute:
    """The window of ``width`` slots that ends with ``last``."""
    window = Minute()
    for slot in range(last - width + 1, last + 1):
        if slot in cells:
            window.merge(cells[slot])
    return window
