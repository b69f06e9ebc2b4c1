"""Distinct visitors as a set of bounded size: the k smallest hashes of all that were seen.

Exact below k; beyond it an estimate with a relative standard error of about 1 / sqrt(k - 2).
Unions are associative, commutative and idempotent, so that neither order nor repetition nor
the way in which a stream was cut changes the result (Bar-Yossef et al. 2002; Beyer et al. 2007).
"""

import base64
import hashlib
import struct
from collections.abc import Iterable

K = 1024
_SPACE = 1 << 64


def mark(visitor: str) -> int:
    """The 64-bit hash of a visitor's id."""
    digest = hashlib.blake2b(visitor.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def bounded(marks: Iterable[int]) -> set[int]:
    """The K smallest of them."""
    distinct = set(marks)
    return distinct if len(distinct) <= K else set(sorted(distinct)[:K])


def count(marks: set[int]) -> int:
    """How many distinct visitors the K smallest marks stand for."""
    if len(marks) < K:
        return len(marks)
    return round((K - 1) * _SPACE / (max(marks) + 1))


def written(marks: set[int]) -> str:
    """As text, the same for the same set."""
    return base64.b64encode(struct.pack(f">{len(marks)}Q", *sorted(marks))).decode()


def read(text: str) -> set[int]:
    """What ``written`` wrote."""
    raw = base64.b64decode(text)
    return set(struct.unpack(f">{len(raw) // 8}Q", raw))
