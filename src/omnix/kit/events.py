"""Events: facts that a change caused, stored in the same commit as the change."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from omnix.kit.ids import new_id


class Event(msgspec.Struct, frozen=True):
    """Something that happened.

    ``type`` is ``noun.past_participle``; ``key`` names the aggregate: events of one key are
    delivered in order. ``at`` is an instant. The bus sets ``stream``, and ``sequence``, which
    grows within a stream. Delivery is at least once; ``id`` tells a repetition. As read, ``trace``
    is the W3C ``traceparent`` of the span that caused it, or empty.
    """

    type: str
    key: str
    at: str
    data: Mapping[str, Any]
    id: str = msgspec.field(default_factory=lambda: new_id("evt"))
    sequence: int = 0
    stream: str = "0"
    trace: str = ""


class Encoded(Mapping[str, Any]):
    """Data of an event as the JSON in which it was kept, decoded when somebody looks.

    Whoever needs a part of much data decodes that part of ``json`` alone.
    """

    __slots__ = ("_data", "json")

    def __init__(self, json: bytes) -> None:
        self.json = json
        self._data: dict[str, Any] | None = None

    def _decoded(self) -> dict[str, Any]:
        if self._data is None:
            self._data = msgspec.json.decode(self.json, type=dict[str, Any])
        return self._data

    def __getitem__(self, name: str) -> Any:
        return self._decoded()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded())

    def __len__(self) -> int:
        return len(self._decoded())
