"""The log of events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from omnix.kit.events import Event


@dataclass(frozen=True)
class EventBatch:
    """Events of one stream in order, and the position in it that acknowledges them all."""

    events: Sequence[Event]
    position: int
    stream: str = "0"


class Bus(Protocol):
    """A log of events, delivered at least once.

    It is one stream or several; a local log is one, ``"0"``. All events of a key are in one
    stream, in order. In each stream a consumer has a position of its own, and ``sequence``
    numbers the events from 1 to at most 2**63 - 1, perhaps with gaps, since the lake keeps it
    as a version. Acknowledging an event's ``sequence`` acknowledges it and all before it.
    """

    async def publish(self, events: Sequence[Event], *, soon: bool = False) -> None:
        """Append events that belong to no change of records.

        With ``soon`` they may be appended a moment after the return, many callers' at once; a
        process that is killed within it loses them. For what is told by the thousand, and no
        answer promises.
        """
        ...

    async def read(self, consumer: str, types: Sequence[str], limit: int = 500) -> EventBatch:
        """The events after the consumer's position, of these types (all if empty).

        They are of one stream: of one that has such events, if there is any. The position may
        be ahead of the last event, where others' events were passed over.
        """
        ...

    async def acknowledge(self, consumer: str, position: int, stream: str = "0") -> None:
        """Move the consumer's position; never backwards."""
        ...

    async def rewind(self, consumer: str, position: int, stream: str = "0") -> None:
        """Set the position to anywhere: 0 replays the stream."""
        ...

    async def end(self, stream: str = "0") -> int:
        """The position after the newest event."""
        ...

    async def trim(self, consumers: Sequence[str], keep_seconds: float) -> int:
        """Forget the events of longer ago that all of ``consumers`` have passed; their number.

        0 where the log forgets by itself, as on AWS.
        """
        ...

    async def wait(self, timeout: float) -> None:
        """Return when something new may be there, or after ``timeout`` seconds."""
        ...
