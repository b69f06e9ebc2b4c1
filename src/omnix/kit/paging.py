"""Pages of a list and the cursor that asks for the next one."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
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


def sorted_page(
    items: Iterable[T],
    rank: Callable[[T], str | int | None],
    name: Callable[[T], str],
    *,
    descending: bool,
    limit: int,
    cursor: str | None,
) -> Page[T]:
    """A page of all ``items`` by their rank, then name; those without a rank come last.

    For lists that are held whole in memory: what comes or goes between two pages moves no other
    item from one to the other. Raises Invalid for a cursor of another order.
    """
    ranked: list[tuple[str | int, str, T]] = []
    rest: list[tuple[str, T]] = []
    for one in items:
        value = rank(one)
        if value is None:
            rest.append((name(one), one))
        else:
            ranked.append((value, name(one), one))
    ranked.sort(key=lambda each: each[:2], reverse=descending)
    rest.sort(key=lambda each: each[0])
    if cursor is not None:
        ended, value, last = decode_cursor(cursor, 3)
        fitting = ended in (0, 1) and isinstance(last, str)
        if not fitting or (ranked and not ended and type(value) is not type(ranked[0][0])):
            raise Invalid.field("cursor", "is not one that this order returned")
        at = (value, last)
        ranked = [
            each for each in ranked
            if not ended and (each[:2] < at if descending else each[:2] > at)
        ]  # fmt: skip
        rest = [each for each in rest if not ended or each[0] > str(last)]
    page = [each[2] for each in ranked] + [each[1] for each in rest]
    following = None
    if len(page) > limit:
        page = page[:limit]
        ended = limit > len(ranked)
        value, last = (0, rest[limit - len(ranked) - 1][0]) if ended else ranked[limit - 1][:2]
        following = encode_cursor([int(ended), value, last])
    return Page(page, following)


async def whole(
    fetch: Callable[[str | None], Awaitable[Page[T]]], most: int, field: str = "sort"
) -> list[T]:
    """Every item of a list, page by page. Raises Invalid on ``field`` beyond ``most`` of them."""
    found: list[T] = []
    cursor = None
    while True:
        page = await fetch(cursor)
        found += page.items
        if len(found) > most:
            raise Invalid.field(field, f"is for lists of at most {most}: filter, or leave it out")
        cursor = page.next_cursor
        if cursor is None:
            return found
