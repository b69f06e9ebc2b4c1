"""What is known of a customer here, gone: for whoever erases customers."""

import msgspec

from omnix.ports import Delete, Operation, Ports

from .declare import ALERTS, SIGNALS, STANDING
from .model import Alert
from .watch.people import subject

_AT_ONCE = 40


async def forget_customer(ports: Ports, customer_id: str) -> int:
    """Delete the alerts about a customer and the signals that they came from; their number.

    Tallies of rules stay as they are, so that totals stay right. Done again, it finds nothing.
    """
    about = subject(customer_id)
    count = 0
    while True:
        page = await ports.records.query(ALERTS, about, index="subject-index", limit=_AT_ONCE)
        if not page.items:
            break
        operations: list[Operation] = []
        for item in page.items:
            alert = msgspec.convert(item, Alert)
            operations.append(Delete(ALERTS, alert.id))
        rules = {item["rule_id"] for item in page.items}
        operations += [Delete(STANDING, (rule_id, about)) for rule_id in sorted(rules)]
        await ports.records.write(operations)
        count += len(page.items)
    return count + await ports.lake.delete(SIGNALS, {"subject": about})
