"""A customer's own record, gone: for whoever erases customers."""

import msgspec

from omnix.kit.errors import ConditionFailed
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform import search, unique
from omnix.ports import Delete, Equals, Operation, Ports

from .consent import forgotten
from .declare import CUSTOMERS
from .model import Customer, texts
from .service import EMAIL_SCOPE, SCOPE


async def forget_customer(ports: Ports, customer_id: str, by: str) -> int:
    """Delete the customer with what an analysis found; 1, or 0 where there is none any more."""
    while True:
        stored = await ports.records.get(CUSTOMERS, customer_id)
        if stored is None:
            await ports.records.write(await forgotten(ports, customer_id))
            return 0
        customer = msgspec.convert(stored, Customer)
        unchanged = Equals("version", customer.version)
        operations: list[Operation] = [
            Delete(CUSTOMERS, customer_id, when=(unchanged,)),
            *await forgotten(ports, customer_id),
            *search.reindex(SCOPE, customer_id, texts(customer), ()),
        ]
        email = customer.email
        if email and await unique.owner_of(ports.records, EMAIL_SCOPE, email) == customer_id:
            operations.append(unique.release(EMAIL_SCOPE, email, customer_id))
        now = instant(ports.clock.now())
        told = {"id": customer_id, "status": "erased", "by": by}
        try:
            await ports.records.write(
                operations, [Event("customer.erased", customer_id, now, told)]
            )
            return 1
        except ConditionFailed:
            continue
