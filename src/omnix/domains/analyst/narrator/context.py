"""What every answer is made with."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from omnix.domains.analyst.desk import Desk
from omnix.domains.analyst.evidence import Evidence, Row, found

from . import asked
from .asked import Span


@dataclass
class Question:
    """A question, read: ``today`` is the day at which the shop's figures end."""

    desk: Desk
    text: str
    today: date
    span: Span | None = None
    several: int = 5
    names: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, desk: Desk, question: str, today: date) -> "Question":
        text = asked.tidy(question)
        seen = asked.span(text, today)
        return cls(desk, text, today, seen, asked.several(text), asked.names(text, seen))

    async def look(self, tool: str, **given: Any) -> Evidence:
        return await self.desk.look(tool, given)

    def days(self) -> dict[str, str]:
        """The range for tools that take one; nothing where the question names none."""
        if self.span is None:
            return {}
        return {"from": self.span.first.isoformat(), "to": self.span.last.isoformat()}

    def range(self) -> int:
        """The nearest of the dashboard's ranges."""
        length = self.span.days if self.span is not None else 30
        return next((days for days in (7, 30, 90, 365) if length <= days), 365)


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


def compared(one: Evidence, key: str, before: str = "the days before") -> str:
    """``, +5.2% against the days before``; nothing where there is nothing to compare with."""
    return f", {ref(one, f'{key}_change')} against {before}" if one.figure(f"{key}_change") else ""


def listed(parts: list[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def noted(one: Evidence, words: str) -> str:
    """The words, or what the result says of itself where it holds nothing."""
    return words if one.figures or one.rows else " ".join(one.notes) or "Nothing is known of it."
