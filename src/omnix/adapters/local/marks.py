"""The marks of many keys in memory: 12 bytes of each key's hash, and when it ends.

Looked up and added by the hundred: by compiled loops, or by numpy to the same result, which
takes as long over five hundred as over fifty.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]

BYTES = 12
"""Of a mark. That two of ten thousand million keys share one has a chance below 1e-9."""

WIDTH = 8
FULLEST = 0.6
_LEAST_BUCKETS = 256
_LOW = np.uint64(0xFFFFFFFF)
_HIGH = np.uint64(32)


@cache
def library() -> ctypes.PyDLL | None:
    """The compiled loops, where there are any."""
    for suffix in EXTENSION_SUFFIXES:
        path = Path(__file__).with_name(f"_marks{suffix}")
        if path.exists():
            try:
                # One that keeps the interpreter's lock: each call is over in no time.
                found = ctypes.PyDLL(str(path))
                found.omnix_marks_put.restype = ctypes.c_long
                return found
            except (OSError, AttributeError):
                return None  # built for another machine: numpy does as well
    return None


def marks_of(name: str, keys: Sequence[str]) -> bytes:
    """The marks of ``keys`` of the collection ``name``, one after the other."""
    # Another person of the hash is another hash.
    person = name.encode()[:16]
    native = library()
    if native is not None and keys:
        joined = "\0".join(keys).encode("utf-8", "surrogatepass")
        if joined.count(0) == len(keys) - 1:
            out = ctypes.create_string_buffer(BYTES * len(keys))
            size = ctypes.c_long(len(joined))
            native.omnix_marks_of(joined, size, person.ljust(16, b"\0"), out)
            return out.raw
    begun = blake2b(digest_size=BYTES, person=person)
    made = []
    for key in keys:
        one = begun.copy()
        one.update(key.encode("utf-8", "surrogatepass"))
        made.append(one.digest())
    return b"".join(made)


def halves(marks: bytes) -> tuple[U64, U64]:
    """Of each mark its first eight bytes and, as numbers below 2**32, its last four."""
    rows = np.frombuffer(marks, dtype=np.dtype([("first", "<u8"), ("last", "<u4")]))
    return rows["first"].astype(np.uint64), rows["last"].astype(np.uint64)


def _at(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


class Marks:
    """A set of marks with an end for each, in buckets of WIDTH.

    A mark stands in the bucket that its first bytes name, or in one of those behind it if all
    between are full. Nothing is taken out but when the table grows.
    """

    def __init__(self, native: bool = True) -> None:
        self._library = library() if native else None
        self._make(_LEAST_BUCKETS)

    def _make(self, buckets: int) -> None:
        self._first = np.zeros((buckets, WIDTH), np.uint64)
        # The last four bytes, and above them the end; 0 where there is no mark.
        self._rest = np.zeros((buckets, WIDTH), np.uint64)
        self._held = np.zeros(buckets, np.int64)
        self._mask = np.uint64(buckets - 1)
        self._table = (
            *map(_at, (self._first, self._rest, self._held)),
            ctypes.c_uint64(buckets - 1),
        )
        self.count = 0

    def ends(self, first: U64, last: U64) -> U64:
        """When each mark ends; 0 for those that are not there."""
        found = np.zeros(len(first), np.uint64)
        if self._library is not None:
            count = ctypes.c_long(len(first))
            self._library.omnix_marks_ends(*self._table, _at(first), _at(last), count, _at(found))
            return found
        which = np.arange(len(first))
        bucket = (first & self._mask).astype(np.int64)
        while len(which):
            rest = self._rest[bucket]
            same = (
                (self._first[bucket] == first[which, None])
                & ((rest & _LOW) == last[which, None])
                & (rest != 0)
            )
            found[which] = np.where(same, rest >> _HIGH, 0).max(axis=1)
            more = (self._held[bucket] == WIDTH) & (found[which] == 0)
            which, bucket = which[more], self._next(bucket[more])
        return found

    def add(self, first: U64, last: U64, end: int, now: int) -> None:
        """Add distinct marks, or put their end off. What ended by ``now`` may go."""
        while self.count + len(first) > FULLEST * self._first.size:
            self._grow(now, len(first))
        rest = last | np.uint64(end << 32)
        if self._library is not None:
            self._place(first, rest)
            return
        again = self.ends(first, last) > 0
        if again.any():
            self._renew(first[again], last[again], rest[again])
            first, rest = first[~again], rest[~again]
        self._place(first, rest)

    def _place(self, first: U64, rest: U64) -> None:
        if self._library is not None:
            count = ctypes.c_long(len(first))
            self.count += self._library.omnix_marks_put(*self._table, _at(first), _at(rest), count)
            return
        self.count += len(first)
        bucket = (first & self._mask).astype(np.int64)
        while len(first):
            order = np.argsort(bucket, kind="stable")
            first, rest, bucket = first[order], rest[order], bucket[order]
            begins = np.flatnonzero(np.r_[True, bucket[1:] != bucket[:-1]])
            runs = np.diff(np.r_[begins, len(bucket)])
            rank = np.arange(len(bucket)) - np.repeat(begins, runs)
            place = self._held[bucket] + rank
            fits = place < WIDTH
            self._first[bucket[fits], place[fits]] = first[fits]
            self._rest[bucket[fits], place[fits]] = rest[fits]
            heads = bucket[begins]
            self._held[heads] = np.minimum(self._held[heads] + runs, WIDTH)
            first, rest, bucket = first[~fits], rest[~fits], self._next(bucket[~fits])

    def _renew(self, first: U64, last: U64, rest: U64) -> None:
        for one, low, whole in zip(first.tolist(), last.tolist(), rest, strict=True):
            bucket = one & int(self._mask)
            while True:
                for place in range(WIDTH):
                    known = int(self._rest[bucket, place])
                    if known & 0xFFFFFFFF == low and int(self._first[bucket, place]) == one:
                        self._rest[bucket, place] = whole
                        break
                else:
                    bucket = (bucket + 1) & int(self._mask)
                    continue
                break

    def _next(self, bucket: NDArray[np.int64]) -> NDArray[np.int64]:
        return (bucket + 1) & int(self._mask)

    def _grow(self, now: int, more: int) -> None:
        alive = (self._rest >> _HIGH) > np.uint64(now)
        first, rest = self._first[alive], self._rest[alive]
        buckets = len(self._held)
        # If most of it had ended there is room enough.
        while len(first) + more > FULLEST / 2 * buckets * WIDTH:
            buckets *= 2
        self._make(buckets)
        self._place(first, rest)
