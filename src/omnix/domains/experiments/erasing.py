"""What a customer who is erased was shown in experiments: counted as before, of nobody."""

from collections.abc import AsyncIterator

from omnix.platform import queries
from omnix.platform.renaming import renamed
from omnix.ports import Delete, Item, Operation, Ports, Put

from .declare import EXPERIMENTS, EXPOSED, EXPOSURES, OUTCOMES

SQL = queries.load(__package__)
_AT_ONCE = 90
_PEOPLE = frozenset({"customer", "visitor"})


async def forget_customer(ports: Ports, customer_id: str, nobody: str) -> int:
    """Put ``nobody`` for the customer; in how many experiments.

    ``nobody`` is the name that the customer's sales have now too, so that results stay as they
    were. Experiments on products and places are left alone: an id of theirs may look alike.
    """
    count = 0
    async for page in exposures_of(ports, customer_id):
        operations: list[Operation] = []
        for seen in page:
            key = (str(seen["experiment_id"]), customer_id)
            operations += [Put(EXPOSED, {**seen, "unit_id": nobody}), Delete(EXPOSED, key)]
        if operations:
            await ports.records.write(operations)
        count += len(page)
    ids = await _of_people(ports)
    for fact, query in ((EXPOSURES, "exposures_of_unit"), (OUTCOMES, "outcomes_of_unit")):
        for id in await _among(ports, query, customer_id, ids):
            await renamed(ports, fact, SQL[query], "unit_id", customer_id, nobody, experiment_id=id)
    return count


async def exposures_of(ports: Ports, customer_id: str) -> AsyncIterator[list[Item]]:
    """Which variants the customer was shown, a few experiments at a time."""
    ids = await _of_people(ports)
    for start in range(0, len(ids), _AT_ONCE // 2):
        keys = [(id, customer_id) for id in ids[start : start + _AT_ONCE // 2]]
        yield [seen for seen in await ports.records.get_many(EXPOSED, keys) if seen is not None]


async def _among(ports: Ports, query: str, unit: str, ids: list[str]) -> list[str]:
    rows = await ports.lake.rows(SQL[f"experiments_in_{query}"], who=unit)
    return [row["experiment_id"] for row in rows if row["experiment_id"] in set(ids)]


async def _of_people(ports: Ports) -> list[str]:
    ids: list[str] = []
    cursor = None
    while True:
        page = await ports.records.query(
            EXPERIMENTS, "all", index="listing-index", limit=200, cursor=cursor
        )
        ids += [str(item["id"]) for item in page.items if item["unit"] in _PEOPLE]
        cursor = page.next_cursor
        if cursor is None:
            return ids
