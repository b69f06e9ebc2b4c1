"""Classes and simulations over HTTP."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import QueryParameter

from omnix.domains.inventory.declare import CLASSIFY, SIMULATE
from omnix.kit.errors import ConditionFailed
from omnix.kit.ids import new_id
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, RetryKey, allow
from omnix.platform.idempotency import Retry
from omnix.platform.jobs import JobRun
from omnix.ports import Ports

from . import classes
from .model import ProductClass, SimulationRequest


class ProductClassList(Listing, frozen=True, kw_only=True):
    """A page of products with their classes."""

    items: list[ProductClass]


@get("/inventory/classes", opt=allow("inventory:read"), summary="List ABC/XYZ classes")
async def list_classes(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    wanted: Annotated[str | None, QueryParameter(name="class", pattern="^[ABC][XYZ]$")] = None,
) -> ProductClassList:
    """Products by revenue over half a year: all, or those of one class such as AX."""
    page = await classes.listing(ports, wanted, limit, cursor)
    return ProductClassList(items=list(page.items), next_cursor=page.next_cursor)


@post("/inventory/classes", opt=allow("inventory:write"), status_code=202, summary="Classify now")
async def classify_now(ports: Ports, actor: Actor) -> JobRun:
    """Asks for a job that sorts all products anew; follow it at ``/v1/jobs/{id}``."""
    return await jobs.submit(ports, CLASSIFY, {}, by=actor.id)


@post(
    "/inventory/simulate", opt=allow("inventory:write"), summary="Simulate policies",
    status_code=202,
)  # fmt: skip
async def simulate_policies(
    ports: Ports, actor: Actor, data: SimulationRequest, retry_key: RetryKey = None
) -> JobRun:
    """Asks for a job that plays policies over history; its result tells what each would have
    cost. Under a retry key the first job is returned."""
    retry = Retry.of(retry_key, actor.id, "simulate", data)
    id = None
    if retry is not None:
        answer = await retry.recall(ports.records)
        if answer is None:
            answer = await _remembered(ports, retry)
        id = answer["id"]
    return await jobs.submit(ports, SIMULATE, msgspec.to_builtins(data), by=actor.id, id=id)


async def _remembered(ports: Ports, retry: Retry) -> dict[str, str]:
    """The job's id under the key: ours, or that of whoever was first."""
    ours = {"id": new_id("job")}
    now = int(ports.clock.now().timestamp())
    try:
        await ports.records.write([retry.remember(ours, now)])
    except ConditionFailed:
        first = await retry.recall(ports.records)
        assert first is not None
        return {"id": str(first["id"])}
    return ours


ROUTES = (list_classes, classify_now, simulate_policies)
