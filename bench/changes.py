"""How often the cause that was planted in a simulated shop is the first one named.

    .venv/bin/python -m bench.changes [--cases 100] [--quiet-cases 50] [--seed 1] [--verbose]

Every case is a shop of its own (seed, size and last day drawn), into whose last week one of four
causes is planted in the simulation itself, so that customers answer to it: best sellers are out of
stock, a list price rises, the customers of one of the simulator's segments come no more, a
promotion of the week before has ended. The facts go into a real lake, and `explain_change` is
asked why revenue changed from the week before. It knows nothing of what was planted.

A case is a hit where the first cause named is out of the ordinary and of the planted kind, and
its first product is a planted one; for a segment, where at least 1.5 times as large a share of the
lost customers as of the others is in the group named. Quiet cases are the same shops with nothing
planted: there "nothing out of the ordinary" is the right answer. The simulator's own promotions,
price changes and stock-outs go on in all of them, so some of those alarms are true.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.measured import cost
from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.dashboard.changes.model import Changes
from omnix.domains.dashboard.changes.service import explain_change
from omnix.domains.inventory.declare import STOCK_DAYS
from omnix.domains.orders.declare import SALES
from omnix.domains.products.declare import PRICES, PRODUCTS
from omnix.engine.simulator import Planted, ShopSpec, SimulatedShop, simulate
from omnix.engine.simulator.days import build_days
from omnix.ports import Ports
from omnix.transfer.demo import items

KINDS = ("stock", "price", "segment", "promotion")
AVERAGE = ("everyday", "family")
"""Segments of average taste: no habit tells them from the others, whatever one looks at."""
DAYS = 7
_LIFTED = 1.5


@dataclass(frozen=True)
class Case:
    kind: str
    spec: ShopSpec
    planted: Planted | None
    rows: frozenset[int]  # of products, or of customers for a segment
    told: str


def case(kind: str, seed: int, average: int | None = None) -> Case:
    """The shop and what is planted in it, drawn from ``seed``; ``none`` plants nothing.
    ``average`` is the segment that is lost, if it is not to be drawn."""
    rng = np.random.default_rng([seed, KINDS.index(kind) if kind in KINDS else len(KINDS)])
    spec = ShopSpec(
        last_day=_ordinary(rng),
        seed=int(rng.integers(1, 2**31)),
        days=260,
        products=int(rng.integers(200, 600)),
        customers=int(rng.integers(1500, 3000)),
        locations=int(rng.integers(1, 4)),
    )
    if kind == "none":
        return Case(kind, spec, None, frozenset(), "nothing")
    made = simulate(spec)
    first, last = spec.days - DAYS, spec.days - 1
    if kind == "segment":
        telling = [n for n, name in enumerate(made.truth.segments) if name not in AVERAGE]
        telling = [-1, *telling] if spec.locations > 1 else telling
        segment = int(rng.choice(telling)) if average is None else average
        if segment >= 0:
            lost = np.flatnonzero(made.truth.segment == segment)
            name = made.truth.segments[segment]
        else:
            home = int(rng.integers(1, spec.locations))
            lost = np.flatnonzero(made.customers.home_location == home)
            name = f"at home at {made.locations.name[home]}"
        planted = Planted(first, last, lost_customers=tuple(lost.tolist()))
        return Case(kind, spec, planted, frozenset(lost.tolist()), name)
    goal = {"stock": (0.07, 0.2), "price": (0.25, 0.5), "promotion": (0.2, 0.4)}[kind]
    rows = _sellers(rng, made, float(rng.uniform(*goal)), spread=kind != "stock")
    if kind == "stock":
        planted = Planted(first, last, blocked_products=rows)
        told = f"{len(rows)} products out of stock"
    elif kind == "price":
        ratio = float(rng.uniform(1.2, 1.5))
        planted = Planted(first, last, priced_products=rows, price_ratio=ratio)
        told = f"{len(rows)} prices x {ratio:.2f}"
    else:
        off, length = int(rng.choice([25, 30, 35, 40])), int(rng.choice([7, 14]))
        planted = Planted(first - length, first - 1, promoted_products=rows, percent_off=off)
        told = f"{off}% off {len(rows)} products for {length} days until the week before"
    return Case(kind, spec, planted, frozenset(rows), told)


def _ordinary(rng: np.random.Generator) -> date:
    """A last day with no holiday in the two weeks before it or the day after."""
    while True:
        last = date(2025, 1, 5) + timedelta(days=int(rng.integers(0, 500)))
        spec = ShopSpec(last_day=last + timedelta(days=1), days=2 * DAYS + 1)
        if not build_days(spec).holidays:
            return last


def _sellers(
    rng: np.random.Generator, made: SimulatedShop, goal: float, spread: bool
) -> tuple[int, ...]:
    """Products still sold that bring about the share ``goal`` of the last weeks' revenue."""
    lines = made.order_lines
    day = made.orders.day[lines.order]
    recent = day >= made.spec.days - 63
    money = np.bincount(
        lines.product[recent],
        (lines.quantity * lines.unit_price_minor - lines.discount_minor)[recent],
        made.spec.products,
    )
    share = money / money.sum()
    sold = (made.products.retire_day >= made.spec.days) & ~made.products.is_bundle
    sold &= (made.products.launch_day < made.spec.days - 90) & (share > 0)
    rows = np.flatnonzero(sold)
    if spread:  # a category, or a draw over the whole assortment
        order = rng.permutation(rows)
        if rng.random() < 0.5:
            chosen = made.products.category[order[0]]
            order = np.concatenate(
                [order[made.products.category[order] == chosen],
                 order[made.products.category[order] != chosen]]
            )  # fmt: skip
    else:
        best = rows[np.argsort(-share[rows], kind="stable")]
        order = rng.permutation(best[:20])
    until = int(np.searchsorted(np.cumsum(share[order]), goal)) + 1
    return tuple(order[:until].tolist())


async def ask(made: SimulatedShop, folder: Path, metric: str = "revenue") -> Changes:
    """The answer of a platform that holds nothing but this shop's facts and catalogue."""
    names = items.Names.of(made)
    day = made.spec.last_day + timedelta(days=1)
    clock = ManualClock(datetime(day.year, day.month, day.day, 8, tzinfo=UTC))
    async with open_local(folder, COLLECTIONS, FACTS, clock=clock) as platform:
        ports: Ports = platform.ports
        catalogue = [items.product_item(each) for each in items.products(made, names)]
        await ports.records.load(PRODUCTS, catalogue)
        for fact, rows in ((SALES, items.sales), (PRICES, items.prices),
                           (STOCK_DAYS, items.stock_days)):  # fmt: skip
            await ports.lake.append(fact, rows(made, names), source="bench", version=1)
        last = made.spec.last_day
        return await explain_change(
            ports,
            metric=metric,  # type: ignore[arg-type]
            first=last - timedelta(days=DAYS - 1),
            last=last,
        )


def right(each: Case, made: SimulatedShop, answer: Changes) -> bool:
    if each.kind == "none":
        return answer.ordinary
    first = answer.causes[0]
    if not first.unusual or first.kind != each.kind:
        return False
    if each.kind == "segment":
        return _lift(each, made, answer) >= _LIFTED
    skus = {str(made.products.sku[row]) for row in each.rows}
    return bool(first.products) and first.products[0].sku in skus


def _lift(each: Case, made: SimulatedShop, answer: Changes) -> float:
    """How much likelier the customers that were lost are to be in the group that was named."""
    segment = answer.causes[0].segment
    assert segment is not None
    lines, orders = made.order_lines, made.orders
    customer, day = orders.customer[lines.order], orders.day[lines.order]
    money = (lines.quantity * lines.unit_price_minor - lines.discount_minor).astype(float)
    seen = (customer >= 0) & (day < made.spec.days - 2 * DAYS) & (day >= made.spec.days - 140)
    count, kinds = len(made.customers.email), len(made.categories)
    cell = customer[seen].astype(np.int64) * kinds + made.products.category[lines.product[seen]]
    spent = np.bincount(cell, money[seen], count * kinds).reshape(count, kinds)
    known = spent.sum(axis=1) > 0
    visits = np.bincount(orders.customer[np.unique(lines.order[seen])], minlength=count)
    if segment.grouping == "leans":
        part, mean = spent.sum(axis=0) / spent.sum(), spent.sum() / max(known.sum(), 1)
        lean = (spent + part * mean) / ((spent.sum(axis=1, keepdims=True) + mean) * part)
        mine = np.where(known, lean[:, made.categories.index(segment.label)], -1)
        inside = mine > np.quantile(mine[known], 0.85)
    elif segment.grouping in ("spend", "basket"):
        score = spent.sum(axis=1) / (1 if segment.grouping == "spend" else np.maximum(visits, 1))
        rank = np.empty(count)
        rank[np.argsort(-np.where(known, score, -1), kind="stable")] = np.arange(count)
        rank /= max(int(known.sum()) - 1, 1)
        bounds = {"top": (0, 0.05), "upper": (0.05, 0.25), "rest": (0.25, 1.01)}[segment.label]
        inside = (rank >= bounds[0]) & (rank < bounds[1])
    elif segment.grouping in ("home", "place"):
        inside = made.customers.home_location == int(segment.label.removeprefix("shop-")) - 1
    else:
        return 0.0
    lost = np.zeros(count, dtype=bool)
    lost[list(each.rows)] = True
    a, b = (inside & known)[lost & known].mean(), (inside & known)[~lost & known].mean()
    return float(a / max(b, 1e-9))


def run(each: Case) -> tuple[bool, Changes, SimulatedShop]:
    made = simulate(each.spec, planted=each.planted)
    with tempfile.TemporaryDirectory(prefix="omnix-changes-") as folder:
        answer = asyncio.run(ask(made, Path(folder)))
    total = sum(cause.effect for cause in answer.causes)
    assert total == answer.change, f"causes sum to {total}, not {answer.change}"
    return right(each, made, answer), answer, made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--quiet-cases", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    since = time.process_time()
    hits: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    for number in range(asked.cases + asked.quiet_cases):
        kind = asked.kind or KINDS[number % len(KINDS)]
        each = case(kind if number < asked.cases else "none", asked.seed * 100_000 + number)
        hit, answer, _ = run(each)
        tried[each.kind] += 1
        hits[each.kind] += hit
        if asked.verbose or not hit:
            first = "; ".join(
                f"{c.kind}{':' + c.segment.grouping + '=' + c.segment.label if c.segment else ''} "
                f"{c.effect / max(answer.before, 1):+.1%} ({(c.usual or 0) / answer.before:.1%})"
                f"{'!' if c.unusual else ''}"
                for c in answer.causes[:5]
            )
            share = (answer.change) / max(answer.before, 1)
            print(f"{'hit ' if hit else 'MISS'} {number:3d} {each.kind}: {each.told}; "
                  f"change {share:+.1%}: {first}", flush=True)  # fmt: skip
    for kind in (*KINDS, "none"):
        if tried[kind]:
            print(f"{kind:10s} {hits[kind]:3d} of {tried[kind]}")
    named = sum(hits[kind] for kind in KINDS)
    print(f"true cause named first in {named} of {sum(tried[k] for k in KINDS)}; "
          f"quiet weeks called quiet {hits['none']} of {tried['none']}; {cost(since)}")  # fmt: skip


if __name__ == "__main__":
    main()
