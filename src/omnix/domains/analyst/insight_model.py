"""Structured insights: a headline and a few statements, each with its sources."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .evidence import Evidence
from .model import By, Note
from .saying import Citation

PageName = Literal[
    "shop", "orders", "customers", "segments", "forecasts", "alerts", "purchases", "advice"
]
"""What a page is about as a whole."""

Subject = Literal[
    "customer", "product", "stock", "experiment",
    "shop", "orders", "customers", "segments", "forecasts", "alerts", "purchases", "advice",
]  # fmt: skip
Kind = Literal["finding", "risk", "action"]
MOST_FINDINGS = 6


class DraftFinding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement in words with references."""

    kind: Kind
    text: Annotated[str, Meta(min_length=1, max_length=400)]


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model has to answer with, in one object of JSON."""

    headline: Annotated[str, Meta(min_length=1, max_length=300)]
    findings: Annotated[tuple[DraftFinding, ...], Meta(max_length=MOST_FINDINGS)] = ()


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence or two, and what each figure in them is."""

    kind: Kind
    text: str
    citations: tuple[Citation, ...] = ()


class Insight(msgspec.Struct, frozen=True, kw_only=True):
    """What stands out. ``fingerprint`` is of what it was made from: while that stays, so do the
    words, and ``cached`` says that they were made before.
    """

    subject: Subject
    subject_id: str | None
    headline: Statement
    findings: tuple[Statement, ...]
    results: tuple[Evidence, ...]
    by: By
    model: str | None
    fingerprint: str
    cached: bool
    made_at: str
    notes: tuple[Note, ...] = ()
