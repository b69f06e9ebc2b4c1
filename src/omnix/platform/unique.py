"""Values that only one item may have (a SKU, an e-mail): a sentinel item in the same batch.

Secondary indexes lag on AWS, so a look-up first would let two writers through.
"""

from omnix.kit.declare import Collection
from omnix.ports import Absent, Delete, Equals, Put, Records

UNIQUE = Collection("unique", table="system", key=("value",))


def claim(scope: str, value: str, owner: str) -> Put:
    """Take ``value`` for ``owner``; the batch fails if it is taken."""
    return Put(UNIQUE, {"value": f"{scope}#{value}", "owner": owner}, when=(Absent(),))


def release(scope: str, value: str, owner: str) -> Delete:
    """Give ``value`` back; the batch fails if it is not ``owner``'s."""
    return Delete(UNIQUE, f"{scope}#{value}", when=(Equals("owner", owner),))


async def owner_of(records: Records, scope: str, value: str) -> str | None:
    """Who holds ``value``, if anybody does."""
    item = await records.get(UNIQUE, f"{scope}#{value}")
    return None if item is None else str(item["owner"])


def sentinel(scope: str, value: str, owner: str) -> dict[str, str]:
    """The item that ``claim`` puts, for bulk loading."""
    return {"value": f"{scope}#{value}", "owner": owner}
