"""Reading a batch of our own schema by the compiled reader; nothing else knows that it is C."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import msgspec

from omnix.platform.direct import MOST_BYTES

from .judging import Shopfront
from .model import MOST_EVENTS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TOLD = 8
_IDS = 14


@dataclass(frozen=True)
class Read:
    """What a body holds.

    ``columns`` is JSON, the columns of ``judging.COLUMNS`` of the events that are plain, whose
    ids are ``ids`` and whose first and last minutes since 1970 are ``first`` and ``last``.
    ``odd`` are the positions of the others and their JSON: right or wrong, somebody else says.
    """

    ids: list[str]
    columns: bytes
    first: int
    last: int
    odd: Sequence[tuple[int, bytes]]
    sent_at: str | None

    @property
    def positions(self) -> list[int]:
        """Those of the plain ones."""
        odd = {position for position, _ in self.odd}
        every = range(len(self.ids) + len(self.odd))
        return [n for n in every if n not in odd] if odd else list(every)

    def rows(self) -> list[tuple[Any, ...]]:
        """The plain ones as ``judging.judged`` makes them."""
        return list(zip(*msgspec.json.decode(self.columns).values(), strict=True))


class _Reader:
    """The library, and where it writes."""

    def __init__(self, read: Any) -> None:
        self.call = read
        self.told = (ctypes.c_int64 * (_TOLD + 3 * MOST_EVENTS))()
        self.out = ctypes.create_string_buffer(3 * MOST_BYTES + 200_000)


@cache
def _reader() -> _Reader | None:
    folder = Path(__file__).parent
    for suffix in EXTENSION_SUFFIXES:
        path = folder / f"_reader{suffix}"
        if path.exists():
            try:
                # One that keeps the interpreter's lock: it is over before another thread woke.
                read = ctypes.PyDLL(str(path)).omnix_read_events
            except (OSError, AttributeError):
                return None  # built for another machine: Python reads as well
            read.argtypes = (
                ctypes.c_char_p, ctypes.c_long, ctypes.c_int64, ctypes.c_char_p,
                ctypes.c_void_p, ctypes.c_void_p,
            )  # fmt: skip
            return _Reader(read)
    return None


def native() -> bool:
    """Whether the compiled reader is there."""
    return _reader() is not None


def read(body: bytes, front: Shopfront) -> Read | None:
    """What the ``body`` of a request holds; None if it is to be read in Python."""
    reader = _reader()
    currency = front.currency.encode("utf-8", "surrogatepass")
    if reader is None or len(body) > MOST_BYTES or len(currency) != 3:
        return None
    told, out = reader.told, reader.out
    now = (front.now - _EPOCH) // _MICROSECOND
    if reader.call(body, len(body), now, currency, out, told):
        return None
    plain, odd, first, last, ids, size, at, length = told[:_TOLD]
    start = ctypes.addressof(out)
    named = ctypes.string_at(start + _IDS, ids - _IDS)
    places = told[_TOLD : _TOLD + 3 * odd]
    return Read(
        ids=msgspec.json.decode(named, type=list[str]) if plain else [],
        columns=ctypes.string_at(start, size),
        first=first,
        last=last,
        odd=[
            (places[n], body[places[n + 1] : places[n + 1] + places[n + 2]])
            for n in range(0, 3 * odd, 3)
        ],
        sent_at=body[at : at + length].decode() if length else None,
    )
