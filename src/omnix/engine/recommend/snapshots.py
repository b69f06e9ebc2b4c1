"""What was known on a day, and what came after it: learning without a look ahead."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from omnix.engine.recommend.baskets import F64, Histories, histories, targets
from omnix.engine.recommend.features import candidates, labels
from omnix.engine.recommend.ranker import SETTINGS, Lesson, Ranker, lesson, train
from omnix.engine.recommend.reference import Reference, learn
from omnix.engine.recommend.sparse import F32, I64, Sparse

WINDOW = 28
"""Days within which the next shopping day counts as such."""
BACK = (14, 28, 42, 56, 70, 84, 98, 112)
"""Days ago from which the ranker learns."""
STEP = 14
"""Days before a day whose next baskets are the reference on it."""

_RECENT = 28
_RISES = ((3, 28), (7, 56), (14, 56))
"""Days of late, and those that they are put beside."""


@dataclass(frozen=True)
class Purchases:
    """Rows of who bought what on which day, in any order; numbers below ``users``, ``items``.

    ``group`` [items] numbers the kinds of items, where they are known.
    """

    user: I64
    item: I64
    day: I64
    users: int
    items: int
    group: I64 | None = None


@dataclass(frozen=True)
class Snapshot:
    """What is known before ``day``: histories and recent sales [items]; and ``next`` [users,
    items], what was bought on the first shopping day from then on. ``asked`` have both.

    ``rise`` [items, 4]: sales of the last 3, 7 and 14 days over as many of the last 28 or 56, and
    those of 7 days per customer.
    """

    day: int
    of: Histories
    next: Sparse
    trend: F32
    rise: F32
    asked: I64


def snapshot(
    of: Purchases, day: int, until: int, *, window: int = WINDOW, least: int = 1
) -> Snapshot:
    """``next`` lies within ``window`` days from ``day`` on and before ``until``, which is what
    today is; all else is from before ``day``. ``asked`` had ``least`` baskets or more before.
    """
    past = histories(of.user, of.item, of.day, np.full(of.users, day, np.int64), of.items)
    later = (of.day >= day) & (of.day < min(day + window, until))
    first = np.full(of.users, np.iinfo(np.int64).max)
    np.minimum.at(first, of.user[later], of.day[later])
    mine = later & (of.day == first[of.user])
    following = targets(of.user[mine], of.item[mine], of.users, of.items)
    fresh = (of.day < day) & (of.day >= day - _RECENT)
    trend = np.bincount(of.item[fresh], minlength=of.items) / max(1, of.users)
    asked = np.flatnonzero((past.baskets() >= least) & (following.lengths() > 0))
    return Snapshot(day, past, following, trend.astype(np.float32), _rise(of, day), asked)


def _rise(of: Purchases, day: int) -> F32:
    def sold(days: int) -> F64:
        within = (of.day < day) & (of.day >= day - days)
        return np.bincount(of.item[within], minlength=of.items).astype(float)

    rises = [(sold(a) + 1.0) / (sold(b) * (a / b) + 1.0) for a, b in _RISES]
    return np.stack([*rises, sold(7) / max(1, of.users)], 1).astype(np.float32)


def reference(of: Purchases, now: Snapshot, users: I64, most: int | None = None) -> Reference:
    """What the next baskets of STEP days before ``now`` teach about it; for ``users``, in the
    order in which they will be asked about. At most ``most`` customers are learnt from: tastes from
    any who ever bought, whether asked about or not, as it will be when everybody is.
    """
    then = snapshot(of, now.day - STEP, until=now.day)
    known = some(then.asked, most, now.day)
    crowd = some(np.flatnonzero(now.of.baskets() > 0), most, now.day)
    place = np.full(of.users, -1, np.int64)
    place[users] = np.arange(len(users))
    return learn(
        then.of.take(known), then.next.take(known), trend=now.trend, rise=now.rise,
        owner=place[known], now=now.of.take(known), crowd=now.of.take(crowd),
    )  # fmt: skip


def some(users: I64, most: int | None, seed: int) -> I64:
    """All of them, or ``most`` drawn at random."""
    if most is None or len(users) <= most:
        return users
    chosen = np.random.default_rng(seed).choice(len(users), most, replace=False)
    return users[np.sort(chosen)]


def lessons(
    of: Purchases,
    today: int,
    *,
    back: Sequence[int] = BACK,
    least: int = 1,
    most: int | None = None,
    rows: int | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Iterator[Lesson]:
    """From snapshots of ``back`` days ago, whose next baskets came before ``today``: of as many of
    them as it takes to have ``rows`` candidates. ``told`` hears of each block which of them it is
    of, and of how many.
    """
    had = 0
    for seed, days in enumerate(back):
        if rows is not None and had >= rows:
            return
        then = snapshot(of, today - days, until=today, least=least)
        asked = some(then.asked, most, seed)
        if not len(asked):
            continue
        known = reference(of, then, asked, most)
        if not known.vectors.rows:
            continue  # nobody had come back by then
        following = then.next.take(asked)
        size = following.sums()
        for n, found in enumerate(candidates(then.of.take(asked), known, of.group)):
            if told is not None:
                told(seed, len(back))
            one = lesson(found, labels(found, following), seed * 100_000 + n, size=size)
            had += len(one.bought)
            yield one


def learnt(
    of: Purchases,
    today: int,
    *,
    back: Sequence[int] = BACK,
    least: int = 1,
    most: int | None = None,
    rows: int | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Ranker:
    """A ranker that has seen nothing from ``today`` on, taught by ``lessons``. ``told`` hears the
    steps done and those in all, half of them to describe and half to fit; what it raises ends it.

    Raises ValueError where there is nothing to learn from: no customer came back in that time.
    """
    trees = SETTINGS.trees

    def described(day: int, days: int) -> None:
        if told is not None:
            told(trees * day // days, 2 * trees)

    def grown(tree: int) -> None:
        if told is not None:
            told(trees + tree, 2 * trees)

    found = lessons(of, today, back=back, least=least, most=most, rows=rows, told=described)
    return train(found, told=grown)
