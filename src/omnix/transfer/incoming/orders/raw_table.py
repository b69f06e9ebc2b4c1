"""From the file to one table of text in DuckDB, with the row's place in the file kept."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from omnix.transfer.incoming.plan.planning import ImportPlan
from omnix.transfer.incoming.source.detect import Source, iter_bytes, refuse
from omnix.transfer.incoming.source.jsonl import jsonl_rows
from omnix.transfer.incoming.source.workbook import workbook_rows

MEMORY = "550MB"
THREADS = 2
_REASONS = {
    "MISSING COLUMNS": "has fewer columns than the header",
    "TOO MANY COLUMNS": "has more columns than the header",
    "UNQUOTED VALUE": "has a quotation mark that is not closed",
    "LINE SIZE OVER MAXIMUM": "is longer than 16 MB",
    "INVALID ENCODING": "is not in the file's encoding",
}


def open_stage(folder: Path) -> duckdb.DuckDBPyConnection:
    """An empty staging database, bounded in memory; what is more lies in ``folder``.

    It need not outlive the process: the same file gives the same tables again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "threads": THREADS,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("SET preserve_insertion_order=true")
    return connection


@dataclass(frozen=True)
class Rejected:
    """A row that could not be read: its line in the file, the column at fault, and why."""

    line: int
    column: str
    reason: str
    text: str


@dataclass(frozen=True)
class Loaded:
    """The table ``raw`` is filled: fields as text, ``rowid`` in file order. ``rejected`` rows
    are not in it. ``line`` and ``sheet`` columns are there if ``numbered``."""

    rows: int
    rejected: tuple[Rejected, ...]
    numbered: bool
    source: Source
    even: bool


def load_raw(connection: duckdb.DuckDBPyConnection, plan: ImportPlan, folder: Path) -> Loaded:
    """Read the mapped columns of the whole file. Raises Invalid for the field ``file``."""
    source = plan.source
    fields = [(m.field, m.position) for m in plan.mapping]
    if plan.kind == "orders" and plan.position("items") is not None:
        return _load_packed(connection, plan, folder)
    if source.format == "parquet":
        name = _literal(str(source.path))
        columns = ",".join(
            f"CAST({_name(source.headers[p])} AS VARCHAR) AS {_name(f)}" for f, p in fields
        )
        _guarded(connection, f"CREATE TABLE raw AS SELECT {columns} FROM read_parquet({name})")
        return Loaded(_count(connection), (), False, source, True)
    if source.format == "csv":
        path, lines, source = _plain_text(source, folder)
        rejected = _read_csv(connection, path, source.delimiter, source.headers, fields, ())
        rows = _count(connection)
        return Loaded(rows, rejected, False, source, lines == rows + len(rejected) + 1)
    path = folder / "input.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sheet", "line", *source.headers])
        writer.writerows(_numbered(source))
    extra = ("sheet", "line")
    fields = [f for f in fields if f[0] != "sheet"]
    rejected = _read_csv(connection, path, ",", source.headers, fields, extra)
    path.unlink()
    return Loaded(_count(connection), rejected, True, source, False)


def _load_packed(connection: duckdb.DuckDBPyConnection, plan: ImportPlan, folder: Path) -> Loaded:
    from .packed_cells import COLUMNS, unpacked

    path = folder / "input.csv"
    headers = [*plan.source.headers, *COLUMNS]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sheet", "line", *headers])
        writer.writerows(unpacked(plan))
    width = len(plan.source.headers)
    fields = [(m.field, m.position) for m in plan.mapping if m.field not in ("sheet", *COLUMNS)]
    fields += [(name, width + place) for place, name in enumerate(COLUMNS)]
    rejected = _read_csv(connection, path, ",", headers, fields, ("sheet", "line"))
    path.unlink()
    return Loaded(_count(connection), rejected, True, plan.source, False)


def _numbered(source: Source) -> Iterator[list[str]]:
    if source.format == "xlsx":
        for sheet, line, cells in workbook_rows(source.path, source.sheets, len(source.headers)):
            yield [sheet, str(line), *cells]
    else:
        for line, cells in jsonl_rows(_text_lines(source), source.headers):
            yield ["", str(line), *cells]


def _text_lines(source: Source) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(source.encoding)(errors="replace")
    rest = ""
    for chunk in iter_bytes(source.path, source.packed):
        text = rest + decoder.decode(chunk)
        *lines, rest = text.split("\n")
        yield from lines
    if rest:
        yield rest


def _plain_text(source: Source, folder: Path) -> tuple[Path, int, Source]:
    """The file as UTF-8 CSV, itself where it is that already, and its number of lines."""
    lines = 0
    last = b""
    target = folder / "input.csv"
    decoder = codecs.getincrementaldecoder(source.encoding)()
    as_is = source.encoding in ("utf-8", "utf-8-sig")
    copy = source.packed or not as_is
    single = "\r" in "".join(source.headers)
    out = target.open("wb") if copy else None
    try:
        for chunk in iter_bytes(source.path, source.packed):
            if as_is and b"\0" in chunk:
                raise refuse("is no text: it holds NUL bytes")
            text = decoder.decode(chunk)
            data = chunk if as_is else text.encode("utf-8")
            if out is not None:
                out.write(data)
            lines += data.count(b"\n")
            last = data[-1:] or last
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        if source.encoding == "latin-1":
            raise refuse("is in no known encoding; save it as UTF-8") from None
        # The head was valid by chance: judge by a byte that is not.
        other = "cp1252" if as_is else "latin-1"
        return _plain_text(replace(source, encoding=other), folder)
    finally:
        if out is not None:
            out.close()
    if last != b"\n" and not single:
        lines += 1
    return (target if copy else source.path), lines, source


def _read_csv(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    delimiter: str,
    headers: Sequence[str],
    fields: Sequence[tuple[str, int]],
    extra: tuple[str, ...],
) -> tuple[Rejected, ...]:
    shift = len(extra)
    columns = ",".join(f"'c{i}': 'VARCHAR'" for i in range(len(headers) + shift))
    chosen = [f"c{i} AS {_name(name)}" for i, name in enumerate(extra)]
    chosen += [f"c{p + shift} AS {_name(f)}" for f, p in fields]
    _guarded(
        connection,
        f"CREATE TABLE raw AS SELECT {','.join(chosen)} FROM read_csv({_literal(str(path))}, "
        f"header=true, auto_detect=false, columns={{{columns}}}, delim={_literal(delimiter)}, "
        "quote='\"', escape='\"', strict_mode=false, max_line_size=16777216, "
        "buffer_size=67108864, store_rejects=true, rejects_table='bad_rows', "
        "rejects_scan='bad_scans', rejects_limit=0)",
    )
    rejected = connection.execute(
        "SELECT line, any_value(error_type), any_value(csv_line) FROM bad_rows GROUP BY line "
        "ORDER BY line"
    ).fetchall()
    return tuple(
        Rejected(int(line), "", _REASONS.get(kind, f"cannot be read ({kind.lower()})"), text or "")
        for line, kind, text in rejected
    )


def _guarded(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    try:
        connection.execute(sql)
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
        raise refuse(f"cannot be read as a table ({str(error).splitlines()[0]})") from error


def line_numbers(loaded: Loaded, folder: Path, rowids: Sequence[int]) -> dict[int, int]:
    """The line in the file on which each row of a CSV begins."""
    if loaded.even or loaded.source.format != "csv":
        bad = sorted(r.line for r in loaded.rejected)
        numbers = {}
        passed = 0
        for rowid in sorted(rowids):
            while passed < len(bad) and bad[passed] <= rowid + 2 + passed:
                passed += 1
            numbers[rowid] = rowid + 2 + passed
        return numbers
    # Cells with line breaks or blank lines: only a second look at the file can tell.
    wanted = set(rowids)
    bad_lines = {r.line for r in loaded.rejected}
    numbers = {}
    path = folder / "input.csv"
    csv.field_size_limit(1 << 24)
    with (path if path.exists() else loaded.source.path).open(
        encoding="utf-8-sig", newline="", errors="replace"
    ) as file:
        reader = csv.reader(file, delimiter=loaded.source.delimiter)
        next(reader, None)
        rowid, begin = 0, reader.line_num + 1
        for row in reader:
            if row and begin not in bad_lines:
                if rowid in wanted:
                    numbers[rowid] = begin
                rowid += 1
            begin = reader.line_num + 1
    return numbers


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    (rows,) = connection.execute("SELECT count(*) FROM raw").fetchall()[0]
    if rows == 0:
        raise refuse("has no row that can be read")
    return int(rows)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
