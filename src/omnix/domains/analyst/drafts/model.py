"""Proposals of assistants, as they are kept and shown."""

from typing import Literal

import msgspec

from omnix.domains.forecasting.promotions.model import NewPromotion

Kind = Literal["promotion", "purchase_order"]
State = Literal["draft", "approved", "refused"]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal. A ``promotion`` takes place only once a person approves it here; a purchase
    order is a draft of its own, decided at ``link``. ``title`` is what the assistant typed, or
    the supplier.
    """

    id: str
    kind: Kind
    title: str
    author: str
    created_at: str
    state: State = "draft"
    promotion: NewPromotion | None = None
    promotion_id: str | None = None
    purchase_order_id: str | None = None
    decided_by: str | None = None
    decided_at: str | None = None

    @property
    def link(self) -> str:
        """The page on which it is decided."""
        if self.purchase_order_id is not None:
            return f"/purchase-order/?id={self.purchase_order_id}"
        return "/ask/"


class Named(msgspec.Struct, frozen=True):
    """A product that a proposal is about."""

    id: str
    name: str


class ShownDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal with the page to decide it on, and the products of a promotion: the first ones
    by name, the others counted.
    """

    draft: Draft
    link: str
    products: list[Named] = []
    other_products: int = 0
