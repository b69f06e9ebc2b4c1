"""What an import found and did, and the file of rows that it did not take."""

import csv
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and the one under way."""


class Assumption(msgspec.Struct, frozen=True):
    """Something taken for granted, to be shown wherever it matters."""

    code: str
    text: str


class ImportReport(msgspec.Struct, kw_only=True):
    """``counts`` by kind: what is in the shop from this file (``orders``, ``returns`` ...);
    ``created``, ``changed``, ``unchanged`` documents by kind. ``not_imported`` tells reasons and
    rows, ``first_lines`` the line on which each reason was met first; the rows are in the file of
    refused rows, ``refused`` being those that are wrong."""

    id: str
    file: str
    layout: str
    state: str = "running"
    dry_run: bool = False
    rows: int = 0
    refused: int = 0
    doubled: int = 0
    skipped: int = 0
    counts: dict[str, int] = {}
    created: dict[str, int] = {}
    changed: dict[str, int] = {}
    unchanged: dict[str, int] = {}
    not_imported: dict[str, int] = {}
    first_lines: dict[str, int] = {}
    readings: list[str] = []
    warnings: list[str] = []
    assumptions: list[Assumption] = []
    refused_file: str | None = None
    currency: str = ""
    time_zone: str = ""
    first_day: str | None = None
    last_day: str | None = None

    def leave_out(self, reason: str, line: int | None) -> None:
        """Count a row that is not imported; its line from 1, where it is known."""
        self.not_imported[reason] = self.not_imported.get(reason, 0) + 1
        if line is not None:
            self.first_lines[reason] = min(line, self.first_lines.get(reason, line))

    def plain(self) -> dict[str, Any]:
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built


REFUSED = "imports/{}/refused.csv"
"""Name of the blob with the rows that an import left out."""

HEADER = ("sheet", "line", "result", "column", "reason", "order_number", "sku", "text")


_FORMULA = frozenset("=+-@\t\r")


def write_refused(path: Path, rows: Iterable[tuple[object, ...]]) -> int:
    """The CSV of rows that were not imported; returns their number. Replaces the file whole.

    An apostrophe stands before cells that would be formulas, since people open it to correct it.
    """
    count = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in rows:
            texts = [str(value) for value in row]
            writer.writerow([f"'{text}" if text[:1] in _FORMULA else text for text in texts])
            count += 1
    part.replace(path)
    return count
