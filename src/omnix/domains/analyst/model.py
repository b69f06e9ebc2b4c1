"""Questions, answers, and what may be spent on them."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from .evidence import Evidence
from .saying import Citation

By = Literal["narrator", "model", "assistant"]
"""``assistant``: another program, which was given results and makes its own words of them."""
Left = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class AskRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question. Without ``use_model`` the narrator answers, also where a model is there; with
    ``fresh`` the model is asked even where it answered the same before.
    """

    question: Annotated[str, Meta(min_length=1, max_length=1000)]
    use_model: bool = True
    fresh: bool = False


class Note(msgspec.Struct, frozen=True):
    """Something to know about the answer."""

    code: str
    text: str


class AskAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered, and where each figure in ``text`` comes from.

    Every number in ``text`` lies within a citation, whose ``result`` is one of ``results``.
    ``answered`` is False where it only says what cannot be said. ``cached`` words were made
    before, from figures that are still the same.
    """

    id: str
    at: str
    by: By
    model: str | None = None
    answered: bool
    cached: bool = False
    text: str
    citations: tuple[Citation, ...] = ()
    results: tuple[Evidence, ...] = ()
    notes: tuple[Note, ...] = ()
    suggestions: tuple[str, ...] = ()


class Looked(msgspec.Struct, frozen=True, tag="tool", tag_field="event", kw_only=True):
    """A tool found something."""

    result: str
    tool: str
    title: str


class Told(msgspec.Struct, frozen=True, tag="text", tag_field="event", kw_only=True):
    """A piece of the answer's text, whose numbers have been checked."""

    text: str


class Done(msgspec.Struct, frozen=True, tag="answer", tag_field="event", kw_only=True):
    """The whole answer."""

    answer: AskAnswer


class Failed(msgspec.Struct, frozen=True, tag="error", tag_field="event", kw_only=True):
    """Nothing more comes; ``detail`` says why."""

    status: int
    detail: str


Step = Looked | Told | Done | Failed


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a day may cost, and what a million tokens do, in millionths of a US dollar."""

    calls_per_user: Left = 200
    tokens_per_user: Left = 300_000
    tokens_per_day: Left = 3_000_000
    price_in_microusd: Left = 0
    price_out_microusd: Left = 0
    version: int = 0


class LimitsChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The limits to change; ``version`` is the one that was read."""

    version: int
    calls_per_user: Left | UnsetType = UNSET
    tokens_per_user: Left | UnsetType = UNSET
    tokens_per_day: Left | UnsetType = UNSET
    price_in_microusd: Left | UnsetType = UNSET
    price_out_microusd: Left | UnsetType = UNSET


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What was spent on a day, by one user or by all."""

    calls: int = 0
    tokens: int = 0


class UsageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Today's calls of the language model and the limits; ``model`` is None without one."""

    day: str
    model: str | None
    mine: Used
    everybody: Used
    limits: Limits


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was given, for the record: no word of the question or of the answer.

    ``unsupported`` counts the numbers that no result had, and that were refused; ``removed`` the
    sentences that were left out for it; ``cached`` words were made for an earlier answer.
    """

    id: str
    at: str
    user: str
    kind: str
    by: By
    model: str | None
    tools: tuple[str, ...]
    tokens_in: int
    tokens_out: int
    cost_microusd: int
    milliseconds: int
    unsupported: int = 0
    removed: int = 0
    fallback: str | None = None
    cached: bool = False
