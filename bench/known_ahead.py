"""What prices, promotions and holidays known ahead are worth: rolling origins on simulated shops.

Run `python -m bench.known_ahead [--seeds 11 12 13] [--products 300] [--days 900] [--origins 6]`.
Each shop is forecast 28 days ahead from each origin, with and without what a shop that records its
promotions knows: promotions as planned, the price list up to the origin, and the holidays of its
country. Errors are those of the forecast against demand, on all days and on promoted ones.
"""

import argparse
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from collections.abc import Mapping  # noqa: E402
from datetime import date  # noqa: E402

import numpy as np  # noqa: E402

from bench.measured import cost  # noqa: E402
from omnix.domains.forecasting.inputs import holiday_signals  # noqa: E402
from omnix.engine.forecast import (  # noqa: E402
    Covariates,
    Drivers,
    Panel,
    forecast,
    forecast_global,
)
from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate  # noqa: E402

HORIZON = 28
WAYS = ("instant", "trained")


def inputs(shop: SimulatedShop, panel: Panel, cut: int) -> tuple[Covariates, Drivers]:
    """What the shop knew of prices and promotions before column `cut`."""
    total, n = cut + HORIZON, panel.size
    price = np.full((n, total), np.nan, np.float32)
    table = shop.prices
    rows = zip(table.product.tolist(), table.first_day.tolist(), table.price_minor, strict=True)
    for product, day, minor in rows:
        if day < cut:
            price[product, max(day, 0) : cut] = minor
    planned = np.zeros((n, total), np.uint8)
    plan = shop.promotions
    for row in range(len(plan.product)):
        planned[plan.product[row], plan.first_day[row] : plan.last_day[row] + 1] = plan.percent_off[
            row
        ]
    offered = (planned[:, :cut] / 100.0).astype(np.float32)
    group = panel.group.astype(np.int64)
    rows_of = np.arange(n)
    drivers = Drivers(panel.values, price, planned, offered, group, np.full(n, 1.5), rows_of)
    codes = np.stack([group, rows_of])
    return Covariates(price, codes, group[None], planned, listed=False), drivers


def errors(
    shop: SimulatedShop, cut: int, what: Mapping[str, bool]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Absolute and squared errors summed over all days and over promoted ones, by way."""
    demand = shop.truth.demand.sum(1).astype(np.float32)
    sold = demand[:, :cut] > 0
    start = np.where(sold.any(1), sold.argmax(1), cut).astype(np.int32)
    first = shop.first_day.toordinal()
    panel = Panel(demand[:, :cut], start, first, shop.products.category.astype(np.int32))
    known, drivers = inputs(shop, panel, cut)
    signals = holiday_signals("DE", shop.first_day, cut + HORIZON, panel.size)
    signals = signals if what["holidays"] else None
    told = drivers if what["drivers"] else None
    covariates = known if what["drivers"] else Covariates(None, known.codes, known.peers)
    truth, promoted = demand[:, cut : cut + HORIZON], drivers.planned[:, cut:] > 0
    made = {
        "instant": forecast(panel, HORIZON, quantiles=(0.5,), signals=signals, drivers=told).mean,
        "trained": forecast_global(
            panel, HORIZON, quantiles=(0.5,), covariates=covariates, signals=signals, drivers=told
        ).forecast.mean,
    }
    out = {}
    for way, mean in made.items():
        error = truth - mean
        out[way] = (
            np.array([np.abs(error).sum(), (error**2).sum(), error.sum(), truth.sum()]),
            np.array([
                np.abs(error)[promoted].sum(), (error**2)[promoted].sum(),
                error[promoted].sum(), truth[promoted].sum(),
            ]),
        )  # fmt: skip
    return out


def main() -> None:
    """Simulate, forecast, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13])
    parser.add_argument("--products", type=int, default=300)
    parser.add_argument("--days", type=int, default=900)
    parser.add_argument("--origins", type=int, default=6)
    options = parser.parse_args()
    sides = {
        "without": {"holidays": False, "drivers": False},
        "holidays": {"holidays": True, "drivers": False},
        "all": {"holidays": True, "drivers": True},
    }
    total = {side: {way: np.zeros((2, 4)) for way in WAYS} for side in sides}
    for seed in options.seeds:
        shop = simulate(
            ShopSpec(
                last_day=date(2025, 12, 31), seed=seed, products=options.products,
                customers=4 * options.products, days=options.days,
            )
        )  # fmt: skip
        for k in range(options.origins):
            cut = options.days - HORIZON * (k + 1)
            for side, what in sides.items():
                for way, sums in errors(shop, cut, what).items():
                    total[side][way] += np.stack(sums)
    for way in WAYS:
        base = total["without"][way]
        for side in sides:
            row = total[side][way]
            told = [
                f"{where}: WAPE {a[0] / a[3]:.4f} ({a[0] / b[0]:.4f} of without), "
                f"squared {a[1] / b[1]:.4f}, bias {-a[2] / a[3]:+.4f}"
                for where, a, b in zip(("all days", "promoted"), row, base, strict=True)
            ]
            print(f"{way:8s} {side:9s}", *told, sep="  ")
    print(cost())


if __name__ == "__main__":
    main()
