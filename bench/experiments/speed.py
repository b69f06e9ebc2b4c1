"""The pace beside tea-tasting and GrowthBook's SDK, in one run on one core."""

import asyncio
import importlib.util
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from omnix.engine.experiments.buckets import assign_all
from omnix.engine.experiments.estimate import effect, estimates
from omnix.engine.experiments.readout import bayesian, fixed, sequential
from omnix.engine.experiments.sums import Sums

UNITS = 1_000_000


def timed(work: Callable[[], Any], rounds: int = 3) -> tuple[float, Any]:
    """The best of some rounds in CPU seconds, and the last answer."""
    best, answer = float("inf"), None
    for _ in range(rounds):
        began = time.process_time()
        answer = work()
        best = min(best, time.process_time() - began)
    return best, answer


def readouts() -> None:
    """Read-outs of sums, all three ways, on one core."""
    arms = [Sums.mean(3407, 1396.87, 52377.9767), Sums.mean(3461, 2422.7, 134698.29)]

    def work() -> None:
        for _ in range(10_000):
            found = estimates(arms, "mean")
            assert found is not None
            change = effect(*found.arms, relative=True)
            assert change is not None
            fixed(change)
            sequential(change)
            bayesian(change)

    seconds, _ = timed(work)
    print(f"read-outs of a metric (fixed + sequential + belief): {10_000 / seconds:,.0f} a second")


def units() -> dict[str, np.ndarray]:
    """A million units with orders, revenue in cents, and what they spent before."""
    random = np.random.default_rng(1)
    rate = random.gamma(0.4, 0.5, UNITS)
    orders = random.poisson(rate)
    revenue = (orders * random.lognormal(8.0, 0.6, UNITS)).astype(np.int64)
    past = (random.poisson(rate) * random.lognormal(8.0, 0.6, UNITS)).astype(np.int64)
    treated = random.integers(0, 2, UNITS)
    return {
        "variant": treated,
        "converted": (orders > 0).astype(np.int64),
        "orders": orders.astype(np.int64),
        "revenue": revenue,
        "past": past,
    }


def _ours(data: dict[str, np.ndarray]) -> list[Any]:
    told = []
    rows = [np.flatnonzero(data["variant"] == n) for n in (0, 1)]
    parts = [{name: column.take(row) for name, column in data.items()} for row in rows]
    for kind, m, d, c in (
        ("proportion", "converted", None, None),
        ("mean", "orders", None, None),
        ("mean", "revenue", None, "past"),
        ("ratio", "revenue", "orders", None),
    ):
        sums = [Sums.of(p[m], d and p[d], c and p[c]) for p in parts]
        found = estimates(sums, kind, cuped=c is not None)  # type: ignore[arg-type]
        assert found is not None
        change = effect(*found.arms, relative=True)
        assert change is not None
        told.append((fixed(change), sequential(change), bayesian(change)))
    return told


def analysis() -> None:
    """Four metrics of a million units from columns in memory, beside tea-tasting."""
    data = units()
    ours, told = timed(lambda: _ours(data))
    print(f"four metrics of {UNITS:,} units from columns: {ours:.3f} s of CPU")
    if importlib.util.find_spec("tea_tasting") is None:
        print("  tea-tasting is not installed (make bench-setup): no peer in this run")
        return
    warnings.simplefilter("ignore")
    import pyarrow
    import tea_tasting as tt

    table = pyarrow.table(data)
    peer = tt.Experiment(
        converted=tt.Mean("converted"),
        orders=tt.Mean("orders"),
        revenue=tt.Mean("revenue", "past"),
        value=tt.RatioOfMeans("revenue", "orders"),
    )
    theirs, result = timed(lambda: peer.analyze(table))
    print(f"  tea-tasting {tt.__version__}: {theirs:.3f} s of CPU; ratio {theirs / ours:.1f}x")
    for name, (once, _, _) in zip(("converted", "orders", "revenue", "value"), told, strict=True):
        other = result[name]
        print(
            f"  {name:10s} relative {once.effect:+.6f} p {once.p:.5f}   "
            f"theirs {other.rel_effect_size:+.6f} p {other.pvalue:.5f}"
        )


def buckets() -> None:
    """Assignments a second, beside GrowthBook's SDK."""
    names = [f"cus_{n}" for n in range(200_000)]
    ours, _ = timed(lambda: assign_all("exp_1", names, [5_000, 5_000]))
    print(f"assignments: {len(names) / ours:,.0f} a second")
    if importlib.util.find_spec("growthbook") is None:
        print("  growthbook is not installed (make bench-setup): no peer in this run")
        return
    from growthbook.core import chooseVariation, gbhash, getBucketRanges

    ranges = getBucketRanges(2, 1.0, [0.5, 0.5])

    def theirs_all() -> None:
        for name in names:
            chooseVariation(gbhash("exp_1", name, 2), ranges)

    theirs, _ = timed(theirs_all, 1)
    print(f"  GrowthBook's SDK: {len(names) / theirs:,.0f} a second; ratio {theirs / ours:.1f}x")


async def _from_the_lake(folder: Path) -> None:
    from omnix.adapters.local.clock import ManualClock
    from omnix.adapters.local.platform import open_local
    from omnix.declared import COLLECTIONS, FACTS
    from omnix.domains.experiments import results, service
    from omnix.domains.experiments.declare import EXPOSURES
    from omnix.domains.experiments.model import Metric, NewExperiment, Variant
    from omnix.domains.orders.declare import SALES
    from omnix.platform.access import SYSTEM

    start = datetime(2026, 3, 2, tzinfo=UTC)
    clock = ManualClock(start)
    async with open_local(folder, COLLECTIONS, FACTS, clock=clock) as platform:
        ports = platform.ports
        names = ["conversion", "revenue_per_unit", "margin_per_unit", "average_order_value"]
        new = NewExperiment(
            id="exp",
            key="bench",
            name="A million",
            variants=(Variant("a", 5_000), Variant("b", 5_000)),
            metrics=tuple(Metric(name) for name in names),
        )
        await service.create(ports, SYSTEM, new)
        await service.start(ports, SYSTEM, "exp")
        data = units()
        ids = np.char.add("cus_", np.arange(UNITS).astype(str)).astype(object)
        at = np.full(UNITS, np.datetime64(start.replace(tzinfo=None), "us"))
        when = {
            "at": at,
            "day": at.astype("datetime64[D]"),
            "month": np.full(UNITS, "2026-03", object),
        }
        variant = np.where(data["variant"] == 1, "b", "a").astype(object)
        same = np.full(UNITS, "exp", object)
        shown = {"experiment_id": same, "unit_id": ids, "variant": variant, **when}
        await ports.lake.append(EXPOSURES, shown)
        row = np.repeat(np.arange(UNITS), data["orders"])
        lines = len(row)
        sold = {
            "order_id": np.char.add("ord_", np.arange(lines).astype(str)).astype(object),
            "line": np.ones(lines, np.int32),
            "kind": np.full(lines, "sale", object),
            "at": at[row] + np.timedelta64(3600, "s"),
            "day": when["day"][row],
            "month": when["month"][row],
            "customer_id": ids[row],
            "quantity": np.ones(lines, np.int64),
            "revenue_minor": (data["revenue"] // np.maximum(data["orders"], 1))[row],
            "discount_minor": np.zeros(lines, np.int64),
            "cost_minor": np.full(lines, 500, np.int64),
        }
        await ports.lake.append(SALES, sold)
        clock.advance(timedelta(days=1).total_seconds())
        experiment = await service.get(ports, "exp")
        for attempt in ("first", "again"):
            began, cpu = time.monotonic(), time.process_time()
            told = (await results.read(ports, experiment)).told
            seconds, cpu = time.monotonic() - began, time.process_time() - cpu
            print(
                f"results of {told.units:,} exposures and {lines:,} lines from the lake, "
                f"{attempt}: {seconds:.2f} s, {cpu:.2f} s of CPU"
            )


def main() -> None:
    """All of it."""
    readouts()
    buckets()
    analysis()
    with tempfile.TemporaryDirectory(prefix="omnix-bench-") as folder:
        asyncio.run(_from_the_lake(Path(folder)))
