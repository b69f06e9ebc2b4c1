"""Text as people type it: normal form, and the words to find it by."""

import re
import unicodedata
from typing import Annotated

from msgspec import Meta

_WORD = re.compile(r"\w+")
_EMAIL = re.compile(r"^[^@\s\"(),:;<>\[\\\]]{1,64}@(?:[^@\s.]{1,63}\.)*[^@\s.]{1,63}$")
EmailText = Annotated[
    str,
    Meta(min_length=3, max_length=254, extra_json_schema={"pattern": _EMAIL.pattern}),
]
"""An e-mail address as it is sent, to be read by ``email``."""


def normal(text: str) -> str:
    """Composed form (NFC), outer and repeated white space gone, no control characters."""
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in composed)
    return " ".join(kept.split())


def email(text: str) -> str:
    """An e-mail address as it is compared: normal form, lower case.

    Raises ValueError for what is none. Quoted local parts are not taken, since no shop's
    customer has one and header injection does.
    """
    address = normal(text).lower()
    if len(address) > 254 or not _EMAIL.match(address):
        raise ValueError("is no e-mail address")
    return address


def words(text: str, limit: int = 12) -> list[str]:
    """Distinct search words of ``text``: folded case, no accents, 1 to 32 characters each."""
    plain = text.casefold()
    if not plain.isascii():
        parts = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in parts if not unicodedata.combining(c))
    found: dict[str, None] = {}
    for match in _WORD.finditer(plain):
        found.setdefault(match.group()[:32])
        if len(found) == limit:
            break
    return list(found)
