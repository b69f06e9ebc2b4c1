"""What replenishment aims at: least cost, or a service level, or a fill rate."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.kit.errors import ConditionFailed, Conflict
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.ports import Absent, Equals, Ports, Put

from .declare import POLICY
from .model import Minor

Objective = Literal["least_cost", "service_level", "fill_rate"]
Share = Annotated[float, Meta(ge=0.5, le=0.999)]
HoldingRate = Annotated[
    float, Meta(ge=0, le=5, description="Share of its cost that holding a unit for a year costs")
]
_KEY = "shop"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """``least_cost`` weighs holding, ordering, lost margin and waste; what has no cost or earns
    nothing is ordered by the service level of the shop's settings.

    ``order_minor`` is what each order of a product costs in work. ``cost_from_receipts`` keeps
    the products' unit costs at the moving average of what was paid.
    """

    objective: Objective = "least_cost"
    fill_rate: Share = 0.98
    holding_rate: HoldingRate = 0.25
    order_minor: Minor = 200
    cost_from_receipts: bool = True
    version: int = 0


class PolicyChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; those left out stay. ``version`` is the one that was read."""

    version: int
    objective: Objective | UnsetType = UNSET
    fill_rate: Share | UnsetType = UNSET
    holding_rate: HoldingRate | UnsetType = UNSET
    order_minor: Minor | UnsetType = UNSET
    cost_from_receipts: bool | UnsetType = UNSET


async def get(ports: Ports) -> Policy:
    """The policy in force; the defaults before anything was set."""
    item = await ports.records.get(POLICY, _KEY)
    return msgspec.convert(item, Policy) if item else Policy()


async def change(ports: Ports, actor: Actor, change: PolicyChange) -> Policy:
    """Raises Conflict if the policy changed since ``change.version`` was read."""
    before = await get(ports)
    given = sent(change, before.version, "the policy")
    after = msgspec.structs.replace(before, **given, version=before.version + 1)
    guard = Equals("version", before.version) if before.version else Absent()
    now = instant(ports.clock.now())
    event = Event(
        "replenishment.policy-changed", _KEY, now, {"version": after.version, "by": actor.id}
    )
    try:
        item = {"key": _KEY, **msgspec.to_builtins(after)}
        await ports.records.write([Put(POLICY, item, when=(guard,))], [event])
    except ConditionFailed as error:
        raise Conflict("the policy changed meanwhile; read it again") from error
    return after
