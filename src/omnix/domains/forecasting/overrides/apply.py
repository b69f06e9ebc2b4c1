"""Overrides laid over a stored forecast."""

from collections.abc import Mapping, Sequence
from typing import Any

from omnix.domains.forecasting.model import days_of

_KEPT = ("mean", "quantiles", "totals", "places")
_FLOOR = 1e-9


def changed(value: float, override: Mapping[str, Any]) -> float:
    """What an override makes of a day's expected units."""
    if override["units_per_day"] is not None:
        return float(override["units_per_day"])
    return value * float(override["multiplier"])


def applies(override: Mapping[str, Any], today: str) -> bool:
    """Whether it still counts on ``today``."""
    return override["withdrawn_by"] is None and override["expires"] >= today


def adjusted(
    document: Mapping[str, Any], overrides: Sequence[Mapping[str, Any]], today: str
) -> dict[str, Any]:
    """The document with overrides applied, oldest first; a later one has the last word.

    What the model said is kept under ``statistical``. Quantiles keep their ratio to the mean, sums
    of days that of theirs; where the model expects nothing, an override's units are taken as sure.
    """
    plain = {**document, **document.get("statistical", {})}
    plain.pop("statistical", None)
    plain.pop("overrides", None)
    mine = sorted((o for o in overrides if applies(o, today)), key=lambda o: o["created_at"])
    mean = list(plain["mean"])
    used: list[str] = []
    for n, day in enumerate(days_of(plain)):
        for override in mine:
            if override["first_day"] <= day <= override["last_day"]:
                base = plain["mean"][n]
                mean[n] = round(changed(base, override), 3)
                if override["id"] not in used:
                    used.append(override["id"])
    if not used:
        return plain
    before = plain["mean"]
    quantiles = [
        [_scaled(q, old, new) for q, old, new in zip(level, before, mean, strict=True)]
        for level in plain["quantiles"]
    ]
    out = {**plain, "mean": mean, "quantiles": quantiles, "overrides": used}
    if "totals" in plain:
        out["totals"] = _totals(plain["totals"], before, mean, 1.0)
        # Where nothing was expected nobody knows where it will sell: places share it equally.
        share = 1.0 / max(len(plain["places"]), 1)
        out["places"] = {
            place: _totals(totals, before, mean, share) for place, totals in plain["places"].items()
        }
    return {**out, "statistical": {name: plain[name] for name in _KEPT if name in plain}}


def _scaled(value: float, old: float, new: float) -> float:
    return round(value * new / old if old > _FLOOR else new, 3)


def _totals(
    totals: Mapping[str, Any], before: Sequence[float], after: Sequence[float], share: float
) -> dict[str, Any]:
    """Sums of days, moved as the product's own sums move."""
    mean, quantiles = [], []
    for days, old_mean, row in zip(
        totals["days"], totals["mean"], totals["quantiles"], strict=True
    ):
        old, new = sum(before[:days]), sum(after[:days])
        if old > _FLOOR:
            mean.append(round(old_mean * new / old, 3))
            quantiles.append([round(q * new / old, 3) for q in row])
        else:
            mean.append(round(new * share, 3))
            quantiles.append([round(new * share, 3)] * len(row))
    return {**totals, "mean": mean, "quantiles": quantiles}
