"""Planning 100,000 stocks and simulating SKU-days, beside a plain loop and stockpyl.

Run `python -m bench.inventory.speed [--stocks 100000] [--days 365] [--no-peer]`. CPU seconds of
one core. The plain loop plays the same policy over a sample of the same demand, one stock and
one day at a time; stockpyl plays a single node under the same (s, S) with periods as days. The
loop's costs must equal the simulator's, or the run fails.
"""

import argparse
import os
import resource
import sys
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from omnix.engine.inventory.ahead import Ahead  # noqa: E402
from omnix.engine.inventory.distribution import Demand  # noqa: E402
from omnix.engine.inventory.least_cost import Terms, least_cost  # noqa: E402
from omnix.engine.inventory.simulate import Prices, Rules, simulate  # noqa: E402

DAYS = (1, 2, 3, 5, 7, 10, 14, 21, 28, 42, 56, 90)
LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99)
LEAD, POINT, TARGET, OPENING = 7, 20, 40, 30
HOLDING, MARGIN, ORDER = 0.25, 20.0, 50.0


def timed(work):  # type: ignore[no-untyped-def]
    """CPU seconds of a call, and what it returned."""
    began = time.process_time()
    result = work()
    return time.process_time() - began, result


def planning(stocks: int, rng: np.random.Generator) -> float:
    """CPU seconds from quantiles to quantities."""
    rates = np.geomspace(0.05, 30, 200)
    mean = np.array([[rate * days for days in DAYS] for rate in rates])
    quantiles = np.array(
        [[[Demand.poisson(m).quantile(p) for p in LEVELS] for m in row] for row in mean]
    )
    kind = rng.integers(0, len(rates), stocks)
    all_mean, all_quantiles = mean[kind], quantiles[kind]
    full = np.full(stocks, 1.0)
    terms = Terms(
        lead_days=rng.integers(1, 30, stocks).astype(float),
        lead_deviation=rng.uniform(0, 3, stocks),
        review_days=7 * full,
        holding=rng.uniform(0.05, 2, stocks),
        margin=rng.uniform(5, 500, stocks),
        order_cost=200 * full,
        unit_cost=300 * full,
        minimum=rng.integers(1, 20, stocks),
        pack=rng.integers(1, 12, stocks),
        shelf_days=np.where(rng.random(stocks) < 0.2, 30.0, np.inf),
    )
    position = rng.integers(0, 100, stocks)

    def work() -> int:
        ahead = Ahead.of(DAYS, LEVELS, all_mean, all_quantiles)
        return int(least_cost(ahead, terms, position).quantity.sum())

    seconds, _ = timed(work)
    return seconds


def loop(demand: np.ndarray) -> float:
    """The cost of the policy, one stock and one day at a time."""
    cost = 0.0
    for stock in range(demand.shape[1]):
        hand, owed, coming = OPENING, 0, {}
        for day, asked in enumerate(demand[:, stock].tolist()):
            arrived = coming.pop(day, 0)
            hand += arrived
            owed -= arrived
            sold = min(hand, asked)
            hand -= sold
            cost += HOLDING * hand + MARGIN * (asked - sold)
            if hand + owed < POINT:
                quantity = TARGET - hand - owed
                coming[day + 1 + LEAD] = coming.get(day + 1 + LEAD, 0) + quantity
                owed += quantity
                cost += ORDER
    return cost


def stockpyl_seconds(periods: int) -> float | None:
    """CPU seconds of stockpyl's simulation of one node; None where it is not installed."""
    try:
        import warnings

        warnings.filterwarnings("ignore")
        from stockpyl.sim import simulation
        from stockpyl.supply_chain_network import single_stage_system
    except ImportError:
        return None
    network = single_stage_system(
        local_holding_cost=HOLDING,
        stockout_cost=MARGIN,
        demand_type="P",
        mean=2,
        policy_type="sS",
        reorder_point=POINT,
        order_up_to_level=TARGET,
        shipment_lead_time=LEAD,
    )
    seconds, _ = timed(lambda: simulation(network, periods, rand_seed=1, progress_bar=False))
    return float(seconds)


def main() -> int:
    """Prints the figures; 1 if the loop and the simulator disagree."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--stocks", type=int, default=100_000)
    wanted.add_argument("--days", type=int, default=365)
    wanted.add_argument("--no-peer", action="store_true")
    told = wanted.parse_args()
    rng = np.random.default_rng(7)
    seconds = planning(told.stocks, rng)
    print(f"plan {told.stocks:,} stocks: {seconds:.2f} CPU s ({told.stocks / seconds:,.0f}/s)")
    demand = rng.poisson(2.0, (told.days, told.stocks)).astype(np.float32)
    prices = Prices(HOLDING, MARGIN, ORDER)

    def play(part: np.ndarray) -> float:
        rules = Rules(POINT, TARGET)
        made = simulate(part, rules, prices, lead_days=LEAD, opening=OPENING)
        return float(made.cost.sum())

    seconds, _ = timed(lambda: play(demand))
    ours = told.stocks * told.days / seconds
    print(f"simulate {told.stocks * told.days / 1e6:.1f} million SKU-days: {seconds:.2f} CPU s")
    print(f"  {ours / 1e6:.1f} million SKU-days a second")
    sample = demand[:, :400]
    seconds, cost = timed(lambda: loop(sample.astype(int)))
    plain = sample.size / seconds
    same = abs(cost - play(sample)) <= 1e-5 * cost
    print(f"plain loop: {plain / 1e6:.2f} million a second; ratio {ours / plain:,.0f}")
    print(f"  the same costs over the sample: {'yes' if same else 'NO'}")
    if not told.no_peer:
        peer = stockpyl_seconds(1000)
        if peer is None:
            print("stockpyl is not installed: no peer")
        else:
            print(
                f"stockpyl: {1000 / peer:,.0f} SKU-days a second; ratio {ours * peer / 1000:,.0f}"
            )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
