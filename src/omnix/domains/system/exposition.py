"""The metrics in Prometheus' text format (0.0.4), which every collector reads."""

from collections.abc import Iterator, Mapping, Sequence

from omnix.kit.time import parse_instant
from omnix.platform.measure import BOUNDS, Series

from .metrics import SystemMetrics, status_class

KIND = "text/plain"
MEDIA_TYPE = f"{KIND}; version=0.0.4"
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_Labels = tuple[tuple[str, str], ...]
_Sample = tuple[_Labels, float]


def wanted(accept: str) -> bool:
    """Whether an ``Accept`` header asks for text and does not name JSON."""
    asked = accept.lower()
    return "json" not in asked and any(
        kind in asked for kind in ("text/plain", "application/openmetrics-text")
    )


def text(found: SystemMetrics, requests: Sequence[Series]) -> str:
    """``found`` as a page; ``requests`` are its requests as they were counted."""
    return "\n".join(_lines(found, requests)) + "\n"


def _lines(found: SystemMetrics, requests: Sequence[Series]) -> Iterator[str]:
    process, queue, heavy = found.process, found.queue, found.heavy
    build = (("version", process.version), ("runs_on", process.runs_on))
    yield from _family("omnix_build_info", "gauge", "What runs here.", [(build, 1)])
    began = parse_instant(process.started_at).timestamp()
    yield from _one("process_start_time_seconds", "gauge", "Since 1970, UTC.", began)
    yield from _one("process_uptime_seconds", "gauge", "Since the start.", process.uptime_seconds)
    yield from _one("process_cpu_seconds_total", "counter", "Used.", process.cpu_seconds)
    if process.memory_bytes is not None:
        told = "Memory in use."
        yield from _one("process_resident_memory_bytes", "gauge", told, process.memory_bytes)
    peak = process.memory_peak_bytes
    yield from _one("omnix_process_memory_peak_bytes", "gauge", "Most memory ever in use.", peak)
    yield from _requests(requests)
    states = {"running": heavy.running, "waiting": heavy.waiting}
    yield from _family(
        "omnix_heavy_requests", "gauge", "Requests that take turns.", _by("state", states)
    )
    messages = {"queued": queue.queued, "running": queue.running, "dead": queue.dead}
    yield from _family("omnix_jobs", "gauge", "Jobs by state.", _by("state", messages))
    longest = {j.name: j.longest_seconds for j in found.jobs if j.longest_seconds is not None}
    yield from _family(
        "omnix_job_longest_seconds", "gauge", "Longest of the latest runs.", _by("job", longest)
    )
    lags = {c.name: c.lag_seconds for c in found.consumers.consumers if c.lag_seconds is not None}
    yield from _family(
        "omnix_consumer_lag_seconds", "gauge", "Age of the oldest event not taken.",
        _by("consumer", lags),
    )  # fmt: skip
    events = {c.name: c.events for c in found.consumers.consumers if c.events is not None}
    yield from _family(
        "omnix_consumer_lag_events", "gauge", "Events from the oldest not taken on.",
        _by("consumer", events),
    )  # fmt: skip


def _requests(requests: Sequence[Series]) -> Iterator[str]:
    name = "omnix_http_requests_total"
    counted = [
        ((*_of(series), ("status", status_class(digit))), float(count))
        for series in requests
        for digit, count in enumerate(series.statuses)
        if count
    ]
    yield from _family(name, "counter", "Requests by how they ended.", counted)
    name = "omnix_http_request_duration_seconds"
    yield from _head(name, "histogram", "How long requests took.")
    for series in requests:
        below = 0
        for bound, count in zip([*map(_number, BOUNDS), "+Inf"], series.buckets, strict=True):
            below += count
            yield f"{name}_bucket{_braced((*_of(series), ('le', bound)))} {below}"
        yield f"{name}_sum{_braced(_of(series))} {_number(series.seconds)}"
        yield f"{name}_count{_braced(_of(series))} {below}"


def _of(series: Series) -> _Labels:
    return (("route", series.route), ("kind", series.kind))


def _by(label: str, values: Mapping[str, float]) -> list[_Sample]:
    return [(((label, name),), value) for name, value in values.items()]


def _one(name: str, kind: str, told: str, value: float) -> Iterator[str]:
    yield from _family(name, kind, told, [((), value)])


def _family(name: str, kind: str, told: str, samples: Sequence[_Sample]) -> Iterator[str]:
    if samples:
        yield from _head(name, kind, told)
        for labels, value in samples:
            yield f"{name}{_braced(labels)} {_number(value)}"


def _head(name: str, kind: str, told: str) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"


def _braced(labels: _Labels) -> str:
    inner = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in labels)
    return f"{{{inner}}}" if inner else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 6))
