"""An answer by the narrator: the first topic that has something to say."""

from datetime import date

import msgspec

from omnix.domains.analyst.desk import Desk
from omnix.kit.errors import Forbidden, NotFound, Unavailable

from . import acting
from .context import Question
from .topics import TOPICS, matching

SHOWN = (
    "overview", "best products", "runs out", "to order", "leaving", "forecast", "attention",
    "tests",
)  # fmt: skip


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
    q = Question.read(desk, question, today)
    refused = ""
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
            return Narrated(words + note, True, topic.name)
    desk.results.clear()
    if refused:
        return Narrated(refused, False, None)
    told = await acting.about_product(q)
    if told:
        return Narrated(told, True, "product")
    desk.results.clear()
    return Narrated(
        "I cannot answer that. I answer questions about sales, products, stock, what to order, "
        "forecasts, customers, alerts and experiments, such as: "
        + " ".join(suggestions()),
        False,
        None,
    )  # fmt: skip


def _cause(q: Question) -> str:
    return (
        " These are the parts that moved; I do not guess at causes beyond them."
        if "why" in q.text
        else ""
    )
