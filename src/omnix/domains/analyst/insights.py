"""Insights: fixed tools are asked, a model or the narrator says what stands out, and it is kept.

What is kept are words with references, never a figure or a name: shown again, they are filled in
from what the tools say then, and only while that is the same.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from omnix.kit.errors import OmnixError, Unavailable
from omnix.kit.ids import new_id
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.turns import Turns
from omnix.ports import Delete, Ports, Prompt, Put, Turn

from . import asking, budget, prompting, remembering
from .declare import INSIGHTS
from .desk import Desk
from .evidence import Evidence
from .insight_model import Draft, Insight, Kind, Statement, Subject
from .model import By, Note
from .narrator import insights as narrator
from .narrator import pages
from .numbers import judge, without_faults
from .saying import plain, say
from .talking import Spent, Talk

_KEPT_SECONDS = 30 * 86_400
_TRIES = 2
Looks = Sequence[tuple[str, Mapping[str, Any]]]
_NARRATED: Mapping[Subject, Callable[[Sequence[Evidence]], Draft]] = {
    "customer": narrator.customer,
    "product": narrator.product,
    "stock": narrator.stock,
    "experiment": narrator.experiment,
    "shop": pages.shop,
    "orders": pages.orders,
    "customers": pages.customers,
    "segments": pages.segments,
    "forecasts": pages.forecasts,
    "alerts": pages.alerts,
    "purchases": pages.purchases,
    "advice": pages.advice,
}
_PAGES: Mapping[Subject, Looks] = {
    "stock": (("low_stock", {}), ("replenishment", {}), ("actions", {})),
    "shop": (("metrics", {"days": 7}), ("top_products", {}), ("alerts", {"limit": 3})),
    "orders": (("sales", {}), ("sales_by", {"by": "channel"})),
    "customers": (("metrics", {"days": 30}), ("customers_at_risk", {"limit": 3})),
    "segments": (("segments", {}),),
    "forecasts": (("demand_forecast", {}), ("forecast_accuracy", {}), ("lost_sales", {"limit": 3})),
    "alerts": (("alerts", {}),),
    "purchases": (("purchase_orders", {"limit": 3}), ("replenishment", {"limit": 3})),
    "advice": (("actions", {"limit": 20}),),
}
_SYSTEM = (
    prompting.SYSTEM
    + """
You are given results; there are no tools. Answer with one object of JSON and nothing else:
{"headline": "...", "findings": [{"kind": "finding" | "risk" | "action", "text": "..."}]}
with at most six findings, each a sentence or two by the rules above.
"""
)


def _looks(subject: Subject, id: str | None) -> Looks:
    if subject == "customer":
        return (("customer", {"customer_id": id}),)
    if subject == "experiment":
        return (("experiment_results", {"experiment_id": id}),)
    if subject == "product":
        one = {"product_id": id}
        return (
            ("product_sales", one), ("product_forecast", one), ("product_stock", one),
            ("replenishment", {**one, "limit": 1}),
        )  # fmt: skip
    return _PAGES[subject]


async def insight(
    ports: Ports, actor: Actor, subject: Subject, id: str | None, turns: Turns | None = None
) -> Insight:
    """Raises NotFound for no such subject, Forbidden without what its tools ask for."""
    began = time.monotonic()
    desk = Desk(ports, actor, turns)
    for tool, given in _looks(subject, id):
        await desk.look(tool, given)
    results = tuple(desk.results.values())
    model = ports.chat.model
    fingerprint = remembering.fingerprint(subject, id, model, results)
    key = f"{subject}#{id or 'shop'}"
    kept = await ports.records.get(INSIGHTS, key)
    if kept is not None and kept["fingerprint"] == fingerprint:
        draft = msgspec.convert(kept["draft"], Draft)
        return _told(desk, subject, id, draft, kept["by"], fingerprint, kept["made_at"], True)
    spent = Spent()
    by: By = "narrator"
    notes: tuple[Note, ...] = ()
    draft = _NARRATED[subject](results)
    fallback = None
    if model is not None:
        try:
            draft = await _asked(desk, await budget.today(ports), spent)
            by = "model"
        except OmnixError as error:
            fallback = error.kind
            notes = (Note(error.kind, "The language model was of no use: the narrator answers."),)
    now = ports.clock.now()
    item = {
        "key": key,
        "fingerprint": fingerprint,
        "draft": msgspec.to_builtins(draft),
        "by": by,
        "made_at": instant(now),
        "expires": int(now.timestamp()) + _KEPT_SECONDS,
    }
    if fallback is None:  # what the narrator said for want of the model is not to stay
        await ports.records.write([Put(INSIGHTS, item)])
    made = _told(desk, subject, id, draft, by, fingerprint, item["made_at"], False, notes)
    tools = [one.tool for one in results]
    await asking.record(
        ports, actor, f"insight {subject}", new_id("ins"), made.by, tools, spent, began, fallback
    )
    return made


async def _asked(desk: Desk, day: str, spent: Spent) -> Draft:
    """The model's draft without what no result supports. Raises Unavailable for none."""
    talk = Talk(desk, day, spent)
    told = "\n".join(prompting.result(one) for one in desk.results.values())
    turns = [Turn("user", f"What stands out in these results?\n{told}")]
    for _ in range(_TRIES):
        said = await talk.say(Prompt(tuple(turns), system=_SYSTEM, max_tokens=1200))
        try:
            draft = msgspec.json.decode(_object(said.turn.text), type=Draft)
        except msgspec.DecodeError as error:
            wrong = f"That is not the object that was asked for: {str(error)[:200]}"
        else:
            supported = _supported(draft, desk, spent)
            if supported is not None:
                return supported
            wrong = "The headline needs a reference, and no number of its own."
        turns += [said.turn, Turn("user", wrong)]
    raise Unavailable("the language model gave no answer")


def _object(text: str) -> str:
    return text[text.find("{") : text.rfind("}") + 1] or "{}"


def _supported(draft: Draft, desk: Desk, spent: Spent) -> Draft | None:
    """The draft without unsupported sentences; None if the headline is none then."""

    def kept(text: str) -> str:
        words = plain(text)
        spent.unsupported += len(judge(words, desk.results).faults)
        shorter, removed = without_faults(words, desk.results)
        spent.removed += removed
        return shorter if say(shorter, desk.results).citations else ""

    headline = kept(draft.headline)
    found = [(one, kept(one.text)) for one in draft.findings]
    if not headline:
        return None
    findings = tuple(msgspec.structs.replace(one, text=text) for one, text in found if text)
    return Draft(headline=headline, findings=findings)


def _told(
    desk: Desk, subject: Subject, id: str | None, draft: Draft, by: By, fingerprint: str,
    made_at: str, cached: bool, notes: tuple[Note, ...] = (),
) -> Insight:  # fmt: skip
    def stated(kind: Kind, text: str) -> Statement:
        said = say(text, desk.results, judge(text, desk.results).citations)
        return Statement(kind=kind, text=said.text, citations=said.citations)

    return Insight(
        subject=subject, subject_id=id, headline=stated("finding", draft.headline),
        findings=tuple(stated(one.kind, one.text) for one in draft.findings),
        results=tuple(desk.results.values()), by=by,
        model=desk.ports.chat.model if by == "model" else None,
        fingerprint=fingerprint, cached=cached, made_at=made_at, notes=notes,
    )  # fmt: skip


async def forget_customer(ports: Ports, customer_id: str) -> int:
    """Delete what was said of a customer, for whoever erases it; 1, or 0 where there is none."""
    key = f"customer#{customer_id}"
    if await ports.records.get(INSIGHTS, key) is None:
        return 0
    await ports.records.write([Delete(INSIGHTS, key)])
    return 1
