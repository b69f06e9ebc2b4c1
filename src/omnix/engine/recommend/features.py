"""Candidates for each customer's next basket, and what is known of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from omnix.engine.recommend.baskets import (
    Histories,
    Pairs,
    by_group,
    frequency_vectors,
    last_baskets,
    pairs,
)
from omnix.engine.recommend.factors import NAMES as TASTES
from omnix.engine.recommend.factors import weighed
from omnix.engine.recommend.lately import KIN, OWN, USERS, Lately, lately
from omnix.engine.recommend.reference import (
    BETWEEN,
    BLOCK,
    GROUPS,
    WITHIN,
    Reference,
    blocks,
    means,
    neighbours,
    steady,
)
from omnix.engine.recommend.sizes import NAMES as SIZES
from omnix.engine.recommend.sizes import Sizes, sizes
from omnix.engine.recommend.sparse import F32, I64, Sparse, spread, times, top

NEIGHBOURS = 300
NEAR, WIDE = 100, 900
"""Neighbours by vectors that forget less."""
LEADERS = 150
PROPOSED = {"together": 40, "alike": 40, "next": 60, "leads": 60}
MOST_OWN = 400
"""Products of their own that a customer is reminded of: the strongest habits."""

NAMES = (
    "count", "ago", "rate", "since", "due", "gap", "recent", "tenure", "habit",
    "alike", "alike_next",
    "together", "together_last", "leads",
    "popular", "often", "fresh", "trend", "again", "rising",
    "kin_count", "kin_since", "kin_due", "kin_share",
    "baskets", "basket_size", "absent", "visit_gap",
    *SIZES,
    *OWN, *KIN, *USERS,
    "steady", "steady_near", "steady_wide",
    "rise_3", "rise_7", "rise_14", "sold_7",
    *TASTES,
)  # fmt: skip


def _span(first: str, last: str) -> slice:
    """The columns from one name to another, both included."""
    return slice(NAMES.index(first), NAMES.index(last) + 1)


def _columns(*spans: tuple[str, str]) -> tuple[int, ...]:
    return tuple(n for span in spans for n in range(len(NAMES))[_span(*span)])


REASONS = {
    "habit": _columns(
        ("count", "habit"), ("kin_count", "kin_share"), ("light", "kin_light"),
        (OWN[0], KIN[-1]), ("steady", "steady"),
    ),
    "alike": _columns(
        ("alike", "alike_next"), ("steady_near", "steady_wide"), (TASTES[0], TASTES[-1])
    ),
    "together": _columns(("together", "leads")),
    "popular": _columns(("popular", "rising"), ("light_next", "size_next"), ("rise_3", "sold_7")),
}  # fmt: skip
"""Columns by what they say; the rest tell of the customer, whatever the product."""


@dataclass(frozen=True)
class Candidates:
    """One row for each (customer, item): ``x`` [n, len(NAMES)], NaN where nothing is known."""

    user: I64
    item: I64
    x: F32


def candidates(
    of: Histories,
    by: Reference,
    group: I64 | None = None,
    *,
    told: Callable[[int], None] | None = None,
) -> Iterator[Candidates]:
    """All customers of ``of`` in blocks of BLOCK; ``told`` hears how many are done.

    ``group`` [items] is the kind of thing that an item is, such as milk, where that is known.
    """
    vectors = frequency_vectors(of, WITHIN, BETWEEN, GROUPS)
    last, before = last_baskets(of), pairs(of)
    kin = None if group is None else pairs(by_group(of, group))
    place = np.full(of.users, -1, np.int64)
    known = np.flatnonzero(by.owner >= 0)
    place[by.owner[known]] = known
    k = min(NEIGHBOURS, max(1, by.vectors.rows // 5))
    leaders = by.leaders(LEADERS)
    context, side = _context(of), sizes(of, before, kin, group, by.next)
    late, lasting = lately(of, before, kin, group), steady(of)
    held = before.user * of.items + before.item
    bought = weighed(of)
    for users in blocks(of.users, BLOCK):
        mine = vectors.take(users)
        near = neighbours(mine, by.vectors, k, place[users])
        score = {
            "habit": mine.dense(),
            "alike": means(near, by.vectors),
            "next": means(near, by.next),
            "together": times(mine, by.together),
            "last": times(last.take(users), by.together),
            "leads": times(mine, by.leads),
        }
        found = _rows(users, score, before, context, by, leaders)
        if group is not None and kin is not None:
            _tell_kin(found, kin, group, side.kin)
        _tell_more(found, held, of.items, side, late)
        found.x[:, _span("steady", "steady_wide")] = _lasting(
            found, lasting.take(users), by, place[users]
        )
        found.x[:, _span("rise_3", "sold_7")] = by.rise[found.item]
        found.x[:, _span(TASTES[0], TASTES[-1])] = by.tastes.tell(
            bought.take(users), found.user - users[0], found.item
        )
        yield found
        if told is not None:
            told(int(users[-1]) + 1)


def _rows(
    users: I64, score: dict[str, F32], before: Pairs, context: F32, by: Reference, leaders: I64
) -> Candidates:
    n, items = score["habit"].shape
    chosen = np.zeros((n, items), bool)
    chosen[:, leaders] = True
    for name, k in PROPOSED.items():
        np.put_along_axis(chosen, top(score[name], k), True, axis=1)
    low, high = before.start[users[0]], before.start[users[-1] + 1]
    row, item = before.user[low:high] - users[0], before.item[low:high]
    own = np.full((n, items), -1, np.int64)
    own[row, item] = np.arange(low, high)
    if len(row) and int(np.bincount(row).max()) > MOST_OWN:
        habits = top(score["habit"], MOST_OWN)
        strong = np.zeros((n, items), bool)
        np.put_along_axis(strong, habits, True, axis=1)
        chosen |= (own >= 0) & strong
    else:
        chosen[row, item] = True
    r, c = np.nonzero(chosen)
    x = np.empty((len(r), len(NAMES)), np.float32)
    at = own[r, c]
    has = at >= 0
    there = np.maximum(at, 0)
    visits = context[users[r], 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        personal = (
            (before.count, 0.0), (before.ago, np.nan), (None, 0.0), (before.since, np.nan),
            (None, np.nan), (before.gap, np.nan), (before.recent, 0.0),
            (before.since_first, np.nan),
        )  # fmt: skip
        for j, (column, otherwise) in enumerate(personal):
            if column is not None and len(column):
                x[:, j] = np.where(has, column[there], otherwise)
            else:
                x[:, j] = otherwise
        x[:, 2] = x[:, 0] / np.maximum(visits, 1)
        x[:, 4] = x[:, 3] / np.maximum(x[:, 5], 1e-3)
    for j, name in enumerate(("habit", "alike", "next", "together", "last", "leads")):
        x[:, 8 + j] = score[name][r, c]
    shares = (by.popular, by.often, by.fresh, by.trend, by.again)
    for j, share in enumerate(shares):
        x[:, 14 + j] = share[c]
    x[:, 19] = by.often[c] / (by.popular[c] + 1e-3)
    x[:, _span("kin_count", "kin_share")] = np.nan
    x[:, _span("baskets", "visit_gap")] = context[users[r]]
    x[:, _span("kin_light", "kin_light")] = np.nan
    return Candidates(users[r], c, x)


def _tell_kin(found: Candidates, kin: Pairs, group: I64, light: F32) -> None:
    """How often and when something of the same kind was bought, the item's share of that, and how
    much of the baskets it was.
    """
    if not len(kin.item):
        return
    kinds = int(group.max()) + 1
    key = found.user * kinds + group[found.item]
    known = kin.user * kinds + kin.item
    at = np.minimum(np.searchsorted(known, key), len(known) - 1)
    has = known[at] == key
    x = found.x
    with np.errstate(invalid="ignore", divide="ignore"):
        x[:, 20] = np.where(has, kin.count[at], 0.0)
        x[:, 21] = np.where(has, kin.since[at], np.nan)
        x[:, 22] = np.where(has, kin.since[at] / np.maximum(kin.gap[at], 1e-3), np.nan)
        x[:, 23] = np.where(has, x[:, 0] / kin.count[at], 0.0)
    x[:, NAMES.index("kin_light")] = np.where(has, light[at], 0.0)


def _tell_more(found: Candidates, held: I64, items: int, side: Sizes, late: Lately) -> None:
    """Sizes of baskets, and what was of late; ``held`` numbers the pairs, customer by item."""
    wanted = found.user * items + found.item
    x = found.x
    sizes_of, own, kin = _span("light", "lately"), _span(OWN[0], OWN[-1]), _span(KIN[0], KIN[-1])
    x[:, sizes_of] = 0.0
    x[:, own] = np.nan
    x[:, _span("share_10", "last_8")] = 0.0
    x[:, kin] = 0.0 if len(side.kin) else np.nan
    x[:, NAMES.index("after_kin")] = np.nan
    if len(held):
        at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
        has = np.flatnonzero(held[at] == wanted)
        at = at[has]
        x[has, sizes_of], x[has, own], x[has, kin] = side.own[at], late.own[at], late.kin[at]
    x[:, _span("light_next", "size_next")] = side.items[found.item]
    x[:, _span("light_baskets", "last_size")] = side.users[found.user]
    x[:, _span(USERS[0], USERS[-1])] = late.users[found.user]


def _lasting(found: Candidates, mine: Sparse, by: Reference, own: I64) -> F32:
    """By vectors that forget less: the habit, and the means of the nearest and of more."""
    rows = by.steady.rows
    near = neighbours(mine, by.steady, min(WIDE, max(1, rows // 2)), own)
    row = found.user - found.user[0]
    told = (mine.dense(), means(near[:, : min(NEAR, max(1, rows // 10))], by.steady))
    columns = [score[row, found.item] for score in (*told, means(near, by.steady))]
    return np.stack(columns, 1)


def _context(of: Histories) -> F32:
    """Baskets, their mean size, days since the last one and between them; [users, 4]."""
    n = of.baskets()
    size = np.bincount(of.user, minlength=of.users) / np.maximum(n, 1)
    last = np.full(of.users, -1, np.int64)
    first = np.full(of.users, np.iinfo(np.int64).max)
    np.maximum.at(last, of.user, of.day)
    np.minimum.at(first, of.user, of.day)
    with np.errstate(invalid="ignore", divide="ignore"):
        absent = np.where(n > 0, of.now - last, np.nan)
        gap = np.where(n > 1, (last - first) / (n - 1.0), np.nan)
    return np.column_stack([n, size, absent, gap]).astype(np.float32)


def labels(found: Candidates, following: Sparse) -> F32:
    """1 where the candidate is in the customer's next basket."""
    key = found.user * following.width + found.item
    real = following.row_of() * following.width + following.column
    return np.isin(key, real).astype(np.float32)


def strongest(mine: Sparse, together: Sparse, row: I64, item: I64) -> I64:
    """For candidates (``row`` of ``mine``, ``item``), which of the row's items contributes most to
    ``mine`` times ``together`` there; -1 where none does.
    """
    wanted = row * together.width + item
    lengths = together.lengths()[mine.column]
    at = spread(together.start[mine.column], lengths)
    key = np.repeat(mine.row_of(), lengths) * together.width + together.column[at]
    share = together.value[at] * np.repeat(mine.value, lengths)
    source = np.repeat(mine.column, lengths)
    keep = np.isin(key, wanted)
    key, share, source = key[keep], share[keep], source[keep]
    order = np.lexsort((share, key))
    key, source = key[order], source[order]
    if not len(key):
        return np.full(len(wanted), -1, np.int64)
    last = np.searchsorted(key, wanted, side="right") - 1
    found = np.maximum(last, 0)
    return np.where((last >= 0) & (key[found] == wanted), source[found], -1)
