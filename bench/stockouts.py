"""Demand that empty shelves hid, against the truth of simulated shops of several lengths.

Run `python -m bench.stockouts [--days 183 365 548 730 1096] [--seeds 501 8] [--products 200]
[--customers 400] [--unrecorded]`; the seeds are a first one and how many. Shelves are made up as
the shop would, by product and place, with promotions on record or, unrecorded, told only from the
price cuts under which lines were sold. Bias is in % of the demand of days with a stock-out; the
intervals of 80 % are judged by day and by 28 days, with the mass at their ends divided, as counts
are whole.
"""

import argparse
import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from datetime import date  # noqa: E402

import numpy as np  # noqa: E402

from bench.measured import cost  # noqa: E402
from omnix.domains.forecasting.hidden.shelves import SEEN, purchases  # noqa: E402
from omnix.engine.forecast.censored import Shelves, estimate  # noqa: E402
from omnix.engine.forecast.counts import count_quantiles  # noqa: E402
from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate  # noqa: E402

LAST_DAY = date(2025, 12, 31)
LEVELS = tuple(np.arange(1, 40) / 40)
MONTH, LEAST_MONTH = 28, 2.0


def shelves(shop: SimulatedShop, recorded: bool) -> tuple[Shelves, np.ndarray]:
    """What the shop knows of its shelves, and the units [n,t] that were really lost."""
    goods, days, lines = shop.products, shop.spec.days, shop.order_lines
    row, place = np.nonzero(goods.ranged & (goods.launch_day < days)[:, None])
    cell = lines.product.astype(np.int64) * days + shop.orders.day[lines.order]
    found, at = np.unique(cell, return_inverse=True)
    units = lines.quantity.astype(np.float64)
    revenue = lines.quantity * lines.unit_price_minor - lines.discount_minor
    sums = {"row": found // days, "day": found % days}
    for name, each in (
        ("units", units), ("squares", units**2), ("revenue_minor", revenue),
        ("discount_minor", lines.discount_minor),
    ):  # fmt: skip
        sums[name] = np.bincount(at, each, len(found))
    bought = purchases(sums, len(goods.sku), days)
    depth = _planned(shop) if recorded else bought.depth
    day = np.arange(days)
    alive = (day >= goods.launch_day[row][:, None]) & (day < goods.retire_day[row][:, None])
    stock = shop.stock_days
    given = Shelves(
        stock.sold[row, place].astype(np.float32), stock.in_stock[row, place], alive,
        shop.first_day.toordinal(), row, goods.category[row].astype(np.int64), place,
        depth[row], bought.clump[row],
    )  # fmt: skip
    return given, stock.lost[row, place]


def _planned(shop: SimulatedShop) -> np.ndarray:
    """Depth of the promotions on record [product, day]."""
    depth = np.zeros((len(shop.products.sku), shop.spec.days), np.float32)
    plan = shop.promotions
    for product, first, last, percent in zip(
        plan.product, plan.first_day, plan.last_day, plan.percent_off, strict=True
    ):
        depth[product, first : last + 1] = percent / 100
    return depth


def places_of(truth: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Where true counts [m] lie in their distributions, in the middle of the count's own mass."""
    q = count_quantiles(mean, variance, LEVELS)
    below, upto = ((q <= truth[:, None] - k).sum(1) / (len(LEVELS) + 1) for k in (1, 0))
    return np.stack([below, upto], 1)


def held(places: list[np.ndarray]) -> float:
    """Share in % of the mass of true counts between the tenth and the ninetieth percentile."""
    low, high = np.concatenate(places).T
    inside = np.clip(np.minimum(high, 0.9) - np.maximum(low, 0.1), 0.0, None)
    mass = high - low
    point = (low > 0.1) & (low < 0.9)
    return float(100 * np.where(mass > 0, inside / np.maximum(mass, 1e-12), point).mean())


def judge(specs: list[ShopSpec], recorded: bool) -> str:
    bias, days, months = [], [], []
    for spec in specs:
        given, lost = shelves(simulate(spec), recorded)
        told = estimate(given)
        short = given.alive & (given.exposure < SEEN)
        row, day = np.nonzero(short)
        mean = told.lost[row, day].astype(np.float64)
        truth = lost[row, day]
        bias.append(100 * (mean.sum() - truth.sum()) / (given.sold[row, day] + truth).sum())
        variance = told.day_variance[row, day] + told.doubt[row, day] * mean**2
        days.append(places_of(truth, mean, variance))
        for first in range(0, spec.days, MONTH):
            span = slice(first, first + MONTH)
            mean, variance = told.totals(first, first + MONTH)
            some = mean > LEAST_MONTH
            truth = np.where(short, lost, 0)[:, span].sum(1)
            months.append(places_of(truth[some], mean[some], variance[some]))
    spread = float(np.std(bias, ddof=1)) if len(bias) > 1 else float("nan")
    return (
        f"{len(bias):3d} shops: bias {np.mean(bias):+.2f} +- {spread / len(bias) ** 0.5:.2f}, "
        f"spread {spread:.2f}; intervals hold {held(days):.1f} by day, {held(months):.1f} by month"
    )


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--days", type=int, nargs="+", default=[183, 365, 548, 730, 1096])
    parse.add_argument("--seeds", type=int, nargs=2, default=[501, 8])
    parse.add_argument("--products", type=int, default=200)
    parse.add_argument("--customers", type=int, default=400)
    parse.add_argument("--unrecorded", action="store_true")
    given = parse.parse_args()
    first, count = given.seeds
    for length in given.days:
        specs = [
            ShopSpec(
                LAST_DAY, seed=seed, days=length, products=given.products, customers=given.customers
            )
            for seed in range(first, first + count)
        ]
        print(f"{length:5d} days, {judge(specs, not given.unrecorded)}", flush=True)
    print(cost())


if __name__ == "__main__":
    main()
