"""Events: facts that a change caused, stored in the same commit as the change."""

from collections.abc import Mapping
from typing import Any

import msgspec

from omnix.kit.ids import new_id


class Event(msgspec.Struct, frozen=True):
    """Something that happened.

    ``type`` is ``noun.past_participle``; ``key`` names the aggregate: events of one key are
    delivered in order. ``at`` is an instant. The bus sets ``stream``, and ``sequence``, which
    grows within a stream. Delivery is at least once; ``id`` tells a repetition.
    """

    type: str
    key: str
    at: str
    data: Mapping[str, Any]
    id: str = msgspec.field(default_factory=lambda: new_id("evt"))
    sequence: int = 0
    stream: str = "0"
