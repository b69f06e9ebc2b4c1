"""A named query in Athena's dialect, from DuckDB's, with the values of its parameters in it.

sqlglot translates functions and types. What it leaves to DuckDB's own habits is written out
before: GROUP BY ALL, QUALIFY, unnested lists, and arithmetic on days.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Collection as Some
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from omnix.kit.declare import Fact

LONGEST = 250_000
"""Bytes of a statement; Athena takes 262,144."""

_RANK = "_rank"
_EPOCH = "1970-01-01 00:00:00"


class Untranslatable(ValueError):
    """The query needs something that Athena does not have, or more parameters than it takes."""


def translated(
    sql: str, parameters: Mapping[str, Any], facts: Iterable[Fact], absent: Some[str] = ()
) -> str:
    """``sql`` over ``facts`` for Athena; those that are ``absent`` have no table yet, and so no
    rows. Raises Untranslatable.
    """
    schema: dict[str, object] = {fact.name: dict(fact.columns) for fact in facts}
    try:
        tree = sqlglot.parse_one(sql, dialect="duckdb")
        tree = _each(
            tree, exp.Table, lambda one: _empty(one, schema) if one.name in absent else one
        )
        tree = _each(tree, exp.Placeholder, lambda one: _given(one, parameters))
        tree = _each(tree, exp.Select, _unnested)
        tree = qualify(tree, schema=schema, dialect="duckdb", identify=True)
        tree = _each(tree, exp.Select, _grouped)
        tree = annotate_types(tree, schema=schema, dialect="duckdb")
        tree = _each(tree, (exp.Sub, exp.UnixToTime, exp.DataType), _calculated)
        _refuse_what_is_left(tree)
        tree = _each(tree, exp.Select, _ranked)
        made: str = tree.sql(dialect="athena", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise Untranslatable(str(error)) from error
    if len(made.encode()) > LONGEST:
        raise Untranslatable(f"the statement would be longer than {LONGEST} bytes")
    return made


def _each(tree: Any, kind: Any, change: Callable[[Any], Any]) -> Any:
    """``tree`` with every node of ``kind`` replaced, the innermost first."""
    for node in reversed(list(tree.find_all(kind))):
        made = change(node)
        if made is not node:
            tree = made if node is tree else tree
            node.replace(made)
    return tree


def _refuse_what_is_left(tree: Any) -> None:
    """What sqlglot would write as it stands, though Athena has nothing of the kind."""
    for one in tree.find_all(exp.Anonymous):
        raise Untranslatable(f"the function {one.name}")
    for one in tree.find_all(exp.Table):
        if not isinstance(one.this, exp.Identifier):
            raise Untranslatable(f"the table {one.this.sql()}")
    for one in tree.find_all(exp.Sub, exp.Add):
        if one.this.is_type("DATE", "TIMESTAMP"):
            raise Untranslatable(f"the time {one.sql()}")


def _empty(table: exp.Table, schema: Mapping[str, Any]) -> Any:
    columns = [
        exp.alias_(exp.cast(exp.null(), kind, dialect="duckdb"), name, quoted=True)
        for name, kind in schema[table.name].items()
    ]
    nothing = exp.select(*columns).where(exp.false())
    return nothing.subquery(exp.to_identifier(table.alias_or_name, quoted=True))


def _given(placeholder: exp.Placeholder, parameters: Mapping[str, Any]) -> Any:
    if placeholder.name not in parameters:
        raise Untranslatable(f"the parameter {placeholder.name} is not given")
    return _literal(parameters[placeholder.name])


def _literal(value: Any) -> Any:
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), "TIMESTAMP")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "DATE")
    if isinstance(value, (str, bool, int, float, Decimal)) or value is None:
        return exp.convert(value)
    if isinstance(value, Sequence):
        return exp.Array(expressions=[_literal(one) for one in value])
    raise Untranslatable(f"a parameter is a {type(value).__name__}")


def _unnested(select: exp.Select) -> Any:
    """Lists as rows: in DuckDB columns of a SELECT from nowhere, in Athena a table."""
    if select.args.get("from_") or not any(select.find_all(exp.Explode)):
        return select
    arrays: list[Any] = []
    names: list[Any] = []
    columns: list[Any] = []
    for n, projection in enumerate(select.expressions):
        explode = projection.find(exp.Explode)
        if explode is None:
            raise Untranslatable("a list beside a single value")
        if isinstance(explode.this, exp.GenerateSeries):
            # range(len(list)) numbers the rows of that list from 0.
            column: Any = exp.paren(exp.column("_n", table="_lists") - 1)
        else:
            name = f"_{n}"
            arrays.append(explode.this)
            names.append(exp.to_identifier(name, quoted=True))
            column = exp.column(name, table="_lists")
        explode.replace(column)
        columns.append(projection)
    if not arrays:
        raise Untranslatable("a range that numbers no list")
    alias = exp.TableAlias(this=exp.to_identifier("_lists", quoted=True), columns=names)
    table = exp.Unnest(expressions=arrays, alias=alias, offset=exp.to_identifier("_n", quoted=True))
    return exp.select(*columns).from_(table)


def _grouped(select: exp.Select) -> Any:
    """GROUP BY ALL and ORDER BY ALL with what they stand for."""
    group, order = select.args.get("group"), select.args.get("order")
    if group is not None and group.args.get("all"):
        keys = [
            one.unalias()
            for one in select.expressions
            if not one.find(exp.AggFunc) and not isinstance(one.unalias(), exp.Literal)
        ]
        select.set("group", exp.Group(expressions=[key.copy() for key in keys]) if keys else None)
    if order is not None and [one.this.name.upper() for one in order.expressions] == ["ALL"]:
        numbers = [
            exp.Ordered(this=exp.Literal.number(n + 1)) for n in range(len(select.expressions))
        ]
        select.set("order", exp.Order(expressions=numbers))
    return select


def _calculated(node: Any) -> Any:
    """Differences of days and times, and numbers of more than 64 bits."""
    if isinstance(node, exp.DataType):
        return exp.DataType.build("DECIMAL(38, 0)") if node.is_type("INT128") else node
    if isinstance(node, exp.UnixToTime):
        # So sqlglot reads epoch_ms, which of a time tells its milliseconds.
        epoch = exp.cast(exp.Literal.string(_EPOCH), "TIMESTAMP")
        unit = exp.Var(this="MILLISECOND")
        return exp.DateDiff(this=node.this.copy(), expression=epoch, unit=unit)
    left, right = node.this, node.expression
    if right.find(exp.Interval):
        raise Untranslatable(f"the interval in {node.sql()}")
    day = exp.Var(this="DAY")
    if left.is_type("DATE") and right.is_type("DATE"):
        return exp.DateDiff(this=left.copy(), expression=right.copy(), unit=day)
    if isinstance(right, exp.ToDays):
        days = right.this
    elif left.is_type("DATE") and right.is_type(*exp.DataType.INTEGER_TYPES):
        days = right
    else:
        return node
    return exp.DateAdd(this=left.copy(), expression=exp.Neg(this=exp.paren(days.copy())), unit=day)


def _ranked(select: exp.Select) -> Any:
    """QUALIFY as a condition on a table that has the rank; the order goes outside with it."""
    qualified = select.args.get("qualify")
    if qualified is None:
        return select
    window = qualified.find(exp.Window)
    names = [one.alias_or_name for one in select.expressions]
    order = select.args.get("order")
    ordered = [_outside(one, select, names) for one in order.expressions] if order else []
    inner = select.copy()
    for part in ("qualify", "order", "with_"):
        inner.set(part, None)
    inner.select(exp.alias_(window.copy(), _RANK, quoted=True), copy=False)
    condition = qualified.this.copy()
    for each in [condition, *condition.find_all(exp.Window)]:
        if isinstance(each, exp.Window):
            each.replace(exp.column(_RANK, quoted=True))
    outer = exp.select(*[exp.column(name, quoted=True) for name in names])
    outer = outer.from_(inner.subquery(exp.to_identifier("_ranked", quoted=True))).where(condition)
    if ordered:
        outer.set("order", exp.Order(expressions=ordered))
    outer.set("with_", select.args.get("with_"))
    return outer


def _outside(ordered: exp.Ordered, select: exp.Select, names: Sequence[str]) -> exp.Expression:
    """What a result is ordered by, by the name that it has outside."""
    made = ordered.copy()
    for name, projection in zip(names, select.expressions, strict=True):
        if ordered.this == projection.unalias() or ordered.this.name == name:
            made.set("this", exp.column(name, quoted=True))
            return made
    raise Untranslatable(f"ordered by {ordered.this.sql()}, which is not in the result")
