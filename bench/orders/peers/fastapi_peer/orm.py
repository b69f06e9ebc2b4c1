"""The order with mapped objects and a session per request."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from bench.orders.peers.fastapi_peer.models import (
    Balance,
    IdempotencyKey,
    LedgerEntry,
    Order,
    OutboxEvent,
    Product,
)
from bench.orders.peers.fastapi_peer.schemas import (
    OrderIn,
    OrderOut,
    document,
    refuse_missing,
    refuse_other_body,
    refuse_unknown,
)


class Orders:
    def __init__(self, engine: AsyncEngine) -> None:
        self.sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def place(self, body: OrderIn, key: str) -> OrderOut:
        fingerprint = body.fingerprint()
        order_id = uuid4()
        async with self.sessions() as session, session.begin():
            inserted = await session.scalar(
                insert(IdempotencyKey)
                .values(key=key, fingerprint=fingerprint, order_id=order_id)
                .on_conflict_do_nothing()
                .returning(IdempotencyKey.key)
            )
            if inserted is None:
                return await first_answer(session, key, fingerprint)

            wanted_ids = {line.product_id for line in body.lines}
            rows = await session.scalars(select(Product).where(Product.id.in_(wanted_ids)))
            products = {product.id: product for product in rows}
            refuse_unknown(body, products)

            placed_at = datetime.now(UTC)
            missing = []
            for line in body.in_product_order():
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
            refuse_missing(missing)

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
            order = document(order_id, body, products, placed_at)
            stored = order.model_dump(mode="json")
            session.add(
                Order(
                    id=order_id, customer_id=body.customer_id, placed_at=placed_at, document=stored
                )
            )
            session.add(OutboxEvent(type="order.placed", payload=stored, at=placed_at))
        return order


async def first_answer(session: AsyncSession, key: str, fingerprint: str) -> OrderOut:
    statement = (
        select(IdempotencyKey.fingerprint, Order.document)
        .join(Order, Order.id == IdempotencyKey.order_id)
        .where(IdempotencyKey.key == key)
    )
    first = (await session.execute(statement)).one()
    refuse_other_body(first.fingerprint, fingerprint)
    return OrderOut.model_validate(first.document)
