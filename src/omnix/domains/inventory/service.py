"""Reading stock, and changing it outside of orders."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from omnix.domains.products import service as products
from omnix.kit.errors import ConditionFailed, Conflict, FieldError, Invalid
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page, decode_cursor, encode_cursor
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.idempotency import Retry
from omnix.ports import Absent, Condition, Equals, Item, Operation, Ports, Update

from . import locations, stock
from .declare import BALANCES, LEDGER
from .model import (
    Adjustment,
    Balance,
    Entry,
    NewTransfer,
    Receipt,
    Transfer,
    balance,
    entry,
    stock_key,
)
from .stock import Cause, Move, OutOfStock

ATTEMPTS = 20
_CHUNK = 1000


async def get(ports: Ports, product_id: str, location_id: str) -> Balance:
    """Zero where nothing was ever stored."""
    stored = await ports.records.get(BALANCES, (product_id, location_id))
    return balance(stored, product_id, location_id)


async def listing(
    ports: Ports, product_id: str | None, location_id: str | None, limit: int, cursor: str | None
) -> Page[Balance]:
    """Balances of a product, of a location, of both, or of all locations one after another."""
    if product_id is not None and location_id is not None:
        found = await ports.records.get(BALANCES, (product_id, location_id))
        return Page([] if found is None else [balance(found, product_id, location_id)])
    if product_id is not None:
        page = await ports.records.query(BALANCES, product_id, limit=limit, cursor=cursor)
    elif location_id is not None:
        page = await _at(ports, location_id, limit, cursor)
    else:
        return await _everywhere(ports, limit, cursor)
    return Page([msgspec.convert(item, Balance) for item in page.items], page.next_cursor)


async def _at(ports: Ports, location_id: str, limit: int, cursor: str | None) -> Page[Any]:
    return await ports.records.query(
        BALANCES, location_id, index="location-index", limit=limit, cursor=cursor
    )


async def everything(ports: Ports) -> AsyncIterator[Sequence[Item]]:
    """All balances as stored, in chunks, without the ledger that lies in the same table."""
    for place in (await locations.listing(ports, 200, None)).items:
        cursor = None
        while True:
            page = await _at(ports, place.id, _CHUNK, cursor)
            yield page.items
            cursor = page.next_cursor
            if cursor is None:
                break


async def _everywhere(ports: Ports, limit: int, cursor: str | None) -> Page[Balance]:
    here, inner = (str(part) for part in decode_cursor(cursor, 2)) if cursor else ("", "")
    places = [place.id for place in (await locations.listing(ports, 200, None)).items]
    places = [id for id in places if id >= here]
    found: list[Balance] = []
    for position, id in enumerate(places):
        within = inner if id == here and inner else None
        page = await _at(ports, id, limit - len(found), within)
        found += [msgspec.convert(item, Balance) for item in page.items]
        if page.next_cursor is not None:
            return Page(found, encode_cursor([id, page.next_cursor]))
        if len(found) == limit and position + 1 < len(places):
            return Page(found, encode_cursor([places[position + 1], ""]))
    return Page(found)


async def history(
    ports: Ports, product_id: str, location_id: str | None, limit: int, cursor: str | None
) -> Page[Entry]:
    """The ledger of a product at a location, newest first. Raises NotFound, Invalid."""
    await products.get(ports, product_id)
    place = await locations.given_or_default(ports, location_id)
    page = await ports.records.query(
        LEDGER, stock_key(product_id, place), newest_first=True, limit=limit, cursor=cursor
    )
    return Page([entry(item) for item in page.items], page.next_cursor)


async def _stocked(ports: Ports, product_id: str, field: str | None = None) -> None:
    """Raises NotFound, or Invalid on ``field``, for what has no stock of its own."""
    if field is None:
        product = await products.get(ports, product_id)
    else:
        found = (await products.get_many(ports, [product_id])).get(product_id)
        if found is None:
            raise Invalid.field(field, f"no product {product_id}")
        product = found
    if product.components:
        raise Invalid.field(
            field or "product_id", "is a bundle; its parts have the stock, not itself"
        )


async def adjust(
    ports: Ports, actor: Actor, product_id: str, change: Adjustment, key: str | None = None
) -> Balance:
    """Correct a balance; returns it as it is afterwards, to a retry as the first was told.

    Raises OutOfStock where ``delta`` would take more than is available: what is reserved can
    only be counted away.
    """
    if (change.delta is None) == (change.count_to is None):
        raise Invalid.field("delta", "give either delta or count_to")
    if change.delta == 0:
        raise Invalid.field("delta", "must not be 0")
    retry = Retry.of(key, actor.id, f"adjust {product_id}", change)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return await _told(ports, product_id, answer["location_id"], retry, answer)
    await _stocked(ports, product_id)
    place = await locations.given_or_default(ports, change.location_id)
    more = {"reason": change.reason, "note": change.note}
    if change.delta is not None:
        await _add(ports, actor, product_id, place, change.delta, "adjustment", more, retry)
    else:
        assert change.count_to is not None
        await _count(ports, actor, product_id, place, change.count_to, more, retry)
    return await _told(ports, product_id, place, retry)


async def receive(
    ports: Ports, actor: Actor, product_id: str, receipt: Receipt, key: str | None = None
) -> Balance:
    """Take goods in; returns the balance as it is afterwards."""
    retry = Retry.of(key, actor.id, f"receive {product_id}", receipt)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return await _told(ports, product_id, answer["location_id"], retry, answer)
    await _stocked(ports, product_id)
    place = await locations.given_or_default(ports, receipt.location_id)
    more = {"note": receipt.note}
    if receipt.reference is not None:
        more["reference"] = receipt.reference
    await _add(ports, actor, product_id, place, receipt.quantity, "receipt", more, retry)
    return await _told(ports, product_id, place, retry)


async def _told(
    ports: Ports, product_id: str, place: str, retry: Retry | None, answer: Any = None
) -> Balance:
    """The balance after a change, which whoever repeats the request is told again."""
    if answer is None or "balance" not in answer:
        now = await get(ports, product_id, place)
        if retry is None:
            return now
        told = {"location_id": place, "balance": msgspec.to_builtins(now)}
        answer = await retry.settle(ports.records, told)
    return msgspec.convert(answer["balance"], Balance)


async def _add(
    ports: Ports,
    actor: Actor,
    product_id: str,
    place: str,
    delta: int,
    kind: str,
    more: dict[str, Any],
    retry: Retry | None,
) -> None:
    now = ports.clock.now()
    at = instant(now)
    move = Move(product_id, delta, 0)
    cause = Cause(kind, f"{at}#{new_id('mov')}", at, actor.id)
    operations = stock.operations([move], place, cause, more=more)
    if retry is not None:
        operations.append(retry.remember({"location_id": place}, int(now.timestamp())))
    event = _moved(cause, product_id, [(move, place)], more)
    try:
        await ports.records.write(operations, [event])
    except ConditionFailed as error:
        if retry is not None and await retry.recall(ports.records) is not None:
            return
        known = await get(ports, product_id, place)
        told = f"only {max(known.available, 0)} available; count_to says what is really there"
        raise OutOfStock(told, [FieldError("delta", told)]) from error


async def _count(
    ports: Ports,
    actor: Actor,
    product_id: str,
    place: str,
    counted: int,
    more: dict[str, Any],
    retry: Retry | None,
) -> None:
    for _ in range(ATTEMPTS):
        before = await ports.records.get(BALANCES, (product_id, place))
        on_hand = (before or {}).get("on_hand")
        delta = counted - (on_hand or 0)
        now = ports.clock.now()
        at = instant(now)
        cause = Cause("count", f"{at}#{new_id('mov')}", at, actor.id)
        update, ledger = stock.operations(
            [Move(product_id, delta, 0)], place, cause, checked=False, more=more
        )
        assert isinstance(update, Update)
        # Reservations may come and go meanwhile; only another change of on_hand matters.
        seen: tuple[Condition, ...] = (
            (Equals("on_hand", on_hand),) if before is not None else (Absent(),)
        )
        settled = Update(
            BALANCES,
            update.key,
            update.add,
            {"counted_at": at, "updated_at": at},
            seen,
        )
        operations: list[Operation] = [settled, ledger]
        if retry is not None:
            operations.append(retry.remember({"location_id": place}, int(now.timestamp())))
        data = {
            "product_id": product_id,
            "location_id": place,
            "counted": counted,
            "difference": delta,
            "reason": more["reason"],
            "by": actor.id,
        }
        try:
            await ports.records.write(operations, [Event("stock.counted", product_id, at, data)])
            return
        except ConditionFailed:
            if retry is not None and await retry.recall(ports.records) is not None:
                return
    raise Conflict("the stock changes too often to count it now; try again")


async def transfer(
    ports: Ports, actor: Actor, new: NewTransfer, key: str | None = None
) -> Transfer:
    """Move stock between two locations, all lines or none. Raises OutOfStock."""
    if new.from_location_id == new.to_location_id:
        raise Invalid.field("to_location_id", "must be another location")
    retry = Retry.of(key, actor.id, "transfer", new)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return msgspec.convert(answer, Transfer)
    await locations.require(ports, new.from_location_id, "from_location_id")
    await locations.require(ports, new.to_location_id, "to_location_id")
    seen: set[str] = set()
    for position, line in enumerate(new.lines):
        field = f"lines[{position}].product_id"
        if line.product_id in seen:
            raise Invalid.field(field, "is named twice")
        seen.add(line.product_id)
        await _stocked(ports, line.product_id, field)
    now = ports.clock.now()
    at = instant(now)
    made = Transfer(
        id=new_id("trf"),
        from_location_id=new.from_location_id,
        to_location_id=new.to_location_id,
        lines=new.lines,
        note=new.note,
        at=at,
    )
    cause = Cause("transfer", f"{at}#{made.id}", at, actor.id, made.id)
    out = [Move(line.product_id, -line.quantity, 0) for line in new.lines]
    into = [Move(line.product_id, line.quantity, 0) for line in new.lines]
    more = {"note": new.note}
    operations = stock.operations(out, made.from_location_id, cause, more=more)
    operations += stock.operations(into, made.to_location_id, cause, more=more)
    if retry is not None:
        operations.append(retry.remember(msgspec.to_builtins(made), int(now.timestamp())))
    moves = [(m, made.from_location_id) for m in out] + [(m, made.to_location_id) for m in into]
    try:
        await ports.records.write(operations, [_moved(cause, made.id, moves, more)])
    except ConditionFailed as error:
        if retry is not None and (answer := await retry.recall(ports.records)) is not None:
            return msgspec.convert(answer, Transfer)
        raise await _lacking(ports, new, out) from error
    return made


async def _lacking(ports: Ports, new: NewTransfer, out: Sequence[Move]) -> Conflict:
    lacking = await stock.short(ports.records, out, new.from_location_id)
    errors = [
        FieldError(f"lines[{i}].quantity", f"{lacking[line.product_id][0]} available")
        for i, line in enumerate(new.lines)
        if line.product_id in lacking
    ]
    if not errors:
        return Conflict("the stock changed meanwhile; try again")
    return OutOfStock("; ".join(f"{e.field}: {e.reason}" for e in errors), errors)


def _moved(
    cause: Cause, key: str, moves: Sequence[tuple[Move, str]], more: dict[str, Any]
) -> Event:
    data = {
        "kind": cause.kind,
        "moves": [
            {"product_id": m.product_id, "location_id": place, "on_hand_delta": m.on_hand}
            for m, place in moves
        ],
        "reason": more.get("reason"),
        "reference": more.get("reference", cause.reference),
        "by": cause.by,
    }
    return Event("stock.moved", key, cause.at, data)
