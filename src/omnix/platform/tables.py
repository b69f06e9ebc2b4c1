"""Answers as tables for spreadsheets."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

from litestar.response import Stream

from omnix.kit.paging import Page

CSV = "text/csv; charset=utf-8"


def cell(value: object) -> object:
    """As text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


async def lines(
    names: Sequence[str], rows: AsyncIterator[Iterable[Sequence[Any]]]
) -> AsyncIterator[bytes]:
    """A head of ``names`` and the rows as they come, some at a time; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    async for some in rows:
        for row in some:
            writer.writerow([cell(value) for value in row])
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    if text.tell():
        yield text.getvalue().encode()


def download(
    names: Sequence[str], rows: AsyncIterator[Iterable[Sequence[Any]]], file_name: str
) -> Stream:
    """The table as a file to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return Stream(lines(names, rows), media_type=CSV, headers=headers)


async def listed(
    names: Sequence[str], fetch: Callable[[str | None], Awaitable[Page[Any]]], file_name: str
) -> Stream:
    """All pages of a list as a file to keep: the attributes ``names`` of each item.

    The first page is read before the answer begins, so that a refusal is one.
    """
    first = await fetch(None)

    async def rows() -> AsyncIterator[list[list[Any]]]:
        page = first
        while True:
            yield [[_plain(getattr(one, name)) for name in names] for one in page.items]
            if page.next_cursor is None:
                return
            page = await fetch(page.next_cursor)

    return download(names, rows(), file_name)


def _plain(value: object) -> object:
    return ", ".join(str(each) for each in value) if isinstance(value, tuple) else value
