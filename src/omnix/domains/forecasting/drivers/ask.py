"""What-if: what another price or a promotion makes of a forecast."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from omnix.domains.forecasting import model, service
from omnix.domains.forecasting.model import Note
from omnix.domains.products import service as products
from omnix.domains.products.model import Product
from omnix.kit.errors import Conflict, Invalid, NotFound
from omnix.ports import Ports

from .explain import kept, promotion_factor, told
from .model import Answer, Outcome, WhatIf

_Z80 = 1.2815515655446004
_FAR = 0.5
"""Beyond half or twice the usual price nothing was learnt."""


async def answer(ports: Ports, asked: WhatIf) -> Answer:
    """Raises Invalid for a product that does not exist or days outside of the forecast, Conflict
    where there is no forecast yet.
    """
    if asked.price_minor is None and asked.promotion is None:
        raise Invalid.field("price_minor", "give a price, a promotion or both")
    try:
        product = await products.get(ports, asked.product_id)
    except NotFound as error:
        raise Invalid.field("product_id", error.detail) from error
    item = await service.stored(ports, product.id)
    if item is None:
        raise Conflict(f"product {product.id} has no forecast yet; ask for one first")
    days = model.days_of(item)[: asked.days]
    if len(days) < asked.days:
        raise Invalid.field("days", f"must be at most {len(days)}, as far as the forecast reaches")
    effects = kept(item)
    means = [float(value) for value in item["mean"][: asked.days]]
    notes: list[Note] = []
    on = _promoted(asked, days)
    planned = item["drivers"].get("promotions") or [promotion_factor(effects)] * len(days)
    logs, variances, sold_at = _changes(asked, product, effects, on, planned, notes)
    baseline = _outcome(product, effects, means, [1.0] * len(means))
    if logs is None:
        return Answer(
            product_id=product.id, days=asked.days, currency=product.currency, baseline=baseline,
            scenario=None, units_low=None, units_high=None, points=[], effects=told(effects),
            notes=notes,
        )  # fmt: skip
    points = [mean * math.exp(log) for mean, log in zip(means, logs, strict=True)]
    low, high = (
        sum(
            mean * math.exp(log + side * _Z80 * math.sqrt(variance))
            for mean, log, variance in zip(means, logs, variances, strict=True)
        )
        for side in (-1, 1)
    )
    return Answer(
        product_id=product.id,
        days=asked.days,
        currency=product.currency,
        baseline=baseline,
        scenario=_outcome(product, effects, points, sold_at),
        units_low=round(low, 2),
        units_high=round(high, 2),
        points=[round(point, 3) for point in points],
        effects=told(effects),
        notes=notes,
    )


def _promoted(asked: WhatIf, days: list[str]) -> list[bool]:
    plan = asked.promotion
    if plan is None:
        return [False] * len(days)
    ends = {"first_day": plan.first_day or days[0], "last_day": plan.last_day or days[-1]}
    for name, text in ends.items():
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise Invalid.field(f"promotion.{name}", "is no day of the calendar") from error
        if text not in days:
            raise Invalid.field(f"promotion.{name}", f"must lie from {days[0]} to {days[-1]}")
    if ends["first_day"] > ends["last_day"]:
        raise Invalid.field("promotion.first_day", "must not be after last_day")
    return [ends["first_day"] <= day <= ends["last_day"] for day in days]


def _changes(
    asked: WhatIf,
    product: Product,
    effects: Mapping[str, Any],
    on: list[bool],
    planned: list[float],
    notes: list[Note],
) -> tuple[list[float] | None, list[float], list[float]]:
    """Log factors of demand by day, their variances, and what is paid beside today's price."""
    logs, variances, paid = [0.0] * len(on), [0.0] * len(on), [1.0] * len(on)
    known = True
    if asked.price_minor is not None:
        effect = effects.get("price") or {"value": None, "changes_in_all": 0}
        if product.price_minor <= 0:
            notes.append(Note("free", "It is free today, so no ratio of prices can be formed."))
            known = False
        elif effect["value"] is None:
            text = f"Not enough price changes to learn from: {effect['changes_in_all']} in all."
            notes.append(Note("not_enough_price_changes", text))
            known = False
        else:
            ratio = asked.price_minor / product.price_minor
            if not _FAR <= ratio <= 1 / _FAR:
                notes.append(
                    Note("far_away", "So large a change was never seen; take it with care.")
                )
            logs = [log + effect["value"] * math.log(ratio) for log in logs]
            variances = [v + (effect["error"] * math.log(ratio)) ** 2 for v in variances]
            paid = [part * ratio for part in paid]
    if asked.promotion is not None:
        effect = effects.get("promotion") or {"value": None, "changes_in_all": 0}
        if effect["value"] is None:
            text = f"Not enough promotions to learn from: {effect['changes_in_all']} in all."
            notes.append(Note("not_enough_promotions", text))
            known = False
        else:
            depth = asked.promotion.percent_off / 100
            lift = effect["value"] * depth
            for n, there in enumerate(on):
                if there:
                    # In place of what the forecast expects of that day: what is on record, or the
                    # usual share of promotions.
                    logs[n] += lift - math.log(planned[n])
                    variances[n] += (effect["error"] * depth) ** 2
                    paid[n] *= 1 - depth
    return (logs if known else None), variances, paid


def _outcome(
    product: Product, effects: Mapping[str, Any], units: list[float], paid: list[float]
) -> Outcome:
    net = effects.get("net_minor")
    total = sum(units)
    if net is None:
        return Outcome(units=round(total, 2), revenue_minor=None, margin_minor=None)
    # What a unit brought includes its usual promotions; a day without one brings more.
    usual = 1 - effects.get("promoted_share", 0.0) * effects.get("mean_depth", 0.0)
    by_day = [net * (1.0 if part == 1.0 else part / usual) for part in paid]
    revenue = sum(u * each for u, each in zip(units, by_day, strict=True))
    cost = product.cost_minor
    return Outcome(
        units=round(total, 2),
        revenue_minor=round(revenue),
        margin_minor=None if cost is None else round(revenue - cost * total),
    )
