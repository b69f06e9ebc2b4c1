"""Proposals kept, listed, approved and refused."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from omnix.domains.analyst.declare import DRAFTS
from omnix.domains.analyst.remembering import fingerprint
from omnix.domains.forecasting.promotions import desk as promotions
from omnix.domains.forecasting.promotions.model import NewPromotion
from omnix.domains.inventory.declare import PURCHASE_ORDERS
from omnix.domains.inventory.purchasing.model import SCOPE, PurchaseOrder
from omnix.domains.products import service as products
from omnix.kit.errors import ConditionFailed, Conflict, Forbidden, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.ports import Absent, Equals, Ports, Put, Update

from .model import Draft, Named, ShownDraft

_OPEN, _DECIDED = "open", "decided"
_KEPT_SECONDS = 90 * 86_400
_NAMED = 10


async def propose(ports: Ports, actor: Actor, new: NewPromotion, key: str | None) -> Draft:
    """Keep a promotion for a person to approve; under the same ``key`` it is the same one.

    Raises Invalid for what could not be recorded, Conflict for a key of another proposal.
    """
    await promotions.check(ports, new)
    id = f"drf_{fingerprint(actor.id, key)[:20]}" if key else new_id("drf")
    made = Draft(
        id=id, kind="promotion", title=new.name, author=actor.id,
        created_at=instant(ports.clock.now()), promotion=new,
    )  # fmt: skip
    try:
        await ports.records.write([_put(ports, made, new=True)], [_drafted(made)])
    except ConditionFailed as error:
        known = await get(ports, id)
        if known.promotion != new:
            raise Conflict("this key was used for another draft") from error
        return known
    return made


async def note_order(ports: Ports, actor: Actor, order: PurchaseOrder) -> None:
    """List a purchase order that an assistant drafted among the proposals."""
    made = Draft(
        id=f"drf_{order.id}", kind="purchase_order", title=order.supplier, author=actor.id,
        created_at=instant(ports.clock.now()), purchase_order_id=order.id,
    )  # fmt: skip
    try:
        await ports.records.write([_put(ports, made, new=True)], [_drafted(made)])
    except ConditionFailed:
        return  # a retry under the same key


def _put(ports: Ports, made: Draft, *, new: bool = False) -> Put:
    item: dict[str, Any] = {
        **msgspec.to_builtins(made),
        "listing": _OPEN if made.state == "draft" else _DECIDED,
        "expires": int(ports.clock.now().timestamp()) + _KEPT_SECONDS,
    }
    return Put(DRAFTS, item, when=(Absent() if new else Equals("state", "draft"),))


def _drafted(made: Draft) -> Event:
    told = {"kind": made.kind, "what": made.purchase_order_id or made.id, "actor": made.author}
    return Event("ai.drafted", made.id, made.created_at, told)


async def get(ports: Ports, id: str) -> Draft:
    """Raises NotFound."""
    item = await ports.records.get(DRAFTS, id)
    if item is None:
        raise NotFound(f"no draft {id}")
    return msgspec.convert(item, Draft)


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[ShownDraft]:
    """What waits for a person, newest first; a page may be shorter than ``limit``."""
    page = await ports.records.query(
        DRAFTS, _OPEN, index="listing-index", newest_first=True, limit=limit, cursor=cursor
    )
    found = [msgspec.convert(item, Draft) for item in page.items]
    orders = [(SCOPE, each.purchase_order_id) for each in found if each.purchase_order_id]
    stored = await ports.records.get_many(PURCHASE_ORDERS, orders) if orders else []
    waiting = {item["id"] for item in stored if item is not None and item["state"] == "draft"}
    found = [each for each in found if each.purchase_order_id in (None, *waiting)]
    ids = [id for each in found if each.promotion for id in each.promotion.product_ids[:_NAMED]]
    known = await products.stored(ports, list(dict.fromkeys(ids)))
    return Page([_shown(each, known) for each in found], page.next_cursor)


def _shown(each: Draft, known: Mapping[str, Mapping[str, Any]]) -> ShownDraft:
    meant: Sequence[str] = each.promotion.product_ids if each.promotion else ()
    named = [Named(id, str(known.get(id, {}).get("name", id))) for id in meant[:_NAMED]]
    return ShownDraft(
        draft=each, link=each.link, products=named, other_products=len(meant) - len(named)
    )


async def approve(ports: Ports, actor: Actor, id: str) -> Draft:
    """Record the promotion. Raises Forbidden for anybody but a person who signed in, Conflict
    where it was decided otherwise, Invalid where it can no longer be recorded.
    """
    known = await _undecided(ports, actor, id, "approved")
    new = known.promotion
    assert new is not None
    if known.state == "draft":
        await promotions.check(ports, new)
        known = await _decide(ports, actor, known, "approved")
    # Its own id is the key: who goes on where it broke off records it once.
    made = await promotions.create(ports, actor, new, known.id)
    if known.promotion_id is None:
        await ports.records.write([Update(DRAFTS, known.id, set={"promotion_id": made.id})])
    return msgspec.structs.replace(known, promotion_id=made.id)


async def refuse(ports: Ports, actor: Actor, id: str) -> Draft:
    """It is not to take place. Raises as ``approve`` does."""
    known = await _undecided(ports, actor, id, "refused")
    return known if known.state == "refused" else await _decide(ports, actor, known, "refused")


async def _undecided(ports: Ports, actor: Actor, id: str, wanted: str) -> Draft:
    """The draft, open or decided so by this very person before."""
    if actor.session is None:
        raise Forbidden("a draft is decided by a person who signed in")
    known = await get(ports, id)
    if known.promotion is None:
        raise Conflict("a purchase order is decided on its own page")
    if known.state != "draft" and (known.state, known.decided_by) != (wanted, actor.id):
        raise Conflict(f"the draft was {known.state} already")
    return known


async def _decide(ports: Ports, actor: Actor, known: Draft, state: Any) -> Draft:
    at = instant(ports.clock.now())
    made = msgspec.structs.replace(known, state=state, decided_by=actor.id, decided_at=at)
    told = {"kind": known.kind, "what": state, "actor": actor.id}
    try:
        await ports.records.write([_put(ports, made)], [Event("ai.decided", known.id, at, told)])
    except ConditionFailed as error:
        raise Conflict("somebody else decided meanwhile") from error
    return made
