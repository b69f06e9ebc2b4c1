"""JSON lines: an object a line; an order's ``lines`` become a row each."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from .detect import MAX_COLUMNS, SAMPLE_ROWS, refuse


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return msgspec.json.encode(value).decode()


def _records(line: str, number: int) -> Iterator[dict[str, str]]:
    try:
        value = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise refuse(f"line {number} is no JSON ({error})") from error
    if not isinstance(value, dict):
        raise refuse(f"line {number} is no JSON object")
    lines = value.pop("lines", None)
    if isinstance(lines, list) and lines and all(isinstance(part, dict) for part in lines):
        # The order's own fields come last, so that a line cannot overwrite its number.
        for part in lines:
            yield {k: _cell(v) for k, v in {**part, **value}.items()}
    else:
        yield {k: _cell(v) for k, v in value.items()}


def jsonl_head(text: str, whole: bool) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The columns that occur in the first lines, and a sample."""
    lines = text.splitlines()
    if not whole:
        lines = lines[:-1]
    if text.lstrip().startswith("["):
        raise refuse("is one JSON array; put one object on each line")
    if not lines:
        raise refuse("has a first line of more than a megabyte")
    records = [r for n, line in enumerate(lines, 1) if line.strip() for r in _records(line, n)]
    headers = tuple(dict.fromkeys(key for record in records for key in record))
    if len(headers) > MAX_COLUMNS:
        raise refuse(f"has {len(headers)} fields; at most {MAX_COLUMNS}")
    sample = tuple(tuple(r.get(h, "") for h in headers) for r in records[:SAMPLE_ROWS])
    return headers, sample


def jsonl_rows(lines: Iterable[str], headers: tuple[str, ...]) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every row."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            for record in _records(line, number):
                yield number, [record.get(header, "") for header in headers]
