"""Which of the parts of a change are out of the ordinary, and in which order to name them.

What is ordinary is learnt from the shop itself: the same split of earlier pairs of periods tells
how much each part usually goes up and down. A part counts by the money beyond that, so that a
week's usual ups and downs never outrank a cause. Groups of customers are scanned as Kulldorff
(1997), A spatial scan statistic, scans places: the group whose change beyond the others' stands
out most is named; the ordering by surprise follows Bhagwan et al. (2014), Adtributor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from omnix.engine.changes.data import Groups, History, Real
from omnix.engine.changes.measure import marks
from omnix.engine.changes.pair import EVENTS, Flow, Pair, compare, flow, shortfall

_Beyond = Callable[..., float]
REFERENCES = 16
FEWEST = 4
LEARN_DAYS = 28
LIMIT = {"group": 3.5, "orders": 3.0, "product": 4.5, "event": 2.5, "whole": 3.0}
"""Usual spreads beyond which a part is out of the ordinary; many groups and products are looked
at, so that chance finds more there. That an event took place is known without looking at sales,
so that less is wanted of it than of a total that went up or down."""
_WHOLE = ("opening", "traffic", "conversion", "basket", "mix")
_PRIOR_SHARE = 0.012
_PRIOR_PAIRS = 3.0
_PRODUCTS_NAMED = 5
_DUST = 1e-6
"""What floats leave of nothing, in minor units."""
_GROUP_PERIODS = 6
_LARGEST, _DRIFT = 0.6, 2.5
_LEAST, _LEAST_PRODUCT = 0.004, 0.02
"""Of the figure before: less than this is never out of the ordinary, whatever its spread."""


@dataclass(frozen=True)
class Item:
    """A product's part in a cause: row of the history, and its part."""

    product: int
    effect: float


@dataclass(frozen=True)
class Cause:
    """A part of the change. ``usual`` is what it goes up or down by between two such periods,
    None where the history is too short to tell; ``weight`` what goes beyond that. ``volume`` is
    the part of a promotion's or price's effect that came by units sold; the rest came by what a
    unit brought."""

    kind: str
    effect: float
    usual: float | None
    weight: float
    items: tuple[Item, ...] = ()
    volume: float | None = None
    grouping: str | None = None
    group: str | None = None

    @property
    def unusual(self) -> bool:
        """Whether it goes beyond what is usual. The calendar is nobody's surprise."""
        return self.weight > 0 and self.kind != "opening"


@dataclass(frozen=True)
class Explanation:
    """``causes`` sum to ``now - before``, the most telling first; ``pairs`` were compared."""

    before: float
    now: float
    causes: tuple[Cause, ...]
    pairs: int
    slope: float

    @property
    def unusual(self) -> bool:
        return any(cause.unusual for cause in self.causes)


@dataclass(frozen=True)
class _Usual:
    """Spreads over the reference pairs."""

    pairs: int
    parts: dict[str, float]
    groups: tuple[Real, ...]
    products: Real


def explain(history: History, before: int, now: int, days: int) -> Explanation:
    """The change from the ``days`` that begin with day ``before`` to those from day ``now``.

    What is before the later period serves as history. Raises ValueError where the periods
    overlap, lie outside of the history or follow in the wrong order.
    """
    if not (days > 0 and before >= 0 and before + days <= now and now + days <= history.days):
        raise ValueError("two periods within the history that do not overlap, the earlier first")
    seen = marks(history)
    pair = compare(history, seen, (before, now), days)
    earlier = [compare(history, seen, starts, days) for starts in _references(before, now, days)]
    usual = _spread(history, earlier, pair)
    causes = _causes(history, pair, usual)
    ranked = sorted(causes, key=_rank)
    return Explanation(pair.before, pair.now, tuple(ranked), len(earlier), pair.slope)


def _rank(cause: Cause) -> tuple[bool, bool, float, float]:
    """What happened before how it shows: fewer orders are no cause beside who stayed away."""
    return (
        not cause.unusual,
        cause.kind in _WHOLE,
        -cause.weight,
        -abs(cause.effect),
    )


def _references(before: int, now: int, days: int) -> list[tuple[int, int]]:
    """Earlier pairs as far apart as the one in question, or else next to one another."""
    found: list[tuple[int, int]] = []
    for gap in dict.fromkeys((now - before, days)):
        found = []
        last = now - gap if gap == now - before else before
        step = max(days, 7) if days <= 14 else max(7, days // 2)
        while last - gap >= LEARN_DAYS and len(found) < REFERENCES:
            if last + days <= now:
                found.append((last - gap, last))
            last -= step
        if len(found) >= FEWEST:
            break
    return found


def _parts(history: History, pair: Pair) -> dict[str, float]:
    """The parts without any group or product taken out, for how they usually vary."""
    left = flow(history, pair, pair.demand, *_counted(history, pair))
    parts = {name: float(pair.events[row].sum()) for row, name in enumerate(EVENTS)}
    for row, name in enumerate(EVENTS):
        parts[f"{name} volume"] = float(pair.volume[row].sum())
        parts[f"{name} each"] = parts[name] - parts[f"{name} volume"]
    parts.update({name: float(getattr(left, name)) for name in _WHOLE})
    return {**parts, "returned": pair.returned, "charged": pair.charged}


def _counted(history: History, pair: Pair) -> tuple[float, float]:
    """Change of units and of orders, without what the events took or brought."""
    a, b = pair.windows
    moved = (b.expected - a.expected) - (b.base - a.base) * a.stock * a.lift * a.response
    units = float((b.units - a.units - moved).sum())
    orders = [float(history.orders[:, s : s + pair.days].sum()) for s in pair.start]
    single = [float(history.single[s : s + pair.days].sum()) for s in pair.start]
    # Of the units that an event moved only those that came alone moved an order with them.
    alone = sum(single) / max(float(a.units.sum() + b.units.sum()), 1.0)
    return units, orders[1] - orders[0] - alone * float(moved.sum())


def _spread(history: History, earlier: Sequence[Pair], pair: Pair) -> _Usual:
    """Root mean squares over the earlier pairs, drawn towards what shops usually show."""
    scale = max(pair.before, 1.0)
    n = len(earlier)
    told = [_parts(history, each) for each in earlier]
    parts = {}
    for name in _parts(history, pair):
        seen = [row[name] / max(each.before, 1.0) for row, each in zip(told, earlier, strict=True)]
        prior = _PRIOR_SHARE * (3.0 if name in _WHOLE else 1.0)
        square = sum(value * value for value in seen) + _PRIOR_PAIRS * prior**2
        parts[name] = scale * float(np.sqrt(square / (n + _PRIOR_PAIRS)))
    groups = []
    for k, size in enumerate(pair.size):
        squares = sum((each.excess[k] ** 2 for each in earlier), np.zeros(len(size)))
        groups.append(_drawn(squares, sum((e.size[k] for e in earlier), np.zeros(len(size))),
                             size, n))  # fmt: skip
    squares = sum((each.own**2 for each in earlier), np.zeros(len(pair.own)))
    worth = [_worth(each) for each in earlier]
    products = _drawn(squares, sum(worth, np.zeros(len(pair.own))), _worth(pair), n)
    return _Usual(n, parts, tuple(groups), products)


def _worth(pair: Pair) -> Real:
    a, b = pair.windows
    base = np.maximum(a.base, a.units) + np.maximum(b.base, b.units)
    return np.asarray(base * np.maximum(a.price, b.price))


def _drawn(squares: Real, sizes: Real, size: Real, n: int) -> Real:
    """Spreads whose variance is drawn towards one that grows with size as for all together."""
    pooled = float(squares.sum()) / max(float(sizes.sum()), 1e-9)
    return np.asarray(np.sqrt((squares + _PRIOR_PAIRS * pooled * size) / (n + _PRIOR_PAIRS)))


def _causes(history: History, pair: Pair, usual: _Usual) -> list[Cause]:
    enough = usual.pairs >= FEWEST
    least = _LEAST * max(pair.before, 1.0)

    def beyond(effect: float, spread: float, limit: float = LIMIT["whole"]) -> float:
        over = max(0.0, abs(effect) - limit * spread) if enough else 0.0
        return over if abs(effect) >= least else 0.0

    causes = []
    for row, name in enumerate(EVENTS):
        effect, spread = float(pair.events[row].sum()), usual.parts[name]
        if np.abs(pair.events[row]).max(initial=0.0) > _DUST:
            volume = float(pair.volume[row].sum())
            # Dearer units and fewer of them may cancel out and are no less of a cause for that.
            limit = LIMIT["event"]
            weight = max(
                beyond(effect, spread, limit),
                beyond(volume, usual.parts[f"{name} volume"], limit),
                beyond(effect - volume, usual.parts[f"{name} each"], limit),
            )
            halves = volume if name in ("promotion", "price") else None
            # Of prices and promotions it is what customers made of them that tells.
            telling = pair.events[row] if halves is None else pair.volume[row]
            items = _items(pair.events[row], telling)
            causes.append(Cause(name, effect, spread, weight, items, halves))
    group = _group(history, pair, usual, least)
    taken = np.zeros(len(pair.own))
    orders = 0.0
    if group is not None:
        cause, which, row = group
        causes.append(cause)
        demand = history.groups[which].share[row] * _worth(pair)
        taken = cause.effect * demand / max(float(demand.sum()), 1e-9)
        counts = history.groups[which].orders[row]
        sums = [float(counts[s : s + pair.days].sum()) for s in pair.start]
        whole = history.groups[which].amount[row]
        money = [float(whole[s : s + pair.days].sum()) for s in pair.start]
        moved = money[1] - money[0]
        orders = (sums[1] - sums[0]) * min(1.0, cause.effect / moved) if moved else 0.0
    own = pair.own - taken
    named = _named(own, usual, pair.before, beyond)
    causes += named
    out = sum(cause.effect for cause in named) + float(taken.sum())
    causes += _left(history, pair, usual, out, orders, beyond)
    for name, effect in (("returned", pair.returned), ("charged", pair.charged)):
        if effect:
            spread = usual.parts[name]
            causes.append(Cause(name, effect, spread, beyond(effect, spread)))
    return causes if enough else [_open(cause) for cause in causes]


def _open(cause: Cause) -> Cause:
    return Cause(
        cause.kind, cause.effect, None, 0.0, cause.items, cause.volume, cause.grouping, cause.group
    )


def _items(effects: Real, telling: Real) -> tuple[Item, ...]:
    """Products in the order in which they made the cause what it is as a whole."""
    order = np.argsort(-telling * (1.0 if telling.sum() > 0 else -1.0), kind="stable")
    return tuple(Item(int(row), float(effects[row])) for row in order if abs(effects[row]) > _DUST)


def _group(
    history: History, pair: Pair, usual: _Usual, least: float
) -> tuple[Cause, int, int] | None:
    """The group that stands out most: by its orders, which vary least, or else by its money."""
    best: tuple[float, Cause, int, int] | None = None
    for which, (groups, excess) in enumerate(zip(history.groups, pair.excess, strict=True)):
        short = shortfall(groups, pair.start, pair.days, _GROUP_PERIODS)
        whole = _usually(groups.whole.orders, groups, pair)
        now = float(groups.whole.orders[pair.start[1] : pair.start[1] + pair.days].sum())
        # Where customers stay away, the others' larger share is no cause, nor the other way.
        drift = (now - whole) / max(whole, 1.0) ** 0.5
        for row, label in enumerate(groups.labels):
            spread = float(usual.groups[which][row])
            by_orders = float(short.deviations[row]) / LIMIT["orders"]
            by_money = float(excess[row]) / max(LIMIT["group"] * spread, 1e-9)
            # The rest must be able to say what to expect: most of a shop is no group.
            if _usually(groups.orders[row], groups, pair) > _LARGEST * whole:
                continue
            if abs(drift) > _DRIFT and max(by_orders, by_money, key=abs) * drift < 0:
                continue
            far, effect = abs(by_money), float(excess[row])
            if abs(by_orders) >= far:
                far = abs(by_orders)
                gone = short.came[row] / max(float(short.expected[row]), 1e-9) - 1
                pace = float(short.expected[row]) / max(
                    _usually(groups.orders[row], groups, pair), 1e-9
                )
                effect = float(gone * min(pace, 2.0) * short.amount[row])
            if far > 1 and abs(effect) >= least and (best is None or far > best[0]):
                weight = abs(effect) * (1 - 1 / far)
                cause = Cause("segment", effect, spread, weight, grouping=groups.name, group=label)
                best = far, cause, which, row
    return None if best is None else best[1:]


def _usually(orders: Real, groups: Groups, pair: Pair) -> float:
    """Orders of a period before."""
    end = pair.start[0] + pair.days
    begin = max(end - (1 if groups.selected else _GROUP_PERIODS) * pair.days, 0)
    return float(orders[begin:end].sum()) * pair.days / (end - begin)


def _named(own: Real, usual: _Usual, before: float, beyond: _Beyond) -> list[Cause]:
    found: list[Cause] = []
    for row in np.argsort(-np.abs(own), kind="stable")[: 4 * _PRODUCTS_NAMED].tolist():
        effect, spread = float(own[row]), float(usual.products[row])
        weight = beyond(effect, spread, LIMIT["product"])
        large = abs(effect) >= _LEAST_PRODUCT * before
        if weight > 0 and large and len(found) < _PRODUCTS_NAMED:
            found.append(Cause("product", effect, spread, weight, (Item(row, effect),)))
    return found


def _left(
    history: History, pair: Pair, usual: _Usual, out: float, orders: float, beyond: _Beyond
) -> list[Cause]:
    """What no event, group or product explains, from the counts without theirs."""
    units, came = _counted(history, pair)
    a, _ = pair.windows
    worth = float(history.amount()[:, pair.start[0] : pair.start[0] + pair.days].sum())
    sold = float(a.units.sum())
    left: Flow = flow(
        history, pair, pair.demand - out, units - out * sold / max(worth, 1.0), came - orders
    )
    causes = []
    for name in _WHOLE:
        effect = float(getattr(left, name))
        if effect:
            spread = usual.parts[name]
            causes.append(Cause(name, effect, spread, beyond(effect, spread)))
    return causes
