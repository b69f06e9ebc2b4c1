"""Answering a question: by the language model where there is one, and else by the narrator."""

import logging
import re
import time
from collections.abc import AsyncIterator
from datetime import date

import msgspec

from omnix.domains.dashboard import analytics
from omnix.kit.errors import Invalid, OmnixError
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.turns import Turns
from omnix.ports import Ports, Put

from . import budget, remembering
from .declare import CALLS
from .desk import Desk
from .model import AskAnswer, AskRequest, By, CallRecord, Done, Looked, Note, Step, Told
from .narrator.narrate import narrate, suggestions
from .numbers import judge
from .saying import Said, say
from .talking import Spent, Talk

_log = logging.getLogger("omnix.analyst")
_KEPT_SECONDS = 400 * 86_400
_PIECE = re.compile(r"[^.!?]*[.!?]+\s*|.+", re.DOTALL)
_NOTES = {
    "too-many": "The budget of the language model is used up for today: the narrator answers.",
    "unavailable": "The language model gave no answer: the narrator answers.",
    "invalid": "The language model did not take the question: the narrator answers.",
    "no-source": "The language model's answer rested on no result: the narrator answers.",
}
_REMOVED = Note(
    "left-out", "Sentences were left out because no result has the numbers that they named."
)


async def ask(
    ports: Ports, actor: Actor, asked: AskRequest, turns: Turns | None = None
) -> AsyncIterator[Step]:
    """The steps to the answer, which is the last. Words come only once they are checked."""
    began = time.monotonic()
    if not asked.question.strip():
        raise Invalid.field("question", "must not be blank")
    today = await figures_end(ports)
    desk = Desk(ports, actor, turns)
    spent = Spent()
    said: Said | None = None
    notes: list[Note] = []
    fallback = None
    by: By = "narrator"
    cached = False
    if asked.use_model and ports.chat.model is not None:
        key = remembering.key_of(desk, asked.question, today)
        words = None if asked.fresh else await remembering.recall(desk, key)
        cached = words is not None
        try:
            if words is None:
                talk = Talk(desk, await budget.today(ports), spent)
                async for found in talk.about(asked.question, today):
                    yield Looked(result=found.id, tool=found.tool, title=found.title)
                words = talk.words
            else:
                for one in desk.results.values():
                    yield Looked(result=one.id, tool=one.tool, title=one.title)
            said = _said(words, desk)
            fallback = None if said.citations else "no-source"
            if not (fallback or cached or spent.removed):
                await remembering.keep(desk, key, words)
        except OmnixError as error:
            _log.warning("the language model was of no use: %s", error.kind)
            fallback = error.kind if error.kind in _NOTES else "unavailable"
        if fallback is None:
            by = "model"
            if spent.removed:
                notes.append(_REMOVED)
        else:
            notes.append(Note(fallback, _NOTES[fallback]))
    answered = True
    if by == "narrator" or said is None:
        desk.clear()
        told = await narrate(desk, asked.question, today)
        said, answered = _said(told.words, desk), told.answered
        for one in desk.results.values():
            yield Looked(result=one.id, tool=one.tool, title=one.title)
    for match in _PIECE.finditer(said.text):
        yield Told(text=match[0])
    now = instant(ports.clock.now())
    answer = AskAnswer(
        id=new_id("ans"), at=now, by=by, model=ports.chat.model if by == "model" else None,
        answered=answered, cached=cached, text=said.text, citations=said.citations,
        results=tuple(desk.results.values()), notes=tuple(notes),
        suggestions=() if answered else tuple(suggestions()),
    )  # fmt: skip
    await record(
        ports, actor, "ask", answer.id, by, [one.tool for one in answer.results], spent, began,
        fallback, cached,
    )  # fmt: skip
    yield Done(answer=answer)


async def whole(
    ports: Ports, actor: Actor, asked: AskRequest, turns: Turns | None = None
) -> AskAnswer:
    """The answer at once."""
    async for step in ask(ports, actor, asked, turns):
        if isinstance(step, Done):
            return step.answer
    raise AssertionError


async def figures_end(ports: Ports) -> date:
    """The day at which the shop's figures end: today, or its last day of data."""
    return (await analytics.default_range(ports, None, None, 1))[1]


def _said(words: str, desk: Desk) -> Said:
    return say(words, desk.results, judge(words, desk.results).citations)


async def record(
    ports: Ports, actor: Actor, kind: str, id: str, by: By, tools: list[str], spent: Spent,
    began: float, fallback: str | None = None, cached: bool = False,
) -> None:  # fmt: skip
    """Note who asked and what it cost, for the record and the audit log."""
    now = ports.clock.now()
    prices = await budget.limits(ports)
    made = CallRecord(
        id=id, at=instant(now), user=actor.id, kind=kind, by=by, model=ports.chat.model,
        tools=tuple(tools), tokens_in=spent.tokens_in, tokens_out=spent.tokens_out,
        cost_microusd=budget.cost_microusd(prices, spent.tokens_in, spent.tokens_out),
        milliseconds=round(1000 * (time.monotonic() - began)), unsupported=spent.unsupported,
        removed=spent.removed, fallback=fallback, cached=cached,
    )  # fmt: skip
    item = {
        **msgspec.to_builtins(made),
        "listing": "all",
        "expires": int(now.timestamp()) + _KEPT_SECONDS,
    }
    told = {
        "actor": actor.id, "kind": kind, "what": by, "model": made.model,
        "tokens": made.tokens_in + made.tokens_out, "cost_microusd": made.cost_microusd,
    }  # fmt: skip
    await ports.records.write([Put(CALLS, item)], [Event("ai.asked", id, made.at, told)])


async def calls(ports: Ports, limit: int, cursor: str | None) -> Page[CallRecord]:
    """Answers given, newest first."""
    page = await ports.records.query(
        CALLS, "all", index="listing-index", newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, CallRecord) for item in page.items], page.next_cursor)
