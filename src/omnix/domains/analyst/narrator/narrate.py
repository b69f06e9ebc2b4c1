"""An answer by the narrator: the first topic that has something to say."""

import re
from datetime import date

import msgspec

from omnix.domains.analyst.desk import Desk
from omnix.kit.errors import Forbidden, NotFound, OmnixError, Unavailable

from . import acting, asked, limits, selling
from .context import Question
from .topics import TOPICS, matching

SHOWN = (
    "overview", "best products", "runs out", "to order", "leaving", "forecast", "attention",
    "tests",
)  # fmt: skip


_OF_DAYS = frozenset(
    {"revenue", "orders", "units", "basket", "margin", "returns", "overview", "trend", "why",
     "best day", "best products", "parts", "customers"}
)  # fmt: skip
_UNREAD = "I could not tell which days you mean: look at those that I name. "


_FALLBACKS = (
    ("product", acting.about_product),
    ("parts", selling.one_location),
    ("customer", acting.one_customer),
)
"""Who or what a question may name without a topic."""


class Narrated(msgspec.Struct, frozen=True):
    """Words with references; ``answered`` is False where they only say what cannot be said."""

    words: str
    answered: bool
    topic: str | None


def suggestions(names: tuple[str, ...] = SHOWN) -> list[str]:
    """Questions that are answered, to choose from."""
    return [topic.example for topic in TOPICS if topic.name in names]


async def narrate(desk: Desk, question: str, today: date) -> Narrated:
    """What the tools say about ``question``; ``today`` is where the shop's figures end."""
    q = await _read(desk, question, today)
    refused = ""
    if told := limits.plainly(q.text):
        return Narrated(told, False, None)
    for topic in matching(q.text):
        desk.results.clear()
        try:
            words = await topic.answer(q)
        except Forbidden as error:
            refused = refused or f"You may not see that: {error.detail}."
            continue
        except (NotFound, Unavailable) as error:
            if "retry_after" in error.extra:
                raise  # too many look things up at this moment: the same question may work later
            refused = refused or f"That cannot be looked up: {error.detail}."
            continue
        if words:
            note = _cause(q) if topic.name == "trend" else ""
            first = _UNREAD if q.unread and topic.name in _OF_DAYS else ""
            return Narrated(first + words + note, True, topic.name)
    desk.results.clear()
    if refused:
        return Narrated(refused, False, None)
    if limits.foreign(q.text):
        return Narrated("I understand English only.", False, None)
    if q.span is not None and not q.names:
        return Narrated(await selling.overview(q), True, "overview")
    for topic_name, look in _FALLBACKS:
        try:
            told = await look(q)
        except Forbidden:
            told = None
        if told:
            return Narrated(told, True, topic_name)
        desk.results.clear()
    return Narrated(
        "I cannot answer that. I answer questions about sales, products, stock, what to "
        "order, forecasts, customers, alerts and experiments, such as: "
        + " ".join(suggestions()),
        False,
        None,
    )  # fmt: skip


async def _read(desk: Desk, question: str, today: date) -> Question:
    """The question, slips of the pen mended in words that nothing in the shop is called by."""
    text = asked.tidy(question)
    for word, meant in asked.doubtful(text).items():
        if not await _a_name(desk, word):
            text = re.sub(rf"\b{word}\b", meant, text)
    desk.clear()
    return Question.of(desk, text, today)


async def _a_name(desk: Desk, word: str) -> bool:
    for tool in ("find_products", "find_customers"):
        try:
            if (await desk.look(tool, {"text": word, "limit": 1})).rows:
                return True
        except OmnixError:
            continue
    return False


def _cause(q: Question) -> str:
    return (
        " These are the parts that moved; I do not guess at causes beyond them."
        if "why" in q.text
        else ""
    )
