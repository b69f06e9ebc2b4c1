"""Whom or what a question names: found by its words, as the pages' search does."""

from collections.abc import Sequence
from itertools import combinations

from omnix.domains.analyst.evidence import Evidence, Row
from omnix.kit.errors import Forbidden, Invalid, OmnixError
from omnix.kit.text import words

from .context import Question, cell, listed

NO_PRODUCT = "I found no product by that name. "
_TRIES = 8


async def product(q: Question) -> tuple[Evidence, Row] | None:
    """The product that the question names, with the result that knows it."""
    return await _find(q, "find_products")


async def customer(q: Question) -> tuple[Evidence, Row] | None:
    """The customer that the question names."""
    return await _find(q, "find_customers")


async def _find(q: Question, tool: str) -> tuple[Evidence, Row] | None:
    """By as many of the words left over as any name has; only the last look is kept."""
    known = [text for word in q.names if (text := await _known(q, tool, word))]
    tried = 0
    for size in range(len(known), 0, -1):
        for some in combinations(known, size):
            if tried == _TRIES or (size == 1 and len(some[0]) < 3):
                break
            tried += 1
            made = await q.look(tool, text=" ".join(some), limit=20)
            if made.rows:
                q.partly = size < len(q.names)
                return made, _closest(made.rows, some)
            q.desk.results.pop(made.id)
    return None


async def _known(q: Question, tool: str, word: str) -> str | None:
    """The word, or what it is the plural of, if any name has it."""
    for text in dict.fromkeys((word, _single(word))):
        try:
            made = await q.look(tool, text=text, limit=20)
        except Invalid:
            continue
        q.desk.results.pop(made.id)
        if made.rows:
            return text
    return None


def _closest(rows: Sequence[Row], some: Sequence[str]) -> Row:
    """The name with as few other words as may be."""
    return min(rows, key=lambda row: (len(words(row.name, limit=40)) - len(some), len(row.name)))


def _single(word: str) -> str:
    """Without the plural's ending: a word is found by its beginning."""
    return word[:-1] if word.endswith("s") and len(word) > 3 else word


async def product_if_allowed(q: Question) -> tuple[Evidence, Row] | None:
    """As ``product``; None also for an asker who may not see products."""
    try:
        return await product(q)
    except OmnixError:
        return None


async def group(q: Question) -> Evidence | None:
    """The products that the question names together, such as coffee; None where it names one or
    none, or the asker may not see them all.
    """
    meant = await product_if_allowed(q)
    if meant is None:
        return None
    made, _ = meant
    text = str(made.filters["text"])
    if len(made.rows) < 2 or any(_is(row, text) for row in made.rows):
        q.desk.results.pop(made.id)
        return None
    q.desk.results.pop(made.id)
    try:
        return await q.look("product_group", text=text, **q.days())
    except Forbidden:
        return None


def _is(row: Row, text: str) -> bool:
    return len(words(row.name, limit=40)) - len(words(text)) <= 1


def nearest(q: Question) -> str:
    """That only some of the words were found in a name."""
    return "No name has all of your words; these are the closest. " if q.partly else ""


def others(made: Evidence, chosen: Row) -> str:
    """Which other ones the words would fit."""
    rest = [cell(made, row, "name") for row in made.rows if row is not chosen][:3]
    return f" I took it that you mean {cell(made, chosen, 'name')}; also there: " \
           f"{listed(rest)}." if rest else ""  # fmt: skip
