"""Bodies in and out, and what both styles of the peer compute alike."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from fastapi import HTTPException
from pydantic import BaseModel, Field


class LineIn(BaseModel):
    product_id: int = Field(ge=1)
    quantity: int = Field(ge=1, le=1_000_000, strict=True)


class OrderIn(BaseModel):
    customer_id: int = Field(ge=1)
    location_id: int = Field(ge=1)
    lines: list[LineIn] = Field(min_length=1, max_length=1350)

    def fingerprint(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def in_product_order(self) -> list[LineIn]:
        """One order of products for all, so that two orders never wait for each other's rows."""
        return sorted(self.lines, key=lambda line: line.product_id)


class LineOut(BaseModel):
    product_id: int
    name: str
    quantity: int
    unit_price_minor: int
    total_minor: int


class OrderOut(BaseModel):
    id: UUID
    customer_id: int
    location_id: int
    status: Literal["placed"]
    currency: str
    placed_at: datetime
    total_minor: int
    lines: list[LineOut]


class Priced(Protocol):
    """A product as either style reads it: a mapped object or a row."""

    @property
    def name(self) -> str: ...
    @property
    def price_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...


def document(
    order_id: UUID, body: OrderIn, products: Mapping[int, Priced], placed_at: datetime
) -> OrderOut:
    lines = [
        LineOut(
            product_id=line.product_id,
            name=products[line.product_id].name,
            quantity=line.quantity,
            unit_price_minor=products[line.product_id].price_minor,
            total_minor=products[line.product_id].price_minor * line.quantity,
        )
        for line in body.lines
    ]
    return OrderOut(
        id=order_id,
        customer_id=body.customer_id,
        location_id=body.location_id,
        status="placed",
        currency=products[body.lines[0].product_id].currency,
        placed_at=placed_at,
        total_minor=sum(line.total_minor for line in lines),
        lines=lines,
    )


def refuse_unknown(body: OrderIn, products: Mapping[int, Any]) -> None:
    if unknown := {line.product_id for line in body.lines} - products.keys():
        raise HTTPException(422, {"message": "unknown product", "unknown": sorted(unknown)})


def refuse_missing(missing: list[int]) -> None:
    if missing:
        raise HTTPException(409, {"message": "not enough stock", "missing": missing})


def refuse_other_body(first: str, now: str) -> None:
    if first != now:
        raise HTTPException(422, "this Idempotency-Key was used with another body")
