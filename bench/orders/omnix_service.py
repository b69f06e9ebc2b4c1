"""Driver of OMNIX as it is shipped: `omnix run` on an empty data folder, filled over its API."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import apsw

from bench.orders import shop
from bench.orders.client import Client
from bench.orders.processes import ROOT, BenchError, Process
from bench.orders.record import Record
from bench.orders.service import Service
from bench.orders.shop import Ids, Product

OMNIX = Path(sys.executable).with_name("omnix")
SEEDING_CLIENTS = 32


class OmnixService(Service):
    name: ClassVar[str] = "OMNIX"
    # Filling it over HTTP takes a while, so each fresh store is a copy of the first.
    filled: ClassVar[tuple[tempfile.TemporaryDirectory[str], str, Ids] | None] = None

    @classmethod
    def set_up(cls) -> None:
        if not OMNIX.exists():
            raise BenchError("omnix is not installed beside this Python: run make setup")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def seed(self) -> Ids:
        if OmnixService.filled is None:
            # The key comes first: the command needs the folder, the server holds it.
            make_key = "api-key create --role manager --data"
            done = subprocess.run(
                [OMNIX, *make_key.split(), self.data],
                check=False,
                capture_output=True,
                text=True,
                cwd=ROOT,
            )
            if done.returncode != 0:
                raise BenchError(f"omnix api-key create failed: {done.stderr[-2000:]}")
            self.key = done.stdout.split()[-1]
            self.start()
            ids = asyncio.run(self._fill())
            self.stop()
            kept = tempfile.TemporaryDirectory(prefix="orders-omnix-")
            shutil.copytree(self.data, Path(kept.name) / "data")
            # Or the sign of life of this worker would pass for that of the next one, and the
            # load would begin while that one still starts.
            db: Any = apsw.Connection(str(Path(kept.name) / "data" / "omnix.db"))
            db.execute("DELETE FROM c_beats")
            db.close()
            OmnixService.filled = (kept, self.key, ids)
        else:
            kept, self.key, ids = OmnixService.filled
            shutil.copytree(Path(kept.name) / "data", self.data)
        return ids

    async def _fill(self) -> Ids:
        async with Client(self.port, self.key) as client:
            location = (await _ask(client, "POST", "/v1/locations", {"name": "Bench"}))["id"]
            new = {"name": "Bench", "email": "bench@example.org"}
            customer = (await _ask(client, "POST", "/v1/customers", new))["id"]

        async def add(goods: Sequence[Product]) -> None:
            async with Client(self.port, self.key) as client:
                for product in goods:
                    new = {
                        "id": _id(product.number),
                        "sku": f"SKU-{product.number}",
                        "name": product.name,
                        "price_minor": product.price_minor,
                    }
                    await _ask(client, "POST", "/v1/products", new)
                    stock = {
                        "location_id": location,
                        "delta": product.stock,
                        "reason": "opening",
                    }
                    await _ask(client, "POST", f"/v1/inventory/{new['id']}/adjust", stock)

        goods = shop.products()
        await asyncio.gather(*(add(goods[n::SEEDING_CLIENTS]) for n in range(SEEDING_CLIENTS)))
        names = [_id(number) for number in range(1, shop.PRODUCTS + 1)]
        return Ids(customer, location, names, scarce=_id(shop.PRODUCTS + 1))

    def start(self) -> None:
        server = Process(
            [OMNIX, "run", "--port", str(self.port), "--data", self.data, "--no-demo"],
            self.cores,
            self.folder / "server.log",
        )
        self.processes.append(server)
        server.wait_for_http(self.port)

    def record(self) -> Record:
        db: Any = apsw.Connection(str(self.data / "omnix.db"))
        orders = [json.loads(body) for (body,) in db.execute("SELECT body FROM c_orders")]
        ordered: Counter[str] = Counter()
        for order in orders:
            for line in order["lines"]:
                ordered[line["product_id"]] += line["quantity"]
        ledger: Counter[str] = Counter()
        for (body,) in db.execute("SELECT body FROM c_ledger UNION ALL SELECT body FROM t_ledger"):
            entry = json.loads(body)
            ledger[entry["stock"].partition("@")[0]] += entry["reserved_delta"]
        balances = [json.loads(body) for (body,) in db.execute("SELECT body FROM c_balances")]
        events = db.execute("SELECT key FROM bus_log WHERE type = 'order.placed'").fetchall()
        keys = db.execute("SELECT count(*) FROM c_idempotency").get
        db.close()
        return Record(
            orders=[order["id"] for order in orders],
            ordered=ordered,
            ledger=ledger,
            available={each["product_id"]: each["available"] for each in balances},
            reserved={each["product_id"]: each["reserved"] for each in balances},
            events=[key for (key,) in events],
            keys=keys,
        )


def _id(number: int) -> str:
    return f"prd-{number:05d}"


async def _ask(client: Client, method: str, path: str, body: Any = None) -> Any:
    status, answer = await client.request(method, path, body)
    if status not in {200, 201}:
        raise BenchError(f"OMNIX: {method} {path}: {status} {answer}")
    return answer
