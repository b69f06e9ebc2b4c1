"""InventoryBench: games of one product, ordered period by period, with its five earlier demands.

Run `python -m bench.inventorybench --data DIR [--redraw SEED] [--draws N]`. DIR holds
instances.parquet, history.parquet and test.parquet; every instance in it is played by the
engine's own policy: `demand_paths` from what was seen so far, `arrival_hazards` from the orders'
own fates, `next_order` from both. Before each period the policy gets the demands, orders and
arrivals of earlier periods, the stock on hand, the margin and holding cost, and the promised lead
time, all through arrays that end there. `--redraw` draws the lead times of the stochastic
instances anew: 1, 2, 3 periods or lost, a quarter each, independently for each instance. Beside
it stands the capped base stock that the benchmark comes with. Prints the mean of max(0, reward /
(margin x total demand)) for each batch, then CPU seconds and memory; the last line is the mean
over all.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from omnix.engine.inventory.arrivals import arrival_hazards  # noqa: E402
from omnix.engine.inventory.next_order import AHEAD, next_order  # noqa: E402
from omnix.engine.inventory.paths import demand_paths  # noqa: E402

_BLOCK = 128
_LOST = -1
_Array = np.ndarray


@dataclass(frozen=True)
class Games:
    """One batch of games of the same length: history (N, 5), demand and lead (N, T)."""

    name: str
    history: _Array
    demand: _Array
    lead: _Array
    promised: _Array
    margin: _Array
    holding: _Array

    def part(self, start: int, stop: int) -> "Games":
        fields = [getattr(self, n)[start:stop] for n in list(self.__dataclass_fields__)[1:]]
        return Games(self.name, *fields)


@dataclass(frozen=True)
class Seen:
    """What a policy knows before a period: every array ends with the period before."""

    demand: _Array
    placed: _Array
    arrived: _Array
    on_hand: _Array
    promised: _Array
    margin: _Array
    holding: _Array
    period: int


Policy = Callable[[Seen], _Array]


def load(folder: Path, redraw: int | None) -> list[Games]:
    """The batches, by family and lead time, games in the order of their names."""
    games = duckdb.execute(
        "with d as (select instance, list(demand order by period) as demand,"
        "  list(lead_time order by period) as lead from read_parquet(?) group by 1),"
        " h as (select instance, list(demand order by period) as history"
        "  from read_parquet(?) group by 1)"
        " select family || ', lead time ' || lead_time, lead_time = 'stochastic', len(demand),"
        "  history, demand, lead, promised_lead_time, profit, holding_cost"
        " from read_parquet(?) i join d using (instance) join h using (instance)"
        " order by 1, 3, instance",
        [str(folder / f"{name}.parquet") for name in ("test", "history", "instances")],
    ).fetchall()
    batches: dict[tuple[str, int], list[tuple]] = {}
    for name, stochastic, periods, *rest in games:
        batches.setdefault((name, periods), []).append((stochastic, *rest))
    rng = np.random.default_rng(redraw)
    found = []
    for (name, _), rows in batches.items():
        stochastic, history, demand, lead, promised, margin, holding = zip(*rows, strict=True)
        leads = np.array(lead, np.int64)
        if redraw is not None and stochastic[0]:
            leads = rng.choice([1, 2, 3, _LOST], leads.shape)
        found.append(
            Games(
                name, np.array(history, float), np.array(demand, float), leads,
                np.array(promised, np.int64), np.array(margin, float), np.array(holding, float),
            )
        )  # fmt: skip
    return found


def play(games: Games, policy: Policy) -> _Array:
    """The normalised reward of each game (N,)."""
    stocks, periods = games.demand.shape
    on_hand, reward = np.zeros(stocks), np.zeros(stocks)
    placed, arrived = np.zeros((stocks, periods)), np.full((stocks, periods), -1)
    order = np.arange(periods)[None, :]
    for now in range(periods):
        known = np.concatenate([games.history, games.demand[:, :now]], axis=1)
        told = Seen(
            known, placed[:, :now].copy(), arrived[:, :now].copy(), on_hand.copy(),
            games.promised, games.margin, games.holding, now,
        )  # fmt: skip
        placed[:, now] = np.maximum(np.rint(policy(told)), 0)
        here = (games.lead >= 0) & (order <= now) & (order + games.lead == now)
        arrived[here] = now
        on_hand += (placed * here).sum(axis=1)
        sold = np.minimum(on_hand, games.demand[:, now])
        on_hand -= sold
        reward += games.margin * sold - games.holding * on_hand
    best = games.margin * games.demand.sum(axis=1)
    return np.maximum(reward / np.maximum(best, 1e-9), 0.0)


def engine(draws: int, seed: int) -> Policy:
    """The engine's policy."""

    def order(told: Seen) -> _Array:
        steps = int(told.promised.max()) + AHEAD + 1
        moment = seed + 7919 * told.period
        return next_order(
            demand_paths(told.demand, steps, draws, moment),
            arrival_hazards(told.promised, told.placed, told.arrived),
            promised=told.promised,
            on_hand=told.on_hand,
            placed=told.placed,
            arrived=told.arrived,
            holding=told.holding,
            margin=told.margin,
            seed=moment + 1,
        )

    return order


def capped_base_stock(told: Seen) -> _Array:
    """The benchmark's own: all demands alike, normal, an order capped at its 95% quantile."""
    mean, spread = told.demand.mean(axis=1), told.demand.std(axis=1, ddof=1)
    ratio = told.margin / (told.margin + told.holding)
    z = np.array([NormalDist().inv_cdf(float(p)) for p in ratio])
    span = 1.0 + told.promised
    position = told.on_hand + (told.placed * (told.arrived < 0)).sum(axis=1)
    wanted = np.ceil(span * mean + z * np.sqrt(span) * spread - position)
    return np.minimum(np.maximum(wanted, 0), np.ceil(mean + NormalDist().inv_cdf(0.95) * spread))


def scores(batches: list[Games], policy: Policy) -> dict[str, _Array]:
    """Normalised rewards by batch."""
    found: dict[str, list[_Array]] = {}
    for games in batches:
        for start in range(0, len(games.demand), _BLOCK):
            rewards = play(games.part(start, start + _BLOCK), policy)
            found.setdefault(games.name, []).append(rewards)
    return {name: np.concatenate(parts) for name, parts in found.items()}


def main() -> None:
    """Parse, play, print."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--data", type=Path, required=True)
    wanted.add_argument("--redraw", type=int)
    wanted.add_argument("--draws", type=int, default=192)
    wanted.add_argument("--seed", type=int, default=1)
    told = wanted.parse_args()
    batches = load(told.data, told.redraw)
    base = scores(batches, capped_base_stock)
    began = time.process_time()
    own = scores(batches, engine(told.draws, told.seed))
    seconds = time.process_time() - began
    print(f"{'batch':32} {'games':>6} {'engine':>8} {'capped base stock':>18}")
    for name, rewards in own.items():
        print(f"{name:32} {rewards.size:6} {rewards.mean():8.4f} {base[name].mean():18.4f}")
    print(f"capped base stock over all {np.concatenate(list(base.values())).mean():.4f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"CPU seconds {seconds:.1f}, peak memory {peak:,.0f} MB")
    rewards = np.concatenate(list(own.values()))
    print(f"mean normalised reward over all {rewards.size} games: {rewards.mean():.4f}")


if __name__ == "__main__":
    main()
