"""Segments of the analysed: lifecycle, people's rules, and clusters that get a readable name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from omnix.engine.customers.groups import cluster

from .analyse import Found
from .history import Past
from .insights_model import Analysed
from .segments_model import Performance, Segment, holds

_LIFECYCLE = {
    "new": "first purchase in the last 30 days",
    "active": "likely to buy within 90 days",
    "at_risk": "chance of no purchase within 90 days of 60% or more",
    "lost": "chance of no purchase within 90 days of 90% or more",
}
_TRAITS = (
    ("orders", "buys often", "buys seldom"),
    ("average_order_minor", "large baskets", "small baskets"),
    ("days_since_last", "long away", "bought lately"),
    ("discounted_share", "seeks discounts", "pays full price"),
)
_CLUSTERS = 5
_LEAST_CUSTOMERS = 100
_TELLING = 0.4
"""Standard deviations from the shop's mean from which a trait names a cluster."""

_PERIOD = 90


@dataclass(frozen=True)
class Grouped:
    by_customer: dict[str, Analysed]
    segments: list[Segment]


def grouped(
    past: Past, found: Found, rules: Sequence[Segment], before: Mapping[str, Sequence[str]]
) -> Grouped:
    """``before`` holds the segments that each customer was in at the last analysis."""
    people = list(found.by_customer.values())
    of: list[list[str]] = [[f"lifecycle-{one.lifecycle}"] for one in people]
    segments = [
        Segment(id=f"lifecycle-{k}", kind="lifecycle", name=k.replace("_", " "), reason=why)
        for k, why in _LIFECYCLE.items()
    ]
    clusters, cluster_of = _clusters(found, len(people))
    for mine, number in zip(of, cluster_of, strict=True):
        mine.append(clusters[number].id)
    segments += clusters
    known = [_attributes(one, found, n) for n, one in enumerate(people)] if rules else []
    for segment in rules:
        assert segment.rule is not None
        for mine, attributes in zip(of, known, strict=True):
            if holds(segment.rule, attributes):
                mine.append(segment.id)
    figures = _figures(past)
    done = [
        msgspec.structs.replace(
            segment, performance=_performance(segment, people, of, before, figures, found)
        )
        for segment in [*segments, *rules]
    ]
    by_customer = {
        one.customer_id: msgspec.structs.replace(one, segments=mine)
        for one, mine in zip(people, of, strict=True)
    }
    return Grouped(by_customer, done)


def _clusters(found: Found, n: int) -> tuple[list[Segment], list[int]]:
    if n < _LEAST_CUSTOMERS:
        all_ = Segment(
            id="cluster-1", kind="cluster", name="everybody",
            reason=f"fewer than {_LEAST_CUSTOMERS} customers are too few to tell apart",
        )  # fmt: skip
        return [all_], [0] * n
    columns = found.columns
    features = np.stack([
        np.log(columns["orders"]),
        np.log(np.maximum(columns["average_order_minor"], 1.0)),
        np.log(columns["days_since_last"] + 1.0),
        columns["discounted_share"],
    ], axis=1)  # fmt: skip
    made = cluster(features, _CLUSTERS)
    segments: list[Segment] = []
    taken: Counter[str] = Counter()
    for number, centre in enumerate(made.centres):
        order = np.argsort(-np.abs(centre))
        traits = [_TRAITS[k][1 if centre[k] > 0 else 2] for k in order if abs(centre[k]) > _TELLING]
        name = ", ".join(traits[:2]) or "average"
        taken[name] += 1
        if taken[name] > 1:
            name = f"{name} ({taken[name]})"
        mine = made.of == number
        reason = _reason(columns, mine)
        segments.append(
            Segment(id=f"cluster-{number + 1}", kind="cluster", name=name, reason=reason)
        )
    return segments, [int(k) for k in made.of]


def _reason(columns: Mapping[str, NDArray[np.float64]], mine: NDArray[np.bool_]) -> str:
    """The medians of the cluster beside the shop's."""
    if not mine.any():
        return "nobody"
    parts = []
    for name, words, digits in (
        ("orders", "orders", 0), ("days_since_last", "days since the last", 0),
        ("discounted_share", "of units at a discount", 2),
    ):  # fmt: skip
        here, shop = float(np.median(columns[name][mine])), float(np.median(columns[name]))
        parts.append(f"{here:.{digits}f} {words} (all: {shop:.{digits}f})")
    return "median " + ", ".join(parts)


def _attributes(one: Analysed, found: Found, n: int) -> dict[str, float | str | None]:
    names = (
        "orders", "revenue_minor", "average_order_minor", "days_since_last", "days_since_first",
        "churn", "alive", "expected_spend_minor", "discounted_share",
    )  # fmt: skip
    known: dict[str, float | str | None] = {name: float(found.columns[name][n]) for name in names}
    favourite = one.facts.favourite_categories
    return {
        **known,
        "usual_interval_days": one.facts.usual_interval_days,
        "recency": one.rfm.recency,
        "frequency": one.rfm.frequency,
        "money": one.rfm.money,
        "lifecycle": one.lifecycle,
        "favourite_category": favourite[0].category if favourite else None,
    }


def _figures(past: Past) -> tuple[NDArray[np.int64], ...]:
    """Revenue now and before, orders now and before, by customer."""
    n, age = len(past.customers), past.origin - past.day
    now, then = age <= _PERIOD, (age > _PERIOD) & (age <= 2 * _PERIOD)
    return (
        *(np.rint(np.bincount(past.code, past.revenue * w, minlength=n)).astype(np.int64)
          for w in (now, then)),
        *(np.bincount(past.code[w], minlength=n).astype(np.int64) for w in (now, then)),
    )  # fmt: skip


def _performance(
    segment: Segment, people: Sequence[Analysed], of: Sequence[Sequence[str]],
    before: Mapping[str, Sequence[str]], figures: tuple[NDArray[np.int64], ...], found: Found,
) -> Performance:  # fmt: skip
    inside = np.array([segment.id in mine for mine in of], bool)
    was = {id for id, mine in before.items() if segment.id in mine}
    ids = {one.customer_id for one, there in zip(people, inside, strict=True) if there}
    entered = ids - was
    came_from: Counter[str] = Counter()
    if segment.kind != "rule":
        for id in entered:
            same = [s for s in before.get(id, ()) if s.startswith(f"{segment.kind}-")]
            came_from.update(same or ["nowhere"])
    revenue, revenue_before, orders, orders_before = (int(f[inside].sum()) for f in figures)
    some = people[0]
    return Performance(
        as_of=some.as_of,
        made_at=some.made_at,
        currency=some.currency,
        customers=len(ids),
        share=round(len(ids) / len(people), 4),
        revenue_minor=revenue,
        previous_revenue_minor=revenue_before,
        orders=orders,
        previous_orders=orders_before,
        expected_spend_minor=round(float(found.columns["expected_spend_minor"][inside].sum())),
        churn=round(float(found.columns["churn"][inside].mean()), 4) if ids else 0.0,
        entered=len(entered),
        left=len(was - ids),
        came_from=dict(came_from),
    )
