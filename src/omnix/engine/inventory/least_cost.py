"""The order that costs least: holding, lost margin, ordering and waste against one another.

While the position (stock and on order) is y, the shop pays at the rate G(y): holding what is
expected to be left after the lead time, and the margin of sales missed between the arrival of an
order placed now and of one placed a review later. Demand carries the position from the target S
down to the point s, so that a policy costs (order cost x demand rate + the integral of G from s
to S) / (S - s). It is least where G(s) = G(S) = that cost (Zheng, 1992, On properties of
stochastic inventory systems), or where G(s) = G(s + lot) if a minimum or pack is larger. G is
read from the forecast's own distribution. A sale that is missed is lost once: what is missed
before an order placed now could arrive counts for no decision. Money is in minor units.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .ahead import WEIGHTS, Ahead, Floats, left, within

Ints = NDArray[np.int64]

_CHUNK = 2048
_HALVINGS = 20
_RATE_DAYS = 28.0
# Two-point Gauss-Legendre over the days from one arrival to the next.
_TIMES = (0.5 - 0.5 / 3**0.5, 0.5 + 0.5 / 3**0.5)
# Beyond the nodes of demand the costs are all but straight, so a few points do.
_BEYOND = np.array([0.06, 0.15, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5])
MOST_UNITS = 1_000_000_000


@dataclass(frozen=True, eq=False)
class Terms:
    """How each of N stocks is bought and what it costs, all arrays of (N,).

    ``holding`` is per unit and day, ``margin`` what a lost sale costs, ``order_cost`` what each
    order of the product does, ``unit_cost`` what a wasted unit does. ``shelf_days`` after
    arrival a unit is wasted; infinite where it keeps.
    """

    lead_days: Floats
    lead_deviation: Floats
    review_days: Floats
    holding: Floats
    margin: Floats
    order_cost: Floats
    unit_cost: Floats
    minimum: Ints
    pack: Ints
    shelf_days: Floats

    def part(self, start: int, stop: int) -> "Terms":
        """The stocks from ``start`` to ``stop``."""
        return Terms(*(getattr(self, name)[start:stop] for name in self.__dataclass_fields__))

    def repeated(self, count: int) -> "Terms":
        """One stock's, ``count`` times."""
        return Terms(*(np.repeat(getattr(self, name), count) for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Costs:
    """Expected costs (N,) over the days that an order is to last, and the units behind them."""

    holding: Floats
    lost: Floats
    waste: Floats
    lost_units: Floats
    wasted_units: Floats


@dataclass(frozen=True, eq=False)
class LeastCost:
    """What to order of N stocks. Below ``point`` it is time; ``target`` is ordered up to.

    ``days`` is how long an order lasts on average, ``day_cost`` the expected cost per day.
    """

    quantity: Ints
    point: Ints
    target: Ints
    days: Floats
    day_cost: Floats


def least_cost(ahead: Ahead, terms: Terms, position: Ints) -> LeastCost:
    """Plan N stocks; ``position`` (N,) is stock available and on order.

    Quantities are whole packs, at least the minimum, and 0 where waiting is cheaper. Nothing is
    ordered of what no sale would pay for: no margin, no demand, or a lot that would lie too long.
    """
    parts = []
    for start in range(0, len(ahead), _CHUNK):
        stop = min(start + _CHUNK, len(ahead))
        parts.append(_part(ahead.part(start, stop), terms.part(start, stop), position[start:stop]))
    if not parts:
        none, flat = np.zeros(0, np.int64), np.zeros(0)
        return LeastCost(none, none, none, flat, flat)
    names = LeastCost.__dataclass_fields__
    return LeastCost(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


class Curve:
    """G and its parts (N, M) at the positions ``level`` (N, M), ascending from 0."""

    def __init__(self, ahead: Ahead, terms: Terms, reach: Floats | None = None) -> None:
        lead, review, spread = terms.lead_days, terms.review_days, terms.lead_deviation
        span = np.maximum(review, _RATE_DAYS)
        self.terms = terms
        self.rate = (ahead.mean_over(lead + span) - ahead.mean_over(lead)) / span
        end = ahead.values_over(lead + review, spread)
        arrival = ahead.values_over(lead, spread)
        held = [ahead.values_over(lead + review * t, spread) for t in _TIMES]
        self.lot = np.maximum(np.maximum(terms.minimum, terms.pack), 1).astype(float)
        # The holding of two days is the least that can be told from none.
        holding = np.maximum(terms.holding, terms.margin * 1e-7 + 1e-12)
        economic = np.sqrt(2 * terms.order_cost * self.rate / holding)
        year = 365.0 * self.rate
        further = np.maximum(np.minimum(economic, year), self.lot) + 1.0
        top = end[:, -1:]
        beyond = top + further[:, None] * _BEYOND
        if reach is not None:
            beyond[:, -1] = np.maximum(beyond[:, -1], reach + 1.0)
        self.level = np.concatenate([np.zeros_like(top), end, beyond], axis=1)
        self.holding = np.zeros_like(self.level)
        self.lost = np.zeros_like(self.level)
        self.waste = np.zeros_like(self.level)
        perishes = np.isfinite(terms.shelf_days)
        spoilt = None
        if perishes.any():
            kept = np.where(perishes, terms.shelf_days, 0.0)
            spoilt = ahead.values_over(lead + kept, spread)
        more = (end - arrival) @ WEIGHTS
        for m in range(self.level.shape[1]):
            y = self.level[:, m]
            self.holding[:, m] = holding * sum(left(v, y) for v in held) / len(held)
            missing = np.maximum(left(end, y) - left(arrival, y) + more, 0.0)
            self.lost[:, m] = terms.margin * missing / review
            if spoilt is not None:
                gone = terms.unit_cost * self.rate * within(spoilt, y)
                self.waste[:, m] = np.where(perishes, gone, 0.0)
        self.total = _valley(self.holding + self.lost + self.waste)
        self.bottom = np.argmin(self.total, axis=1)
        self._low = np.minimum(self.total[:, :-1], self.total[:, 1:])
        self._rise = np.maximum(self.total[:, :-1], self.total[:, 1:]) - self._low
        self._width = np.diff(self.level, axis=1)

    def at(self, y: Floats, what: Floats) -> Floats:
        """``what`` (N, M) at the positions ``y`` (N,), linear between and beyond."""
        last = self.level.shape[1] - 2
        m = np.clip((self.level <= y[:, None]).sum(axis=1) - 1, 0, last)
        rows = np.arange(len(y))
        low, high = self.level[rows, m], self.level[rows, m + 1]
        width = high - low
        share = np.divide(y - low, width, out=np.zeros_like(y), where=width > 0)
        found: Floats = what[rows, m] * (1 - share) + what[rows, m + 1] * share
        return found

    def below(self, cost: Floats) -> Floats:
        """The integral (N,) of ``cost`` - G where that is above 0."""
        rise = self._rise
        above = cost[:, None] - self._low
        share = np.divide(above, rise, out=(above > 0).astype(float), where=rise > 0)
        np.clip(share, 0.0, 1.0, out=share)
        area: Floats = (self._width * share * (above - share * rise / 2)).sum(axis=1)
        return area

    def roots(self, cost: Floats) -> tuple[Floats, Floats]:
        """The lowest and the highest position (N,) at which G is not above ``cost``."""
        rows, count = np.arange(len(cost)), self.level.shape[1]
        under = self.total <= cost[:, None] + 1e-12
        under[rows, self.bottom] = True
        first = np.argmax(under, axis=1)
        last = count - 1 - np.argmax(under[:, ::-1], axis=1)
        return (
            self._crossing(first, np.maximum(first - 1, 0), cost),
            self._crossing(last, np.minimum(last + 1, count - 1), cost),
        )

    def _crossing(self, inside: Ints, outside: Ints, cost: Floats) -> Floats:
        rows = np.arange(len(cost))
        here, there = self.total[rows, inside], self.total[rows, outside]
        rise = there - here
        share = np.divide(cost - here, rise, out=np.zeros_like(cost), where=rise > 0)
        low = self.level[rows, inside]
        found: Floats = low + np.clip(share, 0, 1) * (self.level[rows, outside] - low)
        return found

    def integral(self, start: Floats, stop: Floats) -> Floats:
        """The integral (N,) of G from ``start`` to ``stop``, by Simpson's rule on 16 parts."""
        width = (stop - start) / 16
        total = np.zeros_like(start)
        for k in range(17):
            weight = 1.0 if k in (0, 16) else 4.0 if k % 2 else 2.0
            total += weight * self.at(start + k * width, self.total)
        area: Floats = total * width / 3
        return area


def _valley(cost: Floats) -> Floats:
    """``cost`` made to fall to its least value and to rise from there."""
    bottom = np.argmin(cost, axis=1)[:, None]
    at = np.arange(cost.shape[1])[None, :]
    falling = np.where(at <= bottom, cost, -np.inf)
    falling = np.maximum.accumulate(falling[:, ::-1], axis=1)[:, ::-1]
    rising = np.maximum.accumulate(np.where(at >= bottom, cost, -np.inf), axis=1)
    valley: Floats = np.where(at <= bottom, falling, rising)
    return valley


def _part(ahead: Ahead, terms: Terms, position: Ints) -> LeastCost:
    curve = Curve(ahead, terms)
    rows = np.arange(len(ahead))
    sells = (curve.rate > 1e-9) & (terms.margin > 0)
    rate = np.where(sells, curve.rate, 1.0)
    lump = terms.order_cost * rate
    least = curve.total[rows, curve.bottom]
    low, high = least.copy(), np.maximum(curve.total[:, 0], curve.total[:, -1])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = curve.below(middle) >= lump
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    # A review finds the position a step of demand further down, not everywhere on the way.
    step = curve.rate * terms.review_days
    bottom = curve.level[rows, curve.bottom]
    each_review = least + terms.order_cost / terms.review_days
    often = curve.roots(high)[1] - step / 2 <= bottom
    cost = np.where(often, np.minimum(each_review, curve.total[:, 0]), high)
    start, stop = curve.roots(cost)
    stop = np.where(often, bottom, np.maximum(stop - step / 2, bottom))
    bound = (stop - start < curve.lot - 1e-9) & (curve.lot > 1)
    if bound.any():
        start = np.where(bound, _start_of_lot(curve), start)
        stop = np.where(bound, start + curve.lot, stop)
        by_lot = (lump + curve.integral(start, stop)) / np.maximum(stop - start, 1e-9)
        # The last lot is ordered somewhere below the point, which leaves that much less.
        often_lot = step >= curve.lot
        by_lot = np.where(often_lot, each_review, by_lot)
        stop = np.where(bound & often_lot, np.maximum(bottom, start), stop)
        cost = np.where(bound, by_lot, cost)
    # To be sold out for good is a policy, too.
    worth = sells & (cost < curve.total[:, 0])
    # Whole units: a position at or below ``start`` is due.
    point = np.where(worth, np.floor(np.maximum(start, 0.0) + 1e-9) + 1, 0.0)
    target = np.where(worth, np.maximum(np.rint(stop), point), 0.0)
    due = worth & (position < point)
    packs = np.maximum(terms.pack, 1)
    wanted = np.minimum(np.maximum(target - position, 0.0), MOST_UNITS)
    # Less than is needed to get to the point would only mean to order again.
    at_least = np.ceil(np.maximum(point - position, terms.minimum) / packs - 1e-9)
    rounded = np.maximum(np.maximum(np.floor(wanted / packs + 0.5), at_least), 1.0)
    quantity = np.where(due, rounded * packs, 0.0)
    return LeastCost(
        quantity.astype(np.int64),
        point.astype(np.int64),
        target.astype(np.int64),
        np.where(worth, np.maximum((stop - start) / rate, terms.review_days), 0.0),
        np.where(worth, cost, np.where(sells, curve.total[:, 0], 0.0)),
    )


def _start_of_lot(curve: Curve) -> Floats:
    """The position (N,) from which a lot is best ordered: G is the same at both its ends."""
    rows = np.arange(len(curve.lot))
    high = curve.level[rows, curve.bottom]
    low = np.maximum(high - curve.lot, 0.0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        dearer = curve.at(middle, curve.total) > curve.at(middle + curve.lot, curve.total)
        low, high = np.where(dearer, middle, low), np.where(dearer, high, middle)
    found: Floats = (low + high) / 2
    return found


@dataclass(frozen=True, eq=False)
class Choice:
    """Quantities that may be ordered of one stock now, and what each would cost.

    ``extra`` (Q,) is what each costs more than the best of them, in all: what the order and the
    ``days`` until the next one cost, less what so many days cost on average. ``costs`` are over
    those days; ``order_cost`` and ``purchase`` (Q,) come on top: the latter is what the units
    cost more or less than at the price without a break.
    """

    quantity: Ints
    extra: Floats
    days: Floats
    costs: Costs
    order_cost: Floats
    purchase: Floats


_PARTS = 200


def choices(
    ahead: Ahead,
    terms: Terms,
    position: int,
    quantities: Ints,
    unit_costs: Floats | None = None,
) -> Choice:
    """What each of ``quantities`` (Q,) of one stock would cost; 0 means not to order yet.

    ``unit_costs`` (Q,) is the average price at each, where there are price breaks.
    """
    after = np.maximum(position + quantities.astype(float), 0.0)
    curve = Curve(ahead, terms, np.array([after.max(initial=0.0)]))
    plan = _part(ahead, terms, np.array([position], np.int64))
    cost, review = float(plan.day_cost[0]), float(terms.review_days[0])
    rate = max(float(curve.rate[0]), 1e-9)
    start = max(0.0, float(plan.point[0]) - 1.0)
    pays = np.where(quantities > 0, terms.order_cost[0], 0.0)
    purchase = np.zeros(len(after))
    if unit_costs is not None:
        purchase = (unit_costs - float(terms.unit_cost[0])) * quantities
    found: list[list[float]] = []
    for y in after.tolist():
        if y - start <= review * rate:
            # By the next review it is not above the point, and that orders.
            lasts, at = review, np.array([y])
        else:
            lasts, at = (y - start) / rate, np.linspace(start, y, _PARTS)
        parts = [
            lasts * float(np.mean(np.interp(at, curve.level[0], part[0])))
            for part in (curve.holding, curve.lost, curve.waste)
        ]
        found.append([lasts, *parts])
    days, holding, lost, waste = np.array(found).reshape(-1, 4).T
    extra = pays + purchase + holding + lost + waste - cost * days
    margin, unit = float(terms.margin[0]), float(terms.unit_cost[0])
    costs = Costs(
        holding,
        lost,
        waste,
        lost / margin if margin > 0 else np.zeros_like(lost),
        waste / unit if unit > 0 else np.zeros_like(waste),
    )
    return Choice(quantities, extra - extra.min(initial=np.inf), days, costs, pays, purchase)
