"""Cells of a row read as what their fields mean."""

import math
from datetime import date, datetime
from typing import Any

import msgspec

from omnix.kit import text as kit_text
from omnix.kit.money import MAX_MINOR
from omnix.kit.time import instant, parse_instant
from omnix.transfer.incoming.plan.planning import ImportPlan
from omnix.transfer.incoming.source.rows import Record, comma_decimals, integer, minor


class Wrong(Exception):
    """A row that is refused: the field at fault and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


class Reader:
    """Cells of one plan by field, with the ways in which its columns write numbers."""

    def __init__(self, plan: ImportPlan, records: list[Record], currency: str, now: str) -> None:
        self.plan, self.currency, self.now = plan, currency, now
        self._at = {m.field: m.position for m in plan.mapping}
        amounts = {f.name for f in plan.layout.fields if f.value == "amount"}
        self._comma = {
            name: comma_decimals(record.cells[at] for record in records)
            for name, at in self._at.items()
            if name in amounts
        }

    def text(self, record: Record, name: str, limit: int = 300) -> str:
        at = self._at.get(name)
        value = record.cells[at].strip() if at is not None else ""
        if len(value) > limit:
            raise Wrong(name, f"is longer than {limit} characters")
        return value

    def amount(self, record: Record, name: str) -> int | None:
        value = self.text(record, name)
        if not value:
            return None
        try:
            found = minor(value, self.currency, self._comma[name])
        except ValueError as error:
            raise Wrong(name, "is no amount") from error
        if found < 0:
            raise Wrong(name, "is negative")
        if found > MAX_MINOR:
            raise Wrong(name, "is too large")
        return found

    def integer(self, record: Record, name: str) -> int | None:
        value = self.text(record, name)
        if not value:
            return None
        try:
            return integer(value)
        except ValueError as error:
            raise Wrong(name, "is no whole number") from error

    def number(self, record: Record, name: str, unit: str = "") -> float | None:
        value = self.text(record, name).removesuffix(unit).strip().replace(",", ".")
        if not value:
            return None
        try:
            found = float(value)
        except ValueError as error:
            raise Wrong(name, "is no number") from error
        if not math.isfinite(found):
            raise Wrong(name, "is no number")
        return found

    def needed(self, record: Record, name: str, limit: int = 300) -> str:
        value = kit_text.normal(self.text(record, name, limit))
        if not value:
            raise Wrong(name, "is missing")
        return value

    def structure(self, record: Record, name: str, kind: Any, empty: Any) -> Any:
        value = self.text(record, name, 20_000)
        if not value:
            return empty
        try:
            return msgspec.json.decode(value, type=kind)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Wrong(name, f"is not as it should be ({error})") from error

    def time(self, record: Record, name: str) -> str:
        value = self.text(record, name)
        if not value:
            return self.now
        try:
            return instant(parse_instant(value))
        except ValueError:
            return self.now


def day_in(reader: Reader, record: Record, name: str) -> date:
    """The day in a field that must have one."""
    text = reader.needed(record, name)
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d"):
        try:
            return datetime.strptime(text[:10].strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Wrong(name, "is no day such as 2026-05-31")
