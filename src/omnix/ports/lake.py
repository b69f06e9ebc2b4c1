"""Facts for analysis, and named queries over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from omnix.kit.declare import Fact


@dataclass(frozen=True)
class Query:
    """A named analytics query: DuckDB SQL with ``$parameters`` over the facts it reads."""

    name: str
    title: str
    sql: str
    reads: tuple[str, ...]


class Lake(Protocol):
    """Append-only fact tables and named queries over them."""

    async def append(
        self,
        fact: Fact,
        rows: Any,
        *,
        source: str | None = None,
        version: int = 0,
        after: int | None = None,
    ) -> bool:
        """Commit rows; ``rows`` is a mapping of columns or offers ``__arrow_c_stream__``. Days and
        moments in columns may be text: ISO 8601, in UTC and without an offset.

        With ``source``, the commit also records ``version`` as that source's position, and a
        version not above the recorded one changes nothing: returns False. So a replay or a
        retry never doubles a row. ``after``, where given, is the position that must still stand
        at the commit (0: none yet); if it does not, nothing changes: returns False. A consumer
        of the bus needs it: it leaves out the events up to ``position``, and another one may
        append some of the rest in the meantime.
        """
        ...

    async def position(self, fact: Fact, source: str) -> int | None:
        """The last ``version`` that ``source`` committed."""
        ...

    async def delete(self, fact: Fact, where: Mapping[str, Any]) -> int:
        """Remove the rows whose columns equal ``where`` (a list means any of it); their number."""
        ...

    async def rows(self, query: Query, **parameters: Any) -> list[dict[str, Any]]:
        """The answer as records of plain Python values. An empty fact table reads as no rows."""
        ...

    async def arrays(self, query: Query, **parameters: Any) -> dict[str, Any]:
        """The answer as numpy arrays by column, for the engine."""
        ...

    async def compact(self, fact: Fact) -> None:
        """Merge small files and drop files that nobody reads any more."""
        ...
