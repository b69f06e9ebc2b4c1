"""Recommendations as they are asked for, stored and shown."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from omnix.kit.ids import Id

Context = Literal["home", "product", "cart", "email", "next_basket"]
Choice = Literal["include", "exclude", "only"]
Side = Literal["similar", "complements", "substitutes", "together"]
Shelf = Literal["popular", "trending", "seasonal"]
ActionKind = Literal["reorder", "promote", "reprice", "discontinue"]
ActionStatus = Literal["open", "accepted", "dismissed"]

MOST = 50
"""Products of an answer."""
CANDIDATES = 60
"""Kept of a customer."""
SIDE_ITEMS = 20
"""Kept beside a product, of each kind."""
SHELF_ITEMS = 100
MOST_IN_CART = 10

FALLBACKS = {
    "recent": "Nothing was bought yet: this follows from what was looked at.",
    "popular": "Nothing is known of this customer yet: this is what the shop sells most.",
    "newest": "Nothing was sold yet: these are the newest products.",
    "alone": "Nothing is known that goes with it: this is what the customer may want otherwise.",
    "refused": "The customer wants nothing chosen by what it did: this is the same for everybody.",
    "experiment": "An experiment shows this customer what the shop sells most.",
}


_Id = Annotated[str, Meta(max_length=64)] | None


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of a request for a personal answer; ``Asked`` is what it comes to."""

    context: Context = "home"
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 20
    product_id: _Id = None
    cart: Annotated[str, Meta(max_length=700)] | None = None
    location_id: _Id = None
    in_stock: bool = True
    own: Choice = "include"
    seen: Choice = "include"
    category: Annotated[str, Meta(max_length=100)] | None = None
    min_margin: Annotated[int, Meta(ge=0, le=100)] | None = None
    per_category: Annotated[int, Meta(ge=1, le=MOST)] | None = None
    preview: bool = False


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer may hold. ``min_margin`` is per cent of the price.

    ``preview`` is for people who only look: nothing counts as shown to the customer.
    """

    context: Context = "home"
    limit: int = 20
    product_id: str | None = None
    cart: tuple[str, ...] = ()
    location_id: str | None = None
    in_stock: bool = True
    own: Choice = "include"
    seen: Choice = "include"
    category: str | None = None
    min_margin: int | None = None
    per_category: int | None = None
    preview: bool = False


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """What a reason adds to a score; ``product_id`` is behind it where it was one product."""

    reason: Literal[
        "habit", "alike", "together", "popular", "usual",
        "viewed", "in_cart", "just_bought", "beside",
    ]  # fmt: skip
    share: float
    product_id: str | None = None


class Recommended(msgspec.Struct, frozen=True, kw_only=True):
    """A product. ``contributions`` add up to ``score``, which, but for what happened since, is
    the chance that the next basket holds it. ``available`` None: its stock was never counted.
    """

    product_id: str
    sku: str
    name: str
    category: str
    price_minor: int
    currency: str
    available: int | None
    score: float
    reason: str
    contributions: list[Contribution]
    bought_before: bool
    explored: bool = False


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """The variant of an experiment that the customer is in."""

    experiment_id: str
    variant: str


class Recommendations(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. ``id`` is for feedback; ``fallback`` says that it is not about this customer, or
    not about the product or cart asked for.

    ``model_version`` is the registry's, None where no model answered; ``as_of`` the day up to
    which it knew purchases, those after it count by ``contributions``.
    """

    id: str
    customer_id: str
    context: Context
    at: str
    as_of: str | None
    model_version: int | None
    experiment: Arm | None
    fallback: Literal["recent", "popular", "newest", "alone", "refused", "experiment"] | None
    fallback_text: str | None
    items: list[Recommended]


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """A product beside another one. ``share`` of the other's baskets held it, ``lift`` times what
    chance would give; ``likeness`` of their words and category in 0 ... 1."""

    product_id: str
    sku: str
    name: str
    category: str
    price_minor: int
    currency: str
    available: int | None
    score: float
    share: float
    lift: float
    likeness: float
    reason: str


class BesideAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` none: the product came after the last run, or there was none."""

    product_id: str
    kind: Side
    made_at: str | None
    state: Literal["none", "ready"]
    items: list[Beside]


class ShelfItem(msgspec.Struct, frozen=True, kw_only=True):
    """A product that many buy. ``times`` its usual sales where it rises or has its season."""

    product_id: str
    sku: str
    name: str
    category: str
    price_minor: int
    currency: str
    available: int | None
    units_a_day: float
    times: float | None
    reason: str


class ShelfAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` none before the first run."""

    name: Shelf
    made_at: str | None
    as_of: str | None
    state: Literal["none", "ready"]
    items: list[ShelfItem]


class Verdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which product of the answer is meant; not needed for a manager's action."""

    product_id: Id | None = None


class Feedback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``liked`` or not; a disliked product is not shown again for half a year."""

    product_id: Id
    liked: bool


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept of a verdict."""

    id: str
    product_id: str
    verdict: Literal["accepted", "dismissed", "liked", "disliked"]
    at: str


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What a manager is advised to do. ``at_stake_minor`` is money; ``stake`` says which:
    revenue at risk, capital tied up or margin given away. ``evidence`` are the figures behind."""

    id: str
    kind: ActionKind
    status: ActionStatus
    product_id: str
    sku: str
    name: str
    category: str
    at_stake_minor: int
    stake: Literal["revenue_at_risk", "capital_tied_up", "margin_forgone"]
    currency: str
    reason: str
    evidence: dict[str, Any]
    made_at: str
    decided_by: str | None = None
    decided_at: str | None = None


CartIds = Annotated[str, Meta(max_length=700)]
