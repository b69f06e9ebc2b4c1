"""Items that were merged into another: the redirect that each keeps, followed both ways.

A merged item has ``merged`` with ``into``, the id of the one that is kept; that one has ``same``,
the ids of those merged into it. Either may itself be merged later, so the ids of one thing are a
tree, whose root is the one that is kept.
"""

from omnix.kit.declare import Collection
from omnix.ports import Item, Records

MOST_STEPS = 50
_AT_ONCE = 100


async def kept(records: Records, collection: Collection, id: str) -> Item | None:
    """The item that stands for ``id``; None where there is none."""
    item = await records.get(collection, id)
    for _ in range(MOST_STEPS):
        if item is None or not item.get("merged"):
            return item
        item = await records.get(collection, item["merged"]["into"])
    return item


async def same(records: Records, collection: Collection, id: str) -> list[str]:
    """All ids of the thing that ``id`` stands for, the kept one first; ``id`` alone if unknown."""
    root = await kept(records, collection, id)
    if root is None:
        return [id]
    found = [str(root["id"])]
    level = list(root.get("same") or ())
    while level:
        found += [one for one in level if one not in found]
        below: list[str] = []
        for start in range(0, len(level), _AT_ONCE):
            for item in await records.get_many(collection, level[start : start + _AT_ONCE]):
                if item is not None:
                    below += item.get("same") or ()
        level = [one for one in below if one not in found]
    return found
