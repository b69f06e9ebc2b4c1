"""What the process that answers measures: requests, queues, jobs, consumers, itself."""

import resource
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from omnix.kit.time import instant, parse_instant
from omnix.platform import jobs
from omnix.platform.jobs import JobRun
from omnix.platform.measure import REQUESTS, Series, quantile
from omnix.platform.turns import Turns
from omnix.ports import Ports
from omnix.version import VERSION

from .lag import Lagging, Lags

JOBS_LOOKED_AT = 100
_STARTED = time.monotonic()
STARTED_AT = datetime.now(UTC)
_PAGE = resource.getpagesize()
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds. Shares are estimated within classes of duration, as Prometheus does."""

    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


class RouteMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Requests since the process began to one part of the interface (``orders``), that only read
    or not. ``statuses`` counts answers by their first digit (``2xx``), or ``none`` where the
    client was gone first.
    """

    route: str
    kind: str
    requests: int
    statuses: dict[str, int]
    latency: Latency


class ProcessMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """The process itself. ``memory_bytes`` is null where the system does not tell it."""

    version: str
    runs_on: str
    started_at: str
    uptime_seconds: float
    cpu_seconds: float
    memory_bytes: int | None
    memory_peak_bytes: int


class JobCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Jobs in the queue by what became of them so far."""

    queued: int
    running: int
    dead: int


class HeavyRequests(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that take turns, in this process and now."""

    at_once: int
    running: int
    waiting: int


class JobMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Of the latest runs, those of one job. Durations are of those that ended, null for none."""

    name: str
    runs: int
    done: int
    failed: int
    mean_seconds: float | None
    longest_seconds: float | None


class SystemMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """All that is measured. ``requests``, ``process`` and ``heavy`` are of the process that
    answered, the rest is of the whole shop. ``jobs`` covers the latest ``jobs_looked_at`` runs.
    """

    at: str
    process: ProcessMetrics
    requests: list[RouteMetrics]
    heavy: HeavyRequests
    queue: JobCounts
    jobs_looked_at: int
    jobs: list[JobMetrics]
    consumers: Lags


async def job_counts(ports: Ports) -> JobCounts:
    """Of all jobs in the queue, now."""
    counts = await ports.jobs.counts()
    return JobCounts(**{state: counts.get(state, 0) for state in JobCounts.__struct_fields__})


async def gathered(ports: Ports, turns: Turns, lagging: Lagging, runs_on: str) -> SystemMetrics:
    """What is measured now."""
    page = await jobs.listing(ports, None, JOBS_LOOKED_AT, None)
    return SystemMetrics(
        at=instant(ports.clock.now()),
        process=_process(runs_on),
        requests=[_route(series) for series in REQUESTS.series()],
        heavy=HeavyRequests(at_once=turns.at_once, running=turns.running, waiting=turns.waiting),
        queue=await job_counts(ports),
        jobs_looked_at=len(page.items),
        jobs=_jobs(list(page.items)),
        consumers=await lagging(ports),
    )


def _process(runs_on: str) -> ProcessMetrics:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return ProcessMetrics(
        version=VERSION,
        runs_on=runs_on,
        started_at=instant(STARTED_AT),
        uptime_seconds=round(time.monotonic() - _STARTED, 3),
        cpu_seconds=round(time.process_time(), 3),
        memory_bytes=_resident(),
        memory_peak_bytes=peak * _PEAK_UNIT,
    )


def _resident() -> int | None:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return None


def _route(series: Series) -> RouteMetrics:
    p50, p95, p99 = (quantile(series.buckets, share) or 0.0 for share in (0.5, 0.95, 0.99))
    return RouteMetrics(
        route=series.route,
        kind=series.kind,
        requests=series.count,
        statuses={status_class(n): count for n, count in enumerate(series.statuses) if count},
        latency=Latency(
            mean_ms=_ms(series.seconds / max(1, series.count)),
            p50_ms=_ms(p50),
            p95_ms=_ms(p95),
            p99_ms=_ms(p99),
        ),
    )


def status_class(digit: int) -> str:
    """How answers with this first digit are called."""
    return f"{digit}xx" if digit else "none"


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _jobs(runs: list[JobRun]) -> list[JobMetrics]:
    by_name: dict[str, list[JobRun]] = defaultdict(list)
    for run in runs:
        by_name[run.name].append(run)
    return [_job(name, by_name[name]) for name in sorted(by_name)]


def _job(name: str, runs: list[JobRun]) -> JobMetrics:
    took = [
        (parse_instant(run.ended_at) - parse_instant(run.started_at)).total_seconds()
        for run in runs
        if run.started_at and run.ended_at
    ]
    return JobMetrics(
        name=name,
        runs=len(runs),
        done=sum(run.state == "done" for run in runs),
        failed=sum(run.state == "failed" for run in runs),
        mean_seconds=round(sum(took) / len(took), 3) if took else None,
        longest_seconds=round(max(took), 3) if took else None,
    )
