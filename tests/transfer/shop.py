"""A shop in a folder, and what it holds as one checksum."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.orders.declare import ORDER_LINES, ORDERS, SALES
from omnix.domains.products.declare import CATEGORIES, PRICES, PRODUCTS
from omnix.kit.declare import Collection
from omnix.platform.search import SEARCH
from omnix.platform.unique import UNIQUE
from omnix.ports import Ports, Query
from omnix.transfer.incoming.plan.planning import ImportOptions, plan
from omnix.transfer.incoming.run import run_import
from omnix.transfer.report import ImportReport

CONTENT = (PRODUCTS, CATEGORIES, CUSTOMERS, ORDERS, ORDER_LINES, SEARCH, UNIQUE)
DATA = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data")) / "online_retail_ii"


def shared(name: str) -> Path:
    """A file of the shared data; skips the test where it is absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path} is absent; set OMNIX_SHARED_DATA")
    return path


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[Ports]:
    async with open_local(folder, COLLECTIONS, FACTS) as local:
        yield local.ports


async def bring(
    ports: Ports, folder: Path, path: Path, *, dry_run: bool = False, **options: Any
) -> ImportReport:
    """Import a file without the jobs that follow."""
    return await run_import(
        ports, folder, plan(path, ImportOptions(**options)), dry_run=dry_run, follow_up=False
    )


async def everything(ports: Ports, collection: Collection) -> list[dict[str, Any]]:
    return [dict(item) async for items in ports.records.scan(collection) for item in items]


async def sales(ports: Ports, sql: str) -> list[dict[str, Any]]:
    """The answer of a query over the facts."""
    return await ports.lake.rows(Query("test", "A test.", sql, ("sales", "prices")))


async def checksum(ports: Ports) -> str:
    """Of every document and fact that an import makes, whatever their order."""
    digest = hashlib.sha256()
    for collection in CONTENT:
        items = await everything(ports, collection)
        for line in sorted(msgspec.json.encode(item, order="sorted") for item in items):
            digest.update(collection.name.encode() + line)
    for fact in (SALES, PRICES):
        query = Query("all", "All.", f"SELECT * FROM {fact.name} ORDER BY ALL", (fact.name,))
        for row in await ports.lake.rows(query):
            digest.update(repr(sorted(row.items())).encode())
    return digest.hexdigest()
