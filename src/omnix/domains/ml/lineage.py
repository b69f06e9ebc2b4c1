"""Where a version comes from: fingerprints of its data, and of the code that made it."""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from omnix.version import VERSION


def fingerprint(*parts: Any) -> str:
    """The first 32 hexadecimal digits of SHA-256 over texts, bytes and contiguous arrays of
    numbers, in order.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = memoryview(part.encode() if isinstance(part, str) else part)
        # The length first: "ab", "c" and "a", "bc" differ.
        digest.update(raw.nbytes.to_bytes(8, "big"))
        if raw.nbytes:
            digest.update(raw.cast("B"))
    return digest.hexdigest()[:32]


@cache
def code_version(*packages: str) -> str:
    """The platform's version and a digest of the sources of ``packages``, such as
    ``omnix.engine.forecast``: another where anything in them changed.
    """
    digest = hashlib.sha256()
    for package in packages:
        for name, source in _sources(files(package), package):
            digest.update(name.encode() + b"\0" + source.read_bytes())
    return f"{VERSION}+{digest.hexdigest()[:12]}"


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry, f"{name}/{entry.name}")
        elif entry.name.endswith((".py", ".c")):
            yield f"{name}/{entry.name}", entry
