"""Analytics queries kept in ``.sql`` files, each named and explained by a sentence."""

import re
from functools import cache
from importlib.resources import files

from omnix.ports import Query

_HEAD = re.compile(r"^-- name: (?P<name>\w+)$", re.MULTILINE)


@cache
def load(package: str, file: str = "queries.sql") -> dict[str, Query]:
    """The queries of ``package``'s file by name.

    Each starts with ``-- name: x``, then comment lines that say what it answers, then
    ``-- reads: fact, fact`` and the SQL. Raises ValueError where a part is missing.
    """
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = _HEAD.split(text)
    queries = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        lines = body.strip().splitlines()
        comments = [line[2:].strip() for line in lines if line.startswith("--")]
        reads = [c.removeprefix("reads:") for c in comments if c.startswith("reads:")]
        title = " ".join(c for c in comments if not c.startswith("reads:"))
        sql = "\n".join(line for line in lines if not line.startswith("--")).strip().rstrip(";")
        if not (reads and title and sql):
            raise ValueError(f"query {name} in {package} needs a sentence, its facts and SQL")
        queries[name] = Query(name, title, sql, tuple(f.strip() for f in reads[0].split(",")))
    return queries
