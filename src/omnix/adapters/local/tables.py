"""How a collection lies in SQLite: key columns, one column per indexed attribute, and the body."""

from collections.abc import Iterable
from typing import Any

import apsw
import msgspec

from omnix.kit.declare import Collection

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode

# What the columns of keys and indexes hold; None where an item is not in an index.
INDEXED = frozenset({str, int, type(None)})
META = "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Table:
    """The names and statements of one collection.

    ``columns`` maps every attribute that has a column of its own to that column's quoted name.

    Where the collection grows, new items are kept in ``tail`` as they come: a key's place in the
    index is as good as random, and each place is a page that the commit writes. Of thousands that
    are filed at once, in the order of their keys, many share a page.
    """

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.name = self.source = quoted("c_" + collection.name)
        self.tail = quoted("t_" + collection.name) if collection.grows else ""
        # The newest number in the tail as of the last look at it; those begin anew at 1 once it is
        # cleared.
        self.waiting = 0
        self.key = collection.key
        self.parts = len(collection.key)
        self.ttl = collection.ttl
        self.remembered = collection.remembered
        self.count = (
            "INSERT INTO remembered VALUES(?,1) ON CONFLICT(name) DO UPDATE SET changes=changes+1"
        )
        self.columns = dict(zip(collection.key, ("pk", "sk"), strict=False))
        extra: dict[str, str] = {}
        for index in collection.indexes:
            for attribute in (index.partition, index.sort):
                if attribute not in self.columns:
                    extra[attribute] = quoted("a_" + attribute)
        if collection.ttl is not None and collection.ttl not in self.columns:
            extra[collection.ttl] = quoted("a_" + collection.ttl)
        self.columns |= extra
        self.extra = tuple(extra)
        names = [*self.columns.values(), "body"]
        keys = ",".join(self.columns[a] for a in self.key)
        where = " AND ".join(f"{self.columns[a]}=?" for a in self.key)
        changes = ",".join(f"{c}=excluded.{c}" for c in names[len(self.key) :])
        if self.tail:
            tailed = ",".join(names)
            self.source = (
                f"(SELECT {tailed} FROM {self.name} UNION ALL SELECT {tailed} FROM {self.tail})"
            )
            self.append = f"INSERT OR FAIL INTO {self.tail}({tailed})"
            select = f"INSERT OR FAIL INTO {self.name}({tailed}) SELECT {tailed} FROM {self.tail}"
            order = f"ORDER BY {keys},rowid ON CONFLICT({keys}) DO UPDATE SET {changes}"
            self.file = f"{select} WHERE true {order}"
            self.clear = f"DELETE FROM {self.tail}"
            self.file_some = f"{select} WHERE rowid<? {order}"
            self.clear_some = f"DELETE FROM {self.tail} WHERE rowid<?"
            self.newest_waiting = f"SELECT coalesce(max(rowid),0) FROM {self.tail}"
            self.ends_waiting = (
                f"SELECT coalesce(min(rowid),0),coalesce(max(rowid),0) FROM {self.tail}"
            )
            self.drop_waiting = f"DELETE FROM {self.tail} WHERE {where}"
            self.all_waiting = f"SELECT body,{keys} FROM {self.tail} ORDER BY rowid"
        # A statement that fails takes its transaction with it: SQLite need not note each page as it
        # was before the statement.
        self.insert = f"INSERT OR FAIL INTO {self.name}({','.join(names)})"
        self.marks = "(" + ",".join("?" * len(names)) + ")"
        self.replace = f"ON CONFLICT({keys}) DO UPDATE SET {changes}"
        self.find = f"SELECT body FROM {self.source} WHERE {where}"
        self.among = f"SELECT rowid,body,{keys} FROM {self.name} WHERE ({keys}) IN (VALUES "
        self.each = "SELECT body FROM (VALUES "
        # The rows come in the order of VALUES, null where there is no item.
        on = " AND ".join(f"{self.columns[a]}=column{n}" for n, a in enumerate(self.key, 1))
        self.of_each = f") LEFT JOIN {self.name} ON {on}"
        # Rows of VALUES are (rowid, body).
        self.change = "WITH new(id,body) AS ("
        self.changed = f") UPDATE OR FAIL {self.name} SET body=new.body FROM new WHERE rowid=new.id"
        self.delete = f"DELETE FROM {self.name} WHERE {where}"
        self.scan = f"SELECT rowid,body FROM {self.name} WHERE rowid>? ORDER BY rowid LIMIT ?"
        self.sweep = ""
        if collection.ttl is not None:
            column = self.columns[collection.ttl]
            self.sweep = (
                f"DELETE FROM {self.name} WHERE rowid IN (SELECT rowid FROM {self.name} "
                f"WHERE {column} IS NOT NULL AND {column}<=? LIMIT 500)"
            )

    def row(self, item: Any) -> tuple[Any, ...]:
        """The parameters of ``put``. Raises ValueError if a key or index attribute is amiss."""
        values = tuple(map(item.get, self.columns))
        if not INDEXED.issuperset(map(type, values)) or None in values[: self.parts]:
            self._complain(values)
        return values + (encode(item),)  # noqa: RUF005 - of all ways the quickest

    def _complain(self, values: tuple[Any, ...]) -> None:
        for position, (attribute, value) in enumerate(zip(self.columns, values, strict=True)):
            absent = value is None and position >= len(self.key)
            if type(value) is not str and type(value) is not int and not absent:
                raise ValueError(f"{self.collection.name}.{attribute} must be text or an integer")

    def alive(self, item: Any, now: float) -> bool:
        if self.ttl is None:
            return True
        end = item.get(self.ttl)
        return end is None or end > now


def create(connection: apsw.Connection, tables: Iterable[Table]) -> None:
    """Bring the schema to what is declared; safe to repeat. Unknown tables are left alone.

    What columns were kept up is written down, so that a column which an older version did not
    know, and so left stale, is filled again.
    """
    execute = connection.execute
    execute(META)
    for table in tables:
        execute(
            f"CREATE TABLE IF NOT EXISTS {table.name}(rowid INTEGER PRIMARY KEY,"
            + "".join(f"{table.columns[a]} NOT NULL," for a in table.key)
            + "".join(f"{table.columns[a]}," for a in table.extra)
            + f"body BLOB NOT NULL, UNIQUE({','.join(table.columns[a] for a in table.key)}))"
        )
        if table.tail:
            execute(
                f"CREATE TABLE IF NOT EXISTS {table.tail}(rowid INTEGER PRIMARY KEY,"
                + "".join(f"{table.columns[a]} NOT NULL," for a in table.key)
                + "body BLOB NOT NULL)"
            )
        note = "columns of " + table.collection.name
        known: list[tuple[Any, ...]] = execute(
            "SELECT value FROM meta WHERE name=?", (note,)
        ).fetchall()
        kept: list[str] = decode(known[0][0]) if known else []
        present = {row[1] for row in execute(f"PRAGMA table_info({table.name})").fetchall()}
        for attribute in table.extra:
            column = table.columns[attribute]
            if "a_" + attribute not in present:
                execute(f"ALTER TABLE {table.name} ADD COLUMN {column}")
            if attribute not in kept:
                path = '$."' + attribute + '"'
                execute(
                    f"UPDATE {table.name} SET {column}=json_extract(CAST(body AS TEXT),?)", (path,)
                )
        _indexes(connection, table)
        execute(
            "INSERT INTO meta VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
            (note, encode(table.extra).decode()),
        )


def _indexes(connection: apsw.Connection, table: Table) -> None:
    for index in table.collection.indexes:
        partition, sort = table.columns[index.partition], table.columns[index.sort]
        columns = list(dict.fromkeys([partition, sort, *(table.columns[a] for a in table.key)]))
        # The name holds the columns, so that an index declared anew is another one.
        name = quoted(f"c_{table.collection.name}: {index.partition}, {index.sort}")
        connection.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON {table.name}({','.join(columns)}) "
            f"WHERE {partition} IS NOT NULL AND {sort} IS NOT NULL"
        )
    if table.ttl is not None:
        name = quoted(f"c_{table.collection.name}: ttl")
        column = table.columns[table.ttl]
        connection.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON {table.name}({column}) "
            f"WHERE {column} IS NOT NULL"
        )
