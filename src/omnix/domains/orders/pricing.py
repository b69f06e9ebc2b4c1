"""What an order comes to: lines, discounts and totals that add up exactly."""

from collections.abc import Mapping, Sequence
from typing import Any

from omnix.kit.errors import FieldError, Invalid
from omnix.kit.money import MAX_MINOR, allocate
from omnix.ports import Item

from .model import NewOrder


def priced(
    new: NewOrder, catalogue: Mapping[str, Item], parts: Mapping[str, Item]
) -> tuple[list[dict[str, Any]], str, int]:
    """The lines as they are kept, their currency, and their sum before the order's discount.

    ``parts`` are the products that bundles are made of. A bundle goes as long as all of them do.
    Raises Invalid naming every line at fault.
    """
    wrong: list[FieldError] = []
    lines: list[dict[str, Any]] = []
    subtotal = 0
    currency = ""
    for position, asked in enumerate(new.lines):
        product_id = asked.product_id
        product = catalogue.get(product_id)
        if product is None:
            wrong.append(FieldError(f"lines[{position}].product_id", f"no product {product_id}"))
            continue
        if product["status"] != "active":
            told = f"product {product_id} is archived"
            wrong.append(FieldError(f"lines[{position}].product_id", told))
            continue
        components = product["components"]
        gone = components and [
            part["product_id"]
            for part in components
            if (known := parts.get(part["product_id"])) is None or known["status"] != "active"
        ]
        if gone:
            told = f"product {product_id} needs {', '.join(gone)}, which is archived"
            wrong.append(FieldError(f"lines[{position}].product_id", told))
            continue
        if product["currency"] != currency:
            if currency:
                told = f"is priced in {product['currency']}, the lines before in {currency}"
                wrong.append(FieldError(f"lines[{position}].product_id", told))
                continue
            currency = product["currency"]
        quantity, discount = asked.quantity, asked.discount_minor
        price = asked.unit_price_minor
        if price is None:
            price = product["price_minor"]
        total = quantity * price - discount
        if total < 0:
            told = "is more than the line comes to"
            wrong.append(FieldError(f"lines[{position}].discount_minor", told))
        subtotal += total
        if subtotal > MAX_MINOR:
            raise Invalid.field(f"lines[{position}].quantity", "makes the order too large")
        cost = product["cost_minor"]
        if components and cost is None:
            cost = _cost(product, parts)
        if cost is not None:
            cost *= quantity
            if cost > MAX_MINOR:
                raise Invalid.field(f"lines[{position}].quantity", "makes the cost too large")
        lines.append(
            {
                "line": position + 1,
                "product_id": product_id,
                "sku": product["sku"],
                "name": product["name"],
                "quantity": quantity,
                "unit_price_minor": price,
                "discount_minor": discount,
                "order_discount_minor": 0,
                "total_minor": total,
                "cost_minor": cost,
                "components": components,
                "fulfilled": 0,
                "returned": 0,
                "cancelled": 0,
            }
        )
    if wrong:
        raise Invalid("; ".join(f"{e.field}: {e.reason}" for e in wrong[:20]), wrong)
    if new.discount_minor:
        _spread(lines, new.discount_minor, subtotal)
    return lines, currency, subtotal


def _cost(bundle: Item, parts: Mapping[str, Item]) -> int | None:
    """What the parts of one bundle cost, if that is known of each."""
    total = 0
    for component in bundle["components"]:
        part = parts.get(component["product_id"])
        if part is None or part["cost_minor"] is None:
            return None
        total += part["cost_minor"] * component["quantity"]
    return total


def _spread(lines: Sequence[dict[str, Any]], discount: int, subtotal: int) -> None:
    if discount > subtotal:
        raise Invalid.field("discount_minor", "is more than the lines come to")
    shares = allocate(discount, [line["total_minor"] for line in lines])
    for line, share in zip(lines, shares, strict=True):
        line["order_discount_minor"] = share
        line["total_minor"] -= share


def share(amount: int, units: int, of: int, before: int) -> int:
    """The part of ``amount`` that ``units`` carry, after ``before`` units of ``of`` had theirs.

    Parts taken one after another sum to the amount exactly.
    """
    return amount * (before + units) // of - amount * before // of
