"""Overrides as they are asked for, stored and shown."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from omnix.kit.time import DayText

Factor = Annotated[float, Meta(ge=0, le=20)]
Units = Annotated[float, Meta(ge=0, le=10_000_000)]
State = Literal["planned", "active", "expired", "withdrawn"]


class NewOverride(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Change the forecast of a product on some days: by a ``multiplier``, or to ``units_per_day``.

    After ``expires`` it is no longer applied, also where its days are not over.
    """

    product_id: Annotated[str, Meta(min_length=1, max_length=64)]
    first_day: DayText
    last_day: DayText
    reason: Annotated[str, Meta(min_length=3, max_length=500)]
    multiplier: Factor | None = None
    units_per_day: Units | None = None
    expires: DayText | None = None


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What an override was worth, over the days that are over and had stock.

    Errors are sums of absolute errors in units. ``value_added`` is 1 less the override's error
    over that of the statistical forecast at the time it was made: above zero it helped.
    """

    days: int
    actual_units: float
    statistical_units: float
    override_units: float
    statistical_error: float
    override_error: float
    value_added: float | None
    measured_at: str


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """``statistical`` and ``changed`` are the units of each of its days when it was made, None for
    a day that no forecast reached.
    """

    id: str
    product_id: str
    first_day: str
    last_day: str
    expires: str
    multiplier: float | None
    units_per_day: float | None
    reason: str
    author: str
    created_at: str
    state: State
    withdrawn_by: str | None = None
    statistical: list[float | None] = []
    changed: list[float | None] = []
    worth: Worth | None = None
