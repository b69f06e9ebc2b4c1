"""Whom or what a question names: found by its words, as the pages' search does."""

from itertools import combinations

from omnix.domains.analyst.evidence import Evidence, Row
from omnix.kit.errors import Invalid, OmnixError

from .context import Question, cell

NO_PRODUCT = "I found no product by that name. "
_TRIES = 8


async def product(q: Question) -> tuple[Evidence, Row] | None:
    """The product that the question names, with the result that knows it."""
    return await _find(q, "find_products")


async def customer(q: Question) -> tuple[Evidence, Row] | None:
    """The customer that the question names."""
    return await _find(q, "find_customers")


async def _find(q: Question, tool: str) -> tuple[Evidence, Row] | None:
    """By all of the words left over, then by fewer of them; only the last look is kept."""
    tried = 0
    for size in range(len(q.names), 0, -1):
        for some in combinations(q.names, size):
            if tried == _TRIES or (size == 1 and len(some[0]) < 3):
                break
            tried += 1
            for text in dict.fromkeys((" ".join(some), " ".join(map(_single, some)))):
                try:
                    made = await q.look(tool, text=text, limit=20)
                except Invalid:
                    continue
                if made.rows:
                    return made, min(made.rows, key=lambda row: len(row.name))
                q.desk.results.pop(made.id)
    return None


def _single(word: str) -> str:
    """Without the plural's ending: a word is found by its beginning."""
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


async def product_if_allowed(q: Question) -> tuple[Evidence, Row] | None:
    """As ``product``; None also for an asker who may not see products."""
    try:
        return await product(q)
    except OmnixError:
        return None


def others(made: Evidence, chosen: Row) -> str:
    """Which other ones the words would fit."""
    rest = [cell(made, row, "name") for row in made.rows if row is not chosen][:3]
    return f" I took it that you mean {cell(made, chosen, 'name')}; also there: " \
           f"{', '.join(rest)}." if rest else ""  # fmt: skip
