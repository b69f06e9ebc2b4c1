"""One server to a data folder, and one worker."""

import fcntl
import os
import time
from pathlib import Path

from omnix.kit.errors import Conflict, Unavailable

SERVER, WORKER = "server.lock", "worker.lock"


class FolderLock:
    """Held until released or the process ends; the file tells who holds it and where it listens."""

    def __init__(self, data: Path, name: str = SERVER) -> None:
        self._path = data / name
        self._file: int | None = None

    def acquire(self, note: str, patience: float = 0) -> None:
        """Raises Conflict if another process holds it still after ``patience`` seconds.

        Raises Unavailable if the folder cannot be written.
        """
        end = time.monotonic() + patience
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(
                f"the data folder {self._path.parent} cannot be written: {error.strerror}"
            ) from error
        while not _locked(file):
            if time.monotonic() >= end:
                held = os.read(file, 200).decode(errors="replace").strip()
                os.close(file)
                raise Conflict(f"another OMNIX is using this data folder ({held or 'unknown'})")
            time.sleep(0.1)
        try:
            os.ftruncate(file, 0)
            os.write(file, f"pid {os.getpid()}, {note}\n".encode())
        except OSError:
            # Full or not, the lock is what counts.
            pass
        self._file = file

    def release(self) -> None:
        """Let another have it before the process ends."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def held_by_other(self) -> bool:
        """Whether a process of this kind is running on the folder now."""
        if not self._path.exists():
            return False
        file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            return not _locked(file)
        finally:
            os.close(file)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
