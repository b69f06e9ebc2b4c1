"""A model's answers, kept under a fingerprint of what they were made from.

What is kept are words with references and which tools were asked for what: never a figure, a name
or the question. Asked again, the same tools are asked again, which costs no model; only while they
say the same are the words said again, with the figures of now. What looked at customers is not
kept, since its words may name somebody.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from omnix.kit.errors import OmnixError
from omnix.ports import Put

from . import prompting, toolbox
from .declare import ANSWERS
from .desk import Desk

_KEPT_SECONDS = 86_400
_PERSONAL = "customers:read"


def fingerprint(*parts: Any) -> str:
    """Of everything that something was made from."""
    seen = msgspec.json.encode(parts, order="deterministic")
    return hashlib.sha256(seen).hexdigest()[:32]


def key_of(desk: Desk, question: str, today: date) -> str:
    """Of a question: who may use other tools, or asks another model, gets another answer."""
    tools = [tool.name for tool in toolbox.allowed(desk.actor)]
    asked = prompting.question(question, today).casefold()
    return fingerprint(asked, tools, desk.ports.chat.model, prompting.SYSTEM)


async def recall(desk: Desk, key: str) -> str | None:
    """The words that were kept, with their results on the desk again; None, and an empty desk,
    where there are none or the tools say something else by now.
    """
    kept = await desk.ports.records.get(ANSWERS, key)
    if kept is None:
        return None
    try:
        for call in kept["calls"]:
            await desk.look(call["tool"], call["given"])
    except OmnixError:
        desk.clear()
        return None
    if _results(desk) != kept["fingerprint"]:
        desk.clear()
        return None
    return str(kept["words"])


async def keep(desk: Desk, key: str, words: str) -> None:
    """Keep an answer for a day, unless it is about customers."""
    tools = toolbox.tools()
    rows = (row for found in desk.results.values() for row in found.rows)
    if any(_PERSONAL in tools[tool].permissions for tool, _ in desk.calls) or any(
        row.kind == "customer" for row in rows
    ):
        return
    calls: list[Mapping[str, Any]] = [
        {"tool": tool, "given": dict(given)} for tool, given in desk.calls
    ]
    now = int(desk.ports.clock.now().timestamp())
    item = {
        "key": key, "words": words, "calls": calls, "fingerprint": _results(desk),
        "expires": now + _KEPT_SECONDS,
    }  # fmt: skip
    await desk.ports.records.write([Put(ANSWERS, item)])


def _results(desk: Desk) -> str:
    return fingerprint(*desk.results.values())
