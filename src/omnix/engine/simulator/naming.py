"""Names, codes and barcodes that are unique at any size of shop."""

import unicodedata

import numpy as np

from omnix.engine.simulator.tables import Int, Real, Text
from omnix.engine.simulator.words import EMAIL_DOMAINS, FIRST_NAMES, SURNAME_HEADS, SURNAME_TAILS

_SPELLED = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "ø": "oe",
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "Ø": "Oe",
    }
)


def ascii_word(word: str) -> str:
    """Lower-case ASCII letters and digits of a name, umlauts spelled out."""
    plain = unicodedata.normalize("NFKD", word.translate(_SPELLED))
    return "".join(ch for ch in plain.lower() if ch.isascii() and ch.isalnum())


def ean13(numbers: Int) -> Text:
    """EAN-13 codes of article numbers below 10**11, with GS1's in-store prefix 2."""
    body = numbers.astype(np.int64) + 200_000_000_000
    digits = body[:, None] // 10 ** np.arange(11, -1, -1, dtype=np.int64) % 10
    weights = np.where(np.arange(12) % 2 == 0, 1, 3)
    check = (10 - digits @ weights % 10) % 10
    return (body * 10 + check).astype("U13")


def person_names(rng: np.random.Generator, count: int) -> tuple[Text, Text, Text]:
    """First names, last names and unique e-mail addresses."""
    first = rng.integers(len(FIRST_NAMES), size=count)
    head = rng.integers(len(SURNAME_HEADS), size=count)
    tail = rng.integers(len(SURNAME_TAILS), size=count)
    domain = rng.integers(len(EMAIL_DOMAINS), size=count)
    last = np.array(SURNAME_HEADS, dtype=np.str_)[head]
    last = np.char.add(last, np.array(SURNAME_TAILS, dtype=np.str_)[tail])
    names = np.array(FIRST_NAMES, dtype=np.str_)[first]
    emails = np.array(
        [
            f"{ascii_word(a)}.{ascii_word(b)}.{i + 1}@{EMAIL_DOMAINS[d]}"
            for i, (a, b, d) in enumerate(
                zip(names.tolist(), last.tolist(), domain.tolist(), strict=True)
            )
        ],
        dtype=np.str_,
    )
    return names, last, emails


def shop_price(minor: Real) -> Int:
    """Nearest price that ends in 9, at least 9 minor units."""
    price: Int = np.maximum((np.rint(minor).astype(np.int64) + 5) // 10 * 10 - 1, 9)
    return price


def draw_index(rng: np.random.Generator, weights: Real, size: int) -> Int:
    """Row numbers drawn with the given weights (a sum of 0 gives row 0)."""
    edges = np.cumsum(weights)
    at = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    row: Int = np.minimum(at, len(weights) - 1).astype(np.int64)
    return row
