"""Blobs and secrets as files. A file is replaced as a whole or not at all."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from omnix.kit.errors import Unavailable

_TEMPORARY = ".part-"


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"the data folder cannot be used: {error.strerror}") from error


def _place(root: Path, name: str) -> Path:
    """The file for ``name``. Raises ValueError for a name that could leave ``root``."""
    parts = name.split("/")
    for part in parts:
        safe = part and not part.startswith(".") and part.isprintable() and "\\" not in part
        if not safe or ":" in part or len(part.encode()) > 200:
            raise ValueError(f"{name!r} is no name for a file")
    return root.joinpath(*parts)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_folder(folder: Path, mode: int) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent, mode)
        folder.mkdir(mode=mode, exist_ok=True)
        _sync_folder(folder.parent)


def _written(target: Path, data: bytes, mode: int) -> Path:
    """A new file beside ``target`` that holds ``data`` durably."""
    part = target.with_name(_TEMPORARY + secrets.token_hex(8))
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _replace(target: Path, data: bytes, mode: int, folder_mode: int) -> None:
    _make_folder(target.parent, folder_mode)
    part = _written(target, data, mode)
    try:
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _read(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


class LocalBlobs:
    """Files under ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, data: bytes) -> None:
        target = _place(self._root, name)
        with _translated():
            await asyncio.to_thread(_replace, target, data, 0o644, 0o755)

    async def get(self, name: str) -> bytes | None:
        target = _place(self._root, name)
        with _translated():
            return await asyncio.to_thread(_read, target)

    async def delete(self, name: str) -> None:
        target = _place(self._root, name)

        def remove() -> None:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                target.unlink()

        with _translated():
            await asyncio.to_thread(remove)

    async def list(self, prefix: str = "") -> Sequence[str]:
        """Names that begin with ``prefix``, sorted."""

        def names() -> list[str]:
            # Only the folder that the prefix names is walked.
            folder = prefix.rpartition("/")[0]
            start = _place(self._root, folder) if folder else self._root
            found = (
                (Path(base) / file).relative_to(self._root).as_posix()
                for base, _, files in os.walk(start)
                for file in files
                if not file.startswith(_TEMPORARY)
            )
            return sorted(name for name in found if name.startswith(prefix))

        with _translated():
            return await asyncio.to_thread(names)

    async def upload_address(self, name: str, size: int, seconds: int) -> str | None:
        """None: the service takes bodies of any size itself."""
        _place(self._root, name)
        return None


class LocalSecrets:
    """Files under ``root`` that only their owner may read."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def get(self, name: str) -> bytes | None:
        target = _place(self._root, name)
        with _translated():
            return await asyncio.to_thread(_read, target)

    async def put(self, name: str, value: bytes) -> None:
        target = _place(self._root, name)
        with _translated():
            await asyncio.to_thread(_replace, target, value, 0o600, 0o700)

    async def ensure(self, name: str, make: Callable[[], bytes]) -> bytes:
        target = _place(self._root, name)

        def ensured() -> bytes:
            present = _read(target)
            if present is not None:
                return present
            value = make()
            _make_folder(target.parent, 0o700)
            part = _written(target, value, 0o600)
            try:
                # A link, unlike a rename, fails if somebody else was first.
                os.link(part, target)
            except FileExistsError:
                return target.read_bytes()
            finally:
                part.unlink()
            _sync_folder(target.parent)
            return value

        with _translated():
            return await asyncio.to_thread(ensured)
