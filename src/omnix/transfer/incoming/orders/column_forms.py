"""How a column writes its times and amounts, decided over the whole of it."""

from dataclasses import dataclass

import duckdb

_STAMPS: tuple[tuple[str, str], ...] = tuple(
    (date + time, label + ("" if not time else " with time"))
    for date, label in (
        ("%m/%d/%Y", "month/day/year"),
        ("%d/%m/%Y", "day/month/year"),
        ("%d.%m.%Y", "day.month.year"),
        ("%d-%m-%Y", "day-month-year"),
        ("%Y/%m/%d", "year/month/day"),
        ("%m/%d/%y", "month/day/short year"),
        ("%d/%m/%y", "day/month/short year"),
        ("%B %d, %Y", "month name day, year"),
        ("%d %B %Y", "day month name year"),
        ("%d %b %Y", "day month name year"),
    )
    for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
)
_EARLIEST, _LATEST = "TIMESTAMPTZ '1970-01-01 00:00:00Z'", "TIMESTAMPTZ '2200-01-01 00:00:00Z'"


@dataclass(frozen=True)
class Reading:
    """How a column is read: shown to the user. ``ambiguous`` where another way fits as well."""

    column: str
    how: str
    ambiguous: bool = False


def stamps(
    connection: duckdb.DuckDBPyConnection, column: str, zone: str, month_first: bool | None
) -> Reading:
    """Make the table ``stamps`` (t, utc, day): the distinct texts of ``raw.column`` that are times.

    A text with an offset keeps it, others are in ``zone``. What the column's own form does not
    fit is tried as ISO 8601 only, so that no cell is read by another form than its neighbours.
    """
    connection.execute(f"SET TimeZone='{zone}'")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE texts AS SELECT DISTINCT {column} AS t FROM raw "
        f"WHERE {column} IS NOT NULL AND {column}<>''"
    )
    (total,) = connection.execute("SELECT count(*) FROM texts").fetchall()[0]
    iso = (
        "TRY_CAST(regexp_replace(trim(t),'(:\\d\\d(\\.\\d+)?)\\s*([+-]\\d\\d):?(\\d\\d)$',"
        "'\\1\\3:\\4') AS TIMESTAMPTZ)"
    )
    counted = [("iso", "ISO 8601", _fits(connection, iso))]
    if counted[0][2] < total:
        wrong = {True: "%d/%m", False: "%m/%d", None: "-"}[month_first]
        tests = {
            form: (label, f"try_strptime(trim(t),'{form}')")
            for form, label in _STAMPS
            if not form.startswith(wrong)
        }
        serial = "nullif(regexp_full_match(trim(t),'\\d{5}(\\.\\d+)?'),false)"
        tests["serial"] = ("spreadsheet day numbers", serial)
        few = _counts(connection, list(tests.values()), "texts ORDER BY hash(t) LIMIT 300")
        # Only what fits a sample best is tried on all: a form that fails is slow to try.
        tests = {f: t for (f, t), n in zip(tests.items(), few, strict=True) if n == max(few) and n}
        counts = _counts(connection, list(tests.values()), "texts") if tests else []
        counted += [(f, t[0], n) for (f, t), n in zip(tests.items(), counts, strict=True)]
    most = max(n for _, _, n in counted)
    best = [entry for entry in counted if entry[2] == most]
    form, label, _ = best[0]
    order = {entry[0][:5] for entry in best}
    ambiguous = {"%m/%d", "%d/%m"} <= order
    if form == "iso":
        moment = iso
    elif form == "serial":
        moment = (
            "timezone(getvariable('zone'), TIMESTAMP '1899-12-30' + "
            "to_microseconds(CAST(round(TRY_CAST(trim(t) AS DOUBLE)*86400) AS BIGINT)*1000000))"
        )
    else:
        # The same order of day and month, with or without a time of day.
        alike = [form, *(f for f, _ in _STAMPS if f[:8] == form[:8] and f != form)]
        forms = ",".join(f"'{f}'" for f in alike)
        moment = f"coalesce(timezone(getvariable('zone'),try_strptime(trim(t),[{forms}])),{iso})"
    connection.execute(f"SET VARIABLE zone='{zone}'")
    connection.execute(
        "CREATE OR REPLACE TABLE stamps AS SELECT t, CAST(timezone('UTC',moment) AS TIMESTAMP) "
        f"AS utc, CAST(timezone('{zone}',moment) AS DATE) AS day "
        f"FROM (SELECT t, {moment} AS moment FROM texts) "
        f"WHERE moment BETWEEN {_EARLIEST} AND {_LATEST}"
    )
    return Reading(column, label if most else "no known form", ambiguous)


def _counts(
    connection: duckdb.DuckDBPyConnection, tests: list[tuple[str, str]], table: str
) -> list[int]:
    columns = ",".join(f"count({test})" for _, test in tests)
    row = connection.execute(f"SELECT {columns} FROM (SELECT t FROM {table})").fetchall()[0]
    return [int(n) for n in row]


def _fits(connection: duckdb.DuckDBPyConnection, expression: str) -> int:
    return int(connection.execute(f"SELECT count({expression}) FROM texts").fetchall()[0][0])


def amount(connection: duckdb.DuckDBPyConnection, column: str) -> tuple[str, Reading]:
    """The SQL that turns ``raw.column`` into DECIMAL(18,6), null where it is no amount."""
    plain = f"TRY_CAST({column} AS DECIMAL(18,6))"
    (odd,) = connection.execute(
        f"SELECT count(*) FROM raw WHERE {column}<>'' AND {plain} IS NULL"
    ).fetchall()[0]
    if odd == 0:
        return plain, Reading(column, "decimal point")
    # Around an amount may stand a currency; inside it only spaces and apostrophes.
    edges = "^[^0-9.,()+-]+|[^0-9.,()+-]+$|[\\s\u00a0\u202f'']"
    bare = f"regexp_replace({column}, '{edges}', '', 'g')"
    point = "[+-]?\\(?-?(\\d+|\\d{1,3}(,\\d{3})+)(\\.\\d*)?\\)?"
    comma = "[+-]?\\(?-?(\\d+|\\d{1,3}(\\.\\d{3})+)(,\\d*)?\\)?"
    points, commas = connection.execute(
        f"SELECT count(*) FILTER (regexp_full_match(x,'{point}')), "
        f"count(*) FILTER (regexp_full_match(x,'{comma}')) FROM (SELECT {bare} AS x FROM raw)"
    ).fetchall()[0]
    if commas > points:
        form, number = comma, f"replace(replace({bare},'.',''),',','.')"
    else:
        form, number = point, f"replace({bare},',','')"
    negative = f"CASE WHEN {bare} LIKE '(%' THEN -1 ELSE 1 END"
    value = (
        f"CASE WHEN regexp_full_match({bare},'{form}') THEN "
        f"TRY_CAST(regexp_replace({number},'[()]','','g') AS DECIMAL(18,6)) * {negative} END"
    )
    how = "decimal comma" if commas > points else "decimal point"
    return f"CAST({value} AS DECIMAL(18,6))", Reading(column, how)


def whole(column: str) -> str:
    """SQL of a whole number, null where it is none: never rounds ``1.5``."""
    number = f"TRY_CAST({column} AS DECIMAL(18,3))"
    return f"CASE WHEN {number}=trunc({number}) THEN CAST({number} AS BIGINT) END"
