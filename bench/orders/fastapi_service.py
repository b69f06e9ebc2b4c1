"""Driver of the FastAPI peer: its own PostgreSQL cluster, and one uvicorn worker."""

import asyncio
import hashlib
import os
import pwd
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import ClassVar

from bench.orders import shop
from bench.orders.processes import BenchError, Process
from bench.orders.record import Record
from bench.orders.service import Service
from bench.orders.shop import Ids

LOCATION = 1


def postgres_folder() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: float(p.parts[4])
    )
    if not found:
        raise BenchError("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent


def postgres_user() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it the account that Debian made for it."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


class FastApiService(Service):
    name: ClassVar[str] = "FastAPI + SQLAlchemy + PostgreSQL"
    style: ClassVar[str] = "orm"

    @classmethod
    def set_up(cls) -> None:
        postgres_folder()
        try:
            import asyncpg  # type: ignore[import-untyped]  # noqa: F401
            import fastapi  # noqa: F401
            import sqlalchemy  # noqa: F401
        except ImportError as error:
            raise BenchError(f"{error.name} is not installed: run make bench-setup") from error

    @property
    def dsn(self) -> str:
        return f"postgresql+asyncpg://bench@/postgres?host={self.folder / 'pg'}"

    def seed(self) -> Ids:
        cluster = self.folder / "pg"
        cluster.mkdir(mode=0o755)
        if user := postgres_user():
            os.chown(cluster, pwd.getpwnam(user).pw_uid, -1)
            self.folder.chmod(0o755)
        initdb = f"-D {cluster}/data -U bench -A trust -E UTF8 --no-locale --no-sync"
        subprocess.run(
            [postgres_folder() / "initdb", *initdb.split()],
            check=True,
            stdout=subprocess.DEVNULL,
            user=user,
            cwd=cluster,
        )
        subprocess.run(["sync", "-f", cluster], check=True)
        self.start_postgres()
        try:
            asyncio.run(self._seed())
        finally:
            self.stop()
        numbers = range(1, shop.PRODUCTS + 1)
        return Ids(customer=1, location=LOCATION, products=numbers, scarce=shop.PRODUCTS + 1)

    async def _seed(self) -> None:
        from sqlalchemy import insert, text
        from sqlalchemy.ext.asyncio import create_async_engine

        from bench.orders.peers.fastapi_peer.models import Balance, Base, Product

        engine = create_async_engine(self.dsn)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
            goods = shop.products()
            await connection.execute(
                insert(Product),
                [
                    {
                        "id": product.number,
                        "name": product.name,
                        "price_minor": product.price_minor,
                        "currency": shop.CURRENCY,
                    }
                    for product in goods
                ],
            )
            await connection.execute(
                insert(Balance),
                [
                    {
                        "product_id": product.number,
                        "location_id": LOCATION,
                        "available": product.stock,
                        "reserved": 0,
                    }
                    for product in goods
                ],
            )
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))
        await engine.dispose()

    def start_postgres(self) -> None:
        cluster = self.folder / "pg"
        # All that makes a commit durable is left as PostgreSQL's defaults have it.
        arguments = f"-D {cluster}/data -k {cluster} -c listen_addresses= -c shared_buffers=256MB"
        postgres = Process(
            [postgres_folder() / "postgres", *arguments.split()],
            self.cores,
            self.folder / "postgres.log",
            user=postgres_user(),
            cwd=cluster,
            # SIGTERM waits for clients to leave; SIGINT is PostgreSQL's fast shutdown.
            stop_signal=signal.SIGINT,
        )
        self.processes.append(postgres)
        ready: list[str | Path] = [
            postgres_folder() / "pg_isready",
            "-q",
            "-h",
            str(cluster),
            "-U",
            "bench",
        ]
        deadline = time.monotonic() + 60
        while subprocess.run(ready, check=False).returncode != 0:
            postgres.check_running()
            if time.monotonic() > deadline:
                raise BenchError(f"PostgreSQL is not ready, see {postgres.log}")
            time.sleep(0.05)

    def start(self) -> None:
        self.start_postgres()
        arguments = f"--host 127.0.0.1 --port {self.port} --loop uvloop --http httptools"
        app = "bench.orders.peers.fastapi_peer.app:app"
        server = Process(
            [sys.executable, "-m", "uvicorn", app, "--no-access-log", *arguments.split()],
            self.cores,
            self.folder / "server.log",
            env={
                "ORDERS_DSN": self.dsn,
                "ORDERS_STYLE": self.style,
                "ORDERS_KEY_HASHES": hashlib.sha256(self.key.encode()).hexdigest(),
            },
        )
        self.processes.append(server)
        server.wait_for_http(self.port)

    def record(self) -> Record:
        self.start_postgres()
        try:
            return asyncio.run(self._record())
        finally:
            self.stop()

    async def _record(self) -> Record:
        from sqlalchemy import func, select
        from sqlalchemy.ext.asyncio import create_async_engine

        from bench.orders.peers.fastapi_peer.models import (
            Balance,
            IdempotencyKey,
            LedgerEntry,
            Order,
            OutboxEvent,
        )

        engine = create_async_engine(self.dsn)
        async with engine.connect() as connection:
            orders, events = [], []
            ordered: Counter[str] = Counter()
            for key, document in await connection.execute(select(Order.id, Order.document)):
                orders.append(str(key))
                for line in document["lines"]:
                    ordered[str(line["product_id"])] += line["quantity"]
            events = [
                payload["id"]
                for payload in await connection.scalars(
                    select(OutboxEvent.payload).where(OutboxEvent.type == "order.placed")
                )
            ]
            ledger = await connection.execute(
                select(LedgerEntry.product_id, func.sum(LedgerEntry.reserved_delta)).group_by(
                    LedgerEntry.product_id
                )
            )
            balances = (
                await connection.execute(
                    select(Balance.product_id, Balance.available, Balance.reserved)
                )
            ).all()
            keys = await connection.scalar(select(func.count()).select_from(IdempotencyKey))
            record = Record(
                orders=orders,
                ordered=ordered,
                ledger={str(product): int(units) for product, units in ledger},
                available={str(product): units for product, units, _ in balances},
                reserved={str(product): units for product, _, units in balances},
                events=events,
                keys=keys or 0,
            )
        await engine.dispose()
        return record


class FastApiCoreService(FastApiService):
    """What is left of the peer's cost when someone leaves the ORM for prepared Core statements."""

    name: ClassVar[str] = "FastAPI + SQLAlchemy Core + PostgreSQL"
    style: ClassVar[str] = "core"
