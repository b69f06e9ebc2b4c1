"""Replenishment over HTTP."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import service as replenishment
from .model import Proposal, ProposedTransfer
from .reasons import Why


class ProposalList(Listing, frozen=True, kw_only=True):
    """A page of proposals."""

    items: list[Proposal]


class TransferProposals(Listing, frozen=True, kw_only=True):
    """What to move, the most saving first; there is one page."""

    items: list[ProposedTransfer]


@get("/inventory/replenishment", opt=allow("inventory:read"), summary="What to order now")
async def list_proposals(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    location_id: Annotated[str | None, Parameter(max_length=64)] = None,
    product_id: Annotated[str | None, Parameter(max_length=64)] = None,
    include: Annotated[
        str,
        Parameter(pattern="^(open|all)$", description="open: only those with something to order."),
    ] = "open",
) -> ProposalList:
    """Proposals by money at stake; those of one product are computed afresh."""
    if product_id is not None:
        return ProposalList(items=await replenishment.of_product(ports, product_id))
    page = await replenishment.listing(ports, location_id, include == "all", limit, cursor)
    return ProposalList(items=list(page.items), next_cursor=page.next_cursor)


@get(
    "/inventory/replenishment/{product_id:str}/why", opt=allow("inventory:read"),
    summary="Why this quantity",
)  # fmt: skip
async def explain_proposal(
    ports: Ports,
    product_id: str,
    location_id: Annotated[str | None, Parameter(max_length=64)] = None,
) -> Why:
    """The proposal for a product at a location (the default one) with every input, the expected
    cost of other quantities, and the suppliers there are."""
    from .why import why

    return await why(ports, product_id, location_id)


@get(
    "/inventory/replenishment/{product_id:str}/transfers", opt=allow("inventory:read"),
    summary="What to move between locations",
)  # fmt: skip
async def propose_transfers(ports: Ports, product_id: str) -> TransferProposals:
    """Transfers of a product that save more lost sales than they cost; computed afresh.

    One of them is made by `POST /v1/inventory/transfers`.
    """
    from .transfers import transfers

    return TransferProposals(items=await transfers(ports, product_id))


ROUTES = (list_proposals, explain_proposal, propose_transfers)
