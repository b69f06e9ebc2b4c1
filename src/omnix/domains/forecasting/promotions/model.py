"""Promotions as they are recorded and shown."""

from typing import Annotated

import msgspec
from msgspec import Meta

from omnix.kit.time import DayText

MOST_PRODUCTS = 500
MOST_DAYS = 366
MOST_PERCENT = 95

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Name = Annotated[str, Meta(min_length=1, max_length=100)]
Category = Annotated[str, Meta(min_length=1, max_length=100)]
Percent = Annotated[int, Meta(ge=1, le=MOST_PERCENT)]


class NewPromotion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Products, or all of a ``category``, are ``percent_off`` cheaper from ``first_day`` to
    ``last_day``, both included. Days that are over may be recorded too: forecasts learn from them.
    """

    name: Name
    percent_off: Percent
    first_day: DayText
    last_day: DayText
    product_ids: Annotated[list[Id], Meta(max_length=MOST_PRODUCTS)] = []
    category: Category | None = None


class ChangedPromotion(NewPromotion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole promotion as it is to be; ``version`` is the one that was read."""

    version: Annotated[int, Meta(ge=1)]


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion as recorded, by whom and when."""

    id: str
    name: str
    percent_off: int
    first_day: str
    last_day: str
    product_ids: list[str]
    category: str | None
    author: str
    created_at: str
    version: int = 1
