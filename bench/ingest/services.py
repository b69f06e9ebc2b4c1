"""What is measured: OMNIX as it is shipped, and the peers, each with a fresh store."""

import json
import os
import pwd
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.ingest.stores import SCHEMA
from bench.orders.fastapi_service import postgres_folder, postgres_user
from bench.orders.omnix_service import OMNIX
from bench.orders.processes import BenchError, Process, cpu_seconds, free_port, need, tree

KEY = "bench-6d0b1f77a1c94e52"
NAMES = {
    "omnix": "OMNIX",
    "redis": "Redis Streams, everysec",
    "redis-once": "Redis Streams, everysec, ids kept",
    "postgres": "PostgreSQL COPY",
    "postgres-once": "PostgreSQL COPY, ids kept",
}


class Service:
    """``start`` makes a fresh store in ``folder`` and returns once the server answers."""

    def __init__(self, kind: str, folder: Path, cores: list[int]) -> None:
        self.kind = kind
        self.folder = folder
        self.cores = cores
        self.port = free_port()
        self.key = KEY
        self.processes: list[Process] = []

    def start(self) -> None:
        if self.kind == "omnix":
            self._omnix()
        else:
            address = self._redis() if self.kind.startswith("redis") else self._postgres()
            self._run("serve", self.kind, address, str(self.port), KEY)
            self.processes[-1].wait_for_http(self.port)
        self._settle()

    def _omnix(self) -> None:
        data = self.folder / "data"
        done = subprocess.run(
            [OMNIX, *["api-key", "create", "--role", "manager", "--data"], data],
            check=True,
            capture_output=True,
            text=True,
        )
        self.key = done.stdout.split()[-1]
        command = [OMNIX, "run", "--port", str(self.port), "--data", data, "--no-demo"]
        self._process(command)
        self.processes[-1].wait_for_http(self.port)
        # Its worker is there once it has counted something.
        self._ask("/v1/events", {"message_id": "first", "type": "page_view"})
        for _ in range(240):
            if self._ask("/v1/streaming/metrics")["events"]:
                return
            time.sleep(0.25)
        raise BenchError("the worker does not count")

    def _ask(self, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", sent, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def _run(self, *words: str) -> None:
        self._process([sys.executable, "-m", "bench.ingest.peer", *words])

    def _process(self, command: list[str | Path], **named: str | None) -> None:
        log = self.folder / f"{len(self.processes)}.log"
        self.processes.append(Process(command, self.cores, log, **named))  # type: ignore[arg-type]

    def _redis(self) -> str:
        address = str(self.folder / "redis.sock")
        self._process(
            [
                need("redis-server", "redis-server"),
                *f"--port 0 --unixsocket {address} --dir {self.folder}".split(),
                *["--appendonly", "yes", "--appendfsync", "everysec", "--save"],
                "",
            ]
        )
        _wait(Path(address))
        self._run("count", address)
        return address

    def _postgres(self) -> str:
        cluster = self.folder / "pg"
        cluster.mkdir(mode=0o755)
        user = postgres_user()
        if user:
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
        options = f"-D {cluster}/data -k {cluster} -c listen_addresses= -c shared_buffers=256MB"
        self._process([postgres_folder() / "postgres", *options.split()], user=user)
        _wait(cluster / ".s.PGSQL.5432")
        unique = " PRIMARY KEY" if self.kind.endswith("-once") else ""
        made = subprocess.run(
            ["psql", "-q", "-h", cluster, "-U", "bench", "postgres"],
            input=SCHEMA.format(unique=unique),
            text=True,
            check=False,
            capture_output=True,
        )
        if made.returncode:
            raise BenchError(f"psql failed: {made.stderr}")
        return f"postgresql://bench@/postgres?host={cluster}"

    def _settle(self) -> None:
        """Wait until what was started has done its own beginnings."""
        used = sum(self.cpu())
        for _ in range(60):
            time.sleep(1)
            before, used = used, sum(self.cpu())
            if used - before < 0.1:
                return
        raise BenchError(f"{NAMES[self.kind]} is still busy a minute after its start")

    def cpu(self) -> tuple[float, float]:
        """Seconds of the process that answers, and of all others: workers, consumers, stores."""
        server = self.processes[-1].popen.pid
        every = [pid for each in self.processes for pid in tree(each.popen.pid)]
        return cpu_seconds([server]), cpu_seconds([pid for pid in every if pid != server])

    def stop(self) -> None:
        while self.processes:
            self.processes.pop().stop()


def _wait(path: Path) -> None:
    for _ in range(200):
        if path.exists():
            time.sleep(0.2)
            return
        time.sleep(0.05)
    raise BenchError(f"{path} was not made")
