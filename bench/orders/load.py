"""The load of 64 keep-alive connections, made by wrk on a core of its own."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.orders.processes import BenchError, need
from bench.orders.service import Service
from bench.orders.shop import Ids

CONNECTIONS = 64
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """`broken` counts connections that failed and requests that timed out.

    `cpu_seconds` is what the service used meanwhile: where others use its core too, orders per
    second of it say more than orders per second of the clock.
    """

    acknowledged: int
    refused: int
    broken: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return self.acknowledged / self.seconds


def drive(
    service: Service, ids: Ids, run: str, seed: int, seconds: int, cores: Sequence[int]
) -> Load:
    """Orders for some seconds; `run` makes the idempotency keys unique within one store."""
    listing = service.folder / "ids.txt"
    literals = [ids.customer, ids.location, *ids.products]
    listing.write_text("".join(json.dumps(each) + "\n" for each in literals))
    command = [need("taskset", "util-linux"), "-c", ",".join(map(str, cores))]
    command += [need("wrk", "wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s"]
    command += ["-s", str(SCRIPT), f"http://127.0.0.1:{service.port}/v1/orders", "--"]
    command += [str(listing), run, str(seed), service.key]
    before = service.cpu_seconds()
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds + 60
    )
    used = service.cpu_seconds() - before
    found = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode != 0 or not found:
        raise BenchError(f"wrk failed: {done.stdout}{done.stderr}")
    result = json.loads(found[0].removeprefix("RESULT "))
    return Load(
        acknowledged=result["answers"] - result["refused"],
        refused=result["refused"],
        broken=result["broken"],
        seconds=result["microseconds"] / 1e6,
        p50_ms=result["p50_us"] / 1e3,
        p99_ms=result["p99_us"] / 1e3,
        cpu_seconds=used,
    )
