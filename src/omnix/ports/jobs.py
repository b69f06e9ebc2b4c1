"""The queue of jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from omnix.kit.paging import Page

MAX_PAYLOAD = 200_000
"""Bytes of a job's payload as JSON: what the queue of AWS takes, with room for the rest."""

MAX_DELAY = 900.0
MAX_VISIBILITY = 43_200.0


@dataclass(frozen=True)
class Message:
    """A job as delivered: ``attempt`` counts from 1; ``receipt`` proves that it is held."""

    id: str
    name: str
    payload: Mapping[str, Any]
    attempt: int
    receipt: str


@dataclass(frozen=True)
class DeadLetter:
    """A message that failed for good, with the last error."""

    id: str
    name: str
    payload: Mapping[str, Any]
    attempts: int
    error: str
    at: str


class Jobs(Protocol):
    """A queue with visibility timeout, retries and dead letters; delivered at least once.

    In no order that can be relied on. The queue of AWS knows neither ids nor pages of dead
    letters: an adapter to it keeps both in a table, and lays a message there by itself.
    A payload is at most MAX_PAYLOAD bytes of JSON, ``delay`` and ``retry_in`` at most MAX_DELAY
    and ``visibility`` at most MAX_VISIBILITY seconds; anything more is a ValueError.
    """

    async def send(
        self, name: str, payload: Mapping[str, Any], *, id: str | None = None, delay: float = 0
    ) -> str:
        """Queue a message and return its id.

        Under an id that is queued, held, a dead letter, or was done within the last day,
        nothing happens.
        """
        ...

    async def receive(
        self, names: Sequence[str], visibility: float, wait: float = 0
    ) -> Message | None:
        """A message that is due, held for ``visibility`` seconds.

        ``names`` are all that are sent to the same queue, since on AWS it cannot choose.
        Where none is due, waits for one up to ``wait`` seconds (at most 20 on AWS).
        """
        ...

    async def extend(self, message: Message, visibility: float) -> bool:
        """Hold it longer; False if it is held no more."""
        ...

    async def done(self, message: Message) -> None: ...

    async def fail(self, message: Message, error: str, *, retry_in: float | None) -> None:
        """Give it back after ``retry_in`` seconds, or lay it with the dead letters if None."""
        ...

    async def dead(self, limit: int = 50, cursor: str | None = None) -> Page[DeadLetter]: ...

    async def redrive(self, id: str) -> bool:
        """Queue a dead letter anew; False if there is none."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """How many messages are ``queued``, ``running`` and ``dead``."""
        ...
