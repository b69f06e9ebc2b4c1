"""From purchases to what is stored of each customer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from omnix.engine.customers import dropout
from omnix.engine.customers.consumption import Predictions, fit_consumption
from omnix.engine.customers.consumption import usual_interval as by_usual_interval
from omnix.engine.customers.groups import fifths
from omnix.engine.customers.histories import summarise
from omnix.engine.customers.lifetime import Lifetimes, lifetimes
from omnix.engine.customers.purchases import known_at
from omnix.engine.customers.rolling import coming_back

from .history import Past
from .insights_model import (
    CHURN_DAYS,
    HORIZON_DAYS,
    Analysed,
    CategoryShare,
    Churn,
    Consumption,
    Facts,
    Lifecycle,
    LifetimeValue,
    Rfm,
)

MOST_ITEMS = 30
"""Predictions kept of a customer, the likeliest first."""

_NEW_DAYS = 30
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """``columns`` hold a value for each of the past's customers, for segments."""

    by_customer: dict[str, Analysed]
    columns: dict[str, Array]
    quality: dict[str, Any]


@dataclass(frozen=True)
class Use:
    """Which model answers: the MBG/NBD where ``modified``, else the BG/NBD; and whether of
    purchases to come the usual interval is all that is told.
    """

    lifetime_modified: bool = False
    churn_modified: bool = False
    consumption_usual: bool = False


def analyse(past: Past, made_at: str, currency: str, use: Use | None = None) -> Found:
    """All customers of ``past``, with the BG/NBD unless ``use`` says otherwise."""
    use = use or Use()
    columns = _sums(past)
    life = _lifetimes(past, columns, modified=use.lifetime_modified)
    active, calibrated = _coming_back(past, life, modified=use.churn_modified)
    columns["churn"] = 1.0 - active
    columns["alive"] = life.alive if life else active
    columns["expected_spend_minor"] = life.spend if life else np.zeros(len(active))
    made = _predictions(past, usual_only=use.consumption_usual)
    consumption = _consumption(past, made)
    rfm = [fifths(columns[name]) for name in ("last_day", "orders", "revenue_minor")]
    hours = _hours(past)
    shop_share = float(past.discounted.sum() / max(1, past.units.sum()))
    by_customer = {}
    plain = {name: column.tolist() for name, column in columns.items()}
    for n, id in enumerate(past.customers):
        one = {name: column[n] for name, column in plain.items()}
        usual = None if np.isnan(one["usual_interval_days"]) else one["usual_interval_days"]
        by_customer[id] = Analysed(
            customer_id=id,
            as_of=past.as_of.isoformat(),
            made_at=made_at,
            currency=currency,
            lifecycle=_lifecycle(one),
            segments=[],
            rfm=Rfm(*(int(score[n]) for score in rfm)),
            facts=Facts(
                orders=int(one["orders"]),
                first_day=_day(past, one["days_since_first"]),
                last_day=_day(past, one["days_since_last"]),
                revenue_minor=int(one["revenue_minor"]),
                average_order_minor=round(one["average_order_minor"]),
                units_per_order=round(one["units"] / one["orders"], 2),
                usual_interval_days=None if usual is None else round(usual, 1),
                usual_hours=hours[n][0],
                usual_hours_share=hours[n][1],
                discounted_share=round(one["discounted_share"], 3),
                shop_discounted_share=round(shop_share, 3),
                favourite_categories=[
                    CategoryShare(c["category"], c["revenue_minor"], round(c["share"], 3))
                    for c in past.favourites.get(id, [])
                ],
            ),
            churn=Churn(
                churn=round(one["churn"], 4),
                alive=round(one["alive"], 4),
                days=CHURN_DAYS,
                calibrated=calibrated,
                reason=_why(one, usual),
            ),
            lifetime_value=_value(life, n, one),
            consumption=consumption.get(n, []),
            reach_days=made[1],
        )
    return Found(by_customer, columns, _quality(life, made[0].calibrated, calibrated))


def _sums(past: Past) -> dict[str, Array]:
    n = len(past.customers)
    orders = np.bincount(past.code, minlength=n).astype(float)
    first = np.full(n, np.iinfo(np.int64).max)
    last = np.zeros(n, np.int64)
    np.minimum.at(first, past.code, past.day)
    np.maximum.at(last, past.code, past.day)
    revenue = np.bincount(past.code, past.revenue, minlength=n)
    units = np.bincount(past.code, past.units, minlength=n)
    distinct = np.unique(past.code * 100_000 + past.day) // 100_000
    days = np.bincount(distinct, minlength=n)
    usual = np.where(days > 1, (last - first) / np.maximum(days - 1, 1), np.nan)
    return {
        "orders": orders,
        "revenue_minor": revenue,
        "units": units,
        "average_order_minor": revenue / orders,
        "last_day": last.astype(float),
        "days_since_first": (past.origin - first).astype(float),
        "days_since_last": (past.origin - last).astype(float),
        "usual_interval_days": usual,
        "discounted_share": np.bincount(past.code, past.discounted, minlength=n)
        / np.maximum(units, 1),
    }


def _lifetimes(past: Past, columns: dict[str, Array], *, modified: bool) -> Lifetimes | None:
    """None where nobody ever came back."""
    try:
        return lifetimes(
            past.code, past.day, columns["orders"], np.maximum(columns["average_order_minor"], 0.0),
            past.origin - 1, HORIZON_DAYS, modified=modified,
        )  # fmt: skip
    except ValueError:
        return None


def _coming_back(past: Past, life: Lifetimes | None, modified: bool) -> tuple[Array, bool]:
    """P(a purchase within CHURN_DAYS), set right by what came of the same forecast that many
    days ago, where there were enough customers then.
    """
    if life is None:
        return np.full(len(past.customers), 0.5), False
    end = past.origin - 1
    model = life.model
    if model.modified != modified:
        model = dropout.fit(summarise(past.code, past.day, end), modified=modified)
    chance, _, calibrated = coming_back(past.code, past.day, end, CHURN_DAYS, model)
    return chance, calibrated


def _predictions(past: Past, *, usual_only: bool) -> tuple[Predictions, int]:
    rows = past.purchases()
    known = known_at(rows, past.origin)
    model = None if usual_only else fit_consumption(rows, past.origin)
    if model is None:
        return by_usual_interval(known), 0
    return model.predict(known), model.reach


def _consumption(past: Past, made: tuple[Predictions, int]) -> dict[int, list[Consumption]]:
    """The likeliest MOST_ITEMS of each customer's code."""
    predictions, _ = made
    known = predictions.known
    if not len(known.pair):
        return {}
    first = np.flatnonzero(np.diff(past.pair, prepend=-1))
    customer = past.item_customer[first][known.pair]
    quantity = np.add.reduceat(past.item_quantity, first) / np.bincount(past.pair)
    order = np.lexsort((-predictions.chance[:, 0], customer))
    out: dict[int, list[Consumption]] = {}
    for row in order.tolist():
        mine = out.setdefault(int(customer[row]), [])
        if len(mine) == MOST_ITEMS:
            continue
        pair = int(known.pair[row])
        kind, _, item = past.items[pair].partition(":")
        # The interval is of real days: the whole days within it hold as often as it promises.
        low, middle, high = predictions.days[row].tolist()
        usual, since = float(known.usual[row]), int(known.since[row])
        mine.append(
            Consumption(
                kind="product" if kind == "product" else "category",
                item=item,
                name=past.names.get(past.items[pair], item),
                run_out=_day(past, -round(middle)),
                earliest=_day(past, -int(np.ceil(low))),
                latest=_day(past, -max(int(np.ceil(low)), int(high))),
                within_7=round(float(predictions.chance[row, 0]), 4),
                within_14=round(float(predictions.chance[row, 1]), 4),
                usual_interval_days=round(usual, 1),
                last_bought=_day(past, since),
                times_bought=int(known.count[row]),
                usual_quantity=round(float(quantity[pair]), 1),
                calibrated=predictions.calibrated,
                reason=f"usually bought every {usual:.0f} days; last {since} days ago",
            )
        )
    return out


def _hours(past: Past) -> list[tuple[list[int], float]]:
    """The three hours of the day in which each customer bought most, and their share."""
    n = len(past.customers)
    counts = np.bincount(past.code * 24 + past.hour, minlength=24 * n).reshape(n, 24)
    top = np.argsort(-counts, axis=1, kind="stable")[:, :3]
    out = []
    for row, hours in zip(counts, top, strict=True):
        there = [int(h) for h in hours if row[h]]
        out.append((sorted(there), round(float(row[there].sum() / row.sum()), 3)))
    return out


def _lifecycle(one: dict[str, float]) -> Lifecycle:
    if one["days_since_first"] <= _NEW_DAYS:
        return "new"
    if one["churn"] >= 0.9:
        return "lost"
    return "at_risk" if one["churn"] >= 0.6 else "active"


def _why(one: dict[str, float], usual: float | None) -> str:
    since = f"last purchase {one['days_since_last']:.0f} days ago"
    if usual is None:
        return f"bought once; {since}"
    return f"usually buys every {usual:.0f} days; {since}"


def _day(past: Past, before: float) -> str:
    return (past.as_of - timedelta(days=int(before))).isoformat()


def _value(life: Lifetimes | None, n: int, one: dict[str, float]) -> LifetimeValue:
    so_far = int(one["revenue_minor"])
    if life is None:
        return LifetimeValue(
            days=HORIZON_DAYS, purchases=0.0, purchases_low=0, purchases_high=0, spend_minor=0,
            spend_low_minor=0, spend_high_minor=0, so_far_minor=so_far, model="none",
            calibration_factor=1.0,
        )  # fmt: skip
    return LifetimeValue(
        days=HORIZON_DAYS,
        purchases=round(float(life.purchases[n]), 3),
        purchases_low=int(life.low[n]),
        purchases_high=int(np.ceil(life.high[n])),
        spend_minor=round(float(life.spend[n])),
        spend_low_minor=round(float(life.spend_low[n])),
        spend_high_minor=round(float(life.spend_high[n])),
        so_far_minor=so_far,
        model=f"{life.model.name} with Gamma-Gamma",
        calibration_factor=round(life.calibration.factor, 4),
    )


def _quality(life: Lifetimes | None, consumption: bool, churn: bool) -> dict[str, Any]:
    quality: dict[str, Any] = {"consumption_calibrated": consumption, "churn_calibrated": churn}
    if life is not None:
        quality["model"] = life.model.name
        quality["parameters"] = [round(value, 6) for value in life.model.parameters]
        quality["calibration"] = {
            "factor": life.calibration.factor,
            "expected": life.calibration.expected,
            "bought": life.calibration.bought,
            "days": life.calibration.days,
        }
    return quality
