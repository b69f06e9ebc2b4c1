"""What a customer who is erased was recommended, and what it made of it."""

from collections.abc import Mapping
from typing import Any

from omnix.platform import queries
from omnix.platform.renaming import renamed
from omnix.ports import Delete, Ports

from .declare import ANSWERED, LISTS, RECENT, SHOWN

SQL = queries.load(__package__)


async def forget_customer(ports: Ports, customer_id: str, nobody: str) -> int:
    """Delete what was kept for the customer; answers stay as nobody's; how many lines of them.

    Another recommender is judged by past answers, so these keep their order and their chances.
    """

    def also(row: Mapping[str, Any]) -> Mapping[str, Any]:
        # An answer's id begins with the customer's.
        return {**row, "answer_id": f"{nobody}~{row['answer_id'].partition('~')[2]}"}

    await ports.records.write([Delete(LISTS, customer_id), Delete(RECENT, customer_id)])
    count = 0
    for fact, query in ((SHOWN, "shown_to_customer"), (ANSWERED, "answered_by_customer")):
        count += await renamed(
            ports, fact, SQL[query], "customer_id", customer_id, nobody, also=also
        )
    return count
