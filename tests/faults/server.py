"""The real process tree on a folder of its own: started, proven to be ours, killed, stopped."""

import asyncio
import contextlib
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx

OMNIX = Path(sys.executable).with_name("omnix")
READY_SECONDS = 60.0
GONE_SECONDS = 20.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def alive(pid: int) -> bool:
    """Whether there is such a process, one that is merely not yet reaped aside."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def children(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def wait_gone(pids: list[int], seconds: float = GONE_SECONDS) -> None:
    end = time.monotonic() + seconds
    while left := [pid for pid in pids if alive(pid)]:
        if time.monotonic() > end:
            raise AssertionError(f"processes {left} did not end")
        time.sleep(0.02)


def listens(pid: int, port: int) -> bool:
    """Whether this very process listens on the port: the socket is among its files."""
    sockets = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        field = line.split()
        if field[3] == "0A" and int(field[1].rpartition(":")[2], 16) == port:
            sockets.add(f"socket:[{field[9]}]")
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if str(file.readlink()) in sockets:
                return True
    return False


class Server:
    """``omnix run`` on ``data``. Use ``running``, which leaves nothing behind."""

    def __init__(
        self, data: Path, *options: str, env: Mapping[str, str] | None = None, port: int = 0
    ) -> None:
        self.data = data
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._options = options
        self._env = {**os.environ, "COLUMNS": "200", **(env or {})}
        self._process: subprocess.Popen[str] | None = None
        self._reader = threading.Thread()
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._known: set[int] = set()
        self.printed = ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Returns once it answers; what answers is this process, or AssertionError."""
        command = [str(OMNIX), "run", "--data", str(self.data), "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, *self._options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self._env,
            # A group of its own, so that Ctrl+C can be sent to it as a terminal does.
            start_new_session=True,
        )
        self.printed = ""
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        end = time.monotonic() + READY_SECONDS
        with httpx.Client(timeout=5) as client:
            while True:
                if self._process.poll() is not None:
                    raise AssertionError(f"it ended: {self.output()}")
                with contextlib.suppress(httpx.TransportError):
                    if client.get(f"{self.url}/v1/health").status_code == 200:
                        break
                if time.monotonic() > end:
                    raise AssertionError(f"it does not answer: {self.output()}")
                time.sleep(0.05)
        assert listens(self.pid, self.port), "somebody else answers on this port"

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._lines.put(line)

    def output(self) -> str:
        """All that it has printed since its start."""
        while not self._lines.empty():
            self.printed += self._lines.get()
        return self.printed

    def password(self) -> str | None:
        """The one-time password, if it was printed."""
        found = re.search(r"^    ([a-z0-9-]{20,})$", self.output(), re.MULTILINE)
        return found[1] if found else None

    def worker(self) -> int:
        """The worker's process id, waited for."""
        end = time.monotonic() + GONE_SECONDS
        while time.monotonic() < end:
            for pid in children(self.pid):
                line = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b"omnix.runtimes.worker" in line:
                    self._known.add(pid)
                    return pid
            time.sleep(0.02)
        raise AssertionError("there is no worker")

    def kill(self) -> None:
        """kill -9 of all of it at once."""
        tree = [self.pid, *children(self.pid)]
        for pid in tree:
            kill(pid)
        self._reap()
        wait_gone(tree)
        self._reader.join()

    def kill_server(self) -> None:
        """kill -9 of the server alone; the worker is left to notice."""
        self._known.update(children(self.pid))
        kill(self.pid)
        self._reap()

    def interrupt(self) -> int:
        """Ctrl+C as a terminal sends it, to the whole group; the exit code."""
        assert self._process is not None
        self._known.update(children(self.pid))
        os.killpg(self.pid, signal.SIGINT)
        return self._process.wait(GONE_SECONDS)

    def stop(self) -> int:
        """SIGTERM to the server alone, as a service manager's; the exit code."""
        assert self._process is not None
        self._known.update(children(self.pid))
        self._process.terminate()
        return self._process.wait(GONE_SECONDS)

    def _reap(self) -> None:
        assert self._process is not None
        self._process.wait(GONE_SECONDS)

    def close(self) -> None:
        """Leave nothing behind, whatever state it is in."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        wait_gone(sorted(self._known))
        if self._process is not None:
            self._reader.join()


@contextmanager
def running(data: Path, *options: str, **more: Any) -> Iterator[Server]:
    """A server that answers, on a folder without the demo shop unless ``--demo`` is given."""
    server = Server(data, *(options or ("--no-demo",)), **more)
    try:
        server.start()
        yield server
    finally:
        server.close()


@asynccontextmanager
async def served(data: Path, *options: str) -> AsyncIterator[Server]:
    """``running`` for a test with an event loop of its own."""
    server = Server(data, *(options or ("--no-demo",)))
    try:
        await asyncio.to_thread(server.start)
        yield server
    finally:
        await asyncio.to_thread(server.close)


@contextmanager
def worker_alone(data: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The worker process without a server; killed at the end if it still lives."""
    process = subprocess.Popen(
        [sys.executable, "-m", "omnix.runtimes.worker", str(data)], stdin=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdin is not None
        process.stdin.close()
