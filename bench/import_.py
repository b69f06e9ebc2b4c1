"""Importing a real file against the least work that it could be.

Peer: DuckDB reads the same file into a table of typed columns (numbers, amounts, times), and
SQLite takes the same order documents, ready made, in transactions of a thousand with the same
durability; it neither makes them from the rows nor keeps an index of them. Ours: the whole import
into an empty shop, from the file to documents, facts, prices, search entries and report. Each
runs in a process of its own, several times by turns, and is measured from when its modules are
loaded; the smallest of each counts.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import apsw
import duckdb

FILE = "online_retail_ii/online_retail_II_until_2011-08-31.csv.gz"


def source() -> Path:
    return Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data")) / FILE


class Used:
    """What this process takes from now on."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.monotonic(), time.process_time()

    def wall(self) -> float:
        return round(time.monotonic() - self._wall, 2)

    def tell(self, **more: object) -> None:
        """Print it as a line of JSON."""
        cpu = round(time.process_time() - self._cpu, 2)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(json.dumps({"wall": self.wall(), "cpu": cpu, "rss_mb": peak, **more}))


def ours(data: Path) -> None:
    from omnix.adapters.local.platform import open_local
    from omnix.declared import COLLECTIONS, FACTS
    from omnix.transfer.incoming.plan.planning import plan
    from omnix.transfer.incoming.run import run_import

    used = Used()

    async def work() -> dict[str, int]:
        async with open_local(data, COLLECTIONS, FACTS) as local:
            report = await run_import(local.ports, data, plan(source()), follow_up=False)
            return {"rows": report.rows, "doubled": report.doubled, **report.created}

    found = asyncio.run(work())
    used.tell(**found)


def peer(data: Path) -> None:
    documents = data / "omnix.db"
    shop = apsw.Connection(str(documents), flags=apsw.SQLITE_OPEN_READONLY)
    rows = shop.execute("SELECT pk, body FROM c_orders").fetchall()
    rows += shop.execute("SELECT pk||'#'||sk, body FROM c_order_lines").fetchall()
    shop.close()
    used = Used()
    with duckdb.connect(str(data / "peer.duckdb")) as connection:
        connection.execute(
            "CREATE TABLE sales AS SELECT * FROM read_csv(?, types={'Invoice': 'VARCHAR', "
            "'StockCode': 'VARCHAR', 'InvoiceDate': 'TIMESTAMP', 'Price': 'DECIMAL(18,6)', "
            "'Customer ID': 'VARCHAR'}, timestampformat='%m/%d/%Y %H:%M')",
            [str(source())],
        )
    read = used.wall()
    target = apsw.Connection(str(data / "peer.db"))
    target.execute("PRAGMA journal_mode=WAL").fetchall()
    target.execute("PRAGMA synchronous=FULL").fetchall()
    target.execute("CREATE TABLE orders(id TEXT PRIMARY KEY, body BLOB)")
    for start in range(0, len(rows), 1000):
        with target:
            target.executemany("INSERT INTO orders VALUES(?,?)", rows[start : start + 1000])
    target.close()
    used.tell(read=read, documents=len(rows))
    for name in ("peer.duckdb", "peer.db"):
        (data / name).unlink()


def run(which: str, data: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.import_", "--part", which, "--data", str(data)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(told.strip().splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=("ours", "peer"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if asked.part:
        {"ours": ours, "peer": peer}[asked.part](asked.data)
        return
    if not source().exists():
        print(f"{source()} is absent; set OMNIX_SHARED_DATA")
        return
    best: dict[str, dict[str, float]] = {}
    for _ in range(asked.rounds):
        folder = Path(tempfile.mkdtemp(prefix="omnix-import-"))
        try:
            for which in ("ours", "peer"):
                found = run(which, folder)
                print(f"{which:5} {json.dumps(found)}")
                if which not in best or found["wall"] < best[which]["wall"]:
                    best[which] = found
        finally:
            shutil.rmtree(folder)
    wall = best["ours"]["wall"] / best["peer"]["wall"]
    cpu = best["ours"]["cpu"] / best["peer"]["cpu"]
    print(
        f"import / (DuckDB reads + SQLite inserts): {wall:.2f}x wall, {cpu:.2f}x CPU "
        f"(at most 3x wall); peak memory {best['ours']['rss_mb']} MB (under 1000)"
    )


if __name__ == "__main__":
    main()
