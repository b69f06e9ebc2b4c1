"""What overrides were worth, once their days are over."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
import numpy as np

from omnix.domains.forecasting.declare import OVERRIDES
from omnix.domains.forecasting.history import History
from omnix.kit.time import instant
from omnix.ports import Ports, Put

from .model import Worth


async def measure(ports: Ports, past: History, known: Mapping[str, list[Mapping[str, Any]]]) -> int:
    """Compare the overrides whose days are over with what was wanted; returns how many."""
    rows = {id: row for row, id in enumerate(past.products)}
    now = instant(ports.clock.now())
    done = 0
    for id, overrides in known.items():
        for item in overrides:
            if item["last_day"] > past.window.last.isoformat() or id not in rows:
                continue
            worth = _worth(past, rows[id], item, now)
            after = {name: value for name, value in item.items() if name != "open"}
            after["worth"] = None if worth is None else msgspec.to_builtins(worth)
            await ports.records.write([Put(OVERRIDES, after)])
            done += 1
    return done


def _worth(past: History, row: int, item: Mapping[str, Any], now: str) -> Worth | None:
    first = date.fromisoformat(item["first_day"]).toordinal() - past.window.first.toordinal()
    pairs = [
        (actual, model, person)
        for actual, model, person in zip(
            past.by_product.values[row, max(first, 0) : max(first, 0) + len(item["changed"])],
            item["statistical"],
            item["changed"],
            strict=False,
        )
        if model is not None and np.isfinite(actual)
    ]
    if not pairs or first < 0:
        return None
    actual, model, person = (np.array(column, np.float64) for column in zip(*pairs, strict=True))
    plain, mine = float(np.abs(actual - model).sum()), float(np.abs(actual - person).sum())
    return Worth(
        days=len(actual),
        actual_units=round(float(actual.sum()), 3),
        statistical_units=round(float(model.sum()), 3),
        override_units=round(float(person.sum()), 3),
        statistical_error=round(plain, 3),
        override_error=round(mine, 3),
        value_added=round(1 - mine / plain, 4) if plain > 0 else None,
        measured_at=now,
    )
