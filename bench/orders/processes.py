"""Servers as child processes: pinned, proven to be the ones that answer, stopped by their ids."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
STOP_SECONDS = 20


class BenchError(Exception):
    """The benchmark cannot go on; the message says why and what to do."""


def need(program: str, package: str) -> str:
    """The path of a program, or an error that names the package it comes in."""
    path = shutil.which(program)
    if path is None:
        raise BenchError(f"{program} is not installed: it comes with the package {package}")
    return path


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def tree(pid: int) -> list[int]:
    """The process and all its descendants that run now."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for each in found:
        found.extend(children.get(each, ()))
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """Processor time that these processes, and their children that ended, have used so far."""
    ticks = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def waiting(pids: Sequence[int]) -> float:
    """Seconds that threads of these processes were ready to run and had no core, so far."""
    waited = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            try:
                waited += int((task / "schedstat").read_text().split()[1])
            except OSError:
                continue
    return waited / 1e9


def listeners(port: int) -> set[str]:
    """Inodes of all sockets that listen on the port, whoever owns them."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(fields[9])
    return inodes


def sockets(pids: Sequence[int]) -> set[str]:
    inodes = set()
    for pid in pids:
        try:
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                target = str(descriptor.readlink())
                if target.startswith("socket:["):
                    inodes.add(target[8:-1])
        except OSError:
            continue
    return inodes


class Process:
    """One server process tree on the given cores; its output goes to `log`."""

    def __init__(
        self,
        command: Sequence[str | Path],
        cores: Sequence[int],
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        cwd: Path = ROOT,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.log = log
        self.stop_signal = stop_signal
        pinned = [need("taskset", "util-linux"), "-c", ",".join(map(str, cores)), *command]
        with log.open("ab") as output:
            self.popen = subprocess.Popen(
                pinned,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                start_new_session=True,
            )

    def check_running(self) -> None:
        if self.popen.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise BenchError(f"{self.popen.args!r} ended with {self.popen.returncode}:\n{tail}")

    def wait_for_http(self, port: int, path: str = "/v1/health") -> None:
        """Returns once the path answers 200, and only this tree listens on the port."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.check_running()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                    if answer.status == 200:
                        self.prove_listening(port)
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise BenchError(f"no answer on port {port} within {READY_SECONDS} s, see {self.log}")

    def prove_listening(self, port: int) -> None:
        listening = listeners(port)
        if not listening or listening - sockets(tree(self.popen.pid)):
            raise BenchError(f"another process answers on port {port}")

    def stop(self) -> None:
        if self.popen.poll() is None:
            pids = tree(self.popen.pid)
            self.popen.send_signal(self.stop_signal)
            try:
                self.popen.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
                raise BenchError(f"{self.popen.args!r} did not stop") from None
            _wait_gone(pids)

    def kill(self) -> None:
        """kill -9 of the whole tree, parents first so that none is started again."""
        pids = tree(self.popen.pid) if self.popen.poll() is None else []
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.popen.wait(STOP_SECONDS)
        _wait_gone(pids)


def _wait_gone(pids: Sequence[int]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    for pid in pids:
        while _runs(pid) and time.monotonic() < deadline:
            time.sleep(0.01)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
