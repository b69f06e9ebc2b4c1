"""A simulated shop's last year, replenished by each policy: what it would have cost.

Run `python -m bench.inventory.year [--products 300] [--seeds 1,2,3] [--order-minor 200]`. The
demand is the simulator's truth. Every 28 days each policy learns from the demand before that
day alone and plays the following days, with supplier lead times drawn anew for each order and
the same for all policies. Three rules of thumb stand beside them, all (s, Q) with Q the economic
order quantity and s = mean + z x deviation at 95%: ``fixed_quantity`` over lead time and review
from the last 91 days, learnt anew every 28 days; ``set_once`` the same from the year before and
never touched; ``textbook`` as that, but over the lead time alone, as the formula stands in books
for stock that is watched every day. Prints each policy's costs and what the least-cost plan
saves against it, with 90% intervals over stocks.
"""

import argparse
import os
import sys
import time
from dataclasses import replace
from datetime import date

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from omnix.engine.forecast import Panel, forecast  # noqa: E402
from omnix.engine.inventory.ahead import Ahead  # noqa: E402
from omnix.engine.inventory.compare import saving  # noqa: E402
from omnix.engine.inventory.least_cost import Terms  # noqa: E402
from omnix.engine.inventory.rules import KINDS, rules_of  # noqa: E402
from omnix.engine.inventory.simulate import Outcome, Prices, Rules, simulate  # noqa: E402
from omnix.engine.simulator import ShopSpec  # noqa: E402
from omnix.engine.simulator import simulate as simulate_shop  # noqa: E402

DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 90)
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99)
PLAYED, RENEWED, REVIEW, LEVEL = 365, 28, 7, 0.95


def year(seed: int, products: int, order_minor: int, holding_rate: float) -> dict[str, Outcome]:
    """Outcomes by policy of one simulated shop."""
    spec = ShopSpec(last_day=date(2025, 12, 31), seed=seed, products=products)
    shop = simulate_shop(spec)
    goods = np.flatnonzero(shop.products.supplier >= 0)
    sold = shop.products.ranged[goods] & (shop.products.retire_day[goods] >= spec.days)[:, None]
    sold &= (shop.products.launch_day[goods] < spec.days - PLAYED)[:, None]
    at, place = np.nonzero(sold)
    which = goods[at]
    demand = shop.truth.demand[which, place].astype(np.float32)
    supplier = shop.products.supplier[which]
    cost = shop.products.cost_minor[which].astype(float)
    stocks = len(which)
    terms = Terms(
        lead_days=np.rint(shop.suppliers.lead_time_days[supplier]),
        lead_deviation=shop.suppliers.lead_time_sd_days[supplier].astype(float),
        review_days=np.full(stocks, float(REVIEW)),
        holding=cost * holding_rate / 365,
        margin=np.maximum(shop.products.price_minor[which] - cost, 0.0),
        order_cost=np.full(stocks, float(order_minor)),
        unit_cost=cost,
        minimum=np.maximum(shop.products.minimum_order[which], 1).astype(np.int64),
        pack=np.maximum(shop.products.pack_size[which], 1).astype(np.int64),
        shelf_days=np.full(stocks, np.inf),
    )
    begin = spec.days - PLAYED
    start = np.maximum(shop.products.launch_day[which], 0).astype(np.int32)
    group = shop.products.category[which].astype(np.int32)
    first = date(2025, 12, 31).toordinal() - spec.days + 1
    panel = Panel(demand, start, first, group)
    rules: dict[str, list[Rules]] = {kind: [] for kind in KINDS}
    for day in range(begin, spec.days, RENEWED):
        made = forecast(panel.until(day), max(DAYS), quantiles=(0.5,))
        ahead = Ahead.of(
            DAYS,
            LEVELS,
            np.stack([made.total_mean(n) for n in DAYS], 1),
            np.stack([made.total_quantiles(n, LEVELS) for n in DAYS], 1),
        )
        recent = demand[:, day - 91 : day].astype(float)
        for kind in KINDS:
            known = rules_of(
                kind,
                ahead,
                terms,
                service_level=LEVEL,
                daily_mean=recent.mean(axis=1),
                daily_deviation=recent.std(axis=1),
                start=day - begin,
            )
            rules[kind].append(known)
    year_before = demand[:, max(0, begin - 365) : begin].astype(float)
    watched = replace(terms, review_days=np.zeros(stocks))
    for kind, how in (("set_once", terms), ("textbook", watched)):
        known = rules_of(
            "fixed_quantity",
            ahead,
            how,
            service_level=LEVEL,
            daily_mean=year_before.mean(axis=1),
            daily_deviation=year_before.std(axis=1),
        )
        rules[kind] = [known]
    rng = np.random.default_rng(seed)
    drawn = terms.lead_days + terms.lead_deviation * rng.standard_normal((PLAYED, stocks))
    reviews = (np.arange(PLAYED) % REVIEW == 0)[None, :]
    usual = demand[:, begin - 91 : begin].mean(axis=1)
    return {
        kind: simulate(
            np.ascontiguousarray(demand[:, begin:].T),
            rules[kind],
            Prices(terms.holding, terms.margin, terms.order_cost, terms.unit_cost),
            lead_days=np.maximum(np.rint(drawn), 0),
            opening=np.rint(1.5 * usual * (terms.lead_days + REVIEW)),
            reviews=reviews,
        )
        for kind in rules
    }


def main() -> int:
    """Prints a table for each seed, and the savings on average."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--products", type=int, default=300)
    wanted.add_argument("--seeds", default="1,2,3")
    wanted.add_argument("--order-minor", type=int, default=200)
    wanted.add_argument("--holding-rate", type=float, default=0.25)
    told = wanted.parse_args()
    shares: dict[str, list[float]] = {}
    began = time.process_time()
    for seed in map(int, told.seeds.split(",")):
        made = year(seed, told.products, told.order_minor, told.holding_rate)
        own = made["least_cost"]
        print(f"seed {seed}: {own.demanded.size} stocks, {own.days} days")
        for kind, outcome in made.items():
            share = saving(own, outcome).share
            shares.setdefault(kind, []).append(share.value)
            print(
                f"  {kind:14} {outcome.cost.sum() / 100:9,.0f}"
                f"  holding {outcome.holding.sum() / 100:7,.0f}"
                f"  ordering {outcome.ordering.sum() / 100:7,.0f}"
                f"  lost {outcome.lost.sum() / 100:7,.0f}  fill {outcome.fill_rate:.3f}"
                f"  least cost saves {share.value:6.1%} ({share.low:.1%} to {share.high:.1%})"
            )
    for kind, found in shares.items():
        if kind != "least_cost":
            print(f"least cost against {kind}: {sum(found) / len(found):.1%} saved on average")
    print(f"CPU seconds {time.process_time() - began:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
