"""What every answer is made with."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from omnix.domains.analyst.desk import Desk
from omnix.domains.analyst.evidence import Evidence, Row, found

from . import asked, days
from .days import Span

_AGAINST = re.compile(
    r"\b(?:compar\w*|versus|vs|than|against|same|as (?:much|many)|differ\w*|year on year|"
    r"year over year|yoy)\b"
)
_YEAR_BEFORE = re.compile(
    r"\b(?:same|than|vs|versus|against|compar\w*)\b.*\b(?:last year|previous year|year before|"
    r"a year ago)\b|year (?:on|over) year|\byoy\b"
)
_LONG = 28


@dataclass
class Question:
    """A question, read: ``today`` is the day at which the shop's figures end.

    ``before`` are the days that it wants ``span`` compared with; ``unread`` says that it speaks
    of days that were not understood, ``partly`` that no one name has all of its words.
    """

    desk: Desk
    text: str
    today: date
    span: Span | None = None
    before: Span | None = None
    unread: bool = False
    several: int = 5
    partly: bool = False
    names: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, desk: Desk, question: str, today: date) -> "Question":
        return cls.of(desk, asked.tidy(question), today)

    @classmethod
    def of(cls, desk: Desk, text: str, today: date) -> "Question":
        """Of a text that is tidy."""
        read = days.read(text, today)
        span, before, unread = _chosen(text, read, today)
        return cls(
            desk=desk, text=text, today=today, span=span, before=before, unread=unread,
            several=asked.several(text), names=asked.names(text, read.rest),
        )  # fmt: skip

    async def look(self, tool: str, **given: Any) -> Evidence:
        return await self.desk.look(tool, given)

    def days(self) -> dict[str, str]:
        """The range for tools that take one; nothing where the question names none."""
        if self.span is None:
            return {}
        return {"from": self.span.first.isoformat(), "to": self.span.last.isoformat()}

    def compared(self) -> dict[str, str]:
        """The same, with the days to compare with where the question names them."""
        if self.before is None and self.span is not None and self.span.days == 1:
            # Days of the week differ too much for the day before to tell anything.
            before = (self.span.first - timedelta(days=7)).isoformat()
            return {**self.days(), "before_from": before, "before_to": before}
        if self.before is None:
            return self.days()
        return {
            **self.days(),
            "before_from": self.before.first.isoformat(),
            "before_to": self.before.last.isoformat(),
        }

    def range(self) -> int:
        """The nearest of the dashboard's ranges."""
        length = self.span.days if self.span is not None else 30
        return next((days for days in (7, 30, 90, 365) if length <= days), 365)

    def fixed(self) -> bool:
        """Whether that is the very range asked for."""
        span = self.span
        return span is None or (span.last == self.today and span.days == self.range())


def _chosen(text: str, read: days.Read, today: date) -> tuple[Span | None, Span | None, bool]:
    """The days asked for, those to compare with, and whether something stayed unread."""
    spans = read.spans
    if not spans:
        return None, None, read.unread
    if _AGAINST.search(text) or _YEAR_BEFORE.search(text):
        rest = [s for s in spans if "last year" not in s.words and "year ago" not in s.words]
        if _YEAR_BEFORE.search(text) and len(rest) == 1:
            return rest[0], _year_before(rest[0]), read.unread
        if len(spans) == 2:
            before, now = sorted(spans, key=lambda s: s.first)
            return now, _as_far(before, now, today), read.unread
    return spans[0], None, read.unread or len(spans) > 1


def _year_before(span: Span) -> Span:
    """The same days a year before: by the calendar, or of a short range by weekdays."""
    if span.days >= _LONG or span.first.day == 1:
        return Span(days.shifted(span.first, -12), days.shifted(span.last, -12), span.words)
    back = timedelta(days=364)
    return Span(span.first - back, span.last - back, span.words)


def _as_far(before: Span, now: Span, today: date) -> Span:
    """Of days to compare with those that are over go no further than the ones that go on."""
    if now.last < today or before.days <= now.days:
        return before
    return Span(before.first, before.first + timedelta(days=now.days - 1), before.words)


def ref(one: Evidence, key: str) -> str:
    """A reference to a figure of the whole."""
    return f"{{{one.id}.{key}}}"


def during(one: Evidence) -> str:
    """``from 1 to 7 December``, or ``on`` a single day."""
    span = one.period
    word = "on" if span is not None and span.first == span.last else "from"
    return f"{word} {ref(one, 'period')}"


def cell(one: Evidence, row: Row, key: str) -> str:
    """A reference to a row's figure, or with ``name`` to its name."""
    return f"{{{one.id}.{row.key}.{key}}}"


def value(row: Row, key: str) -> Any:
    figure = found(row, key)
    return None if figure is None else figure.value


def compared(one: Evidence, key: str) -> str:
    """``, +5.2% against 1 to 7 December``; nothing where there is nothing to compare with."""
    if not one.figure(f"{key}_change"):
        return ""
    before = ref(one, "days_before") if one.figure("days_before") else "the days before"
    return f", {ref(one, f'{key}_change')} against {before}"


def so_far(one: Evidence) -> str:
    """That today is not over, where the figures go up to it."""
    if not one.value("unfinished"):
        return ""
    if one.period is not None and one.period.first == one.period.last:
        return " The day is not over yet."
    return " Today is counted as far as it came; the change compares whole days."


def listed(parts: list[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def noted(one: Evidence, words: str) -> str:
    """The words, or what the result says of itself where it holds nothing."""
    return words if one.figures or one.rows else " ".join(one.notes) or "Nothing is known of it."
