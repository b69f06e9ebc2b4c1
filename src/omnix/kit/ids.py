"""Identifiers: a short prefix that says what is named, and 128 bits that sort by time of making."""

import os
import re
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]
_SHAPE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._~:+-]{0,63}$")


def new_id(prefix: str) -> str:
    """``prefix_`` and 26 characters of base 32: 48 bits of milliseconds, 80 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    pairs = _PAIRS
    return prefix + "_" + "".join([pairs[value >> shift & 1023] for shift in range(120, -1, -10)])


def is_id(text: str) -> bool:
    """Whether ``text`` may name something: 1 to 64 characters, safe in a URL and a file name."""
    return _SHAPE.match(text) is not None
