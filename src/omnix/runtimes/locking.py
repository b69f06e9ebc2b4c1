"""One server to a data folder."""

import fcntl
import os
from pathlib import Path

from omnix.kit.errors import Conflict


class FolderLock:
    """Held for as long as the process lives; the file tells who holds it and where it listens."""

    def __init__(self, data: Path) -> None:
        self._path = data / "server.lock"
        self._file: int | None = None

    def acquire(self, note: str) -> None:
        """Raises Conflict if another process holds it."""
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            held = os.read(file, 200).decode(errors="replace").strip()
            os.close(file)
            raise Conflict(
                f"another OMNIX is using this data folder ({held or 'unknown'})"
            ) from error
        os.ftruncate(file, 0)
        os.write(file, f"pid {os.getpid()}, {note}\n".encode())
        self._file = file

    def held_by_other(self) -> bool:
        """Whether a server is running on the folder now."""
        if not self._path.exists():
            return False
        file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False
