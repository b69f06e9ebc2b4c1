"""Copies of a data folder, taken while it is in use, and back again.

A backup is one instant of records, events, jobs and lake together: no event is in one and not in
the other. It is a folder with the same layout as the data folder and ``manifest.json``, which
holds the size and SHA-256 of every file and is written last.
"""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw
import msgspec
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from omnix.kit.errors import AlreadyExists, Invalid, Unavailable

DATABASE = "omnix.db"
MANIFEST = "manifest.json"
FORMAT = 1
ATTEMPTS = 200


@dataclass(frozen=True)
class Manifest:
    """What is in a backup: ``lake`` is the version of each table, ``files`` maps a path to its
    size and SHA-256.
    """

    format: int
    made_at: str
    lake: dict[str, int]
    files: dict[str, tuple[int, str]]


def backup(data: Path, target: Path, *, made_at: str, secrets: bool = False) -> Manifest:
    """Copy ``data`` to the new folder ``target``; secrets only if asked for.

    Raises AlreadyExists if there is a ``target``, Unavailable if the disk does not take it.
    """
    if target.exists():
        raise AlreadyExists(f"{target} exists already")
    part = target.with_name(target.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        files: dict[str, tuple[int, str]] = {}
        versions = _copy_database(data, part)
        files[DATABASE] = _digest(part / DATABASE)
        for name, version in versions.items():
            for file in _table_files(data / "lake" / name, version):
                _copy(data, part, file, files)
        for folder in ("blobs", "secrets") if secrets else ("blobs",):
            for file in _files(data / folder):
                # One that was deleted since it was listed is not part of the copy.
                with contextlib.suppress(FileNotFoundError):
                    _copy(data, part, file, files)
        manifest = Manifest(FORMAT, made_at, versions, files)
        (part / MANIFEST).write_bytes(msgspec.json.encode(manifest))
        _sync(part / MANIFEST)
        part.rename(target)
        _sync(target.parent)
        return manifest
    except (OSError, apsw.Error, DeltaError) as error:
        shutil.rmtree(part, ignore_errors=True)
        raise Unavailable(f"the backup failed: {error}") from error


def verify(source: Path) -> Manifest:
    """Check a backup through and through. Raises Invalid that names what is wrong."""
    try:
        manifest = msgspec.json.decode((source / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise Invalid(f"{source} holds no complete backup") from error
    if manifest.format != FORMAT:
        raise Invalid(f"{source} has the unknown format {manifest.format}")
    for name, expected in manifest.files.items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise Invalid(f"{name} lies outside the backup")
        try:
            found = _digest(source / name)
        except OSError as error:
            raise Invalid(f"{name} is missing from the backup") from error
        if found != tuple(expected):
            raise Invalid(f"{name} is damaged")
    for name, version in manifest.lake.items():
        try:
            table = DeltaTable(str(source / "lake" / name))
            whole = table.version() == version and all(
                Path(file).is_file() for file in table.file_uris()
            )
        except DeltaError as error:
            raise Invalid(f"the table {name} cannot be read") from error
        if not whole:
            raise Invalid(f"the table {name} is not complete")
    return manifest


def restore(source: Path, data: Path) -> Manifest:
    """Make the new data folder ``data`` from a backup, after checking it.

    Raises AlreadyExists if ``data`` is there and not empty, Invalid for a damaged backup. The
    folder appears complete or not at all.
    """
    if data.exists() and any(data.iterdir()):
        raise AlreadyExists(f"{data} holds data already")
    manifest = verify(source)
    part = data.with_name(data.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        copied: dict[str, tuple[int, str]] = {}
        for name in manifest.files:
            _copy(source, part, source / name, copied)
        if copied != {name: tuple(entry) for name, entry in manifest.files.items()}:
            raise Invalid("the backup changed while it was read")
        _check_database(part / DATABASE)
        part.replace(data)
        _sync(data.parent)
    except (OSError, apsw.Error) as error:
        raise Unavailable(f"the restore failed: {error}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return manifest


def _copy_database(data: Path, part: Path) -> dict[str, int]:
    """Copy one snapshot of the database; returns the lake's versions at that same instant."""
    source = apsw.Connection(str(data / DATABASE), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        source.set_busy_timeout(10_000)
        for _ in range(ATTEMPTS):
            before = _versions(data / "lake")
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchall()
            if _versions(data / "lake") == before:
                break
            source.execute("ROLLBACK")
            time.sleep(0.01)
        else:
            raise Unavailable("the lake changes too fast for a backup")
        copy = apsw.Connection(str(part / DATABASE))
        try:
            # Pages come from the transaction begun above, whatever is written meanwhile.
            with copy.backup("main", source, "main") as running:
                while not running.done:
                    running.step(1000)
        finally:
            copy.close()
        source.execute("ROLLBACK")
        return before
    finally:
        source.close()


def _check_database(path: Path) -> None:
    connection = apsw.Connection(str(path))
    try:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise Invalid("the database of the backup is damaged")
    finally:
        connection.close()


def _versions(lake: Path) -> dict[str, int]:
    if not lake.is_dir():
        return {}
    return {
        folder.name: DeltaTable(str(folder)).version()
        for folder in sorted(lake.iterdir())
        if any((folder / "_delta_log").glob("*.json"))
    }


def _table_files(folder: Path, version: int) -> Iterator[Path]:
    """The log up to ``version`` and the files that are live in it; nobody changes those."""
    for file in sorted((folder / "_delta_log").iterdir()):
        digits = file.name[:20]
        if digits.isdigit() and int(digits) <= version and not file.name.endswith(".tmp"):
            yield file
    for uri in DeltaTable(str(folder), version=version).file_uris():
        yield Path(uri)


def _files(folder: Path) -> Iterator[Path]:
    for base, _, names in os.walk(folder):
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(base) / name


def _copy(root: Path, part: Path, file: Path, files: dict[str, tuple[int, str]]) -> None:
    name = file.relative_to(root)
    target = part / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
    shutil.copymode(file, target)
    _sync(target)
    files[name.as_posix()] = _digest(target)


def _digest(file: Path) -> tuple[int, str]:
    with file.open("rb") as stream:
        return file.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
