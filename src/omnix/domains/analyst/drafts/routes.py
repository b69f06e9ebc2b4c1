"""Proposals of assistants over HTTP."""

from litestar import get, post

from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import desk
from .model import Draft, ShownDraft

_DECIDE = allow("forecasts:write", 404, 409)


class DraftList(Listing, frozen=True, kw_only=True):
    """A page of proposals."""

    items: list[ShownDraft]


@get("/ai/drafts", opt=allow("ai:ask"), summary="What assistants propose")
async def list_drafts(ports: Ports, limit: Limit, cursor: Cursor) -> DraftList:
    """Promotions and purchase orders that wait for a person, newest first."""
    page = await desk.listing(ports, limit, cursor)
    return DraftList(items=list(page.items), next_cursor=page.next_cursor)


@post(
    "/ai/drafts/{draft_id:str}/approve", opt=_DECIDE, status_code=200, summary="Approve a promotion"
)
async def approve_draft(ports: Ports, actor: Actor, draft_id: str) -> Draft:
    """Records the promotion that an assistant proposed. Takes a person: API keys are refused."""
    return await desk.approve(ports, actor, draft_id)


@post("/ai/drafts/{draft_id:str}/refuse", opt=_DECIDE, status_code=200, summary="Refuse a draft")
async def refuse_draft(ports: Ports, actor: Actor, draft_id: str) -> Draft:
    """Takes the proposal off the list; nothing comes of it."""
    return await desk.refuse(ports, actor, draft_id)


ROUTES = (list_drafts, approve_draft, refuse_draft)
