"""Lost sales of the night's history, kept for the pages that show them."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import numpy as np

from omnix.domains.forecasting.declare import LOST_DAYS, LOST_SALES
from omnix.domains.forecasting.history import History
from omnix.domains.products.model import Product
from omnix.engine.forecast.counts import count_quantiles
from omnix.kit.time import instant
from omnix.platform import queries
from omnix.ports import MAX_BATCH, Delete, Ports, Put

from .model import RANGES, SHOP_KEY

_SQL = queries.load("omnix.domains.forecasting")
_MOST_DAYS = 730
_LEAST_UNITS = 0.05


async def keep(ports: Ports, past: History, products: Mapping[str, Product]) -> int:
    """Store what each product lost over each range, and the shop by day; the products that did."""
    (known,) = await ports.lake.rows(
        _SQL["stock_known"], first=past.window.first, last=past.window.last
    )
    now = instant(ports.clock.now())
    items, shop = await asyncio.to_thread(_found, past, products, now)
    await ports.records.load(LOST_SALES, items)
    await _drop_others(ports, now)
    shop["known"] = bool(known["days"])
    await ports.records.write([Put(LOST_DAYS, shop)])
    return sum(1 for item in items if item["range"] == str(RANGES[-1]))


def _found(
    past: History, products: Mapping[str, Product], now: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    days, hidden, owner = past.window.days, past.hidden, past.owner
    net = past.bought.net
    items: list[dict[str, Any]] = []
    for length in RANGES:
        first = max(0, days - length)
        mean, variance = hidden.totals(first, days)
        units = np.bincount(owner, mean, len(past.products)).astype(np.float64)
        spread = np.bincount(owner, variance, len(past.products)).astype(np.float64)
        short = np.bincount(owner, (hidden.lost[:, first:] > 0).sum(1), len(past.products))
        bounds = count_quantiles(units, spread, (0.1, 0.9))
        worth = units * np.nan_to_num(net)
        rows = np.flatnonzero(units >= _LEAST_UNITS)
        order = rows[np.lexsort((-units[rows], -worth[rows]))]
        for rank, row in enumerate(order.tolist(), 1):
            product = products[past.products[row]]
            items.append(
                {
                    "range": str(length), "product_id": product.id, "sku": product.sku,
                    "name": product.name, "category": product.category, "days": length,
                    "last_day": past.window.last.isoformat(),
                    "units": round(float(units[row]), 2), "units_low": float(bounds[row, 0]),
                    "units_high": float(bounds[row, 1]),
                    "minor": None if np.isnan(net[row]) else round(float(worth[row])),
                    "currency": product.currency, "days_short": int(short[row]), "rank": rank,
                    "made_at": now,
                }
            )  # fmt: skip
    begin = max(0, days - _MOST_DAYS)
    lost = hidden.lost[:, begin:].astype(np.float64)
    value = lost * np.nan_to_num(net)[owner][:, None]
    shop = {
        "key": SHOP_KEY,
        "first_day": (past.window.first + timedelta(days=begin)).isoformat(),
        "units": np.round(lost.sum(0), 2).tolist(),
        "minor": np.round(value.sum(0)).astype(int).tolist(),
        "made_at": now,
    }
    return items, shop


async def _drop_others(ports: Ports, now: str) -> None:
    """Those that lost nothing any more."""
    for length in RANGES:
        stale: list[str] = []
        cursor = None
        while True:
            page = await ports.records.query(LOST_SALES, str(length), limit=1000, cursor=cursor)
            stale += [item["product_id"] for item in page.items if item["made_at"] != now]
            cursor = page.next_cursor
            if cursor is None:
                break
        for start in range(0, len(stale), MAX_BATCH):
            some = stale[start : start + MAX_BATCH]
            await ports.records.write([Delete(LOST_SALES, (str(length), id)) for id in some])
