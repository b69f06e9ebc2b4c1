"""Candidates of one answer and what each reason adds to their scores. No numerics needed."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
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


Part = tuple[str, float, str | None]
Row = Sequence[Any]
"""Product, chance, shares, the product behind ``together``, facts: see ``lists.item``."""


class Candidate:
    """A product with its contributions, which add up to ``score``.

    ``facts`` are count, gap and days since it was bought.
    """

    __slots__ = ("_parts", "_row", "facts", "product_id", "score")

    def __init__(self, product_id: str, row: Row | None = None) -> None:
        """``row`` is its row in a stored list, whose shares are taken apart when asked for."""
        self.product_id = product_id
        self._row = row
        self._parts: list[Part] = []
        self.score: float = 0.0 if row is None else row[1]
        self.facts: Sequence[Any] | None = None if row is None else row[4]

    def add(self, reason: str, share: float, product_id: str | None = None) -> None:
        """Another reason, if it says anything."""
        if share:
            self._parts.append((reason, share, product_id))
            self.score += share

    @property
    def parts(self) -> list[Part]:
        """Each reason, what it adds, and the product behind it, if it was one."""
        if self._row is not None:
            _, chance, shares, source, _ = self._row
            self._row = None
            parts: list[Part] = [
                (reason, share, source if reason == TOGETHER else None)
                for reason, share in zip(_SHARES, shares, strict=True)
                if share
            ]
            if usual := chance - sum(shares):
                parts.append(("usual", usual, None))
            self._parts = parts + self._parts
        return self._parts

    def contributions(self) -> list[Contribution]:
        """The largest first, whichever way they push."""
        ordered = sorted(self.parts, key=lambda part: -abs(part[1]))
        return [Contribution(reason=r, share=s, product_id=p) for r, s, p in ordered]  # type: ignore[arg-type]


Pool = dict[str, Candidate]


def from_list(pool: Pool, stored: Item | None) -> None:
    """The candidates of a customer's stored list; see ``lists.item``."""
    if stored is None:
        return
    for row in stored["items"]:
        pool[row[0]] = Candidate(row[0], row)


def from_shelf(stored: Item | None, left_out: Container[str]) -> Iterator[Candidate]:
    """What sells most, by scores below that of whatever somebody has reasons for."""
    items = stored["items"] if stored is not None else ()
    top = max((units for _, units, _ in items), default=0.0) or 1.0
    for product_id, units, _ in items:
        if product_id not in left_out:
            one = Candidate(product_id)
            one.add(POPULAR, 1e-4 * (units / top))
            yield one


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


def from_context(pool: Pool, sources: Sequence[str], beside: Mapping[str, Item]) -> bool:
    """What goes with the product of a page or with a cart; nothing else stays in the pool.

    Where nothing goes with them, what is like them. False where there is neither: the pool stays.
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
    return bool(found)


_SHARE = itemgetter(1)
_NOTHING: Mapping[str, Any] = {"together": [], "similar": []}


def lead(candidate: Candidate) -> tuple[str, str | None]:
    """Its strongest reason, and the other product that is behind it, if there is one."""
    reason, _, product_id = max(candidate.parts, key=_SHARE, default=("usual", 0.0, None))
    other = reason in _OTHER and product_id != candidate.product_id
    return reason, product_id if other else None


def text(candidate: Candidate, reason: str, other: str | None) -> str:
    """The reason in a sentence; ``other`` is the name of the product behind it, if known."""
    if other:
        return _OTHER[reason].format(other)
    if reason == HABIT and candidate.facts is not None:
        return _habit(*candidate.facts[:3])
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
