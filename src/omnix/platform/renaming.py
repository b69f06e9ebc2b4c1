"""Facts about somebody, made facts about nobody: totals stay as they are."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from omnix.kit.declare import Fact
from omnix.ports import Ports, Query

_AT_ONCE = 1000
Row = Mapping[str, Any]


async def renamed(
    ports: Ports,
    fact: Fact,
    query: Query,
    column: str,
    who: str,
    nobody: str,
    *,
    also: Callable[[Row], Row] = lambda row: row,
    by: str = "at",
    **narrowed: Any,
) -> int:
    """Put ``nobody`` for ``who`` in ``column`` of the rows that ``query`` gives; their number.

    ``query`` has the parameter ``$who`` and gives whole rows of ``fact``; those that come later
    share no value of the column ``by`` with them. ``narrowed`` are parameters of it by the name
    of their column; ``also`` changes more of a row.
    After a crash in the middle, call it again with the same ``nobody``: what was written then
    stands under that name and is not written twice. Only rows that were read are deleted, so
    that one which comes meanwhile is there for the next call.
    """
    theirs = await ports.lake.rows(query, who=who, **narrowed)
    if not theirs:
        return 0
    there = Counter(map(_key, await ports.lake.rows(query, who=nobody, **narrowed)))
    wanted = []
    for row in theirs:
        made = also({**row, column: nobody})
        key = _key(made)
        if there[key]:
            there[key] -= 1
        else:
            wanted.append(made)
    if wanted:
        await ports.lake.append(
            fact, {name: [row[name] for row in wanted] for name in fact.columns}
        )
    read = sorted({row[by] for row in theirs})
    for start in range(0, len(read), _AT_ONCE):
        some = read[start : start + _AT_ONCE]
        await ports.lake.delete(fact, {**narrowed, column: who, by: some})
    return len(theirs)


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in sorted(row))
