"""What has to be computed anew of customers who were stored by an earlier version."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from omnix.kit.errors import ConditionFailed
from omnix.platform import search
from omnix.platform.jobs import JobContext
from omnix.platform.migrations import Migration
from omnix.ports import Check, Equals, Operation, Ports, Put

from .declare import CUSTOMERS
from .model import Customer, texts
from .service import SCOPE

_AT_ONCE = 20
_ATTEMPTS = 5


async def _ends_of_numbers(context: JobContext) -> int:
    count = 0
    async for chunk in context.ports.records.scan(CUSTOMERS):
        with_number = [item for item in chunk if item.get("phone")]
        for start in range(0, len(with_number), _AT_ONCE):
            some = with_number[start : start + _AT_ONCE]
            await asyncio.gather(*(_found_anew(context.ports, item) for item in some))
        count += len(with_number)
        await context.progress(count, 0, "customers")
    return count


async def _found_anew(ports: Ports, item: Mapping[str, Any]) -> None:
    """Write what a customer is found by; one who changes meanwhile is looked at again."""
    stored: Mapping[str, Any] | None = item
    for _ in range(_ATTEMPTS):
        if stored is None:
            return
        customer = msgspec.convert(stored, Customer)
        unchanged = Check(CUSTOMERS, customer.id, (Equals("version", customer.version),))
        operations: list[Operation] = [unchanged]
        found = search.entries(SCOPE, customer.id, texts(customer))
        operations += [Put(search.SEARCH, entry) for entry in found]
        try:
            await ports.records.write(operations)
            return
        except ConditionFailed:
            stored = await ports.records.get(CUSTOMERS, customer.id)


MIGRATIONS = (
    Migration(
        "001-customers-ends-of-numbers",
        "Customers are found by the last digits of their telephone number",
        _ends_of_numbers,
    ),
)
