"""Named queries by Athena: in its dialect, over its protocol, in the types that DuckDB has."""

import random
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import duckdb
import numpy as np
import pytest

pytest.importorskip("botocore")
pytest.importorskip("sqlglot")

import sqlglot

from omnix.adapters.aws import dialect
from omnix.adapters.aws.athena import Athena, reading
from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.dialect import Untranslatable, translated
from omnix.adapters.aws.lake import AwsLake
from omnix.declared import FACTS
from omnix.domains.experiments.declare import EXPOSURES
from omnix.domains.orders.declare import SALES
from omnix.kit.declare import Fact
from omnix.ports import Ports, Query
from omnix.runtimes.aws.lake import known_queries
from ports import emulators
from ports.aws_stack import opened

pytestmark = [pytest.mark.anyio, emulators.GROUP]


def _moment(*parts: int) -> datetime:
    """As the lake has them: in UTC, and without saying so."""
    return datetime(*parts, tzinfo=UTC).replace(tzinfo=None)  # type: ignore[misc,arg-type]


FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
_BY_NAME = {fact.name: fact for fact in FACTS}
GIVEN: dict[str, Any] = {
    "after": 0, "stream": "s-1", "currency": "EUR", "unit": "customer", "past": 7, "metric": "a",
    "experiment": "x-1", "month": "2026-01", "started": _moment(2026, 1, 20), "number": 2,
    "since": _moment(2026, 1, 3), "until": _moment(2026, 3, 20), "first": FIRST, "last": LAST,
    "first_day": FIRST, "last_day": LAST, "today": LAST, "as_of": LAST, "all": False, "least": 2,
    "products": ["p-1", "p-2", "p'3"], "categories": ["one", "one", "two"], "lengths": [7, 30],
    "merged": ["c-4", ""], "kept": ["c-1", ""],
    "locations": ["", "l-1"], "product_id": "p-1", "most_months": 24,
    "metrics": ["conversion", "revenue_per_unit", "average_order_value"],
}  # fmt: skip
"""Values of the parameters by name; those of other queries do for translating alone."""

_POSITIONS = {"rows_after": {"until": 10**6}}
_VALUES = {
    "kind": ["sale", "sale", "sale", "return", "cancellation", "charge"],
    "type": ["purchase", "view"],
    "currency": ["EUR", "USD"],
    "variant": ["a", "b"],
    "metric": ["a", "b"],
    "stream": ["s-1", "s-2"],
    "experiment_id": ["x-1", "x-1", "x-2"],
    "unit_id": ["c-1", "c-2", "c-3", "c-4"],
    "customer_id": ["c-1", "c-2", "c-3", "c-4", None],
    "product_id": ["p-1", "p-2", "p'3", "p-4", None],
    "location_id": ["l-1", "l-2", None],
    "order_id": [f"o-{n}" for n in range(40)],
}


def parameters(query: Query) -> dict[str, Any]:
    names = {
        one.name
        for one in sqlglot.parse_one(query.sql, dialect="duckdb").find_all(sqlglot.exp.Placeholder)
    }
    given = {**GIVEN, **_POSITIONS.get(query.name, {})}
    return {name: given.get(name, LAST) for name in names}


def facts(query: Query) -> list[Fact]:
    return [_BY_NAME[name] for name in query.reads]


def column(fact: Fact, name: str, count: int, chance: random.Random) -> list[Any]:
    if name in _VALUES:
        return chance.choices(_VALUES[name], k=count)
    match fact.columns[name]:
        case "DATE":
            return [FIRST + timedelta(days=chance.randrange(90)) for _ in range(count)]
        case "TIMESTAMP":
            return [
                _moment(2026, 1, 1) + timedelta(milliseconds=chance.randrange(90 * 86_400_000))
                for _ in range(count)
            ]
        case "VARCHAR":
            return chance.choices(["", "one", "two", None], k=count)
        case "DOUBLE" | "FLOAT":
            return [chance.randrange(100) / 100 for _ in range(count)]
        case "BOOLEAN":
            return chance.choices([True, False], k=count)
        case _:
            return [chance.choice([None, *range(1, 50)]) for _ in range(count)]


def rows_of(fact: Fact, count: int = 300) -> dict[str, list[Any]]:
    """The same ones each time."""
    chance = random.Random(fact.name)
    made = {name: column(fact, name, count, chance) for name in fact.columns}
    if "unit_id" in made and "variant" in made:
        made["variant"] = ["ab"[int(unit[-1]) % 2] for unit in made["unit_id"]]
    if "month" in made and "day" in made:
        made["month"] = [f"{day:%Y-%m}" for day in made["day"]]
    return made


@pytest.fixture(scope="module")
def filled() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for fact in FACTS:
            typed = ", ".join(f'"{name}" {kind}' for name, kind in fact.columns.items())
            connection.execute(f"CREATE TABLE {fact.name} ({typed})")
            lists = ", ".join(f"unnest(?::{kind}[])" for kind in fact.columns.values())
            rows = list(rows_of(fact).values())
            connection.execute(f"INSERT INTO {fact.name} SELECT {lists}", rows)
        connection.execute("CREATE MACRO bitwise_left_shift(x, n) AS x << n")
        yield connection


def brought_back(made: str) -> str:
    """In DuckDB's dialect, which takes several lists at once only as columns."""
    exp = sqlglot.exp
    tree = sqlglot.parse_one(made, dialect="athena")
    for lists in [one for one in tree.find_all(exp.Unnest) if len(one.expressions) > 1]:
        alias, numbered = lists.args["alias"], lists.args["offset"]
        columns = [
            exp.alias_(exp.Explode(this=values.copy()), name.name)
            for values, name in zip(lists.expressions, alias.columns, strict=False)
        ]
        assert numbered
        lists.replace(exp.select(*columns).subquery(alias.name))
    sql: str = tree.sql(dialect="duckdb")
    return sql


def alike(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rounded, since sums of doubles depend on the order, and sorted where it is not asked for."""
    rounded = [
        tuple(round(one, 9) if isinstance(one, float) else one for one in row) for row in rows
    ]
    return sorted(rounded, key=repr)


def known(name: str) -> Query:
    query = known_queries()[name]
    if not _BY_NAME.keys() >= set(query.reads):
        pytest.skip("its facts are not declared yet")
    return query


def test_most_queries_are_translated_and_the_others_refused() -> None:
    """Those that are refused are answered by the function itself, as long as they fit."""
    made, refused = {}, []
    for name, query in known_queries().items():
        try:
            made[name] = translated(query.sql, parameters(query), facts(query))
        except Untranslatable:
            refused.append(name)
    assert len(made) >= 9 * len(refused), refused
    for name, sql in made.items():
        tree = sqlglot.parse_one(sql, dialect="athena")
        assert not list(tree.find_all(sqlglot.exp.Placeholder, sqlglot.exp.Qualify)), name
        assert not any(group.args.get("all") for group in tree.find_all(sqlglot.exp.Group)), name


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT hash(order_id) AS h FROM sales",
        "SELECT n FROM range(0, 9) AS weeks (n)",
        "SELECT day - quantity * INTERVAL 1 DAY AS before FROM sales",
        "SELECT unnest($products) AS product, 1 AS one",
    ],
)
def test_what_athena_has_not_is_refused(sql: str) -> None:
    with pytest.raises(Untranslatable):
        translated(sql, GIVEN, [SALES])


@pytest.mark.parametrize("name", sorted(known_queries()))
def test_a_translation_means_the_same(name: str, filled: duckdb.DuckDBPyConnection) -> None:
    """Brought back to DuckDB, it answers the same: Athena itself is not to be had here."""
    query = known(name)
    given = parameters(query)
    if not given.keys() <= GIVEN.keys():
        pytest.skip("its parameters are of another kind")
    try:
        back = brought_back(translated(query.sql, given, facts(query)))
    except Untranslatable as error:
        pytest.skip(f"answered by the function itself: {error}")
    expected = filled.execute(query.sql, given or None).fetchall()
    assert expected, "rows to compare"
    assert alike(filled.execute(back).fetchall()) == alike(expected)


def test_the_order_is_kept_where_ranks_are_chosen() -> None:
    query = known_queries()["top_products"]
    made = translated(query.sql, parameters(query), facts(query))
    assert made.endswith('ORDER BY "days", "revenue_minor" DESC, "product_id"')


def test_a_fact_without_a_table_has_no_rows(filled: duckdb.DuckDBPyConnection) -> None:
    query = known_queries()["arms"]
    made = translated(query.sql, parameters(query), facts(query), {"exposures"})
    assert filled.execute(brought_back(made)).fetchall() == []


def test_more_than_athena_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    query = known_queries()["demand"]
    whole = translated(query.sql, parameters(query), facts(query))
    monkeypatch.setattr(dialect, "LONGEST", len(whole) - 1)
    with pytest.raises(Untranslatable, match="longer"):
        translated(query.sql, parameters(query), facts(query))


class Emulated(Athena):
    """The emulator lays an answer one folder below where it says."""

    def _fetch(self, place: str, file: IO[bytes]) -> None:
        super()._fetch(f"{place}/{place.rpartition('/')[2]}", file)


class Asked:
    """A lake on the emulator whose facts count as outgrown, and what it asked Athena."""

    def __init__(self, lake: AwsLake, calls: Calls) -> None:
        self.lake = lake
        self.statements: list[str] = []
        calls.client("athena").meta.events.register(
            "provide-client-params.athena.StartQueryExecution",
            lambda params, **_: self.statements.append(params["QueryString"]),
        )


@pytest.fixture
async def ports(ministack: str, tmp_path: Path) -> AsyncIterator[Ports]:
    async with opened(ministack, None, (), (SALES, EXPOSURES), tmp_path) as ports:
        yield ports


def table(calls: Calls, bucket: str, fact: Fact) -> None:
    """What the statement makes of a table; the emulator reads Parquet, and knows no Delta."""
    kinds = {"VARCHAR": "string", "INTEGER": "int"}
    columns = [
        {"Name": name, "Type": kinds.get(kind, kind.lower())}
        for name, kind in fact.columns.items()
        if name != fact.partition
    ]
    format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    calls.now(
        "glue",
        "create_table",
        DatabaseName="facts",
        TableInput={
            "Name": fact.name,
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": {
                "Columns": columns,
                "Location": f"s3://{bucket}/lake/{fact.name}",
                "InputFormat": format,
                "SerdeInfo": {"SerializationLibrary": "parquet"},
            },
            "PartitionKeys": [{"Name": fact.partition, "Type": "string"}],
        },
    )


@pytest.fixture
async def asked(ports: Ports, tmp_path: Path) -> AsyncIterator[Asked]:
    assert isinstance(ports.blobs, AwsBlobs)
    assert isinstance(ports.lake, AwsLake)
    calls, bucket = ports.blobs.calls, ports.blobs._bucket
    calls.now("glue", "create_database", DatabaseInput={"Name": "facts"})
    calls.now(
        "athena",
        "create_work_group",
        Name="facts",
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{bucket}/blobs/answers/athena/"}
        },
    )
    for fact in (SALES, EXPOSURES):
        table(calls, bucket, fact)
        await ports.lake.append(fact, rows_of(fact))
    lake = AwsLake(
        calls,
        bucket,
        tmp_path / "other",
        (SALES, EXPOSURES),
        options=ports.lake.options,
        athena=Emulated(calls, "facts", "facts", 60),
        largest=1,
    )
    yield Asked(lake, calls)
    lake.close()


async def test_what_has_outgrown_the_function_is_asked_by_athena(
    asked: Asked, ports: Ports, tmp_path: Path
) -> None:
    for name in ("sales_bounds", "arms", "rfm", "sales_days"):
        query = known_queries()[name]
        given = parameters(query)
        here, there = [await lake.rows(query, **given) for lake in (ports.lake, asked.lake)]
        assert here
        assert there == here, name
        arrays, others = [await lake.arrays(query, **given) for lake in (ports.lake, asked.lake)]
        for key, values in arrays.items():
            assert others[key].dtype == values.dtype, key
            np.testing.assert_array_equal(others[key], values)
    assert len(asked.statements) == 8
    assert not (tmp_path / "other" / "lake" / "sales").exists(), "nothing was fetched"
    asked.lake._largest = 10**9
    assert await asked.lake.rows(known_queries()["sales_bounds"])
    assert len(asked.statements) == 8, "what still fits is not asked"


def test_nothing_and_empty_text_are_told_apart(tmp_path: Path) -> None:
    """As Athena writes an answer: all that is there in quotes."""
    file = tmp_path / "answer.csv"
    file.write_text('"a b","n","day"\n"","1","2026-01-01"\n,,\n"x ""y"", z\nw","2","2026-01-02"\n')
    types = {"a b": "VARCHAR", "n": "BIGINT", "day": "DATE"}
    assert duckdb.sql(reading(file, types)).fetchall() == [
        ("", 1, date(2026, 1, 1)),
        (None, None, None),
        ('x "y", z\nw', 2, date(2026, 1, 2)),
    ]


async def test_what_athena_cannot_tell_is_read_here(asked: Asked, ports: Ports) -> None:
    sql = "SELECT list(order_id ORDER BY order_id) AS orders FROM sales"
    query = Query("lists", "", sql, ("sales",))
    assert await asked.lake.rows(query) == await ports.lake.rows(query)
    assert not asked.statements


async def test_what_athena_fails_at_is_answered_here(asked: Asked, ports: Ports) -> None:
    """The emulator has no date_format."""
    query = known_queries()["day_totals"]
    given = {"first": FIRST, "last": LAST}
    assert await asked.lake.rows(query, **given) == await ports.lake.rows(query, **given)
    assert len(asked.statements) == 1
