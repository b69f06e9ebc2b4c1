"""What a process counts of the requests it answers: how many, how they ended, how long they took.

Counts begin with the process and only grow, as collectors of metrics expect. Requests are told
apart by the part of the interface they ask for and by whether they only read: a count for every
address would grow with what clients make up.
"""

from bisect import bisect_left
from collections.abc import Sequence

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds of the classes in which durations are counted; one more is above all."""

UNKNOWN = "unknown"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Series:
    """The requests of one class. ``buckets`` are counts by BOUNDS, the last one above them all.

    ``statuses`` counts by the answer's first digit; 0 where the client was gone before one.
    """

    __slots__ = ("buckets", "kind", "route", "seconds", "statuses")

    def __init__(self, route: str, kind: str) -> None:
        self.route = route
        self.kind = kind
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.statuses = [0] * 6
        self.seconds = 0.0

    @property
    def count(self) -> int:
        return sum(self.buckets)

    def add(self, status: int, seconds: float) -> None:
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.statuses[status // 100] += 1
        self.seconds += seconds


class Requests:
    """All classes of one process. Used by its event loop alone."""

    def __init__(self) -> None:
        self._by_template: dict[tuple[str, bool], Series] = {}
        self._by_class: dict[tuple[str, str], Series] = {}

    def count(self, template: str, method: str, status: int, seconds: float) -> None:
        """Count a request; ``template`` is its route's (``/v1/orders/{id}``), empty for none."""
        key = (template, method in _READING)
        series = self._by_template.get(key)
        if series is None:
            series = self._by_template[key] = self._series(*key)
        series.add(status, seconds)

    def series(self) -> list[Series]:
        """Every class that was asked for, by name."""
        return [self._by_class[key] for key in sorted(self._by_class)]

    def _series(self, template: str, reads: bool) -> Series:
        parts = template.removeprefix("/v1").split("/")
        route = parts[1] if len(parts) > 1 and parts[1] else UNKNOWN
        kind = "read" if reads else "write"
        return self._by_class.setdefault((route, kind), Series(route, kind))


def quantile(buckets: Sequence[int], share: float) -> float | None:
    """Seconds within which ``share`` of the requests ended; None where there were none.

    Spread evenly within a class, as Prometheus' ``histogram_quantile`` takes them to be; above
    all bounds it is the highest of them.
    """
    total = sum(buckets)
    if not total:
        return None
    wanted, below, low = share * total, 0, 0.0
    for bound, count in zip(BOUNDS, buckets, strict=False):
        if count and below + count >= wanted:
            return low + (bound - low) * (wanted - below) / count
        below += count
        low = bound
    return BOUNDS[-1]


REQUESTS = Requests()
"""This process's."""
