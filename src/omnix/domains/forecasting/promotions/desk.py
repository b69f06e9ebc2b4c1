"""Promotions recorded, changed, listed and taken back; and what of them a forecast needs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from omnix.domains.forecasting.declare import PROMOTIONS
from omnix.domains.products import service as products
from omnix.kit.errors import ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.text import normal
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.idempotency import Retry
from omnix.ports import Absent, Delete, Equals, Item, Ports, Present, Put

from .model import MOST_DAYS, ChangedPromotion, NewPromotion, Promotion

LISTING = "all"
_PAGE = 500
_BATCH = 25


async def listing(
    ports: Ports, from_day: str | None, limit: int, cursor: str | None
) -> Page[Promotion]:
    """By last day, the latest first; those that end on ``from_day`` or later."""
    if from_day is not None:
        _day("from_day", from_day)
    page = await ports.records.query(
        PROMOTIONS, LISTING, index="listing-index", low=from_day, newest_first=True, limit=limit,
        cursor=cursor,
    )  # fmt: skip
    return Page([msgspec.convert(item, Promotion) for item in page.items], page.next_cursor)


async def get(ports: Ports, promotion_id: str) -> Promotion:
    """Raises NotFound."""
    return msgspec.convert(await _item(ports, promotion_id), Promotion)


async def _item(ports: Ports, promotion_id: str) -> Item:
    item = await ports.records.get(PROMOTIONS, promotion_id)
    if item is None:
        raise NotFound(f"there is no promotion {promotion_id}")
    return item


async def create(ports: Ports, actor: Actor, new: NewPromotion, key: str | None) -> Promotion:
    """Record a promotion; the next night's forecasts follow it. Raises Invalid."""
    retry = Retry.of(key, actor.id, "promotion", new)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return await get(ports, answer["id"])
    ids = await _checked(ports, new)
    now = instant(ports.clock.now())
    item = stored(
        Promotion(
            id=new_id("prm"), name=normal(new.name), percent_off=new.percent_off,
            first_day=new.first_day, last_day=new.last_day, product_ids=ids,
            category=new.category, author=actor.id, created_at=now,
        )
    )  # fmt: skip
    puts = [Put(PROMOTIONS, item, when=(Absent(),))]
    if retry is not None:
        puts.append(retry.remember({"id": item["id"]}, int(ports.clock.now().timestamp())))
    try:
        await ports.records.write(puts, [_event(item, actor, now)])
    except ConditionFailed as error:
        if retry is not None and (answer := await retry.recall(ports.records)) is not None:
            return await get(ports, answer["id"])
        raise Conflict("the promotion could not be stored; try again") from error
    return msgspec.convert(item, Promotion)


async def change(
    ports: Ports, actor: Actor, promotion_id: str, wanted: ChangedPromotion
) -> Promotion:
    """Put it on record otherwise, by whoever recorded it first. Raises NotFound, Invalid,
    Conflict where it changed since ``version`` was read.
    """
    before = await _item(ports, promotion_id)
    known = msgspec.convert(before, Promotion)
    if known.version != wanted.version:
        raise Conflict("the promotion changed meanwhile; read it again")
    ids = await _checked(ports, wanted)
    after = msgspec.structs.replace(
        known, name=normal(wanted.name), percent_off=wanted.percent_off,
        first_day=wanted.first_day, last_day=wanted.last_day, product_ids=ids,
        category=wanted.category, version=known.version + 1,
    )  # fmt: skip
    item = stored(after)
    same = Equals("version", before.get("version"))
    try:
        await ports.records.write(
            [Put(PROMOTIONS, item, when=(same,))],
            [_event(item, actor, instant(ports.clock.now()))],
        )
    except ConditionFailed as error:
        raise Conflict("the promotion changed meanwhile; read it again") from error
    return after


async def take_over(
    ports: Ports, actor: Actor, promotions: Sequence[Promotion]
) -> tuple[int, int, int]:
    """Record promotions that were checked elsewhere, under the ids they have; how many were new,
    changed and as they stood. Who recorded one first, and when, stays. Raises Conflict where
    somebody changed one meanwhile.
    """
    created = changed = 0
    now = instant(ports.clock.now())
    for start in range(0, len(promotions), _BATCH):
        part = promotions[start : start + _BATCH]
        found = await ports.records.get_many(PROMOTIONS, [each.id for each in part])
        puts: list[Put] = []
        for each, item in zip(part, found, strict=True):
            if item is None:
                created += 1
                puts.append(Put(PROMOTIONS, stored(each), when=(Absent(),)))
                continue
            before = msgspec.convert(item, Promotion)
            kept = {"author": before.author, "created_at": before.created_at}
            after = msgspec.structs.replace(each, **kept, version=before.version)
            if after != before:
                changed += 1
                after = msgspec.structs.replace(after, version=before.version + 1)
                same = Equals("version", item.get("version"))
                puts.append(Put(PROMOTIONS, stored(after), when=(same,)))
        try:
            await ports.records.write(puts, [_event(put.item, actor, now) for put in puts])
        except ConditionFailed as error:
            raise Conflict("a promotion changed meanwhile; import the file again") from error
    return created, changed, len(promotions) - created - changed


def stored(promotion: Promotion) -> dict[str, Any]:
    """The promotion's item."""
    item: dict[str, Any] = msgspec.to_builtins(promotion)
    return {**item, "listing": LISTING}


async def remove(ports: Ports, actor: Actor, promotion_id: str) -> None:
    """It did not, or will not, take place. Raises NotFound."""
    item = await _item(ports, promotion_id)
    try:
        await ports.records.write(
            [Delete(PROMOTIONS, promotion_id, when=(Present(),))],
            [_event(item, actor, instant(ports.clock.now()))],
        )
    except ConditionFailed:
        return  # somebody else did


def _event(item: Mapping[str, Any], actor: Actor, at: str) -> Event:
    told = {"first_day": item["first_day"], "last_day": item["last_day"], "by": actor.id}
    return Event("promotion.changed", str(item["id"]), at, told)


def _day(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid.field(name, "is no day of the calendar") from error
    if day.isoformat() != text:
        raise Invalid.field(name, "must be written as YYYY-MM-DD")
    return day


async def _checked(ports: Ports, new: NewPromotion) -> list[str]:
    """The products named, once each."""
    first, last = _day("first_day", new.first_day), _day("last_day", new.last_day)
    if last < first:
        raise Invalid.field("last_day", "must not be before first_day")
    if (last - first).days >= MOST_DAYS:
        raise Invalid.field("last_day", f"must be at most {MOST_DAYS} days from first_day on")
    if not normal(new.name):
        raise Invalid.field("name", "must not be blank")
    if bool(new.product_ids) == (new.category is not None):
        raise Invalid.field("product_ids", "give either product_ids or a category")
    ids = list(dict.fromkeys(new.product_ids))
    known = await products.stored(ports, ids)
    for id in ids:
        if id not in known:
            raise Invalid.field("product_ids", f"there is no product {id}")
    return ids


async def check(ports: Ports, new: NewPromotion) -> None:
    """Raises Invalid for what ``create`` would not take."""
    await _checked(ports, new)


async def since(ports: Ports, first: date) -> Sequence[Mapping[str, Any]]:
    """Those that end on ``first`` or later. Reads them all: for jobs."""
    found: list[Mapping[str, Any]] = []
    cursor = None
    while True:
        page = await ports.records.query(
            PROMOTIONS, LISTING, index="listing-index", low=first.isoformat(), limit=_PAGE,
            cursor=cursor,
        )  # fmt: skip
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found
