"""Driver of the NestJS peer: one node process, one SQLite file."""

import hashlib
import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import apsw

from bench.orders import shop
from bench.orders.processes import BenchError, Process, need
from bench.orders.record import Record
from bench.orders.service import Service
from bench.orders.shop import Ids

PEER = Path(__file__).parent / "peers" / "nest"
LOCATION = 1


class NestService(Service):
    name: ClassVar[str] = "NestJS + better-sqlite3"

    @classmethod
    def set_up(cls) -> None:
        node = Path(need("node", "nodejs")).resolve()
        npm = need("npm", "npm")
        env = dict(os.environ)
        # Without a prebuilt better-sqlite3, node-gyp compiles it, and needs node's own headers.
        if (node.parents[1] / "include" / "node" / "node.h").exists():
            env["npm_config_nodedir"] = str(node.parents[1])
        installed = PEER / "node_modules" / ".package-lock.json"
        lock = PEER / "package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            _run([npm, "ci", "--no-audit", "--no-fund"], env)
        built = PEER / "dist" / "main.js"
        sources = [*PEER.glob("src/*.ts"), PEER / "tsconfig.json"]
        if not built.exists() or built.stat().st_mtime < max(s.stat().st_mtime for s in sources):
            _run([npm, "run", "-s", "build"], env)

    @property
    def database(self) -> Path:
        return self.folder / "orders.db"

    def seed(self) -> Ids:
        db = apsw.Connection(str(self.database))
        db.execute("PRAGMA journal_mode=WAL")
        with db:
            db.execute((PEER / "schema.sql").read_text())
            for product in shop.products():
                db.execute(
                    "INSERT INTO product VALUES (?, ?, ?, ?)",
                    (product.number, product.name, product.price_minor, shop.CURRENCY),
                )
                db.execute(
                    "INSERT INTO balance VALUES (?, ?, ?, 0)",
                    (product.number, LOCATION, product.stock),
                )
        db.close()
        numbers = range(1, shop.PRODUCTS + 1)
        return Ids(customer=1, location=LOCATION, products=numbers, scarce=shop.PRODUCTS + 1)

    def start(self) -> None:
        server = Process(
            [need("node", "nodejs"), PEER / "dist" / "main.js"],
            self.cores,
            self.folder / "server.log",
            env={
                "NODE_ENV": "production",
                "PORT": str(self.port),
                "ORDERS_DB": str(self.database),
                "ORDERS_KEY_HASHES": hashlib.sha256(self.key.encode()).hexdigest(),
            },
        )
        self.processes.append(server)
        server.wait_for_http(self.port)

    def record(self) -> Record:
        db: Any = apsw.Connection(str(self.database))
        orders = []
        ordered: Counter[str] = Counter()
        for key, document in db.execute("SELECT id, document FROM orders"):
            orders.append(key)
            for line in json.loads(document)["lines"]:
                ordered[str(line["product_id"])] += line["quantity"]
        events = db.execute(
            "SELECT payload ->> 'id' FROM outbox WHERE type = 'order.placed'"
        ).fetchall()
        ledger = db.execute("SELECT product_id, sum(reserved_delta) FROM ledger GROUP BY 1")
        balances = db.execute("SELECT product_id, available, reserved FROM balance").fetchall()
        record = Record(
            orders=orders,
            ordered=ordered,
            ledger={str(product): units for product, units in ledger},
            available={str(product): units for product, units, _ in balances},
            reserved={str(product): units for product, _, units in balances},
            events=[order for (order,) in events],
            keys=db.execute("SELECT count(*) FROM idempotency").get,
        )
        db.close()
        return record


def _run(command: list[str], env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=PEER, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(command)} failed in {PEER}:\n{done.stderr[-2000:]}")
