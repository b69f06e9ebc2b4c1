"""Opening a file of unknown make: its format, encoding, separators, sheets, header and a sample."""

import codecs
import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from omnix.kit.errors import Invalid, NotFound, TooLarge

Format = Literal["csv", "xlsx", "parquet", "jsonl"]

MAX_COLUMNS = 1000
MAX_BYTES = 16 * 1024**3
MAX_SHEET_BYTES = 1024**3
HEAD = 1 << 20
SAMPLE_ROWS = 200
MAX_CELL = 4 * 1024 * 1024
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Source:
    """A file as found. ``headers`` and ``sample`` are as text; ``sheets`` those that are read."""

    path: Path
    format: Format
    packed: bool
    size: int
    sha256: str
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    sheets: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def refuse(reason: str) -> Invalid:
    return Invalid.field("file", reason)


def open_source(path: Path) -> Source:
    """Raises NotFound, TooLarge, or Invalid with the field ``file`` for what is no table."""
    if not path.is_file():
        raise NotFound(f"no file {path}")
    size = path.stat().st_size
    if size == 0:
        raise refuse("is empty")
    if size > MAX_BYTES:
        raise TooLarge(f"the file has {size} bytes; at most {MAX_BYTES}")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PK\x03\x04":
        return _workbook(path, size, sha256)
    if start == b"PAR1":
        return _parquet(path, size, sha256)
    packed = start[:2] == b"\x1f\x8b"
    head = next(iter_bytes(path, packed, HEAD), b"")
    if not head:
        raise refuse("is empty")
    encoding = guess_encoding(head)
    text = _decode(head, encoding)
    whole = len(head) < HEAD
    if text.lstrip()[:1] in ("{", "["):
        from .jsonl import jsonl_head

        headers, sample = jsonl_head(text, whole)
        return Source(path, "jsonl", packed, size, sha256, encoding, ",", headers, sample)
    delimiter = guess_delimiter(text)
    rows = list(_rows(text, delimiter, whole))
    if not rows:
        raise refuse("is empty")
    headers = _headers(rows[0])
    if not any(rows[1:]):
        raise refuse("has a header and no rows")
    return Source(
        path, "csv", packed, size, sha256, encoding, delimiter, headers,
        tuple(tuple(row) for row in rows[1 : SAMPLE_ROWS + 1] if row),
    )  # fmt: skip


def iter_bytes(path: Path, packed: bool, chunk: int = 1 << 22) -> Iterator[bytes]:
    """The file's bytes, unpacked. Raises Invalid for a broken archive, TooLarge for a bomb."""
    with path.open("rb") as file:
        if not packed:
            while data := file.read(chunk):
                yield data
            return
        total = 0
        inner = zlib.decompressobj(wbits=31)
        pending = b""
        while data := file.read(1 << 18):
            try:
                while data:
                    # Bounded, so that a few packed bytes cannot become gigabytes at once.
                    pending += inner.decompress(data, chunk - len(pending))
                    if inner.eof:
                        data = inner.unused_data.lstrip(b"\0")
                        if data:
                            inner = zlib.decompressobj(wbits=31)
                    else:
                        data = inner.unconsumed_tail
                    if len(pending) >= chunk:
                        total += len(pending)
                        if total > MAX_BYTES:
                            raise TooLarge(f"the file unpacks to more than {MAX_BYTES} bytes")
                        yield pending
                        pending = b""
            except zlib.error as error:
                raise refuse(f"is a broken gzip archive ({error})") from error
        if pending:
            yield pending
        if not inner.eof:
            raise refuse("is a gzip archive that ends too early; fetch or export it again")


def guess_encoding(head: bytes) -> str:
    """By byte order mark, else by what the bytes allow. Raises Invalid for binary data."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return name
    if b"\0" in head:
        part = head[:4096]
        if part[1::2].count(0) > len(part) * 0.3:
            return "utf-16-le"
        if part[0::2].count(0) > len(part) * 0.3:
            return "utf-16-be"
        raise refuse("is no text: it holds NUL bytes")
    control = sum(byte < 32 and byte not in (9, 10, 12, 13) for byte in head[:4096])
    if control > len(head[:4096]) * 0.02:
        raise refuse("is no text and no spreadsheet")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        head.decode("cp1252")
        return "cp1252"
    except UnicodeDecodeError:
        return "latin-1"


def _decode(head: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(head)


def guess_delimiter(text: str) -> str:
    """The separator that cuts the first lines into most columns of equal number."""
    lines = "\n".join(text.splitlines()[:40])
    best, score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        try:
            rows = [row for row in csv.reader(io.StringIO(lines), delimiter=delimiter) if row]
        except csv.Error:
            continue
        if not rows:
            continue
        width = len(rows[0])
        equal = sum(len(row) == width for row in rows)
        if width > 1 and (equal, width) > score:
            best, score = delimiter, (equal, width)
    return best


def _rows(text: str, delimiter: str, whole: bool) -> Iterator[list[str]]:
    """The first rows; the last one is left out where the text may end inside it."""
    previous: list[str] | None = None
    csv.field_size_limit(MAX_CELL)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if previous is not None:
                yield previous
            previous = row
            if len(row) > MAX_COLUMNS:
                raise refuse(f"has {len(row)} columns; at most {MAX_COLUMNS}")
    except csv.Error as error:
        raise refuse(f"cannot be read as a table ({error})") from error
    if previous is not None and whole:
        yield previous


def _headers(row: list[str]) -> tuple[str, ...]:
    headers = tuple(cell.strip().lstrip("\ufeff") for cell in row)
    if len(headers) > MAX_COLUMNS:
        raise refuse(f"has {len(headers)} columns; at most {MAX_COLUMNS}")
    if not any(headers):
        raise refuse("has an empty header line")
    return headers


def _parquet(path: Path, size: int, sha256: str) -> Source:
    import duckdb

    name = str(path).replace("'", "''")
    try:
        with duckdb.connect() as connection:
            relation = connection.sql(f"SELECT * FROM read_parquet('{name}') LIMIT {SAMPLE_ROWS}")
            headers, rows = _headers(relation.columns), relation.fetchall()
    except duckdb.Error as error:
        raise refuse(f"is no readable Parquet file ({str(error).splitlines()[0]})") from error
    if not rows:
        raise refuse("has no rows")
    sample = tuple(tuple("" if v is None else str(v) for v in row) for row in rows)
    return Source(path, "parquet", False, size, sha256, "binary", ",", headers, sample)


def check_workbook(path: Path) -> None:
    """Refuse what is no workbook or would unpack beyond measure, before it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise refuse("is a broken archive, no workbook") from error
    names = {entry.filename for entry in entries}
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise refuse("is an archive that holds no workbook; unpack it first")
    if sum(entry.file_size for entry in entries) > MAX_SHEET_BYTES:
        raise TooLarge("the workbook unpacks to more than a gigabyte; export it as CSV")


def _workbook(path: Path, size: int, sha256: str) -> Source:
    from .workbook import sheets_of

    check_workbook(path)
    headers, sample, sheets, warnings = sheets_of(path)
    return Source(
        path, "xlsx", False, size, sha256, "binary", ",", _headers(list(headers)), sample,
        sheets, warnings,
    )  # fmt: skip
