"""Two periods of the same length, and what of the change between them belongs to what.

The parts sum to the change by construction: each product's change is split by the Shapley value
into stock, promotion, price, cost and demand; the demand of all products is then split between
groups of customers and single products that stand out and, for the rest, by the logarithmic mean
Divisia index into days open, visits, orders a visit, units an order and value a unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from omnix.engine.changes.data import Groups, History, Real
from omnix.engine.changes.divisia import lmdi, log_mean
from omnix.engine.changes.measure import Marks, Window, fit, response, window
from omnix.engine.changes.shapley import shapley

EVENTS = ("stock", "promotion", "price", "cost")
_FACTORS = ("stock", "lift", "off", "response", "price", "cost", "level", "own")
_CLOSED_BELOW = 0.04
_FEW_ORDERS = 4.0


@dataclass(frozen=True)
class Pair:
    """Of the change from the period at ``start[0]`` to that at ``start[1]``.

    ``events`` [event, product] in the order of EVENTS; ``volume`` the part of it that came by
    units sold, the rest by what a unit brought; ``own`` [product] what a product's own
    demand did beyond the shop's; ``level`` [product] what the shop's did. ``excess`` holds for
    each way of grouping what a group's demand did beyond the others', [group].
    """

    start: tuple[int, int]
    days: int
    before: float
    now: float
    windows: tuple[Window, Window]
    events: Real
    volume: Real
    level: Real
    own: Real
    returned: float
    charged: float
    excess: tuple[Real, ...]
    size: tuple[Real, ...]
    slope: float

    @property
    def change(self) -> float:
        return self.now - self.before

    @property
    def demand(self) -> float:
        """What is neither stock, promotion, price nor cost, in products alone."""
        return float(self.level.sum() + self.own.sum())


def compare(history: History, seen: Marks, starts: tuple[int, int], days: int) -> Pair:
    """Learnt from before the later period alone, so that what happens in it cannot hide itself."""
    found = fit(history, seen, max(starts[1], 1))
    usual = seen.usual[:, starts[0]]
    plain = [window(history, seen, found, start, days, usual, 0.0) for start in starts]
    slope = max(0.0, response(found, plain[1]))
    first, last = (window(history, seen, found, start, days, usual, slope) for start in starts)
    events, volume, level, own = _products(history, first, last)
    amount = history.amount()
    sums = [amount[:, s : s + days].sum() for s in starts]
    back, extra = ([float(x[s : s + days].sum()) for s in starts] for x in
                   (history.returned, history.charged))  # fmt: skip
    excess, size = [], []
    for groups in history.groups:
        out, of = _beyond(groups, starts, days, events.sum(axis=0))
        excess.append(out)
        size.append(of)
    return Pair(
        start=starts,
        days=days,
        before=float(sums[0]) + back[0] + extra[0],
        now=float(sums[1]) + back[1] + extra[1],
        windows=(first, last),
        events=events,
        volume=volume,
        level=level,
        own=own,
        returned=back[1] - back[0],
        charged=extra[1] - extra[0],
        excess=tuple(excess),
        size=tuple(size),
        slope=slope,
    )


def _products(history: History, a: Window, b: Window) -> tuple[Real, Real, Real, Real]:
    """Events and their volumes [event, product], level and own demand [product]: exact for each
    product, whatever the model expected."""
    price, off = _told(a.price, b.price), _told(a.off, b.off, a.units, b.units)
    cost = _told(a.cost, b.cost)
    rest = (a.units - a.expected, b.units - b.expected)

    def value(on: Sequence[bool]) -> Real:
        stock, lift, cut, response, priced, costs, level, own = (int(flag) for flag in on)
        units = (a, b)[stock].stock * (a, b)[lift].lift * (a, b)[response].response
        units = units * (a, b)[level].base + rest[own]
        if history.metric == "units":
            return np.asarray(units)
        each = price[priced] * (1 - off[cut])
        return np.asarray(units * (each - cost[costs] if history.metric == "margin" else each))

    part = dict(zip(_FACTORS, shapley(value, len(_FACTORS)), strict=True))
    promoted, moved = a.promoted | b.promoted, a.priced != b.priced
    # What a unit brought may differ by chance (which day, which customer): no price moved. And a
    # shelf price that came back after a while was a promotion: both in one place.
    part["off"] = part["off"] + np.where(promoted & ~moved, part["price"], 0.0)
    part["own"] = part["own"] + np.where(~promoted & ~moved, part["price"], 0.0)
    part["price"] = np.where(moved, part["price"], 0.0)
    part["own"] = part["own"] + np.where(promoted, 0.0, part["off"])
    part["off"] = np.where(promoted, part["off"], 0.0)
    nothing = np.zeros(len(a.units))
    volume = np.stack([part["stock"], part["lift"], part["response"], nothing])
    each = np.stack([nothing, part["off"], part["price"], part["cost"]])
    return volume + each, volume, part["level"], part["own"]


def _told(
    a: Real, b: Real, had_a: Real | None = None, had_b: Real | None = None
) -> tuple[Real, Real]:
    """Where nothing was sold in one period its price is not known: the other one's stands in."""
    gone_a = np.isnan(a) if had_a is None else had_a <= 0
    gone_b = np.isnan(b) if had_b is None else had_b <= 0
    if had_a is not None:  # no discount can be seen where nothing sold; none is assumed
        return np.where(gone_a, 0.0, a), np.where(gone_b, 0.0, b)
    first = np.where(gone_a, b, a)
    last = np.where(gone_b, a, b)
    return np.nan_to_num(first), np.nan_to_num(last)


def _beyond(groups: Groups, starts: tuple[int, int], days: int, events: Real) -> tuple[Real, Real]:
    """Each group's change that neither its products' events nor the rest's change explain."""
    first, last = (groups.amount[:, s : s + days].sum(axis=1) for s in starts)
    before, now = (float(groups.whole.amount[s : s + days].sum()) for s in starts)
    own = last - first - groups.share @ events
    rest = now - before - float(groups.whole.share @ events) - own
    base = before - first
    common = np.where(base > 0, rest / np.where(base > 0, base, 1.0), 0.0)
    return np.asarray(own - np.clip(common, -0.9, 2.0) * first), np.asarray(first + last)


@dataclass(frozen=True)
class Shortfall:
    """Orders of each group [group]: how many came, how many the rest's pace made expect, the
    deviations of a Poisson count between, and the amount that a group usually brings."""

    came: Real
    expected: Real
    deviations: Real
    amount: Real


def shortfall(groups: Groups, starts: tuple[int, int], days: int, periods: int) -> Shortfall:
    """Against up to ``periods`` periods that end with the earlier one."""
    start = max(starts[0] - (0 if groups.selected else periods - 1) * days, 0)
    end = starts[0] + days
    scale = days / (end - start)
    past, whole = groups.orders[:, start:end].sum(axis=1), groups.whole.orders[start:end].sum()
    came = groups.orders[:, starts[1] : starts[1] + days].sum(axis=1)
    others = groups.whole.orders[starts[1] : starts[1] + days].sum() - came
    base = np.maximum(whole - past, 1e-9)
    expected = past * others / base
    # Four counts vary: this group's and the rest's, in the past and now.
    spread = expected + expected**2 * (1 / np.maximum(past, 1) + 1 / np.maximum(others, 1)
                                       + 1 / np.maximum(whole - past, 1))  # fmt: skip
    few = (whole - past < _FEW_ORDERS * 5) | (others <= 0)
    deviations = np.where(few, 0.0, (came - expected) / np.sqrt(np.maximum(spread, 1.0)))
    amount = groups.amount[:, start:end].sum(axis=1) * scale
    return Shortfall(came, expected, np.asarray(deviations), np.asarray(amount))


@dataclass(frozen=True)
class Flow:
    """Demand that is left, split: the parts sum to the change of ``value``."""

    opening: float
    traffic: float
    conversion: float
    basket: float
    mix: float


def flow(history: History, pair: Pair, value: float, units: float, orders: float) -> Flow:
    """The change ``value`` at constant prices, of which ``units`` and ``orders`` are the change
    of what is counted, each without what events, groups and products did already."""
    a, _ = pair.windows
    counts = [history.orders[:, s : s + pair.days].sum(axis=1) for s in pair.start]
    n0, u0 = float(counts[0].sum()), float(a.units.sum())
    v0 = float(history.amount()[:, pair.start[0] : pair.start[0] + pair.days].sum())
    n1, u1, v1 = n0 + orders, u0 + units, v0 + value
    if min(n0, n1, u0, u1, v0, v1) <= 0:
        return Flow(0.0, value, 0.0, 0.0, 0.0)
    if history.metric == "units":
        traffic, basket = lmdi((n0, v0 / n0), (n1, v1 / n1))
        mix = 0.0
    else:
        traffic, basket, mix = lmdi((n0, u0 / n0, v0 / u0), (n1, u1 / n1, v1 / u1))
    weight = traffic / np.log(n1 / n0) if n1 != n0 else v0
    opening = float(weight) * _opening(history, pair)
    if abs(opening) > 2 * abs(traffic) + 0.02 * v0 and opening * traffic < 0:
        opening = 0.0
    conversion = _conversion(history, pair, float(weight), counts)
    return Flow(opening, traffic - opening - conversion, conversion, basket, mix)


def _opening(history: History, pair: Pair) -> float:
    """Log of the usual orders of the outlets' open days, now over before."""
    orders = history.orders
    end = pair.start[1]
    usual = np.zeros((orders.shape[0], 7))
    for weekday in range(7):
        usual[:, weekday] = np.median(orders[:, np.arange(weekday, max(end, 8), 7)], axis=1)
    sums = []
    for start in pair.start:
        days = np.arange(start, start + pair.days)
        due = usual[:, days % 7]
        shut = (due >= _FEW_ORDERS) & (orders[:, days] <= _CLOSED_BELOW * due)
        sums.append((float(due.sum()), float((due * shut).sum())))
    shares = [1 - lost / due if due > 0 else 1.0 for due, lost in sums]
    return float(np.log(shares[1] / shares[0])) if min(shares) > 0 else 0.0


def _conversion(history: History, pair: Pair, weight: float, counts: Sequence[Real]) -> float:
    """The part of the web's change in orders that visits do not explain."""
    if history.sessions is None or history.web is None:
        return 0.0
    visits = [float(history.sessions[s : s + pair.days].sum()) for s in pair.start]
    web = [float(count[history.web].sum()) for count in counts]
    total = [float(count.sum()) for count in counts]
    if min(*visits, *web, *total) <= 0:
        return 0.0
    ratio = log_mean(web[1], web[0]) / log_mean(total[1], total[0])
    return weight * ratio * float(np.log((web[1] / visits[1]) / (web[0] / visits[0])))
