"""Keep what this version stores, for later ones to be tried on: `python -m releases.make`.

Run in ``tests`` at a release. Writes ``releases/VERSION.tar.xz``: a backup of a small shop in which
everything happened, and what its pages told.
"""

import asyncio
import json
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from api.serving import Served, serving
from omnix.adapters.local.backup import backup
from omnix.declared import FACTS
from omnix.kit.time import instant
from omnix.ports import Query
from omnix.version import VERSION
from shoplife import did, everything, work

HERE = Path(__file__).parent
MOST_BYTES = 200_000
BACKUP, TOLD = "backup", "told.json"

PAGES = (
    "/products?limit=200", "/products/mug", "/products/mug/prices", "/products/mug/sales",
    "/categories", "/product-parents/tee",
    "/customers?limit=200", "/customers/ann", "/customers/ann/preferences", "/segments",
    "/locations", "/inventory", "/inventory/mug/history", "/inventory/values", "/inventory/policy",
    "/suppliers", "/suppliers/pot", "/inventory/mug/suppliers", "/purchase-orders",
    "/orders?limit=200", "/orders/statistics",
    "/dashboard/sales", "/dashboard/cohorts", "/dashboard/digest",
    "/forecasts/overrides", "/forecasts/promotions",
    "/experiments", "/experiments/exp",
    "/alerts", "/alert-rules?limit=200", "/alert-rules/below-cost", "/alert-channels",
    "/users", "/users/invitations", "/auth/api-keys", "/audit-log?limit=200",
    "/system/settings", "/system/settings/history", "/imports", "/streaming/metrics",
    "/customers?search=ann", "/products?search=mug",
)  # fmt: skip
"""What is stored rather than computed, so that a later version tells the same of it, and more."""


async def more(served: Served) -> None:
    """What an event or a job is not needed for."""
    dee = {"id": "dee", "name": "Dee", "phone": "+43 660 1234567"}
    await did(served, "POST", "/customers", json=dee)
    tee = {"id": "tee", "name": "Tee", "options": ["Size"]}
    await did(served, "POST", "/product-parents", json=tee)
    small = {"id": "tee-s", "sku": "tee-s", "name": "Tee S", "price_minor": 900}
    small |= {"parent_id": "tee", "options": ["S"]}
    await did(served, "POST", "/products", json=small)
    sale = {"name": "Winter", "product_ids": ["mug"], "percent_off": 20}
    sale |= {"first_day": "2026-01-05", "last_day": "2026-01-09"}
    await did(served, "POST", "/forecasts/promotions", json=sale)
    guest = {"email": "cy@example.test", "name": "Cy", "role": "analyst"}
    await did(served, "POST", "/users/invitations", json=guest)
    bought = {"type": "purchase", "items": [{"product_id": "mug", "price_minor": 1300}]}
    seen = [{"message_id": f"e{n}", "anonymous_id": "v1", **bought} for n in range(3)]
    await did(served, "POST", "/events/batch", json={"events": seen})
    await work(served)


async def told(served: Served) -> dict[str, Any]:
    """What each page says, and how many rows each table of facts has."""
    pages = {page: await did(served, "GET", page) for page in PAGES}
    return {"pages": pages, "rows": {fact.name: await rows(served, fact.name) for fact in FACTS}}


async def rows(served: Served, fact: str) -> int:
    count = Query("rows", "How many rows.", f"SELECT count(*) AS n FROM {fact}", (fact,))
    return int((await served.ports.lake.rows(count))[0]["n"])


async def make(folder: Path, target: Path) -> None:
    async with serving(folder / "data") as served:
        await everything(served)
        await more(served)
        (folder / TOLD).write_text(json.dumps(await told(served)))
        backup(folder / "data", folder / BACKUP, made_at=instant(served.clock.now()))
    with tarfile.open(target, "w:xz", preset=9) as archive:
        for name in (BACKUP, TOLD):
            archive.add(folder / name, name)
    size = target.stat().st_size
    sys.stdout.write(f"{target.name}: {size:,} bytes\n")
    if size > MOST_BYTES:
        sys.exit(f"more than {MOST_BYTES:,}: too large to keep with the source")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(make(Path(made), HERE / f"{VERSION}.tar.xz"))
