"""Session windows: a visitor's events with no longer gap between them. Merge in any order."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

GAP_SECONDS = 1_800


@dataclass(frozen=True, order=True)
class Session:
    """From its first event to its last, in epoch seconds."""

    first: int
    last: int
    events: int = 1
    purchases: int = 0

    def joined(self, other: "Session") -> "Session":
        return Session(
            min(self.first, other.first),
            max(self.last, other.last),
            self.events + other.events,
            self.purchases + other.purchases,
        )


Sessions = dict[str, list[Session]]
"""The sessions of each visitor, in order, further apart than the gap."""


def fold(spans: Iterable[tuple[str, Session]], gap: int = GAP_SECONDS) -> Sessions:
    """The sessions of events or of parts of sessions, in whatever order they come."""
    sessions: Sessions = {}
    for visitor, span in spans:
        add(sessions.setdefault(visitor, []), span, gap)
    return sessions


def merge(one: Sessions, other: Sessions, gap: int = GAP_SECONDS) -> Sessions:
    """The sessions of both, as if all had been folded at once."""
    parts = (*one.items(), *other.items())
    return fold(((visitor, span) for visitor, own in parts for span in own), gap)


def add(own: list[Session], span: Session, gap: int) -> None:
    """Put ``span`` in its place, joining all that it brings within the gap of each other."""
    start = bisect_left(own, span)
    while start > 0 and span.first - own[start - 1].last <= gap:
        start -= 1
    end = start
    while end < len(own) and own[end].first - span.last <= gap:
        span = span.joined(own[end])
        end += 1
    own[start:end] = [span]
