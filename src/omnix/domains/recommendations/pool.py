"""Candidates of one answer and what each reason adds to their scores. No numerics needed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from omnix.kit.time import parse_instant
from omnix.ports import Item

from .model import Contribution
from .recent import Recent

TOUCHES = 8
"""Products lately touched whose neighbours are looked at."""

HALF_LIFE_HOURS = 24.0
_WEIGHT = {"viewed": 0.25, "in_cart": 0.5, "just_bought": 0.4, "beside": 1.0}
_VIEWED_ITSELF = 0.05
_BOUGHT_ITSELF = -0.9
"""Share of its chance that a product loses by having just been bought."""
_LIKE = 0.04
"""What a product wholly like one that was looked at gains, in chances."""

HABIT, ALIKE, TOGETHER, POPULAR = "habit", "alike", "together", "popular"
_SHARES = (HABIT, ALIKE, TOGETHER, POPULAR)


class Candidate:
    """A product with its contributions; ``facts`` are count, gap and days since it was bought."""

    __slots__ = ("facts", "parts", "product_id")

    def __init__(self, product_id: str) -> None:
        self.product_id = product_id
        self.parts: list[tuple[str, float, str | None]] = []
        self.facts: tuple[int, float | None, int] | None = None

    def add(self, reason: str, share: float, product_id: str | None = None) -> None:
        """Another reason, if it says anything."""
        if share:
            self.parts.append((reason, share, product_id))

    @property
    def score(self) -> float:
        """The sum of all contributions."""
        return sum(share for _, share, _ in self.parts)

    def contributions(self) -> list[Contribution]:
        """The largest first, whichever way they push."""
        ordered = sorted(self.parts, key=lambda part: -abs(part[1]))
        return [Contribution(reason=r, share=s, product_id=p) for r, s, p in ordered]  # type: ignore[arg-type]


Pool = dict[str, Candidate]


def from_list(pool: Pool, stored: Item | None) -> None:
    """The candidates of a customer's stored list; see ``lists.item``."""
    if stored is None:
        return
    for product_id, chance, shares, source, facts in stored["items"]:
        one = pool.setdefault(product_id, Candidate(product_id))
        for reason, share in zip(_SHARES, shares, strict=True):
            one.add(reason, share, source if reason == TOGETHER else None)
        one.add("usual", chance - sum(shares))
        one.facts = None if facts is None else (facts[0], facts[1], facts[2])


def from_shelf(pool: Pool, stored: Item | None, most: int) -> None:
    """What sells most, by a score below every candidate that somebody has reasons for."""
    if stored is None:
        return
    items = stored["items"][:most]
    top = max((units for _, units, _ in items), default=0.0) or 1.0
    for product_id, units, _ in items:
        if product_id not in pool:
            pool[product_id] = Candidate(product_id)
            pool[product_id].add(POPULAR, 1e-4 * (units / top))


def from_recent(
    pool: Pool, recent: Recent, beside: Mapping[str, Item], since: str, now: datetime
) -> None:
    """What was touched after ``since`` lifts its neighbours, less and less as time goes by."""
    for one in recent.touched:
        if one.at < since:
            continue
        hours = max(0.0, (now - parse_instant(one.at)).total_seconds() / 3600)
        fade = 0.5 ** (hours / HALF_LIFE_HOURS)
        itself = pool.get(one.product_id)
        if one.kind == "just_bought" and itself is not None:
            itself.add("just_bought", _BOUGHT_ITSELF * max(itself.score, 0.0), one.product_id)
        if one.kind == "viewed":
            itself = pool.setdefault(one.product_id, Candidate(one.product_id))
            itself.add("viewed", _VIEWED_ITSELF * fade, one.product_id)
        near = beside.get(one.product_id)
        if near is None:
            continue
        for other, score, _, _, _ in near["together"]:
            candidate = pool.setdefault(other, Candidate(other))
            candidate.add(one.kind, _WEIGHT[one.kind] * fade * score, one.product_id)
        if one.kind == "viewed":
            for other, _, _, _, likeness in near["similar"]:
                candidate = pool.setdefault(other, Candidate(other))
                candidate.add("viewed", _LIKE * fade * likeness, one.product_id)


def from_context(pool: Pool, sources: Sequence[str], beside: Mapping[str, Item]) -> None:
    """What goes with the product of a page or with a cart; nothing else stays in the pool.

    Where nothing goes with them, what is like them.
    """
    found: set[str] = set()
    for kind in ("together", "similar"):
        for source in sources:
            for other, score, _, _, likeness in beside.get(source, _NOTHING)[kind]:
                share = score if kind == "together" else _LIKE * likeness
                candidate = pool.setdefault(other, Candidate(other))
                candidate.add("beside", _WEIGHT["beside"] * share, source)
                found.add(other)
        if found:
            break
    if found:
        for product_id in [id for id in pool if id not in found]:
            del pool[product_id]


_NOTHING: Mapping[str, Any] = {"together": [], "similar": []}


def text(candidate: Candidate, names: Mapping[str, str]) -> str:
    """The strongest reason in a sentence; ``names`` of products that may be behind it."""
    best = max(candidate.parts, key=lambda part: part[1], default=("usual", 0.0, None))
    reason, _, product_id = best
    other = names.get(product_id or "", "")
    if reason == HABIT and candidate.facts is not None:
        return _habit(*candidate.facts)
    if reason in _OTHER and other and product_id != candidate.product_id:
        return _OTHER[reason].format(other)
    return _TEXTS.get(reason, _TEXTS["usual"])


def _habit(count: int, gap: float | None, since: int) -> str:
    times = "once" if count == 1 else f"{count} times"
    ago = "today" if since <= 0 else "yesterday" if since == 1 else f"{since} days ago"
    if gap is None:
        return f"bought {times}, last {ago}"
    return f"bought {times}, usually every {max(1, round(gap))} days; last {ago}"


_OTHER = {
    TOGETHER: "often bought by those who buy {}",
    "viewed": "goes with {}, which was looked at",
    "in_cart": "goes with {} in the cart",
    "just_bought": "goes with {}, which was just bought",
    "beside": "often bought with {}",
}
_TEXTS = {
    HABIT: "bought before",
    ALIKE: "bought by customers with similar baskets",
    TOGETHER: "goes with what was bought before",
    POPULAR: "bought by many these days",
    "usual": "bought by many",
    "viewed": "was looked at lately",
    "in_cart": "goes with what is in the cart",
    "just_bought": "goes with what was just bought",
    "beside": "often bought together",
}
