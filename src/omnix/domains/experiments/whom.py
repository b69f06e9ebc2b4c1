"""For whom a variant worked, by what was known of each customer before the experiment."""

import asyncio
from typing import Any

import numpy as np
from msgspec.structs import replace

from omnix.domains.system.settings import shop
from omnix.engine.experiments.multiple import holm
from omnix.engine.experiments.readout import Interval
from omnix.engine.experiments.uplift import LEAST, Uplift, difference, mean_effect, uplift
from omnix.kit.errors import Invalid
from omnix.kit.time import instant
from omnix.ports import Ports

from .findings import EffectTold, ExperimentUplift, UpliftGroup, UpliftTrait
from .metrics import BY_NAME, Definition
from .model import Experiment
from .reading import Reader

OF_EACH = (
    "conversion", "orders_per_unit", "items_per_unit", "revenue_per_unit", "margin_per_unit",
    "discount_per_unit",
)  # fmt: skip
"""Metrics that have a value for every customer."""

TRAITS = {
    "orders": "Orders in the year before",
    "revenue": "Revenue in the year before",
    "items_per_order": "Pieces an order",
    "discount_share": "Share of discounts",
    "return_share": "Share sent back",
    "days_since_last": "Days since the last order",
    "days_since_first": "Days since the first order of the year",
}


async def read(
    ports: Ports, experiment: Experiment, variant: str | None, metric: str | None
) -> ExperimentUplift:
    """Of ``variant``, else the first that is not the control, on ``metric``, else the plan's.

    Raises Invalid for what has no answer: units that are no customers, weights that move, a
    variant or metric that there is not.
    """
    if experiment.unit != "customer":
        raise Invalid.field("experiment_id", f"is of {experiment.unit}s, not of customers")
    if experiment.allocation != "fixed":
        raise Invalid.field("experiment_id", "has weights that move, so no one chance for all")
    chosen = variant or experiment.variants[1].key
    if chosen not in [each.key for each in experiment.variants[1:]]:
        raise Invalid.field("variant", f"{chosen} is none that is held against the control")
    own = [each.name for each in experiment.metrics if each.name in OF_EACH]
    name = metric or (own[0] if own else OF_EACH[0])
    if name not in OF_EACH:
        raise Invalid.field("metric", f"is not one of {', '.join(OF_EACH)}")
    known = BY_NAME[name]
    columns: dict[str, Any] = {}
    if experiment.started_at is not None:
        columns = await (await Reader.of(ports, experiment)).of_customers(name)
    treated, control = (
        np.asarray(columns.get("variant", []), dtype=str) == key
        for key in (chosen, experiment.control.key)
    )
    told = ExperimentUplift(
        experiment_id=experiment.id,
        variant=chosen,
        metric=name,
        label=known.label,
        unit=known.unit,
        better=known.better,
        currency=(await shop(ports)).currency,
        as_of=instant(ports.clock.now()),
        differs=False,
        text=f"Each variant needs {LEAST} customers before this can be told; {chosen} has "
        f"{treated.sum()}, {experiment.control.key} {control.sum()}.",
        effect=None,
        gain=None,
        groups=[],
        traits=[],
    )
    if min(treated.sum(), control.sum()) < LEAST:
        return told
    rows = treated | control
    traits = {trait: np.asarray(columns[trait], dtype=float)[rows] for trait in TRAITS}
    value = np.asarray(columns["value"], dtype=float)[rows]
    # Fewer are wanted of what is better low, so that the best come first in either case.
    sign = 1.0 if known.better == "higher" else -1.0
    found = await asyncio.to_thread(
        uplift,
        np.column_stack([*traits.values(), np.log1p(traits["orders"])]),
        treated[rows],
        sign * value,
        alpha=experiment.alpha,
    )
    differs = found.qini.low > 0.0
    return replace(
        told,
        differs=differs,
        text=_text(found, known, differs),
        effect=_told(found.effect, sign),
        gain=_told(found.qini, sign),
        groups=[
            UpliftGroup(customers=group.units, effect=_told(group.effect, sign))
            for group in found.groups
        ],
        traits=_traits(found, traits, sign, experiment.alpha),
    )


def _told(found: Interval, sign: float) -> EffectTold:
    low, high = sorted((sign * found.low, sign * found.high))
    return EffectTold(sign * found.effect, low, high, found.p)


def _traits(found: Uplift, traits: dict[str, Any], sign: float, alpha: float) -> list[UpliftTrait]:
    """Those that split the customers, the surest difference first."""
    judged = found.part >= 0
    estimated = found.estimated[judged]
    halves: list[tuple[str, float, Interval, Interval, int, int]] = []
    for name, column in traits.items():
        values = column[judged]
        known = values[~np.isnan(values)]
        if not len(known):
            continue
        middle = float(np.median(known))
        above = values > middle
        if min(above.sum(), (~above).sum()) >= LEAST:
            high, low = (mean_effect(estimated[part], alpha) for part in (above, ~above))
            halves.append((name, middle, high, low, int(above.sum()), int((~above).sum())))
    corrected = holm([difference(high, low, alpha).p for _, _, high, low, _, _ in halves])
    told = [
        UpliftTrait(
            name=name,
            label=TRAITS[name],
            middle=middle,
            above=UpliftGroup(customers=n, effect=_told(high, sign)),
            others=UpliftGroup(customers=m, effect=_told(low, sign)),
            p=p,
        )
        for (name, middle, high, low, n, m), p in zip(halves, corrected, strict=True)
    ]
    return sorted(told, key=lambda trait: trait.p)


def _text(found: Uplift, known: Definition, differs: bool) -> str:
    if not differs:
        return (
            "No sign that it works better for some customers than for others: treat all alike, as "
            "the results of the experiment say."
        )
    best, last = found.groups[0].effect, found.groups[-1].effect
    whole = found.effect.effect
    text = "It does not work alike for everybody."
    if best.low > 0.0:
        text += f" The fifth of the customers for whom it does most gain surely on {known.label};"
        text += " for the last fifth " + (
            "it does harm." if last.high < 0.0
            else "it does too." if last.low > 0.0
            else "that is not sure."
        )  # fmt: skip
    if whole > 0.0:
        half = sum(g.effect.effect * g.units for g in found.groups[:2]) / sum(
            g.units for g in found.groups
        )
        text += f" Two fifths of the customers bring {min(1.0, half / whole):.0%} of the effect."
    return text
