"""Identifiers: a short prefix that says what is named, and 128 bits that sort by time of making."""

import os
import re
import time
from typing import Annotated

from msgspec import Meta

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]
_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._~:+-]{0,63}(?!\n)$"
_SHAPE = re.compile(_PATTERN)

Id = Annotated[str, Meta(pattern=_PATTERN)]
"""What may name something: 1 to 64 characters, safe in a URL and a file name."""


_BYTES = 10
_random: list[bytes] = []
# The millisecond that was named last, and its name: a burst makes many ids in each.
_named = 0, "0000000000"


def _refill() -> bytes:
    """Ask the system for much at once: each call lets go of the interpreter's lock."""
    many = os.urandom(_BYTES * 256)
    _random.extend(many[start : start + _BYTES] for start in range(_BYTES, len(many), _BYTES))
    return many[:_BYTES]


# A child process must not hand out what its parent has in stock.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.clear)


def new_id(prefix: str) -> str:
    """``prefix_`` and 26 characters of base 32: 48 bits of milliseconds, 80 random bits."""
    global _named
    try:
        noise = _random.pop()
    except IndexError:
        noise = _refill()
    now = time.time_ns() // 1_000_000
    known, begin = _named
    if now != known:
        begin = _text(now, 40)
        _named = now, begin
    return f"{prefix}_{begin}{_text(int.from_bytes(noise, 'big'), 70)}"


def _text(value: int, first: int) -> str:
    """Base 32, two characters at a time from bit ``first`` down."""
    return "".join([_PAIRS[value >> shift & 1023] for shift in range(first, -1, -10)])


def is_id(text: str) -> bool:
    """Whether ``text`` is an Id."""
    return _SHAPE.fullmatch(text) is not None
