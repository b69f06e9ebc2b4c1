"""Playing policies over demand: what each would have cost, in money.

A day goes: what was ordered arrives, customers buy what is there and the rest is lost, what is
left costs holding, what spoils is written off, and where a review falls the policy orders. All
stocks are played at once, a block of them that fits the cache at a time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_BLOCK = 16384
SPAN = 28
"""Days that are summed up together; intervals for few stocks are taken over these."""


@dataclass(frozen=True, eq=False)
class Rules:
    """What N stocks order by, from day ``start`` on: below ``point`` up to ``target``.

    Where ``quantity`` is given and above 0 it is ordered instead, as many times as it takes to
    get to the point: (s, Q). Orders are whole packs and at least the minimum: lots of a quantity
    rounded up, others to the nearest pack that reaches the point.
    """

    point: ArrayLike
    target: ArrayLike
    quantity: ArrayLike = 0
    minimum: ArrayLike = 1
    pack: ArrayLike = 1
    start: int = 0


@dataclass(frozen=True, eq=False)
class Prices:
    """Minor units, numbers or arrays of (N,): holding per unit and day, margin per lost sale,
    cost of an order, and of a unit that is wasted."""

    holding: ArrayLike
    margin: ArrayLike
    order_cost: ArrayLike
    unit_cost: ArrayLike = 0.0


@dataclass(frozen=True, eq=False)
class Outcome:
    """Costs of shape (spans, N) in minor units; units and counts of (N,) over all days."""

    holding: Floats
    ordering: Floats
    lost: Floats
    waste: Floats
    demanded: Floats
    sold: Floats
    short_days: Floats
    orders: Floats
    wasted: Floats
    days: int

    @property
    def cost(self) -> Floats:
        """All of it, (spans, N)."""
        return self.holding + self.ordering + self.lost + self.waste

    @property
    def fill_rate(self) -> float:
        """Share of demand that was met from stock, over all stocks; 1 without demand."""
        asked = float(self.demanded.sum())
        return float(self.sold.sum()) / asked if asked > 0 else 1.0

    @property
    def service_level(self) -> float:
        """Share of days on which nobody went without."""
        played = self.days * self.demanded.size
        return 1.0 - float(self.short_days.sum()) / played if played else 1.0


def simulate(
    demand: ArrayLike,
    rules: Rules | Sequence[Rules],
    prices: Prices,
    *,
    lead_days: ArrayLike,
    opening: ArrayLike = 0,
    reviews: ArrayLike | None = None,
    calendar: ArrayLike = 0,
    shelf_days: ArrayLike | None = None,
) -> Outcome:
    """``demand`` of shape (T, N) in units; negative counts as none.

    ``lead_days`` are numbers, (N,), or (T, N) for orders placed that day; 0 arrives the next
    morning. ``reviews`` (C, T) says on which days may be ordered under each of C calendars,
    ``calendar`` (N,) which of them holds; without, every day. ``shelf_days`` (N,) are the days
    that a unit can be sold after it arrives; 0 or less means that it keeps. Stock in hand at the
    start is fresh.
    """
    wanted = np.asarray(demand, np.float32)
    if wanted.ndim != 2 or not np.isfinite(wanted).all():
        raise ValueError("demand must be finite, a row a day and a column a stock")
    days, stocks = wanted.shape
    several = [rules] if isinstance(rules, Rules) else list(rules)
    if not several or several[0].start > 0:
        raise ValueError("there must be rules from the first day on")
    leads = np.asarray(lead_days)
    if leads.size and leads.min() < 0:
        raise ValueError("a lead time cannot be negative")
    costs = (prices.holding, prices.margin, prices.order_cost, prices.unit_cost)
    played = []
    for start in range(0, stocks, _BLOCK):
        columns = slice(start, min(start + _BLOCK, stocks))
        part = partial(_part, columns=columns)
        game = _Game(
            np.maximum(wanted[:, columns], 0),
            [_Rules(r, part) for r in several],
            np.broadcast_to(leads, (days, stocks))[:, columns].astype(np.int64)
            if leads.ndim == 2
            else part(leads, np.int64)[None, :],
            part(opening),
            None if reviews is None else np.asarray(reviews, bool),
            part(calendar, np.int64),
            None if shelf_days is None else part(shelf_days, np.int64),
        )
        game.play()
        played.append(game.outcome(*(part(p) for p in costs)))
    if not played:
        none, flat = np.zeros((0, 0)), np.zeros(0)
        return Outcome(none, none, none, none, flat, flat, flat, flat, flat, days)
    names = [name for name in Outcome.__dataclass_fields__ if name != "days"]
    whole = {n: np.concatenate([getattr(o, n) for o in played], axis=-1) for n in names}
    return Outcome(**whole, days=days)


Part = Callable[..., Any]


def _part(of: ArrayLike, kind: type = np.float32, *, columns: slice) -> Any:
    """The block's share of what holds for all stocks or is told for each."""
    given: NDArray[Any] = np.asarray(of, kind)
    if given.ndim == 0:
        return np.full(columns.stop - columns.start, given, kind)
    return given[columns].copy()


class _Rules:
    def __init__(self, rules: Rules, part: Part) -> None:
        self.start = rules.start
        self.point, self.target = part(rules.point), part(rules.target)
        self.quantity, self.minimum = part(rules.quantity), part(rules.minimum)
        self.pack = np.maximum(part(rules.pack), 1)
        self.fixed = bool((self.quantity > 0).any())
        self.plain = bool((self.pack == 1).all() and (self.minimum <= 1).all())

    def order(self, who: NDArray[np.intp], position: Singles) -> Singles:
        """What those below their point order."""
        wanted = self.target[who] - position
        if self.fixed:
            lot = self.quantity[who]
            lots = np.ceil((self.point[who] - position) / np.maximum(lot, 1))
            wanted = np.where(lot > 0, lot * np.maximum(lots, 1), wanted)
        if self.plain:
            units: Singles = np.maximum(np.ceil(wanted), 0)
            return units
        pack, minimum = self.pack[who], self.minimum[who]
        # To the nearest pack, as it is planned; less than the point would mean to order again.
        least = np.ceil(np.maximum(self.point[who] - position, minimum) / pack)
        packs = np.maximum(np.floor(wanted / pack + 0.5), least)
        if self.fixed:
            lots = np.ceil(np.maximum(wanted, minimum) / pack)
            packs = np.where(self.quantity[who] > 0, lots, packs)
        whole: Singles = np.where(wanted > 0, packs * pack, 0)
        return whole


class _Game:
    """One block of stocks, day by day."""

    def __init__(
        self,
        demand: Singles,
        rules: Sequence[_Rules],
        leads: Ints,
        opening: Singles,
        reviews: NDArray[np.bool_] | None,
        calendar: Ints,
        shelf: Ints | None,
    ) -> None:
        self._demand, self._rules, self._leads = demand, rules, leads
        self._reviews, self._calendar = reviews, calendar
        self.days, self.stocks = demand.shape
        self._ring = int(leads.max()) + 2
        self._coming = np.zeros((self._ring, self.stocks), np.float32)
        self._expected = [False] * self._ring
        self._hand = np.maximum(opening, 0)
        self._position = self._hand.copy()
        self._ages = _Ages(shelf, self._hand) if shelf is not None and (shelf > 0).any() else None
        spans = -(-self.days // SPAN)
        shape = (spans, self.stocks)
        self.held, self.missing = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self.orders, self.wasted = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        self.sold = np.zeros(self.stocks)
        self.short_days = np.zeros(self.stocks, np.float32)

    def play(self) -> None:
        hand, position = self._hand, self._position
        sold, fails = np.empty_like(hand), np.empty(self.stocks, bool)
        active = self._rules[0]
        following = list(self._rules[1:])
        for day in range(self.days):
            span = day // SPAN
            slot = day % self._ring
            if self._expected[slot]:
                self._arrive(slot)
            asked = self._demand[day]
            np.minimum(hand, asked, out=sold)
            np.subtract(hand, sold, out=hand)
            np.subtract(position, sold, out=position)
            np.less(sold, asked, out=fails)
            np.add(self.short_days, fails, out=self.short_days)
            if self._ages is not None:
                gone = self._ages.pass_day(sold)
                hand -= gone
                position -= gone
                self.wasted[span] += gone
            np.add(self.held[span], hand, out=self.held[span])
            np.subtract(asked, sold, out=sold)
            np.add(self.missing[span], sold, out=self.missing[span])
            while following and following[0].start <= day:
                active = following.pop(0)
            self._review(day, span, active)

    def _arrive(self, slot: int) -> None:
        coming = self._coming[slot]
        np.add(self._hand, coming, out=self._hand)
        if self._ages is not None:
            self._ages.arrive(coming)
        coming[:] = 0
        self._expected[slot] = False

    def _review(self, day: int, span: int, rules: _Rules) -> None:
        below = self._position < rules.point
        if self._reviews is not None:
            may = self._reviews[:, day]
            if not may.any():
                return
            if not may.all():
                below &= may[self._calendar]
        who = np.flatnonzero(below)
        if not who.size:
            return
        quantity = rules.order(who, self._position[who])
        some = quantity > 0
        if not some.all():
            who, quantity = who[some], quantity[some]
        self._position[who] += quantity
        self.orders[span, who] += 1
        leads = self._leads[day if self._leads.shape[0] > 1 else 0, who]
        slots = (day + 1 + leads) % self._ring
        # What is to arrive the next morning with lead time 0 lies one day on.
        self._coming[slots, who] += quantity
        for slot in np.unique(slots):
            self._expected[slot] = True

    def outcome(self, *prices: Singles) -> Outcome:
        holding, margin, order_cost, unit_cost = prices
        missing = self.missing.astype(float)
        asked = self._demand.sum(axis=0, dtype=float)
        return Outcome(
            self.held.astype(float) * holding,
            self.orders.astype(float) * order_cost,
            missing * margin,
            self.wasted.astype(float) * unit_cost,
            asked,
            asked - missing.sum(axis=0),
            self.short_days.astype(float),
            self.orders.sum(axis=0, dtype=float),
            self.wasted.sum(axis=0, dtype=float),
            self.days,
        )


class _Ages:
    """Stock by the days it can still be sold; the oldest is sold first."""

    def __init__(self, shelf: Ints, opening: Singles) -> None:
        self._perishes = shelf > 0
        self._last = np.where(self._perishes, shelf, 1) - 1
        self._layers = np.zeros((int(self._last.max()) + 1, shelf.size), np.float32)
        self._all = np.arange(shelf.size)
        self.arrive(opening)

    def arrive(self, units: Singles) -> None:
        self._layers[self._last, self._all] += np.where(self._perishes, units, 0)

    def pass_day(self, sold: Singles) -> Singles:
        """Take what was sold off the oldest; returns what nobody can sell any more."""
        rest = np.where(self._perishes, sold, 0)
        for layer in self._layers:
            taken = np.minimum(layer, rest)
            layer -= taken
            rest -= taken
        gone: Singles = self._layers[0].copy()
        self._layers[:-1] = self._layers[1:]
        self._layers[-1] = 0
        return gone
