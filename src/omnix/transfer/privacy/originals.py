"""Rows of imported files that are about a customer."""

from collections.abc import AsyncIterator

from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.orders.declare import ORDERS
from omnix.ports import Delete, Item, Ports
from omnix.transfer.declare import IMPORT_SOURCES
from omnix.transfer.originals import HEADER

_CUSTOMERS, _ORDERS = "shopify-customers", "shopify-orders"
_AT_ONCE = 90


async def of_customer(ports: Ports, customer_id: str) -> AsyncIterator[list[Item]]:
    """The rows as they came, by pages; nothing once the customer's own record is gone."""
    customer = await ports.records.get(CUSTOMERS, customer_id)
    if customer is None:
        return
    names = {customer.get("email"), *(customer.get("external_ids") or {}).values()} - {None}
    compared = {str(name).casefold() for name in names}
    if await ports.records.get(IMPORT_SOURCES, (_CUSTOMERS, HEADER)) is not None:
        # Keys have the spelling of the file, so none can be asked for.
        cursor = None
        while True:
            page = await ports.records.query(IMPORT_SOURCES, _CUSTOMERS, limit=500, cursor=cursor)
            yield [item for item in page.items if str(item["key"]).casefold() in compared]
            cursor = page.next_cursor
            if cursor is None:
                break
    if await ports.records.get(IMPORT_SOURCES, (_ORDERS, HEADER)) is None:
        return
    cursor = None
    while True:
        page = await ports.records.query(
            ORDERS, customer_id, index="customer-index", limit=_AT_ONCE, cursor=cursor
        )
        keys = [(_ORDERS, str(order["number"])) for order in page.items]
        found = await ports.records.get_many(IMPORT_SOURCES, keys) if keys else []
        yield [item for item in found if item is not None]
        cursor = page.next_cursor
        if cursor is None:
            return


async def forget_customer(ports: Ports, customer_id: str, nobody: str) -> int:
    """Delete them; their number. The file that goes out again is without them."""
    del nobody
    count = 0
    async for items in of_customer(ports, customer_id):
        for start in range(0, len(items), _AT_ONCE):
            some = items[start : start + _AT_ONCE]
            await ports.records.write(
                [Delete(IMPORT_SOURCES, (str(item["layout"]), str(item["key"]))) for item in some]
            )
        count += len(items)
    return count
