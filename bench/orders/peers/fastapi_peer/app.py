"""Orders the conventional way: FastAPI, Pydantic, SQLAlchemy, PostgreSQL."""

import hashlib
import os
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, status
from sqlalchemy.ext.asyncio import create_async_engine

from bench.orders.peers.fastapi_peer import core, orm
from bench.orders.peers.fastapi_peer.schemas import OrderIn, OrderOut

engine = create_async_engine(os.environ["ORDERS_DSN"], pool_size=10, max_overflow=0)
store = core.Orders(engine) if os.environ["ORDERS_STYLE"] == "core" else orm.Orders(engine)
key_hashes = frozenset(os.environ["ORDERS_KEY_HASHES"].split(","))
app = FastAPI()


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
) -> OrderOut:
    return await store.place(body, idempotency_key)
