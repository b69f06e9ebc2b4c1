"""What SQLite says when disk, lock or file fail, and what callers are told of it."""

import contextlib
import logging
from collections.abc import Iterator

import apsw

from omnix.kit.errors import Unavailable

_log = logging.getLogger("omnix.database")

AWAY = (
    apsw.FullError,
    apsw.IOError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.NoMemError,
    apsw.ProtocolError,
    apsw.InterruptError,
    apsw.ConnectionClosedError,
)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite says when disk, lock or file fail into Unavailable."""
    try:
        yield
    except AWAY as error:
        raise unavailable(error) from error


def unavailable(error: BaseException) -> Unavailable:
    """What callers are told of ``error``, which may name files and goes to the log instead."""
    _log.warning("the database cannot be used: %s", error)
    if isinstance(error, apsw.FullError):
        return Unavailable("the disk is full")
    return Unavailable("the database cannot be used now; the log says why")
