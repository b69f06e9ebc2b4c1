"""Backtests as they are asked for, stored and shown."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Kind = Literal["category", "class", "pattern", "location"]
KINDS: tuple[Kind, ...] = ("category", "class", "pattern", "location")
MOST_GROUPS = 500
"""Groups of a kind that are kept, those that sold most."""

DEFINITIONS = {
    "origin": "A day in the past from which forecasts were made with what was known then.",
    "series": "Products, or products at a place, with at least one day that could be scored.",
    "observations": "Days of series that were scored. Days out of stock are left out.",
    "wape": "Sum of |forecast - demand| over the sum of demand: 0 is perfect.",
    "bias": "Sum of (forecast - demand) over the sum of demand: above 0, too much was forecast.",
    "rmsse": "Root mean squared error over that of repeating yesterday, mean of the series.",
    "pinball": "Mean pinball loss of the quantiles, in units a day.",
    "wql": "Weighted quantile loss: twice the pinball loss over demand. It judges the whole "
    "distribution, and figures of different groups can stand side by side.",
    "coverage_80": "Share of days within the central 80% interval: 0.8 is what it promises.",
    "coverage_50": "Share of days within the central 50% interval: 0.5 is what it promises.",
    "naive_wape": "WAPE of seasonal naive: every day as the same weekday of the last week.",
    "value_added": "1 - WAPE / WAPE of seasonal naive. Below 0, repeating last week was better.",
    "class": "ABC by revenue at today's price, XYZ by how steadily it sold, over the half year "
    "before the earliest origin: nothing that came later sorts a product.",
    "pattern": "How it sold over the same half year. Intermittent: 1.32 days or more between days "
    "with a sale. Erratic: what sells on such a day varies much. Lumpy: both. Smooth: neither.",
    "total": "The shop as one series, forecast by itself.",
}


class BacktestRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From how many earlier days to forecast, how far ahead, and how far they are apart.

    Where the history is too short for all of them, the latest are used.
    """

    horizon_days: Annotated[int, Meta(ge=1, le=91)] = 28
    origins: Annotated[int, Meta(ge=1, le=12)] = 6
    step_days: Annotated[int, Meta(ge=1, le=91)] = 28


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures, and what is behind them; None where a figure is not defined."""

    series: int
    origins: int
    observations: int
    wape: float | None = None
    bias: float | None = None
    rmsse: float | None = None
    pinball: float | None = None
    wql: float | None = None
    coverage_80: float | None = None
    coverage_50: float | None = None
    naive_wape: float | None = None
    value_added: float | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the horizon, first and last day ahead."""

    first: int
    last: int
    figures: Figures


class AtOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one origin, by its first day forecast."""

    forecast_date: str
    wape: float | None = None
    bias: float | None = None
    wql: float | None = None
    coverage_80: float | None = None
    value_added: float | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """A group over the whole horizon, in its parts, and at each origin, latest first."""

    kind: str
    name: str
    whole: Figures
    parts: list[Part]
    by_origin: list[AtOrigin]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of all products at one day ahead."""

    day: int
    wape: float | None
    bias: float | None
    naive_wape: float | None


class Groups(msgspec.Struct, frozen=True, kw_only=True):
    """How many groups of a kind are kept, and how many small ones are not."""

    kind: str
    kept: int
    left_out: int


class BacktestBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list."""

    id: str
    made_at: str
    model: str
    label: str
    horizon_days: int
    step_days: int
    origins: list[str]
    first_day: str
    last_day: str
    whole: Figures


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """A backtest. ``origins`` are the first days forecast, latest first; ``asked`` how many were
    asked for. ``code`` and ``fingerprint`` tell whether another one ran the same on the same.
    """

    id: str
    made_at: str
    model: str
    label: str
    code: str
    fingerprint: str
    first_day: str
    last_day: str
    horizon_days: int
    step_days: int
    asked: int
    origins: list[str]
    all: Group
    total: Group | None
    steps: list[Step]
    groups: list[Groups]
    definitions: dict[str, str] = msgspec.field(default_factory=DEFINITIONS.copy)
