"""Pages of a list and the cursor that asks for the next one."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from omnix.kit.errors import Invalid

MAX_LIMIT = 200
DEFAULT_LIMIT = 50

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items in order; ``next_cursor`` is None on the last page."""

    items: Sequence[T]
    next_cursor: str | None = None


def encode_cursor(position: Sequence[str | int]) -> str:
    """Opaque text of a position in an ordered list."""
    raw = json.dumps(list(position), separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(cursor: str, length: int) -> list[str | int]:
    """The position in ``cursor``, of ``length`` parts. Raises Invalid if it was not made here."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position: Any = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Invalid.field("cursor", "is not one that a list returned") from error
    fine = (
        isinstance(position, list)
        and len(position) == length
        and all(
            isinstance(part, str) or (isinstance(part, int) and abs(part) < 2**63)
            for part in position
        )
    )
    if not fine or any(isinstance(part, str) and "\0" in part for part in position):
        raise Invalid.field("cursor", "is not one that this list returned")
    parts: list[str | int] = position
    return parts
