"""What a tool found: figures with unit, period, filters, source, and the page that shows them."""

import math
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

import msgspec

from omnix.kit.money import exponent
from omnix.kit.text import normal

Unit = Literal["money", "count", "units", "ratio", "days", "date", "number", "text"]
Value = int | float | str | None
UNKNOWN = "not known"
_LONGEST_NAME = 100


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. ``value`` of money is in minor units, of a ratio a share of one, of a date
    ``YYYY-MM-DD``; ``text`` is how it is said.
    """

    key: str
    label: str
    unit: Unit
    value: Value
    text: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A product, customer, day ... with its own figures. ``name`` is data that somebody typed."""

    key: str
    kind: str
    name: str
    id: str | None = None
    link: str | None = None
    figures: tuple[Figure, ...] = ()


class Period(msgspec.Struct, frozen=True):
    """Days of the shop's time zone, both included."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A tool's answer. ``id`` is what statements cite; ``source`` the request of this interface
    that gives the same, ``link`` the page.
    """

    tool: str
    title: str
    id: str = ""
    period: Period | None = None
    filters: dict[str, str | int] = {}
    currency: str
    as_of: str | None = None
    source: str
    link: str | None = None
    figures: tuple[Figure, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()

    def figure(self, key: str) -> Figure | None:
        """The figure with this key, of the whole."""
        return next((each for each in self.figures if each.key == key), None)

    def value(self, key: str) -> Any:
        """Its value; None where there is none."""
        found = self.figure(key)
        return None if found is None else found.value


def found(row: Row, key: str) -> Figure | None:
    """A row's figure."""
    return next((each for each in row.figures if each.key == key), None)


class Teller:
    """Makes figures, in one shop's currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def money(self, key: str, label: str, minor: int | float | None) -> Figure:
        value = None if minor is None else round(minor)
        text = UNKNOWN if value is None else money_text(value, self.currency)
        return Figure(key=key, label=label, unit="money", value=value, text=text)

    def count(self, key: str, label: str, value: int | None, unit: Unit = "count") -> Figure:
        text = UNKNOWN if value is None else f"{value:,}"
        return Figure(key=key, label=label, unit=unit, value=value, text=text)

    def units(self, key: str, label: str, value: int | float | None) -> Figure:
        whole = None if value is None else round(value)
        return self.count(key, label, whole, "units")

    def ratio(self, key: str, label: str, value: float | None, signed: bool = False) -> Figure:
        return Figure(
            key=key, label=label, unit="ratio", value=value, text=ratio_text(value, signed)
        )

    def days(self, key: str, label: str, value: float | None) -> Figure:
        text = UNKNOWN if value is None else f"{value:.0f}" if value >= 10 else f"{value:.1f}"
        return Figure(key=key, label=label, unit="days", value=value, text=text.removesuffix(".0"))

    def day(self, key: str, label: str, value: str | None) -> Figure:
        text = UNKNOWN if value is None else day_text(value)
        return Figure(key=key, label=label, unit="date", value=value, text=text)

    def span(self, key: str, label: str, period: Period) -> Figure:
        """Days from one to another."""
        return Figure(key=key, label=label, unit="date", value=None, text=span_text(period))

    def number(self, key: str, label: str, value: float | None, digits: int = 2) -> Figure:
        text = UNKNOWN if value is None else f"{value:,.{digits}f}"
        return Figure(key=key, label=label, unit="number", value=value, text=text)

    def text(self, key: str, label: str, value: str | None) -> Figure:
        return Figure(key=key, label=label, unit="text", value=value, text=value or UNKNOWN)

    def typed(self, key: str, label: str, value: str | None) -> Figure:
        """Text that somebody typed, such as a supplier's name."""
        text = name_text(value) if value else UNKNOWN
        return Figure(key=key, label=label, unit="text", value=value, text=text)

    def of(self, key: str, label: str, unit: str, value: Any) -> Figure:
        """By the unit of a named metric."""
        if unit == "money":
            return self.money(key, label, value)
        if unit == "ratio":
            return self.ratio(key, label, value)
        if unit == "days":
            return self.days(key, label, value)
        return self.count(key, label, value, "units" if unit == "units" else "count")


def money_text(minor: int, currency: str) -> str:
    """``EUR 1,234.50``."""
    digits = exponent(currency)
    sign, amount = ("-" if minor < 0 else ""), abs(minor)
    whole, rest = divmod(amount, 10**digits)
    return f"{sign}{currency} {whole:,}" + (f".{rest:0{digits}d}" if digits else "")


def ratio_text(value: float | None, signed: bool = False) -> str:
    """``41.2%``; small ones keep two digits that count."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    percent = 100 * value
    text = f"{percent:+,.1f}" if signed else f"{percent:,.1f}"
    return text.removesuffix(".0") + "%"


def day_text(iso: str) -> str:
    """``31 December 2025``; a month alone as ``December 2025``."""
    try:
        if len(iso) == 7:
            return f"{date.fromisoformat(iso + '-01'):%B %Y}"
        day = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{day.day} {day:%B %Y}"


def span_text(period: Period) -> str:
    """``1 to 31 December 2025``, with as few repetitions as a person would make."""
    first, last = date.fromisoformat(period.first), date.fromisoformat(period.last)
    if first == last:
        return day_text(period.last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {day_text(period.last)}"
    if first.year == last.year:
        return f"{first.day} {first:%B} to {day_text(period.last)}"
    return f"{day_text(period.first)} to {day_text(period.last)}"


def name_text(name: str) -> str:
    """A name as it is shown among words: in quotes where it could be read as part of them."""
    tidy = normal(name)[:_LONGEST_NAME]
    odd = any(unicodedata.category(c)[0] == "N" or c in ".!?:;{}" for c in tidy)
    return f"“{tidy.replace('“', chr(39)).replace('”', chr(39))}”" if odd else tidy


def numbered(rows: Iterable[Row]) -> tuple[Row, ...]:
    """With keys from 1 on."""
    return tuple(msgspec.structs.replace(row, key=str(n)) for n, row in enumerate(rows, 1))


def query(path: str, given: Mapping[str, object]) -> str:
    """A request as it would be sent."""
    parts = "&".join(f"{name}={value}" for name, value in given.items() if value is not None)
    return f"GET {path}?{parts}" if parts else f"GET {path}"
