"""Forecasts as they are stored and shown."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

HORIZON_DAYS = 90
MOST_DAYS = 365
SHOWN_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
TOTAL_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99)
TOTAL_DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 90)
TOTAL = "_total"

NOTES = {
    "no_history": "Nothing was ever sold, so this is a guess from similar products.",
    "no_sales": "Nothing was sold in the days looked at.",
    "few_sales": "Only a few sales are known; the range is wide for that reason.",
    "short_history": "Less than eight weeks of history are known.",
    "long_gap": "There is a gap of two months or more in the history.",
    "dormant": "It has not sold for four months or more.",
    "pooled": "Its level leans on the products of its category.",
    "outliers_capped": "Single days far above the usual were lowered before learning.",
    "returns_ignored": "Days on which more came back than was sold count as no sale.",
    "stock_outs_masked": "Days without stock were left out, and days cut short hold what would "
    "have sold.",
    "cold_start": "New: its level is that of the products most like it in words and price.",
    "bundle_parts": "What bundles draw of this product is counted in.",
}


class FanPoint(msgspec.Struct, frozen=True):
    """A day's forecast: its mean and quantiles, in units."""

    day: str
    mean: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float


class Drivers(msgspec.Struct, frozen=True, kw_only=True):
    """What the forecast is made of: mean = (level + trend) x weekday x season x day of the month.

    ``level`` in units a day, ``trend`` its change a day, ``weekday`` the seven factors from
    Monday on, ``season`` the first day's factor for the time of the year.
    """

    level: float
    trend: float
    weekday: list[float]
    season: float


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How such forecasts did on earlier windows of this series; None where nothing was sold."""

    wape: float | None = None
    bias: float | None = None
    coverage_80: float | None = None


class Note(msgspec.Struct, frozen=True):
    code: str
    text: str


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Demand summed over the first ``days`` days: mean and quantiles at ``levels``, in units."""

    days: list[int]
    levels: list[float]
    mean: list[float]
    quantiles: list[list[float]]


class ForecastDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A product's forecast from ``forecast_date`` on, as shown. ``overrides`` names those of people
    that the points follow; ``drivers`` are the model's own.
    """

    product_id: str
    sku: str
    name: str
    forecast_date: str
    horizon_days: int
    model: str
    label: str
    made_at: str
    points: list[FanPoint]
    drivers: Drivers
    quality: Quality
    notes: list[Note]
    overrides: list[str] = []


class ForecastBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list: demand over the next ``horizon_days`` days."""

    product_id: str
    sku: str
    name: str
    category: str
    forecast_date: str
    horizon_days: int
    total_mean: float
    total_q10: float
    total_q90: float
    model: str
    made_at: str
    quality: Quality


class ForecastRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which product to forecast, and how many days."""

    product_id: Annotated[str, Meta(min_length=1, max_length=64)]
    forecast_days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = 30


class GroupAccuracy(msgspec.Struct, frozen=True, kw_only=True):
    """The same of the products of one ``kind`` of group: category, class (ABC/XYZ), or pattern
    (smooth, erratic, intermittent, lumpy). ``coverage_80`` is the share of days that came to lie
    in the central 80% interval.
    """

    kind: str
    name: str
    series: int
    observations: int
    wape: float | None = None
    bias: float | None = None
    coverage_80: float | None = None
    coverage_50: float | None = None
    value_added: float | None = None


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """The rolling-origin backtest of the latest run, over all products.

    ``value_added`` is 1 - WAPE / WAPE of seasonal naive: above zero is better than repeating
    last week.
    """

    made_at: str | None = None
    forecast_date: str | None = None
    series: int = 0
    horizon_days: int = 0
    origins: list[str] = []
    wape: float | None = None
    bias: float | None = None
    rmsse: float | None = None
    pinball: float | None = None
    coverage_80: float | None = None
    coverage_50: float | None = None
    value_added: float | None = None
    groups: list[GroupAccuracy] = []
    state: Literal["none", "ready"] = "none"


def notes(codes: list[str]) -> list[Note]:
    """The notes in words."""
    return [Note(code, NOTES[code]) for code in codes]


LABELS = {
    "foundation": "A model trained elsewhere, its spread learnt from this shop's own past",
    "boosted": "One trained model of all products over smoothing with weekday and season profiles",
    "ets_tsb": "Exponential smoothing and TSB with weekday and season profiles",
    "tsb_ets_profile": "Exponential smoothing and TSB with weekday and season profiles",
    "mean": "Mean of its first days with weekday and season profiles",
    "group_mean": "Mean of its first days, drawn to what is typical of its category",
    "group": "What is typical of its category",
    "zero": "No demand, since nothing was sold",
    "none": "Nothing to go by",
}


def label(model: str) -> str:
    """A model's name in words."""
    return LABELS[model]


def days_of(document: Mapping[str, Any]) -> list[str]:
    """The days that a stored document forecasts."""
    first = date.fromisoformat(document["forecast_date"])
    return [(first + timedelta(days=n)).isoformat() for n in range(len(document["mean"]))]
