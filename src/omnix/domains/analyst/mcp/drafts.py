"""What an assistant may prepare for a person to approve: purchase orders and promotions."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from omnix.domains.analyst.drafts import desk
from omnix.domains.analyst.evidence import Evidence, Row, Teller
from omnix.domains.analyst.toolbox import Tool, described, judged
from omnix.domains.forecasting.promotions.model import NewPromotion
from omnix.domains.inventory.purchasing import service as purchasing
from omnix.domains.inventory.purchasing.model import NewLine, NewPurchaseOrder
from omnix.domains.system.settings import shop
from omnix.kit.ids import Id
from omnix.platform.access import Actor
from omnix.ports import Ports

MOST_LINES = 50
NOTE = "Drafted by an assistant."


class DraftLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product and how many to order."""

    product_id: Id
    quantity: Annotated[int, Meta(ge=1, le=1_000_000)]


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to draft. The same ``key`` again gives the same order, so that a retry is safe."""

    supplier_id: Id
    lines: Annotated[tuple[DraftLine, ...], Meta(min_length=1, max_length=MOST_LINES)]
    location_id: Id | None = None
    key: Annotated[str, Meta(min_length=8, max_length=64)] | None = None


async def draft_order(ports: Ports, actor: Actor, asked: Draft) -> Evidence:
    """The draft. It orders nothing: a person approves it on its page."""
    lines = tuple(
        NewLine(product_id=line.product_id, quantity=line.quantity) for line in asked.lines
    )
    new = NewPurchaseOrder(
        supplier_id=asked.supplier_id, lines=lines, location_id=asked.location_id, note=NOTE
    )
    order = await purchasing.create(ports, actor, new, asked.key)
    await desk.note_order(ports, actor, order)
    say = Teller(order.currency)
    return Evidence(
        tool="draft_purchase_order", title="A purchase order in draft", currency=order.currency,
        source=f"GET /v1/purchase-orders/{order.id}", link=f"/purchase-order/?id={order.id}",
        figures=(
            say.text("id", "Purchase order", order.id),
            say.text("state", "State", order.state),
            say.money("total", "Total", order.total_minor),
            say.units("units", "Units", sum(line.quantity for line in order.lines)),
            say.day("expected_on", "Expected on", order.expected_on),
        ),
        rows=(Row(key="1", kind="supplier", name=order.supplier, id=order.supplier_id),),
        notes=("Nothing was ordered: a person approves the draft on its page.",),
    )  # fmt: skip


class ProposedPromotion(NewPromotion, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Products, or all of a category, percent_off cheaper from first_day to last_day. The same
    key again gives the same draft.
    """

    key: Annotated[str, Meta(min_length=8, max_length=64)] | None = None


async def draft_promotion(ports: Ports, actor: Actor, asked: ProposedPromotion) -> Evidence:
    """The draft. No price falls, and no forecast follows, before a person approves it."""
    given = {name: getattr(asked, name) for name in NewPromotion.__struct_fields__}
    made = await desk.propose(ports, actor, NewPromotion(**given), asked.key)
    say = Teller((await shop(ports)).currency)
    return Evidence(
        tool="draft_promotion", title="A promotion in draft", currency=say.currency,
        source="GET /v1/ai/drafts", link=made.link,
        figures=(
            say.text("id", "Draft", made.id),
            say.text("state", "State", made.state),
            say.typed("name", "Promotion", asked.name),
            say.ratio("percent_off", "Off the price", asked.percent_off / 100),
            say.day("first_day", "From", asked.first_day),
            say.day("last_day", "To", asked.last_day),
        ),
        notes=("No price was changed: a person approves the draft on its page.",),
    )  # fmt: skip


_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "An order to draft. The same key again gives the same order.",
    "properties": {
        "supplier_id": {"type": "string"},
        "lines": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_LINES,
            "items": {
                "type": "object",
                "properties": {
                    "product_id": {"type": "string"},
                    "quantity": {"type": "integer", "minimum": 1},
                },
                "required": ["product_id", "quantity"],
                "additionalProperties": False,
            },
        },
        "location_id": {"type": "string"},
        "key": {"type": "string", "minLength": 8, "maxLength": 64},
    },
    "required": ["supplier_id", "lines"],
    "additionalProperties": False,
}

DRAFTS: dict[str, tuple[Tool, dict[str, Any]]] = {
    "draft_purchase_order": (
        Tool(
            "draft_purchase_order", "Draft a purchase order",
            "Drafts an order to a supplier. It orders nothing: a person looks at the draft in "
            "OMNIX, changes it and approves it, or not. The tool replenishment says what to "
            "order, and the suppliers' ids.",
            ("purchasing:write",), Draft, draft_order,
        ),
        _SCHEMA,
    ),
    "draft_promotion": (
        Tool(
            "draft_promotion", "Propose a promotion",
            "Proposes a promotion of products or of a category. It changes no price: a person "
            "looks at the draft in OMNIX and approves it, or not.",
            ("forecasts:write",), ProposedPromotion, draft_promotion,
        ),
        described(ProposedPromotion),
    ),
}  # fmt: skip
"""Not among the analyst's tools: the language model that answers questions never has them."""


async def draft(ports: Ports, actor: Actor, name: str, given: dict[str, Any]) -> Evidence:
    """What was drafted. Raises Forbidden without the permission, Invalid for arguments."""
    tool, _ = DRAFTS[name]
    for permission in tool.permissions:
        actor.require(permission)
    return await tool.run(ports, actor, judged(tool.takes, given))
