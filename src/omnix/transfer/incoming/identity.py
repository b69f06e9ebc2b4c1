"""Ids that follow from what the source calls a thing, so that importing again finds it again."""

import hashlib

from omnix.kit.ids import is_id
from omnix.platform.unique import UNIQUE
from omnix.ports import Records


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def product_id(sku: str) -> str:
    """The SKU itself where it can be an id, as people expect to find it; else a digest of it."""
    return sku if is_id(sku) else "prd_" + _digest(sku)


def parent_id(handle: str) -> str:
    """From the address that a shop system has for a product with variants."""
    named = "par_" + handle
    return named if is_id(named) else "par_" + _digest(handle)


def customer_id(key: str) -> str:
    """From a customer number of the source, or ``mailto:`` and an address in compared form."""
    named = "cus_" + key
    return named if is_id(named) else "cus_" + _digest(key)


async def owners(records: Records, scope: str, values: list[str]) -> dict[str, str]:
    """Who has each of these unique values already."""
    found: dict[str, str] = {}
    for start in range(0, len(values), 100):
        part = values[start : start + 100]
        items = await records.get_many(UNIQUE, [f"{scope}#{value}" for value in part])
        for value, item in zip(part, items, strict=True):
            if item is not None:
                found[value] = item["owner"]
    return found
