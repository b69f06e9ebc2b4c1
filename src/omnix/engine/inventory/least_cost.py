"""The order that costs least: holding, lost margin, ordering and waste against one another.

An order now arrives after the lead time and is to last for some whole number of review periods.
For each such number the best level follows from the expected costs over that time, per day; the
number whose cost per day is least wins (Silver and Meal's rule on expected costs). Whether to
order at all follows from the same rate c: it is time as soon as waiting for the next review
would cost more than c a day, which for independent periods is what makes an (s, S) policy best
(Zheng and Federgruen, 1991). Money is in minor units.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .ahead import Ahead, Floats, left, short, within

Ints = NDArray[np.int64]

_CHUNK = 2048
_HALVINGS = 13
_MOST_DAYS = 365.0
# Gauss-Legendre over the time that an order is to last.
_TIMES = (0.5 - 0.6**0.5 / 2, 0.5, 0.5 + 0.6**0.5 / 2)
_SHARES = (5 / 18, 8 / 18, 5 / 18)
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

    @property
    def total(self) -> Floats:
        """Without the order itself."""
        return self.holding + self.lost + self.waste


@dataclass(frozen=True, eq=False)
class LeastCost:
    """What to order of N stocks. Below ``point`` it is time; ``target`` is ordered up to.

    ``periods`` are the review periods it is to last, ``day_cost`` the expected cost per day.
    """

    quantity: Ints
    point: Ints
    target: Ints
    periods: Ints
    day_cost: Floats


def least_cost(ahead: Ahead, terms: Terms, position: Ints) -> LeastCost:
    """Plan N stocks; ``position`` (N,) is stock available and on order.

    Quantities are whole packs, at least the minimum, and 0 where waiting is cheaper. Nothing is
    ordered of what no sale would pay for (``margin`` or demand of nothing).
    """
    parts = []
    for start in range(0, len(ahead), _CHUNK):
        stop = min(start + _CHUNK, len(ahead))
        parts.append(_part(ahead.part(start, stop), terms.part(start, stop), position[start:stop]))
    if not parts:
        none = np.zeros(0, np.int64)
        return LeastCost(none, none, none, none, np.zeros(0))
    names = LeastCost.__dataclass_fields__
    return LeastCost(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def expected_costs(ahead: Ahead, terms: Terms, level: Floats, periods: Floats) -> Costs:
    """Costs of raising the position to ``level`` now, until ``periods`` reviews later."""
    return _Window(ahead, terms, periods).costs(level)


class _Window:
    """Demand until each time within the days that an order is to last, read once."""

    def __init__(self, ahead: Ahead, terms: Terms, periods: Floats) -> None:
        self._terms = terms
        self.days = periods * terms.review_days
        lead, spread = terms.lead_days, terms.lead_deviation
        self._held = [ahead.values_over(lead + self.days * t, spread) for t in _TIMES]
        self._end = ahead.values_over(lead + self.days, spread)
        self._perishes = np.isfinite(terms.shelf_days)
        self._spoilt: Floats | None = None
        if self._perishes.any():
            kept = np.where(self._perishes, terms.shelf_days, 0.0)
            self._spoilt = ahead.values_over(lead + kept, spread)

    @property
    def most(self) -> Floats:
        """More than this no sale is expected to need."""
        return self._end[:, -1]

    def costs(self, level: Floats) -> Costs:
        terms = self._terms
        held = sum(s * left(v, level) for s, v in zip(_SHARES, self._held, strict=True))
        missing = short(self._end, level)
        wasted = np.zeros_like(level)
        if self._spoilt is not None:
            wasted = np.where(self._perishes, left(self._spoilt, level), 0.0)
        return Costs(
            terms.holding * self.days * held,
            terms.margin * missing,
            terms.unit_cost * wasted,
            missing,
            wasted,
        )

    def best(self) -> Floats:
        """The level of least cost (N,), to within a few thousandths of the range."""
        terms = self._terms
        low, high = np.zeros_like(self.days), self.most.copy()
        for _ in range(_HALVINGS):
            level = (low + high) / 2
            held = sum(s * within(v, level) for s, v in zip(_SHARES, self._held, strict=True))
            slope = terms.holding * self.days * held
            slope -= terms.margin * (1.0 - within(self._end, level))
            if self._spoilt is not None:
                wasted = np.where(self._perishes, within(self._spoilt, level), 0.0)
                slope += terms.unit_cost * wasted
            rising = slope >= 0
            low, high = np.where(rising, low, level), np.where(rising, level, high)
        return (low + high) / 2


def _part(ahead: Ahead, terms: Terms, position: Ints) -> LeastCost:
    review = terms.review_days
    rate = ahead.mean_over(terms.lead_days + review) / np.maximum(terms.lead_days + review, 1.0)
    sells = (rate > 0) & (terms.margin > 0)
    a_period = np.maximum(rate * review, 1e-9)
    lot = np.maximum(np.maximum(terms.minimum, terms.pack), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ideal = np.sqrt(2 * terms.order_cost / (terms.holding * rate)) / review
    longest = np.maximum(1.0, np.floor((_MOST_DAYS - terms.lead_days) / review))
    ideal = np.nan_to_num(np.minimum(ideal, longest), nan=1.0)
    # What does not sell within its shelf life is not bought for later.
    fresh = np.maximum(1.0, np.floor(np.minimum(terms.shelf_days, _MOST_DAYS) / review))
    longest = np.minimum(longest, fresh)
    needed = np.minimum(np.ceil(lot / a_period - 1e-9), longest)
    rounded = np.clip(np.floor(ideal), 1.0, longest)
    tried = [np.maximum(needed, np.clip(rounded + k, 1.0, longest)) for k in (0.0, 1.0)]
    if (rounded > needed).any():
        tried.append(np.maximum(needed, np.ones_like(needed)))
        tried.append(np.maximum(needed, np.clip(rounded - 1.0, 1.0, longest)))
    best = np.full_like(rate, np.inf)
    target, periods = np.zeros_like(rate), np.ones_like(rate)
    for count in tried:
        window = _Window(ahead, terms, count)
        level = window.best()
        level = _whole(window, level)
        day_cost = (terms.order_cost + window.costs(level).total) / window.days
        better = day_cost < best - 1e-12
        best = np.where(better, day_cost, best)
        target, periods = np.where(better, level, target), np.where(better, count, periods)
    point = np.minimum(_point(ahead, terms, best), target)
    point, target = np.where(sells, point, 0.0), np.where(sells, target, 0.0)
    due = sells & (position < point)
    packs = np.maximum(terms.pack, 1)
    wanted = np.maximum(target - position, 0.0)
    wanted = np.minimum(wanted, MOST_UNITS)
    rounded_packs = np.floor(wanted / packs + 0.5)
    # Less than is needed to get above the point would only mean to order again.
    at_least = np.ceil(np.maximum(point - position, terms.minimum) / packs - 1e-9)
    quantity = np.where(due, np.maximum(np.maximum(rounded_packs, at_least), 1.0) * packs, 0.0)
    return LeastCost(
        quantity.astype(np.int64),
        point.astype(np.int64),
        target.astype(np.int64),
        periods.astype(np.int64),
        np.where(sells, best, 0.0),
    )


def _whole(window: _Window, level: Floats) -> Floats:
    """The whole number beside ``level`` that costs less; the larger where both cost the same."""
    low, high = np.floor(level), np.ceil(level)
    fewer, more = window.costs(low).total, window.costs(high).total
    return np.where(fewer < more, low, high)


def _point(ahead: Ahead, terms: Terms, day_cost: Floats) -> Floats:
    """The lowest position at which waiting for the next review costs no more than going on."""
    window = _Window(ahead, terms, np.ones_like(day_cost))
    high = np.ceil(window.best())
    low = np.full_like(high, -1.0)
    bound = day_cost * window.days + 1e-9
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        dear = window.costs(middle).total > bound
        low, high = np.where(dear, middle, low), np.where(dear, high, middle)
    return high


@dataclass(frozen=True, eq=False)
class Choice:
    """Quantities that may be ordered of one stock now, and what each would cost.

    ``extra`` (N,) is what each costs more than the best of them, in all: its costs over the
    ``days`` that it is best made to last, less what these days cost on average. ``costs`` are
    over those days; ``order_cost`` and ``purchase`` (N,) come on top: the latter is what the
    units sold cost more or less than at the price without a break.
    """

    quantity: Ints
    extra: Floats
    days: Floats
    costs: Costs
    order_cost: Floats
    purchase: Floats


def choices(
    ahead: Ahead,
    terms: Terms,
    position: int,
    quantities: Ints,
    day_cost: float,
    unit_costs: Floats | None = None,
) -> Choice:
    """What each of ``quantities`` (Q,) of one stock would cost; 0 means not to order yet.

    ``day_cost`` is that of the plan, at which time goes on after each. ``unit_costs`` (Q,) is
    the average price at each, where there are price breaks.
    """
    count = len(quantities)
    review = float(terms.review_days[0])
    longest = max(1, int((_MOST_DAYS - float(terms.lead_days[0])) // review))
    lengths = np.unique(np.geomspace(1, min(longest, 120), 24).astype(np.int64))
    level = np.maximum(position + quantities.astype(float), 0.0)
    wide, how = ahead.repeated(count), terms.repeated(count)
    pays = np.where(quantities > 0, terms.order_cost[0], 0.0)
    dearer = np.zeros(count) if unit_costs is None else unit_costs - terms.unit_cost[0]
    dearer = np.where(quantities > 0, dearer, 0.0)
    tried: list[tuple[Floats, Costs, Floats]] = []
    for length in lengths:
        periods = np.full(count, float(length))
        costs = expected_costs(wide, how, level, periods)
        lead = how.lead_days
        sold = wide.mean_over(lead + periods * review) - wide.mean_over(lead)
        purchase = dearer * np.minimum(sold, quantities)
        tried.append((pays + costs.total + purchase - day_cost * periods * review, costs, purchase))
    worth = np.stack([each for each, _, _ in tried])
    at, rows = np.argmin(worth, axis=0), np.arange(count)

    def picked(name: str) -> Floats:
        found: Floats = np.stack([getattr(costs, name) for _, costs, _ in tried])[at, rows]
        return found

    least = worth[at, rows]
    return Choice(
        quantities,
        least - least.min(),
        lengths[at] * review,
        Costs(*(picked(name) for name in Costs.__dataclass_fields__)),
        pays,
        np.stack([purchase for _, _, purchase in tried])[at, rows],
    )
