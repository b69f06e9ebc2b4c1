"""Likeness of short texts in any language: weighted letter sequences, hashed; nothing to load."""

import unicodedata
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from omnix.engine.recommend.sparse import F32, I64, Sparse, sparse, times

BUCKETS = 1 << 18
SIZES = (3, 4)
KEPT = 64
"""Sequences kept of a text: the rarest."""
COMMON = 0.05
"""Share of the texts beyond which a sequence says nothing."""


def vectors(texts: Sequence[str]) -> Sparse:
    """Unit vectors [texts, used buckets] whose products are cosine similarities in 0 ... 1.

    Words, and sequences of three and four letters within them, by TF-IDF; scripts without spaces
    or case, digits and accents need nothing special.
    """
    rows: list[int] = []
    buckets: list[int] = []
    for number, text in enumerate(texts):
        found = grams(text)
        rows += [number] * len(found)
        buckets += [crc32(gram.encode()) % BUCKETS for gram in found]
    row, bucket = np.array(rows, np.int64), np.array(buckets, np.int64)
    _, column = np.unique(bucket, return_inverse=True)
    width = int(column.max()) + 1 if len(column) else 1
    counted = sparse(row, column, np.ones(len(row), np.float32), len(texts), width)
    documents = np.bincount(counted.column, minlength=width)
    rarity = np.log((1.0 + len(texts)) / (1.0 + documents)) + 0.1
    rarity[documents > max(20.0, COMMON * len(texts))] = 0.0
    value = (1.0 + np.log(counted.value)) * rarity[counted.column]
    return _unit(_rarest(Sparse(counted.start, counted.column, value.astype(np.float32), width)))


def grams(text: str) -> list[str]:
    """Words of a text and their letter sequences; a space marks where a word begins or ends."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    out = [f"={word}" for word in words]
    for word in words:
        edged = f" {word} "
        for size in SIZES:
            out += [edged[at : at + size] for at in range(len(edged) - size + 1)]
        if len(word) == 1 or not word.isascii():
            # Where a word is a letter or two, as in Chinese, pairs carry the meaning.
            out += [edged[at : at + 2] for at in range(len(edged) - 1)]
    return out


def _rarest(of: Sparse) -> Sparse:
    """The KEPT heaviest entries of each row, those of no weight left out."""
    row = of.row_of()
    order = np.lexsort((-of.value, row))
    rank = np.arange(len(order)) - of.start[row[order]]
    chosen = np.sort(order[(rank < KEPT) & (of.value[order] > 0)])
    return sparse(row[chosen], of.column[chosen], of.value[chosen], of.rows, of.width)


def _unit(of: Sparse) -> Sparse:
    row = of.row_of()
    norm = np.sqrt(np.bincount(row, of.value.astype(float) ** 2, of.rows))
    value = of.value / np.maximum(norm, 1e-12)[row]
    return Sparse(of.start, of.column, value.astype(np.float32), of.width)


def likeness(of: Sparse, rows: I64, turned: Sparse) -> F32:
    """Cosines [rows, texts] of some texts with all; ``turned`` is ``of.turned()``."""
    return np.clip(times(of.take(rows), turned), 0.0, 1.0)
