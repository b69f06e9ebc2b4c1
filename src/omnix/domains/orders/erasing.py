"""Orders of a customer who is erased: kept for the books, of nobody."""

from typing import Any

from omnix.kit.errors import ConditionFailed
from omnix.platform import queries
from omnix.platform.renaming import renamed
from omnix.ports import Equals, Item, Ports, Update

from .declare import ORDERS, SALES

SQL = queries.load(__package__)
_AT_ONCE = 40


async def forget_customer(ports: Ports, customer_id: str, nobody: str) -> int:
    """Put ``nobody`` for the customer in orders and sales, and take notes away; how many orders.

    Amounts, days and products stay. An order that is in the middle of a change may come back as
    it was: whoever erases calls it again later.
    """
    count = 0
    cursor = None
    while True:
        page = await ports.records.query(
            ORDERS, customer_id, index="customer-index", limit=_AT_ONCE, cursor=cursor
        )
        for item in page.items:
            await _anonymous(ports, item, customer_id, nobody)
        count += len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    await renamed(ports, SALES, SQL["sales_of_customer"], "customer_id", customer_id, nobody)
    return count


async def _anonymous(ports: Ports, found: Item, customer_id: str, nobody: str) -> None:
    item: Item | None = found
    while item is not None and item.get("customer_id") == customer_id:
        given: dict[str, Any] = {"customer_id": nobody, "note": ""}
        if item.get("changes"):
            given["changes"] = [
                {name: value for name, value in change.items() if name != "note"}
                for change in item["changes"]
            ]
        unchanged = Equals("version", item["version"])
        try:
            await ports.records.write([Update(ORDERS, item["id"], set=given, when=(unchanged,))])
            return
        except ConditionFailed:
            item = await ports.records.get(ORDERS, str(found["id"]))
