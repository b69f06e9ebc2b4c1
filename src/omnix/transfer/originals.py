"""Keeping what a shop system's file says beyond what OMNIX has a place for, to give it back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from omnix.ports import Ports

from .declare import IMPORT_SOURCES
from .incoming.source.rows import Text, encoded

KEPT = ("shopify-products", "shopify-products-2024", "shopify-customers", "shopify-orders")
HEADER = "#header"


@dataclass(frozen=True)
class Kept:
    """Records of a layout in the order of their file. ``entries`` are key and raw text."""

    header: str
    mark: bool
    delimiter: str
    entries: list[tuple[str, str]]

    def file(self, render: Callable[[str, str], str] = lambda key, raw: raw) -> bytes:
        """The file again, each entry as ``render`` has it."""
        body = "".join(render(key, raw) for key, raw in self.entries)
        return encoded(self.header + body, self.mark)


async def keep(
    ports: Ports, layout: str, text: Text, delimiter: str, key_of: Callable[[list[str]], str]
) -> None:
    """Store the records by key; records without a key belong to the one before."""
    if not text.header:
        return
    grouped: dict[str, list[str]] = {}
    first: dict[str, int] = {}
    key = ""
    for position, record in enumerate(text.records):
        key = key_of(record.cells) or key or f"#row{position}"
        grouped.setdefault(key, []).append(record.raw)
        first.setdefault(key, position)
    header = {
        "layout": layout,
        "key": HEADER,
        "raw": text.header,
        "mark": text.mark,
        "delimiter": delimiter,
    }
    items: list[dict[str, Any]] = [
        {"layout": layout, "key": key, "position": first[key], "raw": "".join(raws)}
        for key, raws in grouped.items()
    ]
    await ports.records.load(IMPORT_SOURCES, [header, *items])


async def kept(ports: Ports, layout: str) -> Kept | None:
    """What there is of a layout, or None."""
    header = await ports.records.get(IMPORT_SOURCES, (layout, HEADER))
    if header is None:
        return None
    found: list[tuple[int, str, str]] = []
    cursor = None
    while True:
        page = await ports.records.query(IMPORT_SOURCES, layout, limit=500, cursor=cursor)
        found += [(i["position"], i["key"], i["raw"]) for i in page.items if "position" in i]
        cursor = page.next_cursor
        if cursor is None:
            break
    found.sort()
    return Kept(
        header["raw"], header["mark"], header["delimiter"], [(key, raw) for _, key, raw in found]
    )
