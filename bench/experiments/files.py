"""Any A/B file as one row a unit."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import numpy as np

READERS = {
    ".parquet": "read_parquet(?)",
    ".csv": "read_csv(?)",
    ".tsv": "read_csv(?, delim = '\\t')",
    ".json": "read_json(?)",
    ".jsonl": "read_json(?)",
}


def refuse(reason: str) -> NoReturn:
    """End with a sentence instead of a trace."""
    print(reason, file=sys.stderr)
    raise SystemExit(2)


@dataclass(frozen=True)
class Column:
    """A metric of the units; ``proportion`` where it is never anything but 0 and 1."""

    name: str
    values: np.ndarray
    proportion: bool


@dataclass(frozen=True)
class Table:
    """Units that were in one arm alone, and what was left out."""

    arms: list[str]
    arm: np.ndarray
    metrics: list[Column]
    covariate: np.ndarray | None
    rows: int
    crossed: int
    incomplete: int


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _source(file: Path) -> str:
    name = file.name.lower().removesuffix(".gz")
    for ending, reader in READERS.items():
        if name.endswith(ending):
            return reader
    refuse(f"{file}: none of {', '.join(READERS)}")


def columns(file: Path) -> dict[str, Any]:
    """All columns as they stand, unknown numbers as NaN and unknown words as empty."""
    if not file.is_file():
        refuse(f"there is no file {file}")
    try:
        found = duckdb.sql(f"SELECT * FROM {_source(file)}", params=[str(file)]).fetchnumpy()
    except duckdb.Error as error:
        refuse(f"{file} cannot be read: {str(error).splitlines()[0]}")
    return {name: _plain(column) for name, column in found.items()}


def _plain(column: Any) -> Any:
    if not np.ma.isMaskedArray(column):
        return column
    if column.dtype.kind in "iufb":
        return column.astype(float).filled(np.nan)
    return column.filled("")


def load(
    file: Path,
    unit: str | None,
    arm: str,
    metrics: list[str],
    covariate: str | None,
    control: str | None,
) -> Table:
    """One row a unit: of several rows a 0/1 metric's highest, another's sum. Without ``unit``
    every row is one.

    Units seen in more than one arm are counted and left out, as are rows without unit or arm.
    An empty metric counts as 0, as for a unit that did nothing. Ends where there is no column of
    a name, fewer than two arms, no unit, or a value that is not finite.
    """
    if not file.is_file():
        refuse(f"there is no file {file}")
    db = duckdb.connect()
    wanted = [*metrics, *([covariate] if covariate else [])]
    try:
        db.execute(f"CREATE TABLE raw AS SELECT * FROM {_source(file)}", [str(file)])
    except duckdb.Error as error:
        refuse(f"{file} cannot be read: {str(error).splitlines()[0]}")
    known = {row[0] for row in db.execute("DESCRIBE raw").fetchall()}
    missing = [name for name in (unit, arm, *wanted) if name is not None and name not in known]
    who = "rowid" if unit is None else _quoted(unit)
    if missing:
        refuse(f"no column {', '.join(missing)}; there is {', '.join(sorted(known))}")
    proportions = []
    for name in wanted:
        try:
            endless, either = db.execute(
                f"SELECT count(*) FILTER (NOT isfinite({_quoted(name)}::DOUBLE)), "
                f"coalesce(bool_and({_quoted(name)}::DOUBLE IN (0, 1)), false) FROM raw"
            ).fetchall()[0]
        except duckdb.Error as error:
            refuse(f"{name} is no column of numbers: {str(error).splitlines()[0]}")
        if endless:
            refuse(f"{name} is infinite or not a number in {endless} rows; a mean of it is none")
        proportions.append(bool(either))
    folds = ", ".join(
        f"{'max' if p else 'sum'}(coalesce({_quoted(name)}::DOUBLE, 0)) AS m{i}"
        for i, (name, p) in enumerate(zip(wanted, proportions, strict=True))
    )
    rows, incomplete = db.execute(
        f"SELECT count(*), count(*) FILTER ({who} IS NULL OR {_quoted(arm)} IS NULL) FROM raw"
    ).fetchall()[0]
    db.execute(
        f"CREATE TABLE units AS SELECT min({_quoted(arm)}::VARCHAR) AS arm, "
        f"max({_quoted(arm)}::VARCHAR) AS last, {folds} FROM raw "
        f"WHERE {who} IS NOT NULL AND {_quoted(arm)} IS NOT NULL "
        f"GROUP BY {who} ORDER BY {who}"
    )
    crossed = db.execute("SELECT count(*) FROM units WHERE arm <> last").fetchall()[0][0]
    columns: dict[str, Any] = db.execute("SELECT * FROM units WHERE arm = last").fetchnumpy()
    if not len(columns["arm"]):
        refuse("no unit was exposed to one arm alone")
    names, arms = np.unique(columns["arm"].astype(str), return_inverse=True)
    if len(names) < 2:
        refuse(f"there is one arm, {names[0]}; a comparison needs two")
    if control is not None and control not in names:
        refuse(f"no arm {control}; there is {', '.join(names)}")
    order = sorted(range(len(names)), key=lambda n: (names[n] != control, names[n]))
    rank = np.argsort(np.array(order))
    found = [
        Column(name, np.asarray(columns[f"m{i}"], dtype=float), proportions[i])
        for i, name in enumerate(metrics)
    ]
    past = np.asarray(columns[f"m{len(metrics)}"], dtype=float) if covariate else None
    return Table([str(names[n]) for n in order], rank[arms], found, past, rows, crossed, incomplete)
