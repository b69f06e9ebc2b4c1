"""Purchase histories as arrays, and the vectors that next-basket methods draw from them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnix.engine.recommend.sparse import I64, Sparse, sparse, starts

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """Baskets of ``users`` customers: one row for each (customer, basket, item), sorted so.

    ``basket`` counts each customer's baskets from 0; ``day`` is when it was bought, ``now`` [users]
    when the next basket is asked for. Where no days are known, baskets stand in for them.
    """

    user: I64
    basket: I64
    item: I64
    day: I64
    now: I64
    items: int

    @property
    def users(self) -> int:
        """How many customers there are, those without a purchase included."""
        return len(self.now)

    def baskets(self) -> I64:
        """How many each customer has."""
        out = np.zeros(self.users, np.int64)
        np.maximum.at(out, self.user, self.basket + 1)
        return out

    def begins(self) -> I64:
        """The first row of each basket, [baskets of all customers]."""
        new = (np.diff(self.user, prepend=-1) != 0) | (np.diff(self.basket, prepend=-1) != 0)
        return np.flatnonzero(new)

    def take(self, users: I64) -> "Histories":
        """These customers, numbered anew in this order."""
        number = np.full(self.users, -1, np.int64)
        number[users] = np.arange(len(users))
        code = number[self.user]
        rows = np.flatnonzero(code >= 0)
        rows = rows[np.argsort(code[rows], kind="stable")]
        return Histories(
            code[rows], self.basket[rows], self.item[rows], self.day[rows], self.now[users],
            self.items,
        )  # fmt: skip


def by_group(of: Histories, group: I64) -> Histories:
    """The same with ``group`` [items] in place of items: what kinds of things were bought."""
    kind = group[of.item]
    order = np.lexsort((kind, of.basket, of.user))
    user, basket, kind, day = of.user[order], of.basket[order], kind[order], of.day[order]
    new = np.ones(len(user), bool)
    new[1:] = (np.diff(user) != 0) | (np.diff(basket) != 0) | (np.diff(kind) != 0)
    kinds = int(group.max()) + 1 if len(group) else 0
    return Histories(user[new], basket[new], kind[new], day[new], of.now, kinds)


def histories(user: I64, item: I64, day: I64, now: I64, items: int) -> Histories:
    """From purchases in any order: what a customer bought on one day is a basket.

    ``user`` numbers the rows of ``now``. Purchases that are not before it are left out, since
    they come from a clock that is ahead, or from what is to be foretold.
    """
    known = day < now[user]
    user, item, day = user[known], item[known], day[known]
    order = np.lexsort((item, day, user))
    user, item, day = user[order], item[order], day[order]
    if len(user):
        new = np.ones(len(user), bool)
        new[1:] = (np.diff(user) != 0) | (np.diff(day) != 0) | (np.diff(item) != 0)
        user, item, day = user[new], item[new], day[new]
    return Histories(user, _ordinals(user, day), item, day, now, items)


def _ordinals(user: I64, day: I64) -> I64:
    if not len(user):
        return np.zeros(0, np.int64)
    first = np.diff(user, prepend=-1) != 0
    step = np.cumsum(first | (np.diff(day, prepend=day[0]) != 0))
    return step - np.maximum.accumulate(np.where(first, step, 0))


def counts(of: Histories) -> Sparse:
    """How many of a customer's baskets held each item, [users, items]."""
    return sparse(of.user, of.item, np.ones(len(of.user), np.float32), of.users, of.items)


def last_baskets(of: Histories) -> Sparse:
    """1 for what is in a customer's last basket, [users, items]."""
    last = of.basket == of.baskets()[of.user] - 1
    ones = np.ones(int(last.sum()), np.float32)
    return sparse(of.user[last], of.item[last], ones, of.users, of.items)


def targets(user: I64, item: I64, users: int, items: int) -> Sparse:
    """1 for each item of each customer's next basket, [users, items]."""
    return sparse(user, item, np.ones(len(user), np.float32), users, items).ones()


def frequency_vectors(of: Histories, within: float, between: float, groups: int) -> Sparse:
    """TIFU vectors [users, items]: baskets decay by ``within``, groups of them by ``between``.

    A history is cut into ``groups`` of equal size, the later ones one larger where it does not
    divide. Hu et al., "Modeling personalized item frequency information for next-basket
    recommendation", SIGIR 2020.
    """
    n = of.baskets()[of.user]
    base, extra = n // groups, n % groups
    whole = (groups - extra) * base  # baskets in groups of the smaller size
    later = of.basket >= whole
    size = np.where(n < groups, 1, np.where(later, base + 1, base))
    place = np.where(
        later,
        groups - extra + (of.basket - whole) // np.maximum(base + 1, 1),
        of.basket // np.maximum(base, 1),
    )
    group = np.where(n < groups, of.basket, place)
    real = np.minimum(n, groups)
    weight = within ** (n - 1 - of.basket).astype(float) * between ** (groups - 1.0 - group)
    return sparse(of.user, of.item, (weight / size / real).astype(np.float32), of.users, of.items)


def decayed(of: Histories, half_life: float) -> Sparse:
    """Purchases that lose half their weight in ``half_life`` days before ``now``."""
    age = (of.now[of.user] - of.day).astype(float)
    weight = (0.5 ** (age / half_life)).astype(np.float32)
    return sparse(of.user, of.item, weight, of.users, of.items)


@dataclass(frozen=True)
class Pairs:
    """What a customer bought before, one row for each (customer, item), sorted so.

    ``count`` of baskets, ``ago`` how many baskets ago, ``since`` days ago the last one was;
    ``gap`` the mean days between, NaN after a single one; ``recent`` baskets within a fifth of
    the customer's time or 28 days, whichever is longer. ``since_first`` days of tenure.
    """

    user: I64
    item: I64
    start: I64
    count: F64
    ago: F64
    since: F64
    since_first: F64
    gap: F64
    recent: F64


def pair_of(of: Histories, before: Pairs) -> I64:
    """Which of the customers' pairs each purchase is of, a row of ``before`` for each of ``of``."""
    known = before.user * of.items + before.item
    return np.asarray(np.searchsorted(known, of.user * of.items + of.item), np.int64)


def kin_of(before: Pairs, kin: Pairs, group: I64) -> I64:
    """Which of the pairs ``kin`` of customers and kinds each pair of ``before`` belongs to."""
    kinds = int(group.max()) + 1
    known = kin.user * kinds + kin.item
    return np.asarray(np.searchsorted(known, before.user * kinds + group[before.item]), np.int64)


def pairs(of: Histories) -> Pairs:
    """The repeated purchases of ``of``."""
    order = np.lexsort((of.basket, of.item, of.user))
    user, item, day, basket = of.user[order], of.item[order], of.day[order], of.basket[order]
    key = user * of.items + item
    first = np.flatnonzero(np.diff(key, prepend=-1)) if len(key) else np.zeros(0, np.int64)
    count = np.diff(np.append(first, len(key))).astype(float)
    last = first + count.astype(np.int64) - 1
    who = user[first]
    n, now = of.baskets(), of.now
    opened = np.full(of.users, np.iinfo(np.int64).max)
    np.minimum.at(opened, of.user, of.day)
    tenure = np.maximum(now - np.where(n > 0, opened, now), 1)
    fresh = (now[user] - day) <= np.maximum(28, tenure[user] // 5)
    recent = np.add.reduceat(fresh.astype(float), first) if len(first) else np.zeros(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = (day[last] - day[first]) / (count - 1)
    return Pairs(
        user=who,
        item=item[first],
        start=starts(np.bincount(who, minlength=of.users)),
        count=count,
        ago=(n[who] - 1 - basket[last]).astype(float),
        since=(now[who] - day[last]).astype(float),
        since_first=(now[who] - day[first]).astype(float),
        gap=np.where(count > 1, gap, np.nan),
        recent=recent,
    )
