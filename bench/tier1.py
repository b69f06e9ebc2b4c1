"""Tier-1 forecast of a large catalogue on one core, beside statsforecast's AutoETS.

Run `python -m bench.tier1 [--series 30000] [--days 730] [--peer-series 40] [--no-peer]`. Our
figure includes everything from the raw panel to quantiles: profiles, three rolling origins and
28 x 9 quantiles a series. AutoETS(season_length=7) computes means only, on a random sample of
the same panel, in the same process and on the same core.
"""

import argparse
import datetime
import os
import resource
import time

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from bench.forecast_peers import autoets, peer_is_installed  # noqa: E402
from omnix.engine.forecast import Panel, forecast, implementation  # noqa: E402

HORIZON = 28
FIRST_DAY = datetime.date(2023, 1, 2)


def retail_panel(series: int, days: int, seed: int = 7) -> tuple[Panel, np.ndarray]:
    """A mixture as shops have it, and what is sold in the `HORIZON` days after it.

    Levels are log-normal (most series sell less than once a day), demand is negative-binomial
    around weekday, yearly and drifting levels; some series start late, some die out, two in a
    hundred days are stock-outs and not observed.
    """
    rng = np.random.default_rng(seed)
    total = days + HORIZON
    day = np.arange(total)
    values = np.empty((series, total), np.float32)
    group = rng.integers(0, 60, series)
    week = 1.0 + 0.35 * rng.normal(0.0, 1.0, (60, 7)).clip(-2.0, 2.0)
    swing, phase = rng.uniform(0.0, 0.35, 60), rng.uniform(0.0, 365.0, 60)
    start = np.where(rng.random(series) < 0.25, rng.integers(0, days - 30, series), 0)
    for a in range(0, series, 2000):
        rows = np.arange(a, min(a + 2000, series))
        level = np.exp(rng.normal(-0.3, 1.3, len(rows)))
        drift = np.cumsum(rng.normal(0.0, 0.012, (len(rows), total)), axis=1)
        g = group[rows]
        season = 1.0 + swing[g, None] * np.cos((day - phase[g, None]) * 2.0 * np.pi / 365.25)
        mean = level[:, None] * np.exp(drift) * season * week[g][:, day % 7].clip(0.05)
        end = np.where(
            rng.random(len(rows)) < 0.05, rng.integers(days // 2, total, len(rows)), total
        )
        mean[day[None, :] >= end[:, None]] = 0.0
        size = rng.uniform(0.5, 4.0, len(rows))[:, None]
        values[rows] = rng.poisson(rng.gamma(size, mean / size))
    values[day[None, :] < start[:, None]] = np.nan
    history = values[:, :days]
    history[rng.random(history.shape) < 0.02] = np.nan
    panel = Panel(history, start.astype(np.int32), FIRST_DAY.toordinal(), group.astype(np.int32))
    return panel, values[:, days:]


def main() -> None:
    """Print series a second, CPU seconds, peak memory and the ratio to the peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=30_000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--peer-series", type=int, default=40)
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    panel, future = retail_panel(options.series, options.days)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    clock, wall = time.process_time(), time.perf_counter()
    result = forecast(panel, HORIZON)
    used, passed = time.process_time() - clock, time.perf_counter() - wall
    rate = options.series / used
    error = np.abs(result.mean - future).sum() / future.sum()
    print(
        f"omnix    {options.series} series x {options.days} days, {implementation()} kernel: "
        f"{used:.2f} CPU s ({passed:.2f} s wall), {rate:,.0f} series/s, "
        f"{len(result.levels)} quantiles, WAPE {error:.4f}"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory {peak} MB, of which {before} MB before the forecast")
    if options.no_peer or not peer_is_installed():
        return
    rng = np.random.default_rng(1)
    whole = np.flatnonzero(panel.start < options.days - 365)
    rows = rng.choice(whole, min(options.peer_series, len(whole)), replace=False)
    # The peer knows no holes; it gets zeros, as shops record such days.
    train = [np.nan_to_num(panel.values[row, panel.start[row] :]).astype(float) for row in rows]
    mean, spent = autoets(train, 7, HORIZON)
    peer = len(rows) / spent
    ours = np.abs(result.mean[rows] - future[rows]).sum() / future[rows].sum()
    theirs = np.abs(np.maximum(mean, 0.0) - future[rows]).sum() / future[rows].sum()
    print(f"AutoETS  {len(rows)} of these series: {spent:.2f} CPU s, {peer:.2f} series/s")
    print(f"WAPE on these {len(rows)}: omnix {ours:.4f}, AutoETS {theirs:.4f}")
    print(f"ratio {rate / peer:,.0f}x")


if __name__ == "__main__":
    main()
