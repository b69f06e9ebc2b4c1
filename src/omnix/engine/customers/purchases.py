"""What is known, on a day, of each customer and each item that was bought again and again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_PURCHASES = 3
FORGOTTEN_DAYS = 180
FEATURES = 44
_LONGEST_GAP, _LONGEST_PAUSE = 200, 50
"""Days, of an item and of visits: longer ones count as these."""
_AHEAD = 7


@dataclass(frozen=True)
class Purchases:
    """Purchase days, sorted by ``pair``, then ``day``. All columns are of one length.

    ``pair`` numbers (customer, item), ``customer`` and ``item`` number those, from 0, perhaps with
    gaps; ``day`` is any count of days. ``visits`` are the days on which customers bought
    anything at all, as (customer, day) in any order, where more is known than the rows.
    """

    customer: Ints
    pair: Ints
    item: Ints
    day: Ints
    quantity: Array
    visits: tuple[Ints, Ints] | None = None

    @property
    def customers(self) -> int:
        """One more than the highest code: who only visited counts as well."""
        visitors = self.customer if self.visits is None else self.visits[0]
        return int(max(self.customer.max(initial=-1), visitors.max(initial=-1))) + 1

    def before(self, end: int) -> "Purchases":
        """What had come before day ``end``."""
        visits = self.visits and self._visits(self.visits[1] < end)
        return self._only(self.day < end, visits)

    def of(self, customers: NDArray[np.bool_]) -> "Purchases":
        """The rows of those whose code is marked in ``customers``, which has all codes."""
        visits = self.visits and self._visits(customers[self.visits[0]])
        return self._only(customers[self.customer], visits)

    def _visits(self, kept: NDArray[np.bool_]) -> tuple[Ints, Ints] | None:
        return self.visits and (self.visits[0][kept], self.visits[1][kept])

    def _only(self, rows: NDArray[np.bool_], visits: tuple[Ints, Ints] | None) -> "Purchases":
        return Purchases(
            self.customer[rows], self.pair[rows], self.item[rows], self.day[rows],
            self.quantity[rows], visits,
        )  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What is known of each pair of customer and item on a day; ``pair`` are its codes.

    ``usual`` is the usual interval in days for the quantity last bought, ``since`` the days
    since the last purchase. ``features`` is (n, FEATURES).
    """

    pair: Ints
    usual: Array
    since: Array
    count: Ints
    features: NDArray[np.float32]


def known_at(all_: Purchases, origin: int) -> Known:
    """Pairs with at least LEAST_PURCHASES purchase days before ``origin``, the last one not
    forgotten. Nothing from ``origin`` on is looked at.
    """
    seen = all_.before(origin)
    pair, day, quantity = seen.pair, seen.day, seen.quantity
    if not len(day):
        return _none()
    first = np.flatnonzero(np.concatenate([[True], np.diff(pair) != 0]))
    size = np.diff(np.append(first, len(pair)))
    last = first + size - 1
    since = (origin - day[last]).astype(float)
    keep = np.flatnonzero((size >= LEAST_PURCHASES) & (since <= FORGOTTEN_DAYS))
    if not len(keep):
        return _none()
    gap = np.diff(day, prepend=day[:1]).astype(float)
    gap[first] = 0.0
    mean = np.add.reduceat(gap, first) / np.maximum(size - 1, 1)
    share = quantity[last] / np.maximum(np.add.reduceat(quantity, first) / size, 1e-9)
    # A double pack lasts longer, though in most shops not twice as long.
    usual = mean * np.sqrt(np.clip(share, 0.25, 4.0))
    of = _Pairs(seen, origin, first, size, gap, since)
    columns = [
        *_own(of, mean, usual, share),
        *_item(of),
        *_customer(of),
    ]
    features = np.stack([column[keep] for column in columns], axis=1).astype(np.float32)
    return Known(pair[first][keep], usual[keep], since[keep], size[keep], features)


def _none() -> Known:
    nothing = np.empty(0)
    shape = np.empty((0, FEATURES), np.float32)
    return Known(np.empty(0, np.int64), nothing, nothing, np.empty(0, np.int64), shape)


@dataclass(frozen=True)
class _Pairs:
    """The rows of ``seen`` and where each pair begins in them: ``first``, ``size``."""

    seen: Purchases
    origin: int
    first: Ints
    size: Ints
    gap: Array
    since: Array

    def recent(self, days: int) -> Array:
        """Purchase days of each pair in the last ``days``."""
        late = (self.seen.day >= self.origin - days).astype(float)
        return np.asarray(np.add.reduceat(late, self.first))


def _own(of: _Pairs, mean: Array, usual: Array, share: Array) -> list[Array]:
    """Of the pair itself: its gaps, and how far into the present one it is."""
    first, size, gap, since, log = of.first, of.size, of.gap, of.since, np.log
    last = first + size - 1
    squares = np.add.reduceat(gap * gap, first) / np.maximum(size - 1, 1)
    spread = np.sqrt(np.maximum(squares - mean**2, 0.0)) / np.maximum(mean, 0.5)
    newest, before = np.maximum(gap[last], 1.0), gap[np.maximum(last - 1, first)]
    ratio = since / np.maximum(usual, 0.5)
    tenure = np.maximum(of.origin - of.seen.day[first], 1).astype(float)
    rate, rate84, rate28 = size / tenure, of.recent(84) / 84, of.recent(28) / 28
    faded = [
        np.add.reduceat(0.5 ** ((of.origin - of.seen.day) / days), first) for days in (7, 21, 60)
    ]
    return [
        log(ratio + 0.1), np.maximum(ratio - 0.5, 0), np.minimum(ratio, 1.0),
        np.minimum(ratio, 4.0), log(ratio + 0.1) ** 2, log(ratio + 0.1) * spread,
        log(usual + 1), log(newest), spread, log(size), log(since + 1), (since < 4).astype(float),
        log(share), log(rate + 0.003), log(rate84 + 0.005), log(rate84 + 0.005) ** 2,
        log(rate28 + 0.01), of.recent(14),
        log(np.minimum(newest, before) + 1), log(np.maximum(newest, before) + 1),
        log((since + 1) / (np.sqrt(newest * before) + 1)),
        *(log(one + 1e-3) for one in faded),
    ]  # fmt: skip


def _item(of: _Pairs) -> list[Array]:
    """Of the item, with everybody: how much it sells, whether that rises, how soon it comes again
    after as many days as have passed.
    """
    seen, first = of.seen, of.first
    n = int(seen.item.max()) + 1
    sold7, sold28, sold84 = (
        np.bincount(seen.item[seen.day >= of.origin - days], minlength=n) for days in (7, 28, 84)
    )
    again = np.ones(len(seen.day), bool)
    again[first] = False
    ended, gap = seen.item[again], of.gap[again]
    gaps = np.bincount(ended, minlength=n)
    typical = (np.bincount(ended, np.log(gap), minlength=n) + 5 * 3) / (gaps + 5)
    buyers = np.bincount(seen.item[first], minlength=n)
    item = seen.item[first]
    due = _Due(ended, gap, item, of.since, n, _LONGEST_GAP, 50.0)
    log = np.log
    return [
        *(column[item] for column in (
            log((sold84 + 1.0) / (sold84.mean() + 1.0)), log((sold28 * 3 + 5) / (sold84 + 5)),
            log((sold7 * 12 + 5) / (sold84 + 5)), typical, log((gaps + 1) / (buyers + 1)),
        )),
        due(item, of.since),
    ]  # fmt: skip


def _customer(of: _Pairs) -> list[Array]:
    """Of the customer: how often they come at all, whether they still do, and how many of their
    visits went by without the item.
    """
    seen, origin, first = of.seen, of.origin, of.first
    known, buyer = np.unique(seen.customer, return_inverse=True)
    n, here = len(known), buyer[first]
    who, when = _visits(seen, known)
    new = np.diff(who, prepend=-1) != 0
    ends = np.flatnonzero(np.append(new[1:], True))
    away = (origin - when[ends]).astype(float)
    came = {days: np.bincount(who[when >= origin - days], minlength=n) for days in (7, 14, 28, 84)}
    bought = {
        days: np.bincount(buyer[seen.day >= origin - days], minlength=n) for days in (14, 28, 84)
    }
    pause = np.diff(when, prepend=0).astype(float)
    comes = _Due(who[~new], pause[~new], who[ends], away, n, _LONGEST_PAUSE, 5.0)
    # Keys that rise with the customer, then the day: how many lie between two is a difference.
    width = int(origin - when.min()) + 2
    key = who * width + (when - origin + width - 1)
    since = of.since.astype(np.int64)
    begin = np.searchsorted(key, here * width + (width - 1 - since), side="right")
    passed = np.searchsorted(key, (here + 1) * width) - begin
    recent84, recent28 = of.recent(84), of.recent(28)
    log = np.log
    tenure = np.maximum(origin - seen.day[first], 1).astype(float)
    visits = np.bincount(who, minlength=n)
    share84 = (recent84 + 0.3) / (came[84][here] + 3)
    return [
        log(visits[here] / tenure + 0.01), log(away[here] + 1.0),
        *(log(came[days][here] + 0.5) for days in (7, 14, 28, 84)),
        *(log(bought[days][here] + 0.5) for days in (14, 28, 84)),
        comes(here, away[here]),
        log(share84), log((recent28 + 0.3) / (came[28][here] + 3)),
        log(passed + 0.5), log((passed + 0.5) * (recent84 + 0.5) / (came[84][here] + 3)),
    ]  # fmt: skip


def _visits(seen: Purchases, known: Ints) -> tuple[Ints, Ints]:
    """Distinct days on which each of ``known`` bought anything: (place in known, day), sorted."""
    who, when = seen.customer, seen.day
    if seen.visits is not None:
        # A purchase is a visit, whatever else is given.
        who = np.concatenate([who, seen.visits[0]])
        when = np.concatenate([when, seen.visits[1]])
    place = np.searchsorted(known, who)
    ours = known[np.minimum(place, len(known) - 1)] == who
    place, when = place[ours], when[ours]
    low = int(when.min())
    width = int(when.max()) - low + 1
    distinct = np.unique(place * width + (when - low))
    return distinct // width, distinct % width + low


class _Due:
    """The log odds that a pause of so many days ends within the next _AHEAD, by what was seen of
    ``n`` kinds; where little was seen of one, by all of them.

    ``of`` and ``pause`` are pauses that ended, ``open_of`` and ``open_for`` those that go on
    (censored), which count for the days they were seen. ``trust`` is the weight of all.
    """

    def __init__(
        self, of: Ints, pause: Array, open_of: Ints, open_for: Array, n: int, most: int,
        trust: float,
    ) -> None:  # fmt: skip
        width = most + _AHEAD + 1
        self._most = most
        ended = _counted(of, pause, n, width, most)
        at_risk = ended + _counted(open_of, open_for, n, width, most)
        at_risk = np.cumsum(at_risk[:, ::-1], axis=1)[:, ::-1]
        usual = ended.sum(0) / np.maximum(at_risk.sum(0), 1.0)
        ends = (ended + trust * usual) / (at_risk + trust)
        self._stays = np.cumsum(np.log1p(-np.minimum(ends, 0.99)), axis=1)

    def __call__(self, of: Ints, passed: Array) -> Array:
        at = np.minimum(passed, self._most).astype(np.int64)
        chance = 1.0 - np.exp(self._stays[of, at + _AHEAD] - self._stays[of, at])
        chance = np.clip(chance, 1e-3, 0.99)
        return np.asarray(np.log(chance / (1.0 - chance)), float)


def _counted(of: Ints, days: Array, n: int, width: int, most: int) -> NDArray[np.float32]:
    key = of * width + np.minimum(days, most).astype(np.int64)
    return np.bincount(key, minlength=n * width).reshape(n, width).astype(np.float32)
