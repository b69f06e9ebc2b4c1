"""Workbooks: the sheets that share one header, as rows of text."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from .detect import MAX_COLUMNS, SAMPLE_ROWS, refuse


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers without a point, times in ISO form."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (date, time, timedelta, int)):
        return str(value)
    return ""


def _open(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(path)
    except (CalamineError, OSError, ValueError) as error:
        raise refuse(f"is no readable workbook ({error})") from error


def _sheet(book: CalamineWorkbook, name: str) -> Iterator[list[str]]:
    try:
        sheet = book.get_sheet_by_name(name)
        if sheet.width > MAX_COLUMNS:
            raise refuse(f"has {sheet.width} columns in sheet {name}; at most {MAX_COLUMNS}")
        for row in sheet.iter_rows():
            yield [cell_text(value) for value in row]
    except CalamineError as error:
        raise refuse(f"has an unreadable sheet {name} ({error})") from error


def _first(rows: Iterator[list[str]]) -> list[str]:
    """The header: the first row that is not empty, without empty columns at its end."""
    for row in rows:
        if any(cell.strip() for cell in row):
            while row and not row[-1].strip():
                row.pop()
            return [cell.strip() for cell in row]
    return []


def sheets_of(
    path: Path,
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...], tuple[str, ...], tuple[str, ...]]:
    """Header, sample, names of the sheets that have this header, and warnings about the rest."""
    book = _open(path)
    headers: list[str] = []
    sample: list[tuple[str, ...]] = []
    used: list[str] = []
    warnings: list[str] = []
    for name in book.sheet_names:
        rows = _sheet(book, name)
        found = _first(rows)
        if not found:
            continue
        if not headers:
            headers = found
        if found != headers:
            warnings.append(f"sheet {name} has other columns and is left out")
            continue
        used.append(name)
        for row in rows:
            if len(sample) == SAMPLE_ROWS:
                break
            if any(row):
                sample.append(tuple(row[: len(headers)]))
    if not headers:
        raise refuse("is a workbook with nothing in it")
    if not sample:
        raise refuse("has a header and no rows")
    return tuple(headers), tuple(sample), tuple(used), tuple(warnings)


def workbook_rows(
    path: Path, sheets: tuple[str, ...], width: int
) -> Iterator[tuple[str, int, list[str]]]:
    """Sheet, line and cells of every row that is not empty."""
    book = _open(path)
    for name in sheets:
        header = False
        for line, row in enumerate(_sheet(book, name), 1):
            if not any(row):
                continue
            if not header:
                header = True
                continue
            yield name, line, [*row, *[""] * width][:width]
