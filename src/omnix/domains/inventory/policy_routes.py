"""The replenishment policy over HTTP."""

from litestar import get, patch

from omnix.platform.access import Actor
from omnix.platform.http import allow
from omnix.ports import Ports

from . import policy
from .policy import Policy, PolicyChange


@get("/inventory/policy", opt=allow("inventory:read"), summary="Get the replenishment policy")
async def get_policy(ports: Ports) -> Policy:
    """What replenishment aims at, and the costs it weighs."""
    return await policy.get(ports)


@patch("/inventory/policy", opt=allow("purchasing:approve"), summary="Change the policy")
async def change_policy(ports: Ports, actor: Actor, data: PolicyChange) -> Policy:
    """Changes the fields sent, if ``version`` is still the current one; proposals follow."""
    return await policy.change(ports, actor, data)


ROUTES = (get_policy, change_policy)
