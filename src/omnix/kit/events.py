"""Events: facts that a change caused, stored in the same commit as the change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from omnix.kit.ids import new_id


@dataclass(frozen=True)
class Event:
    """Something that happened.

    ``type`` is ``noun.past_participle``; ``key`` names the aggregate: events of one key are
    delivered in order. ``at`` is an instant. ``sequence`` is set by the bus and only grows.
    Delivery is at least once; ``id`` tells a repetition.
    """

    type: str
    key: str
    at: str
    data: Mapping[str, Any]
    id: str = field(default_factory=lambda: new_id("evt"))
    sequence: int = 0
