"""Lists that are sorted in memory: every page of every size against all at once."""

from dataclasses import dataclass

import pytest

from omnix.kit.errors import Invalid
from omnix.kit.paging import Page, encode_cursor, sorted_page, whole

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class _Thing:
    name: str
    figure: int | None


THINGS = [_Thing(f"t{n}", None if n % 4 == 3 else n % 3) for n in range(13)]


def _page(limit: int, cursor: str | None, descending: bool) -> Page[_Thing]:
    return sorted_page(
        THINGS, lambda one: one.figure, lambda one: one.name, descending=descending, limit=limit,
        cursor=cursor,
    )  # fmt: skip


@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_one_another_without_gap_or_repetition(descending: bool) -> None:
    known = [one for one in THINGS if one.figure is not None]
    expected = sorted(known, key=lambda one: (one.figure, one.name), reverse=descending)
    expected += sorted((one for one in THINGS if one.figure is None), key=lambda one: one.name)
    for limit in range(1, 15):
        found: list[_Thing] = []
        cursor = None
        for _ in range(len(THINGS) + 1):
            page = _page(limit, cursor, descending)
            assert len(page.items) <= limit
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == expected, limit


def test_what_goes_between_two_pages_moves_nothing_else() -> None:
    first = _page(4, None, descending=False)
    left = [one for one in THINGS if one not in first.items]
    rest = sorted_page(
        left, lambda one: one.figure, lambda one: one.name, descending=False, limit=20,
        cursor=first.next_cursor,
    )  # fmt: skip
    assert set(rest.items) == set(left)


@pytest.mark.parametrize("parts", [(0, "text", "t1"), (2, 1, "t1"), (0, 1, 5)])
def test_a_cursor_of_another_order_is_refused(parts: tuple[str | int, ...]) -> None:
    with pytest.raises(Invalid):
        _page(3, encode_cursor(parts), descending=False)


async def test_a_list_is_read_whole_up_to_a_limit() -> None:
    asked = []

    async def fetch(cursor: str | None) -> Page[int]:
        start = int(cursor or 0)
        asked.append(start)
        return Page(range(start, start + 5), str(start + 5) if start < 10 else None)

    assert await whole(fetch, 15) == list(range(15))
    with pytest.raises(Invalid, match="14"):
        await whole(fetch, 14)
    asked.clear()
    with pytest.raises(Invalid):
        await whole(fetch, 4)
    assert asked == [0]
