"""Placing orders and looking them up."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.inventory import locations, stock
from omnix.domains.inventory.stock import Cause, Move, OutOfStock
from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, Conflict, FieldError, Invalid, NotFound
from omnix.kit.ids import new_id
from omnix.kit.money import MAX_MINOR
from omnix.kit.paging import Page
from omnix.kit.time import day_range, instant
from omnix.platform import merged
from omnix.platform.access import Actor
from omnix.platform.idempotency import Retry
from omnix.ports import Check, Item, Operation, Ports, Present, Put

from . import changes, facts, numbers, pricing, work
from .declare import ORDER_LINES, ORDERS
from .model import NewOrder, Order, OrderSummary, Status
from .together import of_customers

ATTEMPTS = 8
_ALL = "all"


class Contended(Conflict):
    """Others changed the same things all the time; the same request may pass later."""


async def place(
    ports: Ports, actor: Actor, new: NewOrder, key: str | None = None
) -> Mapping[str, Any]:
    """Place an order, reserving all of its lines or none; the Order as plain values.

    A retry under the same ``key`` gets the first answer, whatever happened to the order since.
    Raises OutOfStock naming the lines, Invalid for what cannot be ordered, KeyReused.
    """
    retry = Retry.of(key, actor.id, "orders", new)
    for _ in range(ATTEMPTS):
        try:
            return await _place(ports, actor, new, retry)
        except (Invalid, Conflict) as error:
            # A new key is the rule, so it is looked up only once something stands in the way.
            if retry is not None and (answer := await retry.recall(ports.records)) is not None:
                first = await _replayed(ports, answer)
                if first is not None:
                    return first
            elif not isinstance(error, Contended):
                raise
    raise Contended("the stock of this order changes too often now; try again")


async def _place(
    ports: Ports, actor: Actor, new: NewOrder, retry: Retry | None
) -> Mapping[str, Any]:
    now = ports.clock.now()
    at = instant(now)
    id = new_id("ord")
    lines, order = await _drawn_up(ports, new, id, now, at)
    needs = changes.needs(lines)
    keep = None
    if retry is not None:
        keep = retry.remember({"order_id": id, "version": 1}, int(now.timestamp()))
    if len(needs) > work.CHUNK or len(lines) > work.INLINE_LINES:
        await _place_in_steps(ports, actor, order, lines, retry, keep)
        return {**order, "lines": lines}
    order["lines"] = lines
    moves = [Move(product_id, 0, units) for product_id, units in needs.items()]
    cause = Cause("reservation", f"{at}#{id}", at, actor.id, id)
    operations: list[Operation] = [Put(ORDERS, {**order, "listing": _ALL})]
    operations += stock.operations(moves, order["location_id"], cause)
    tail = len(operations)
    operations += _conditions(order, keep)
    try:
        await ports.records.write(operations, facts.placed(order, lines, actor.id))
    except ConditionFailed as error:
        _judge(error, operations[tail:], tail)
        raise await refusal(ports, order["location_id"], moves, lines) from error
    return order


async def _drawn_up(
    ports: Ports, new: NewOrder, id: str, moment: datetime, at: str
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lines and the order around them, with every amount."""
    catalogue = await products.stored(ports, [line.product_id for line in new.lines])
    of_bundles = [
        component["product_id"]
        for product in catalogue.values()
        for component in product["components"]
    ]
    parts = await products.stored(ports, of_bundles) if of_bundles else {}
    lines, currency, subtotal = pricing.priced(new, catalogue, parts)
    total = subtotal - new.discount_minor + new.shipping_minor + new.tax_minor
    if total > MAX_MINOR:
        raise Invalid.field("tax_minor", "makes the order too large")
    # In the order of the Order struct, so that a replay has the same bytes.
    order = {
        "id": id,
        "number": numbers.of(moment, id),
        "status": "placed",
        "customer_id": new.customer_id,
        "location_id": new.location_id or await locations.default(ports),
        "channel": new.channel,
        "currency": currency,
        "line_count": len(lines),
        "units": sum([line["quantity"] for line in lines]),
        "subtotal_minor": subtotal,
        "discount_minor": new.discount_minor,
        "shipping_minor": new.shipping_minor,
        "tax_minor": new.tax_minor,
        "total_minor": total,
        "payment_state": new.payment_state,
        "paid_minor": total if new.payment_state == "paid" else 0,
        "refunded_minor": 0,
        "note": new.note,
        "placed_at": at,
        "updated_at": at,
        "version": 1,
    }
    return lines, order


async def _place_in_steps(
    ports: Ports,
    actor: Actor,
    order: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    retry: Retry | None,
    keep: Put | None,
) -> None:
    await locations.require(ports, order["location_id"])
    id, at = order["id"], order["placed_at"]
    about = {"by": actor.id, "key": retry.key if retry is not None else None}
    pending = {"id": id, "placed_at": at, "draft": order, **work.begun(id, at, about)}
    operations: list[Operation] = _conditions(order, keep)
    operations.append(Put(ORDERS, pending))
    operations += [Put(ORDER_LINES, item) for item in work.line_items(id, lines)]
    try:
        await ports.records.write(operations)
    except ConditionFailed as error:
        _judge(error, operations, 0)
        raise
    outcome = await work.drive(ports, pending, lines)
    if not outcome.done:
        raise out_of_stock(outcome.lacking, lines)


def _conditions(order: Mapping[str, Any], keep: Put | None) -> list[Operation]:
    """What an order stands or falls by besides its stock: its customer, and the caller's key."""
    found: list[Operation] = [keep] if keep is not None else []
    if order["customer_id"] is not None:
        found.append(Check(CUSTOMERS, order["customer_id"], (Present(),)))
    return found


def _judge(error: ConditionFailed, conditions: Sequence[Operation], first: int) -> None:
    """Raises if one of ``conditions``, at ``first`` and after in their batch, was at fault."""
    for position, operation in enumerate(conditions, first):
        if position in error.failed:
            if isinstance(operation, Check):
                raise Invalid.field("customer_id", f"no customer {operation.key}") from error
            raise Contended("another request under this key came first") from error


async def refusal(
    ports: Ports, place: str, moves: Sequence[Move], lines: Sequence[Mapping[str, Any]]
) -> Conflict | Invalid:
    """Why the stock did not let these moves pass: an error to raise."""
    await locations.require(ports, place)
    lacking = await stock.short(ports.records, moves, place)
    if not lacking:
        return Contended("the stock changed meanwhile; try again")
    return out_of_stock(lacking, lines)


def out_of_stock(
    lacking: Mapping[str, tuple[int, str]], lines: Sequence[Mapping[str, Any]]
) -> OutOfStock:
    """Names each of ``lines`` that draws on what is lacking, by its place among them."""
    wanted = changes.needs(lines)
    errors = []
    for position, line in enumerate(lines):
        drawn = [part["product_id"] for part in line["components"]] or [line["product_id"]]
        told = [
            f"{lacking[id][0]} of {id} {lacking[id][1]}, {wanted[id]} asked for"
            for id in drawn
            if id in lacking
        ]
        if told:
            errors.append(FieldError(f"lines[{position}].quantity", "; ".join(told)))
    detail = "; ".join(f"{e.field}: {e.reason}" for e in errors[:20])
    return OutOfStock(detail or "stock ran out while the order was being placed", errors)


async def _replayed(ports: Ports, answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The first answer; None if that order was taken back meanwhile."""
    stored = await ports.records.get(ORDERS, answer["order_id"])
    if stored is not None and "draft" in stored:
        lines = await work.lines_of(ports, stored)
        outcome = await work.drive(ports, stored, lines)
        if outcome.lacking:
            raise out_of_stock(outcome.lacking, lines)
        stored = await ports.records.get(ORDERS, answer["order_id"])
    if stored is None:
        return None
    first = changes.order(stored, await work.lines_of(ports, stored), answer["version"])
    return msgspec.to_builtins(first)  # type: ignore[no-any-return]


async def load(ports: Ports, id: str) -> Item:
    """The stored order, with nothing under way. Raises NotFound, also while it is being placed."""
    stored = await ports.records.get(ORDERS, id)
    while stored is not None and "change" in stored.get("work", ()):
        await work.drive(ports, stored)
        stored = await ports.records.get(ORDERS, id)
    if stored is None or "draft" in stored:
        raise NotFound(f"no order {id}")
    return stored


async def get(ports: Ports, id: str) -> Order:
    """Raises NotFound."""
    stored = await ports.records.get(ORDERS, id)
    if stored is None or "draft" in stored:
        raise NotFound(f"no order {id}")
    return changes.order(stored, await work.lines_of(ports, stored))


async def listing(
    ports: Ports,
    *,
    customer_id: str | None = None,
    status: Status | None = None,
    number: str | None = None,
    placed_from: date | None = None,
    placed_to: date | None = None,
    sort: str = "-placed_at",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[OrderSummary]:
    """By time, newest first unless ``sort`` is placed_at: all, or those of a customer, in a
    status, or under a number.

    A customer's are also those of the records that were merged with it.

    The days, in the shop's zone and both included, narrow all but the last.
    """
    given = {"customer-index": customer_id, "status-index": status, "number-index": number}
    chosen = [(index, value) for index, value in given.items() if value is not None]
    if len(chosen) > 1:
        raise Invalid.field("customer_id", "give one of customer_id, status and number")
    if number is not None:
        if placed_from is not None or placed_to is not None:
            raise Invalid.field("number", "says enough; leave the days out")
        return await numbered(ports, number)
    if placed_from is not None and placed_to is not None and placed_from > placed_to:
        raise Invalid.field("placed_from", "must not be after placed_to")
    if customer_id is not None and sort != "-placed_at":
        raise Invalid.field("sort", "of a customer's orders is -placed_at")
    index, value = chosen[0] if chosen else ("listing-index", _ALL)
    low, high = await _span(ports, placed_from, placed_to)
    if customer_id is not None:
        ids = await merged.same(ports.records, CUSTOMERS, customer_id)
        found = await of_customers(ports, ids, low=low, high=high, limit=limit, cursor=cursor)
        return Page([changes.summary(stored) for stored in found.items], found.next_cursor)
    page = await ports.records.query(
        ORDERS,
        value,
        index=index,
        low=low,
        high=high,
        newest_first=sort.startswith("-"),
        limit=limit,
        cursor=cursor,
    )
    return Page([changes.summary(stored) for stored in page.items], page.next_cursor)


async def _span(
    ports: Ports, first: date | None, last: date | None
) -> tuple[str | None, str | None]:
    """The first and the last instant of these days."""
    if first is None and last is None:
        return None, None
    zone = (await shop(ports)).time_zone
    try:
        low = instant(day_range(first, zone)[0]) if first is not None else None
        high = day_range(last, zone)[1] - timedelta(milliseconds=1) if last is not None else None
    except OverflowError as error:
        raise Invalid.field("placed_from", "must be a day of this age") from error
    return low, instant(high) if high is not None else None


async def numbered(ports: Ports, number: str) -> Page[OrderSummary]:
    """The orders under a number (an id will do), as a rule one; at most 200."""
    wanted = number.strip()
    if not wanted:
        raise Invalid.field("number", "must not be blank")
    page = await ports.records.query(
        ORDERS, wanted, index="number-index", newest_first=True, limit=200
    )
    found = list(page.items)
    moment = numbers.moment(wanted)
    if moment is not None:
        at = instant(moment)
        page = await ports.records.query(
            ORDERS, _ALL, index="listing-index", low=at, high=at, limit=200
        )
        found += [stored for stored in page.items if stored["number"] == wanted.upper()]
    if not found:
        named = await ports.records.get(ORDERS, wanted)
        found = [named] if named is not None and "draft" not in named else []
    return Page([changes.summary(stored) for stored in found])
