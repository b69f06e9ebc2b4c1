"""The same order with SQLAlchemy Core, its statements built once."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.orders.peers.fastapi_peer.models import Base
from bench.orders.peers.fastapi_peer.schemas import (
    OrderIn,
    OrderOut,
    document,
    refuse_missing,
    refuse_other_body,
    refuse_unknown,
)

PRODUCT: Table = Base.metadata.tables["product"]
BALANCE: Table = Base.metadata.tables["balance"]
ORDERS: Table = Base.metadata.tables["orders"]
KEYS: Table = Base.metadata.tables["idempotency"]

INSERT_KEY = insert(KEYS).on_conflict_do_nothing().returning(KEYS.c.key)
FIRST_ANSWER = (
    select(KEYS.c.fingerprint, ORDERS.c.document)
    .join(ORDERS, ORDERS.c.id == KEYS.c.order_id)
    .where(KEYS.c.key == bindparam("wanted"))
)
READ_PRODUCTS = select(PRODUCT).where(PRODUCT.c.id.in_(bindparam("ids", expanding=True)))
RESERVE = (
    update(BALANCE)
    .where(
        BALANCE.c.product_id == bindparam("product"),
        BALANCE.c.location_id == bindparam("location"),
        BALANCE.c.available >= bindparam("quantity"),
    )
    .values(
        available=BALANCE.c.available - bindparam("quantity"),
        reserved=BALANCE.c.reserved + bindparam("quantity"),
    )
    .returning(BALANCE.c.product_id)
)
INSERT_LEDGER = insert(Base.metadata.tables["ledger"])
INSERT_ORDER = insert(ORDERS)
INSERT_EVENT = insert(Base.metadata.tables["outbox"])


class Orders:
    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def place(self, body: OrderIn, key: str) -> OrderOut:
        fingerprint = body.fingerprint()
        order_id = uuid4()
        async with self.engine.begin() as connection:
            inserted = await connection.scalar(
                INSERT_KEY, {"key": key, "fingerprint": fingerprint, "order_id": order_id}
            )
            if inserted is None:
                first = (await connection.execute(FIRST_ANSWER, {"wanted": key})).one()
                refuse_other_body(first.fingerprint, fingerprint)
                return OrderOut.model_validate(first.document)

            wanted_ids = list({line.product_id for line in body.lines})
            rows = await connection.execute(READ_PRODUCTS, {"ids": wanted_ids})
            products = {row.id: row for row in rows}
            refuse_unknown(body, products)

            placed_at = datetime.now(UTC)
            missing = []
            for line in body.in_product_order():
                wanted = {
                    "product": line.product_id,
                    "location": body.location_id,
                    "quantity": line.quantity,
                }
                if await connection.scalar(RESERVE, wanted) is None:
                    missing.append(line.product_id)
            refuse_missing(missing)

            entries = [
                {
                    "product_id": line.product_id,
                    "location_id": body.location_id,
                    "reserved_delta": line.quantity,
                    "order_id": order_id,
                    "at": placed_at,
                }
                for line in body.lines
            ]
            await connection.execute(INSERT_LEDGER, entries)
            order = document(order_id, body, products, placed_at)
            stored = order.model_dump(mode="json")
            await connection.execute(
                INSERT_ORDER,
                {
                    "id": order_id,
                    "customer_id": body.customer_id,
                    "placed_at": placed_at,
                    "document": stored,
                },
            )
            await connection.execute(
                INSERT_EVENT, {"type": "order.placed", "payload": stored, "at": placed_at}
            )
        return order
