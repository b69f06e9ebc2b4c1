"""A stored forecast split into its drivers."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from omnix.domains.forecasting import model, service
from omnix.domains.forecasting.model import Note
from omnix.domains.products import service as products
from omnix.kit.errors import NotFound
from omnix.ports import Ports

from .model import BASES, DRIVERS, DayDrivers, DriverSum, Effects, EffectTold, Explanation

_INSTANT = frozenset({"ets_tsb", "tsb_ets_profile", "mean", "group_mean", "group", "zero", "none"})
_PARTS = ("trend", "weekday", "season", "price", "promotion", "event", "other")
_NO_EFFECT = {"basis": "none", "value": None, "error": None, "changes": 0, "changes_in_all": 0}


def log_mean(a: float, b: float) -> float:
    """The logarithmic mean of two positive numbers: (a - b) / (ln a - ln b)."""
    return a if math.isclose(a, b, rel_tol=1e-12) else (a - b) / math.log(a / b)


def split(mean: float, level: float, factors: Mapping[str, float]) -> dict[str, float]:
    """Units that each factor adds to ``level``, where mean = level x product of the factors."""
    if mean <= 0 or level <= 0 or min(factors.values()) <= 0:
        return dict.fromkeys(factors, 0.0) | {"other": mean - level}
    weight = log_mean(mean, level)
    return {name: weight * math.log(factor) for name, factor in factors.items()}


def kept(item: Mapping[str, Any]) -> dict[str, Any]:
    """The effects kept with a forecast; those of a forecast that has none yet."""
    return dict(item.get("effects") or {})


def told(effects: Mapping[str, Any]) -> Effects:
    """The same in words."""

    def one(name: str) -> EffectTold:
        known: Mapping[str, Any] = effects.get(name) or _NO_EFFECT
        text = BASES[known["basis"]]
        if known["basis"] == "none":
            what = "price changes" if name == "price" else "promotions"
            text = f"Not enough {what} to learn from: {known['changes_in_all']} in all."
        return EffectTold(**known, text=text)

    return Effects(
        price=one("price"),
        promotion=one("promotion"),
        usual_price_minor=effects.get("usual_price_minor"),
        promoted_share=effects.get("promoted_share", 0.0),
    )


def price_factor(effects: Mapping[str, Any], price_minor: float) -> float:
    """What a price makes of demand, beside the usual price of the last year."""
    known, usual = effects.get("price") or _NO_EFFECT, effects.get("usual_price_minor")
    if known["value"] is None or not usual or price_minor <= 0:
        return 1.0
    return float((price_minor / usual) ** known["value"])


def promotion_factor(effects: Mapping[str, Any]) -> float:
    """How far the usual promotions lift an average day."""
    if (effects.get("promotion") or _NO_EFFECT)["value"] is None:
        return 1.0
    share, lift = effects.get("promoted_share", 0.0), effects.get("promoted_lift", 1.0)
    return float(max(1.0 + share * (lift - 1.0), 0.05))


async def explain(ports: Ports, product_id: str, days: int) -> Explanation:
    """Raises NotFound where there is no such product, or no forecast of it yet."""
    product = await products.get(ports, product_id)
    item = await service.stored(ports, product_id)
    if item is None:
        raise NotFound(f"product {product_id} has no forecast yet; ask for one first")
    effects = kept(item)
    constant = {
        "price": price_factor(effects, product.price_minor),
        "promotion": promotion_factor(effects),
    }
    points = _days(item, days, constant)
    sums = {name: sum(getattr(point, name) for point in points) for name in DRIVERS}
    return Explanation(
        product_id=product.id,
        forecast_date=item["forecast_date"],
        horizon_days=len(points),
        model=item["model"],
        label=model.label(item["model"]),
        total=round(sum(point.total for point in points), 3),
        drivers=[
            DriverSum(name=name, units=round(units, 3), text=DRIVERS[name])
            for name, units in sums.items()
        ],
        points=points,
        effects=told(effects),
        neighbours=list(item.get("neighbours", ())),
        notes=_notes(item, effects),
    )


def _notes(item: Mapping[str, Any], effects: Mapping[str, Any]) -> list[Note]:
    notes = model.notes(list(item["notes"]))
    for name, what in (("price", "price changes"), ("promotion", "promotions")):
        if (effects.get(name) or _NO_EFFECT)["basis"] == "none":
            notes.append(
                Note(f"no_{name}_effect", f"Not enough {what}: their effect is in the level.")
            )
    return notes


def _days(item: Mapping[str, Any], days: int, constant: Mapping[str, float]) -> list[DayDrivers]:
    drivers = item["drivers"]
    shown: Sequence[float] = item["mean"][:days]
    plain: Sequence[float] = (item.get("statistical") or item)["mean"][:days]
    seasons = drivers.get("seasons") or [drivers["season"]] * len(shown)
    prices, promotions = drivers.get("prices"), drivers.get("promotions")
    if promotions is not None:
        # The level is then one without promotions: those on record are in their days.
        constant = {**constant, "promotion": 1.0}
    level = drivers["level"] / (constant["price"] * constant["promotion"])
    # What the instant model's mean has beyond these factors are days of the month and events.
    rest = "event" if item["model"] in _INSTANT else "other"
    out = []
    for n, day in enumerate(model.days_of(item)[: len(shown)]):
        weekday = drivers["weekday"][date.fromisoformat(day).weekday()]
        trend = 1.0 + drivers["trend"] * (n + 1) / drivers["level"] if drivers["level"] else 1.0
        factors = {"trend": trend, "weekday": weekday, "season": seasons[n], **constant}
        if prices is not None:
            factors["price"] *= prices[n]
        if promotions is not None:
            factors["promotion"] *= promotions[n]
        product = level * math.prod(factors.values())
        if product > 0 and plain[n] > 0:
            factors[rest] = plain[n] / product
        parts = dict.fromkeys(_PARTS, 0.0) | split(plain[n], level, factors)
        out.append(
            DayDrivers(
                day=day,
                total=shown[n],
                level=round(level, 6),
                override=round(shown[n] - plain[n], 6),
                **{name: round(units, 6) for name, units in parts.items()},
            )
        )
    return out
