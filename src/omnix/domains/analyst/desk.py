"""One asker's results: tools are called here, numbered, and never more of them than allowed."""

from collections.abc import Mapping
from typing import Any

import msgspec

from omnix.kit.errors import TooMany
from omnix.platform.access import Actor
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import toolbox
from .evidence import Evidence

MOST_CALLS = 12


class Desk:
    """What was looked up for one question."""

    def __init__(self, ports: Ports, actor: Actor, turns: Turns | None = None) -> None:
        self.ports, self.actor, self._turns = ports, actor, turns
        self.results: dict[str, Evidence] = {}
        self.calls: list[tuple[str, Mapping[str, Any]]] = []

    def clear(self) -> None:
        """Forget what was looked up."""
        self.results.clear()
        self.calls.clear()

    async def look(self, tool: str, given: Mapping[str, Any] | None = None) -> Evidence:
        """Raises what the tool raises, and TooMany after so many calls."""
        if len(self.results) >= MOST_CALLS:
            raise TooMany(f"a question may use {MOST_CALLS} tool calls")
        found = await toolbox.call(self.ports, self.actor, tool, given or {}, self._turns)
        known = msgspec.structs.replace(found, id=f"r{len(self.results) + 1}")
        self.results[known.id] = known
        self.calls.append((tool, given or {}))
        return known
