"""Rows of any file as text by field, for what is read row by row; and how their cells are read."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from omnix.kit.money import to_minor
from omnix.transfer.incoming.plan.planning import ImportPlan

from .detect import MAX_CELL, Source, iter_bytes, refuse
from .jsonl import jsonl_rows

MAX_TEXT = 512 * 1024 * 1024
_POINT = re.compile(r"^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?$")
_COMMA = re.compile(r"^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d*)?$")
_NOT_NUMBER = re.compile(r"^[^0-9.,+-]+|[^0-9.,+-]+$|[\s\u00a0\u202f']")


@dataclass(frozen=True)
class Record:
    """A row as it stands: its line, all cells, and its text to the byte where the file is CSV."""

    sheet: str
    line: int
    cells: list[str]
    raw: str


@dataclass(frozen=True)
class Text:
    """A CSV file's text and what is outside of its records."""

    header: str
    mark: bool
    records: list[Record]
    torn: list[tuple[int, str, str]]
    """Line, reason and text of records that could not be read."""


def read_text(source: Source) -> Text:
    """All records of a CSV file. Raises Invalid for the field ``file``."""
    data = b"".join(_bounded(source))
    if b"\0" in data and not source.encoding.startswith("utf-16"):
        raise refuse("is no text: it holds NUL bytes")
    encoding = source.encoding
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252" if encoding.startswith("utf-8") else "latin-1"
        text = data.decode(encoding, errors="replace")
    mark = encoding == "utf-8-sig"
    records: list[Record] = []
    torn: list[tuple[int, str, str]] = []
    header = ""
    csv.field_size_limit(MAX_CELL)
    for line, raw in split(text):
        if not raw.strip("\r\n"):
            continue
        try:
            cells = next(csv.reader(io.StringIO(raw, newline=""), delimiter=source.delimiter))
        except (csv.Error, StopIteration) as error:
            torn.append((line, f"cannot be read ({error})", raw[:500]))
            continue
        if not header:
            header = raw
            continue
        width = len(source.headers)
        if len(cells) != width:
            fewer = "fewer" if len(cells) < width else "more"
            torn.append((line, f"has {fewer} columns than the header", raw[:500]))
            continue
        records.append(Record("", line, cells, raw))
    return Text(header, mark, records, torn)


def _bounded(source: Source) -> Iterator[bytes]:
    total = 0
    for chunk in iter_bytes(source.path, source.packed):
        total += len(chunk)
        if total > MAX_TEXT:
            raise refuse("is larger than 512 MB; split it")
        yield chunk


def split(text: str) -> Iterator[tuple[int, str]]:
    """Records with their ends of line, and the line on which each begins."""
    start = line = begin = 0
    length = len(text)
    position = 0
    quotes = 0
    single = "\n" not in text and "\r" in text
    end = "\r" if single else "\n"
    while position < length:
        found = text.find(end, position)
        stop = length if found < 0 else found + 1
        quotes += text.count('"', position, stop)
        line += 1
        position = stop
        # An odd number of quotation marks: the line break is inside a cell.
        if quotes % 2 == 0 or stop == length:
            yield begin + 1, text[start:stop]
            start, begin, quotes = stop, line, 0


def records(plan: ImportPlan) -> Text:
    """All rows of the file, of whichever format."""
    source = plan.source
    if source.format == "csv":
        return read_text(source)
    found: list[Record] = []
    if source.format == "xlsx":
        # Who only reads rows that were kept needs no spreadsheets.
        from .workbook import workbook_rows

        for sheet, line, cells in workbook_rows(source.path, source.sheets, len(source.headers)):
            found.append(Record(sheet, line, cells, ""))
    elif source.format == "jsonl":
        for line, cells in jsonl_rows(_lines(source), source.headers):
            found.append(Record("", line, cells, ""))
    else:
        import duckdb

        with duckdb.connect() as connection:
            name = str(source.path).replace("'", "''")
            relation = connection.sql(f"SELECT * FROM read_parquet('{name}')")
            for line, row in enumerate(relation.fetchall(), 1):
                cells = ["" if value is None else str(value) for value in row]
                found.append(Record("", line, cells, ""))
    return Text("", False, found, [])


def _lines(source: Source) -> Iterable[str]:
    data = b"".join(_bounded(source))
    return data.decode(source.encoding, errors="replace").split("\n")


def comma_decimals(values: Iterable[str]) -> bool:
    """Whether a column of amounts writes decimals with a comma, judged over all of it."""
    points = commas = 0
    for value in values:
        bare = _NOT_NUMBER.sub("", value)
        if bare:
            points += _POINT.match(bare) is not None
            commas += _COMMA.match(bare) is not None
    return commas > points


def minor(text: str, currency: str, comma: bool) -> int:
    """Minor units of a cell. Raises ValueError for what is no amount."""
    bare = _NOT_NUMBER.sub("", text)
    if not (_COMMA if comma else _POINT).match(bare):
        raise ValueError("is no amount")
    if comma:
        bare = bare.replace(".", "").replace(",", ".")
    return to_minor(bare.replace(",", ""), currency)


def integer(text: str) -> int:
    """A whole number, also as spreadsheets write it (``12.0``). Raises ValueError."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError("is no whole number") from error
    if not number.is_finite() or number != number.to_integral_value() or abs(number) > 10**9:
        raise ValueError("is no whole number")
    return int(number)


def encoded(text: str, mark: bool) -> bytes:
    """UTF-8, with the byte order mark that the file had."""
    return (codecs.BOM_UTF8 if mark else b"") + text.encode()
