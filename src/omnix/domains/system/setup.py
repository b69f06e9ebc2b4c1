"""How far the shop's filling is, and up to which day its data goes."""

from datetime import date
from typing import Literal

import msgspec

from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.ports import Absent, Equals, Ports, Put

from .declare import SETTINGS

_SETUP = "setup"
_DATA_UNTIL = "data_until"

State = Literal["ready", "working", "failed"]


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """``done`` of ``total`` parts of ``step``; ``total`` 0 while it is unknown."""

    state: State = "ready"
    step: str = ""
    done: int = 0
    total: int = 0


async def setup(ports: Ports) -> Setup:
    """The last state told; ready before any was."""
    item = await ports.records.get(SETTINGS, _SETUP)
    return msgspec.convert(item["value"], Setup) if item else Setup()


async def tell_setup(
    ports: Ports, state: State, step: str = "", done: int = 0, total: int = 0
) -> None:
    """Tell how far a demo or an import is; whoever watches the ``system`` channel sees it."""
    value = msgspec.to_builtins(Setup(state=state, step=step[:200], done=done, total=total))
    now = instant(ports.clock.now())
    await ports.records.write(
        [Put(SETTINGS, {"key": _SETUP, "value": value})],
        [Event("setup.changed", _SETUP, now, value)],
    )


async def data_until(ports: Ports) -> date | None:
    """The last day for which there are sales, in the shop's zone."""
    item = await ports.records.get(SETTINGS, _DATA_UNTIL)
    return date.fromisoformat(item["value"]) if item else None


async def tell_data_until(ports: Ports, day: date) -> None:
    """Tell that there are sales of ``day``; an earlier day than the one known changes nothing."""
    while True:
        known = await ports.records.get(SETTINGS, _DATA_UNTIL)
        if known is not None and known["value"] >= day.isoformat():
            return
        guard = Absent() if known is None else Equals("value", known["value"])
        item = {"key": _DATA_UNTIL, "value": day.isoformat()}
        try:
            await ports.records.write([Put(SETTINGS, item, when=(guard,))])
        except ConditionFailed:
            continue
        return
