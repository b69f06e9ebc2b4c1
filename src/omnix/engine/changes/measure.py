"""What each product would have sold, and what stock, promotions and prices made of it.

A product's usual rate and the shop's daily level are fitted together to the days that are
clean: in stock, not promoted, at the usual price. Demand is rate times level, times the share
of trade in stock, times the lift of a promotion, times the response to a price.
"""

from dataclasses import dataclass

import numpy as np

from omnix.engine.changes.data import Flag, History, Real

IN_STOCK = 0.98
PROMOTED = 0.03
"""Less than this share of the price off is no promotion, a shelf price this close the same."""
HALF_LIFE = 28.0
USUAL_DAYS = 56
_GAP = 4
_LISTED = 0.02
_ROUNDS = 4
_LIFT, _LIFT_SPREAD = 2.0, 0.6
_RESPONSE, _RESPONSE_SPREAD = 1.5, 0.6
_MOST = 6.0
_OWN = 6.0
"""Units for which the pooled lift counts beside a product's own."""


@dataclass(frozen=True)
class Marks:
    """What can be told of each [product, day] without looking at how much was sold."""

    stock: Real  # share in stock, 1 where nobody tells
    depth: Real  # of the promotion, 0 without
    price: Real  # shelf price, carried over days without a sale; NaN before the first
    usual: Real  # the price that held most of the days before


def marks(history: History) -> Marks:
    gross, discount = history.gross, history.discount
    sold = history.units > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        off = np.where(gross > 0, discount / gross, np.nan)
        paid = np.where(sold & (gross > 0), gross / history.units, np.nan)
        ratio = paid / history.listed
    # Where what is asked at the till is not what the list says, the list is out of date.
    ratio = filled(np.where(np.abs(ratio - 1) <= _LISTED, 1.0, ratio))
    price = np.where(np.isnan(history.listed), filled(paid), history.listed * ratio)
    usual = _usual(price)
    depth = _bridged(np.where(sold, np.nan_to_num(off), np.nan))
    depth = np.where(depth >= PROMOTED, depth, 0.0)
    # A price that falls and comes back is a promotion, however it was written down.
    with np.errstate(invalid="ignore", divide="ignore"):
        cut = 1 - price / usual
    cut = np.where(_temporary(price, usual), np.nan_to_num(cut), 0.0)
    depth = 1 - (1 - depth) * (1 - np.where(cut >= PROMOTED, cut, 0.0))
    return Marks(np.nan_to_num(history.stock, nan=1.0), depth, price, usual)


def filled(values: Real) -> Real:
    """Each row's last known value carried on, and its first one back."""
    known = ~np.isnan(values)
    place = np.where(known, np.arange(values.shape[1]), 0)
    np.maximum.accumulate(place, axis=1, out=place)
    carried = np.take_along_axis(values, place, axis=1)
    first = np.argmax(known, axis=1)
    begin = np.take_along_axis(values, first[:, None], axis=1)
    out: Real = np.where(np.isnan(carried), begin, carried)
    return out


def _usual(price: Real) -> Real:
    """The median price of the days before each, of up to USUAL_DAYS of them, weekly renewed."""
    days = price.shape[1]
    out = np.empty_like(price)
    for start in range(0, days, 7):
        low = max(0, start - USUAL_DAYS)
        seen = price[:, low : max(start, 1)]
        out[:, start : start + 7] = np.median(seen, axis=1)[:, None]
    return out


def _temporary(price: Real, usual: Real) -> Flag:
    """Days whose price lies under the usual one and is back at it within the history."""
    days = price.shape[1]
    low = price < usual * (1 - PROMOTED)
    back = price >= usual * (1 - PROMOTED / 2)
    # The next day at the usual price, as a day number; `days` where none comes.
    later = np.where(back, np.arange(days), days)
    later = np.minimum.accumulate(later[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(low & (later < days), dtype=np.bool_)


def _bridged(off: Real) -> Real:
    """Days without a sale between two promoted ones, at most _GAP apart, were promoted too."""
    known = ~np.isnan(off)
    days = np.arange(off.shape[1])
    before = np.maximum.accumulate(np.where(known, days, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, days, 10**9)[:, ::-1], axis=1)[:, ::-1]
    inside = ~known & (before >= 0) & (after < off.shape[1]) & (after - before <= _GAP)
    left = np.take_along_axis(off, np.maximum(before, 0), axis=1)
    right = np.take_along_axis(off, np.minimum(after, off.shape[1] - 1), axis=1)
    bridge = np.where(inside, np.minimum(np.nan_to_num(left), np.nan_to_num(right)), 0.0)
    return np.asarray(np.where(known, off, bridge))


@dataclass(frozen=True)
class Fit:
    """Expected units are rate [product] times level [day] where nothing happened."""

    rate: Real
    level: Real
    known: Flag  # products with clean days to learn from
    lift: float  # slope of log demand over -log(1 - depth) of a promotion


def fit(history: History, seen: Marks, until: int) -> Fit:
    """Learnt from the days before ``until``; the level reaches to the end of the history.

    Alternating Poisson likelihoods of rate and level; days count half after HALF_LIFE.
    """
    units, days = history.units, np.arange(history.days)
    same = np.abs(seen.price / np.where(seen.usual > 0, seen.usual, np.nan) - 1) < PROMOTED
    clean = (seen.stock >= IN_STOCK) & (seen.depth == 0) & (same | np.isnan(seen.price))
    first = np.argmax(units > 0, axis=1)
    clean &= (days >= first[:, None]) & (units.sum(axis=1) > 0)[:, None]
    weight = np.where(days < until, 0.5 ** ((until - days) / HALF_LIFE), 0.0)
    learnt = np.where(clean, weight, 0.0)
    level = units.sum(axis=0) / max(float(units.sum()), 1e-9)
    rate = np.zeros(len(units))
    for _ in range(_ROUNDS):
        rate = _ratio((learnt * units).sum(axis=1), learnt @ level)
        known = (learnt > 0).sum(axis=1) >= 7
        there = clean & known[:, None]
        fresh = _ratio((units * there).sum(axis=0), (rate[:, None] * there).sum(axis=0))
        level = np.where((rate[:, None] * there).sum(axis=0) > 0, fresh, level)
    known = (learnt > 0).sum(axis=1) >= 7
    # Who has no clean day still has a rate, for what is lost of it.
    rate = np.where(known, rate, _ratio((weight * units).sum(axis=1), float(weight @ level)))
    lift = _slope(units, rate[:, None] * level * seen.stock, seen.depth, until, known)
    return Fit(rate, level, known, lift)


def _ratio(top: Real, bottom: Real | float) -> Real:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(np.asarray(bottom) > 0, top / bottom, 0.0))


def _slope(units: Real, expected: Real, depth: Real, until: int, known: Flag) -> float:
    on = (depth > 0) & (expected > 0) & known[:, None]
    on[:, until:] = False
    x = -np.log1p(-np.minimum(depth[on], 0.9))
    return poisson_slope(units[on], expected[on], x, _LIFT, _LIFT_SPREAD)


def poisson_slope(units: Real, expected: Real, x: Real, prior: float, spread: float) -> float:
    """The slope b of units ~ Poisson(expected * exp(b x)), drawn towards a normal prior."""
    b = prior
    for _ in range(25):
        mean = expected * np.exp(np.clip(b * x, -20, 20))
        gradient = float(((units - mean) * x).sum()) - (b - prior) / spread**2
        curve = float((mean * x * x).sum()) + 1 / spread**2
        step = float(np.clip(gradient / curve, -1, 1))
        b = float(np.clip(b + step, prior - _MOST, prior + _MOST))
        if abs(step) < 1e-6:
            break
    return b


@dataclass(frozen=True)
class Window:
    """One period of each product, [product]. ``expected`` is stock * lift * response * base."""

    units: Real
    base: Real  # rate * level: what nothing happening would have sold
    stock: Real
    lift: Real
    response: Real
    price: Real  # gross a unit
    off: Real  # discount a gross unit of money
    cost: Real
    promoted: Flag
    priced: Real  # log of the mean shelf price over the usual one

    @property
    def expected(self) -> Real:
        return self.base * self.stock * self.lift * self.response


def window(
    history: History, seen: Marks, found: Fit, start: int, days: int, usual: Real, slope: float
) -> Window:
    """``usual`` [product] is what the rate was learnt at; ``slope`` the response to a price."""
    span = slice(start, start + days)
    level = found.level[span]
    share = level / level.sum() if level.sum() > 0 else np.full(days, 1 / days)
    units = history.units[:, span].sum(axis=1)
    gross, off = history.gross[:, span].sum(axis=1), history.discount[:, span].sum(axis=1)
    stock, depth = seen.stock[:, span], seen.depth[:, span]
    available = stock @ share
    base = found.rate * level.sum()
    on = depth > 0
    pooled = np.where(on, (1 - np.minimum(depth, 0.9)) ** -found.lift, 1.0)
    wanted = found.rate[:, None] * level * stock
    due = (wanted * on).sum(axis=1)
    own = ((history.units[:, span] * on).sum(axis=1) + _OWN * _mean(pooled, on)) / (due + _OWN)
    raised = np.where(on, np.where(found.known, own, _mean(pooled, on))[:, None], 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        trade = stock * share
        lift = np.where(available > 0, (raised * trade).sum(axis=1) / available, raised @ share)
        plain = np.log(np.where(on, np.nan, seen.price[:, span]) / usual[:, None])
    priced = _ratio(np.nan_to_num(plain).sum(axis=1), np.isfinite(plain).sum(axis=1) * 1.0)
    priced = np.where(np.abs(priced) < 0.005, 0.0, priced)
    listed = seen.price[:, min(start + days, history.days) - 1]
    price = np.where(units > 0, gross / np.maximum(units, 1e-9), np.nan_to_num(listed))
    cost = history.cost
    each = np.zeros(len(units)) if cost is None else cost[:, span].sum(axis=1)
    return Window(
        units=units,
        base=base,
        stock=available,
        lift=lift,
        response=np.exp(np.clip(-slope * priced, -3, 3)),
        price=price,
        off=np.where(gross > 0, off / np.maximum(gross, 1e-9), 0.0),
        cost=np.where(units > 0, each / np.maximum(units, 1e-9), np.nan),
        promoted=np.asarray(on.any(axis=1)),
        priced=priced,
    )


def _mean(values: Real, on: Flag) -> Real:
    return np.asarray(_ratio((values * on).sum(axis=1), on.sum(axis=1).astype(np.float64)))


def response(found: Fit, plain: Window) -> float:
    """The slope of log demand over minus the log price, from products whose price moved.

    ``plain`` is the period now with no response in it.
    """
    moved = (plain.priced != 0) & found.known & (plain.base > 0)
    return poisson_slope(
        plain.units[moved],
        plain.expected[moved],
        -plain.priced[moved],
        _RESPONSE,
        _RESPONSE_SPREAD,
    )
