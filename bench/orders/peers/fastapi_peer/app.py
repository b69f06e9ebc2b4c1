"""Orders the conventional way: FastAPI, Pydantic, an SQLAlchemy session per request, PostgreSQL."""

import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Header, HTTPException, status
from pydantic import BaseModel, Field
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bench.orders.peers.fastapi_peer.models import (
    Balance,
    IdempotencyKey,
    LedgerEntry,
    Order,
    OutboxEvent,
    Product,
)


class LineIn(BaseModel):
    product_id: int = Field(ge=1)
    quantity: int = Field(ge=1, le=1_000_000, strict=True)


class OrderIn(BaseModel):
    customer_id: int = Field(ge=1)
    location_id: int = Field(ge=1)
    lines: list[LineIn] = Field(min_length=1, max_length=1350)


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


engine = create_async_engine(os.environ["ORDERS_DSN"], pool_size=10, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)
key_hashes = frozenset(os.environ["ORDERS_KEY_HASHES"].split(","))
app = FastAPI()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def require_key(authorization: Annotated[str, Header()] = "") -> None:
    scheme, _, key = authorization.partition(" ")
    if scheme != "Bearer" or hashlib.sha256(key.encode()).hexdigest() not in key_hashes:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "unknown key")


@app.get("/v1/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/v1/orders", status_code=201, dependencies=[Depends(require_key)])
async def place_order(
    body: OrderIn,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=200)],
    session: Annotated[AsyncSession, Depends(get_session)],
) -> OrderOut:
    fingerprint = hashlib.sha256(body.model_dump_json().encode()).hexdigest()
    order_id = uuid4()
    async with session.begin():
        inserted = await session.scalar(
            insert(IdempotencyKey)
            .values(key=idempotency_key, fingerprint=fingerprint, order_id=order_id)
            .on_conflict_do_nothing()
            .returning(IdempotencyKey.key)
        )
        if inserted is None:
            return await first_answer(session, idempotency_key, fingerprint)

        wanted_ids = {line.product_id for line in body.lines}
        rows = await session.scalars(select(Product).where(Product.id.in_(wanted_ids)))
        products = {product.id: product for product in rows}
        if unknown := wanted_ids - products.keys():
            raise HTTPException(422, {"message": "unknown product", "unknown": sorted(unknown)})

        placed_at = datetime.now(UTC)
        missing = []
        # In one order of products, so that two orders never wait for each other's rows.
        for line in sorted(body.lines, key=lambda line: line.product_id):
            reserved = await session.scalar(
                update(Balance)
                .where(
                    Balance.product_id == line.product_id,
                    Balance.location_id == body.location_id,
                    Balance.available >= line.quantity,
                )
                .values(
                    available=Balance.available - line.quantity,
                    reserved=Balance.reserved + line.quantity,
                )
                .returning(Balance.product_id)
                .execution_options(synchronize_session=False)
            )
            if reserved is None:
                missing.append(line.product_id)
        if missing:
            raise HTTPException(409, {"message": "not enough stock", "missing": missing})
        session.add_all(
            LedgerEntry(
                product_id=line.product_id,
                location_id=body.location_id,
                reserved_delta=line.quantity,
                order_id=order_id,
                at=placed_at,
            )
            for line in body.lines
        )

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
        order = OrderOut(
            id=order_id,
            customer_id=body.customer_id,
            location_id=body.location_id,
            status="placed",
            currency=products[body.lines[0].product_id].currency,
            placed_at=placed_at,
            total_minor=sum(line.total_minor for line in lines),
            lines=lines,
        )
        document = order.model_dump(mode="json")
        session.add(
            Order(id=order_id, customer_id=body.customer_id, placed_at=placed_at, document=document)
        )
        session.add(OutboxEvent(type="order.placed", payload=document, at=placed_at))
    return order


async def first_answer(session: AsyncSession, key: str, fingerprint: str) -> OrderOut:
    statement = (
        select(IdempotencyKey.fingerprint, Order.document)
        .join(Order, Order.id == IdempotencyKey.order_id)
        .where(IdempotencyKey.key == key)
    )
    first = (await session.execute(statement)).one()
    if first.fingerprint != fingerprint:
        raise HTTPException(422, "this Idempotency-Key was used with another body")
    return OrderOut.model_validate(first.document)
