"""The process tree itself: who starts, ends and restarts whom, and what it says when it cannot."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from faults.server import OMNIX, Server, alive, free_port, kill, running, wait_gone
from omnix.kit.errors import Conflict
from omnix.runtimes.children import MOST_SECONDS, next_pause
from omnix.runtimes.locking import FolderLock

pytestmark = pytest.mark.xdist_group("processes")


def worker_health(server: Server) -> str:
    checks = httpx.get(f"{server.url}/v1/health", timeout=30).json()["checks"]
    return str(next(check["status"] for check in checks if check["name"] == "worker"))


def test_a_killed_worker_comes_back_and_an_orphan_ends_by_itself(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data) as server:
        first = server.worker()
        assert os.getpriority(os.PRIO_PROCESS, server.pid) == os.getpriority(os.PRIO_PROCESS, 0)
        end = time.monotonic() + 60
        while worker_health(server) != "ok":
            assert time.monotonic() < end
            time.sleep(0.2)
        assert os.getpriority(os.PRIO_PROCESS, first) > os.getpriority(os.PRIO_PROCESS, 0)
        kill(first)
        wait_gone([first])
        assert httpx.get(f"{server.url}/v1/health", timeout=30).status_code == 200
        second = server.worker()
        assert second != first
        server.kill_server()
        wait_gone([second])

        # Nothing of the killed ones stands in the way of the next start.
        server.start()
        third = server.worker()
        assert server.stop() == 0
        assert not alive(third)
        for name in ("server", "worker"):
            lines = (data / "logs" / f"{name}.jsonl").read_text().splitlines()
            assert all(
                {"timestamp", "level", "service"} <= json.loads(line).keys() for line in lines
            )
        assert oct(data.stat().st_mode & 0o777) == "0o700"


def test_a_worker_that_keeps_dying_is_started_ever_more_slowly() -> None:
    pause, pauses = 0.5, []
    for _ in range(10):
        pause = next_pause(pause, lived=1)
        pauses.append(pause)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (1, MOST_SECONDS)
    assert next_pause(MOST_SECONDS, lived=3600) == 1


def run(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [str(OMNIX), "run", "--no-demo", "--port", str(free_port()), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_folder_that_cannot_be_used_is_told_in_a_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    for data in (file, file / "data"):
        done = run("--data", str(data))
        assert done.returncode == 1
        assert "cannot be made" in done.stderr
        assert "Traceback" not in done.stderr
    junk = tmp_path / "junk"
    junk.mkdir()
    (junk / "omnix.db").write_bytes(b"no database " * 1000)
    done = run("--data", str(junk))
    assert done.returncode == 1
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_told_in_a_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for data in (tmp_path, tmp_path / "below"):
        done = run("--data", str(data))
        assert done.returncode == 1
        assert "Permission denied" in done.stderr
        assert "Traceback" not in done.stderr


def test_ctrl_c_during_the_start_ends_it_quietly(tmp_path: Path) -> None:
    command = [str(OMNIX), "run", "--no-demo", "--port", str(free_port())]
    # A background job ignores Ctrl+C, and would hand that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for delay in (0.3, 1.2, 2.5):
        with subprocess.Popen(
            [*command, "--data", str(tmp_path / "data")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            time.sleep(delay)
            os.killpg(process.pid, signal.SIGINT)
            told = process.communicate(timeout=30)[0]
        assert process.returncode in (0, 130, -2), told
        if process.returncode != -2:
            assert "Traceback" not in told


def test_a_lock_is_one_holders_until_it_dies(tmp_path: Path) -> None:
    lock, other = FolderLock(tmp_path), FolderLock(tmp_path)
    assert not other.held_by_other()
    lock.acquire("here")
    assert other.held_by_other()
    with pytest.raises(Conflict, match="here"):
        other.acquire("there", patience=0.2)
