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

Known = Annotated[str, Meta(min_length=1, max_length=64, extra_json_schema={"pattern": _PATTERN})]
"""An Id by which something is looked up: as nothing has another one, its form is not looked at."""


_LETTERS = 16
_LETTER_OF = bytes(ord(_ALPHABET[value & 31]) for value in range(256))
_random: list[str] = []
# The millisecond that was named last, and its name: a burst makes many ids in each.
_named = 0, "0000000000"


def _refill() -> str:
    """Ask the system for much at once: each call lets go of the interpreter's lock."""
    many = os.urandom(_LETTERS * 256).translate(_LETTER_OF).decode()
    _random.extend([many[at : at + _LETTERS] for at in range(_LETTERS, len(many), _LETTERS)])
    return many[:_LETTERS]


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
        # Two characters at a time.
        begin = "".join([_PAIRS[now >> shift & 1023] for shift in range(40, -1, -10)])
        _named = now, begin
    return f"{prefix}_{begin}{noise}"


def is_id(text: str) -> bool:
    """Whether ``text`` is an Id."""
    return _SHAPE.fullmatch(text) is not None
