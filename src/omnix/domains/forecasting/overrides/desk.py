"""Overrides: made, listed, withdrawn, applied, and measured once their days are over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from omnix.domains.forecasting.declare import FORECASTS, OVERRIDES
from omnix.domains.forecasting.model import TOTAL, days_of
from omnix.domains.products import service as products
from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.text import normal
from omnix.kit.time import day_of, instant
from omnix.platform.access import Actor
from omnix.platform.idempotency import Retry
from omnix.ports import Absent, Equals, Ports, Put

from .apply import adjusted, changed
from .model import NewOverride, Override

MOST_DAYS = 366
MOST_OF_A_PRODUCT = 50


async def today_of(ports: Ports) -> date:
    """Today in the shop's zone."""
    return day_of(ports.clock.now(), (await shop(ports)).time_zone)


async def listing(
    ports: Ports, product_id: str | None, limit: int, cursor: str | None
) -> Page[Override]:
    """Newest first; all, or those of a product."""
    partition, index = (product_id, "product-index") if product_id else ("all", "listing-index")
    page = await ports.records.query(
        OVERRIDES, partition, index=index, newest_first=True, limit=limit, cursor=cursor
    )
    today = (await today_of(ports)).isoformat()
    return Page([shown(item, today) for item in page.items], page.next_cursor)


async def get(ports: Ports, override_id: str) -> Override:
    """Raises NotFound."""
    item = await ports.records.get(OVERRIDES, override_id)
    if item is None:
        raise NotFound(f"there is no override {override_id}")
    return shown(item, (await today_of(ports)).isoformat())


def shown(item: Mapping[str, Any], today: str) -> Override:
    """The stored override with the state it has on ``today``."""
    if item["withdrawn_by"] is not None:
        state = "withdrawn"
    elif min(item["last_day"], item["expires"]) < today:
        state = "expired"
    else:
        state = "planned" if item["first_day"] > today else "active"
    return msgspec.convert({**item, "state": state}, Override)


async def create(ports: Ports, actor: Actor, new: NewOverride, key: str | None) -> Override:
    """Store an override and apply it at once. Raises Invalid, or Conflict for one too many."""
    retry = Retry.of(key, actor.id, "forecast-override", new)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return await get(ports, answer["id"])
    today = await today_of(ports)
    first, last, expires = _checked(new, today)
    try:
        product = await products.get(ports, new.product_id)
    except NotFound as error:
        raise Invalid.field("product_id", error.detail) from error
    known = await of_product(ports, product.id)
    if len(known) >= MOST_OF_A_PRODUCT:
        raise Conflict(f"a product can have {MOST_OF_A_PRODUCT} overrides; withdraw one first")
    document = await _document(ports, product.id)
    days = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    now = instant(ports.clock.now())
    item: dict[str, Any] = {
        "id": new_id("ovr"), "product_id": product.id, "first_day": days[0], "last_day": days[-1],
        "expires": expires.isoformat(), "multiplier": new.multiplier,
        "units_per_day": new.units_per_day, "reason": normal(new.reason), "author": actor.id,
        "created_at": now, "withdrawn_by": None, "listing": "all", "open": product.id,
        "worth": None,
    }  # fmt: skip
    item["statistical"] = _plain(document, days)
    item["changed"] = [
        item["units_per_day"] if value is None else changed(value, item)
        for value in item["statistical"]
    ]
    puts = [Put(OVERRIDES, item, when=(Absent(),))]
    if retry is not None:
        puts.append(retry.remember({"id": item["id"]}, int(ports.clock.now().timestamp())))
    try:
        await ports.records.write(puts, [_event(item, actor, now)])
    except ConditionFailed as error:
        if retry is not None and (answer := await retry.recall(ports.records)) is not None:
            return await get(ports, answer["id"])
        raise Conflict("the override could not be stored; try again") from error
    await _apply(ports, product.id)
    return shown(item, today.isoformat())


async def withdraw(ports: Ports, actor: Actor, override_id: str) -> None:
    """It is no longer applied; withdrawn again, nothing changes. Raises NotFound."""
    item = await ports.records.get(OVERRIDES, override_id)
    if item is None:
        raise NotFound(f"there is no override {override_id}")
    if item["withdrawn_by"] is not None:
        return
    after = {name: value for name, value in item.items() if name != "open"}
    after["withdrawn_by"] = actor.id
    try:
        await ports.records.write(
            [Put(OVERRIDES, after, when=(Equals("withdrawn_by", None),))],
            [_event(after, actor, instant(ports.clock.now()))],
        )
    except ConditionFailed:
        return  # somebody else did
    await _apply(ports, item["product_id"])


def _event(item: Mapping[str, Any], actor: Actor, at: str) -> Event:
    told = {"product_id": item["product_id"], "by": actor.id}
    return Event("forecast.overridden", str(item["id"]), at, told)


def _checked(new: NewOverride, today: date) -> tuple[date, date, date]:
    days = {}
    given = {"first_day": new.first_day, "last_day": new.last_day,
             "expires": new.expires or new.last_day}  # fmt: skip
    for name, text in given.items():
        try:
            days[name] = date.fromisoformat(text)
        except ValueError as error:
            raise Invalid.field(name, "is no day of the calendar") from error
    first, last, expires = days["first_day"], days["last_day"], days["expires"]
    if last < first:
        raise Invalid.field("last_day", "must not be before first_day")
    if (last - first).days >= MOST_DAYS:
        raise Invalid.field("last_day", f"must be at most {MOST_DAYS} days from first_day on")
    if last < today:
        raise Invalid.field("last_day", "is over; only days to come can be changed")
    if expires < today:
        raise Invalid.field("expires", "is over")
    if (new.multiplier is None) == (new.units_per_day is None):
        raise Invalid.field("multiplier", "give either a multiplier or units_per_day")
    if len(normal(new.reason)) < 3:
        raise Invalid.field("reason", "must say why")
    return first, last, expires


async def _document(ports: Ports, product_id: str) -> Mapping[str, Any] | None:
    page = await ports.records.query(FORECASTS, product_id, newest_first=True, limit=1)
    return page.items[0] if page.items else None


def _plain(document: Mapping[str, Any] | None, days: Sequence[str]) -> list[float | None]:
    if document is None:
        return [None] * len(days)
    means = (document.get("statistical") or document)["mean"]
    by_day = dict(zip(days_of(document), means, strict=True))
    return [by_day.get(day) for day in days]


async def of_product(ports: Ports, product_id: str) -> list[Mapping[str, Any]]:
    """Those of a product that were not withdrawn and are not measured yet."""
    page = await ports.records.query(
        OVERRIDES, product_id, index="open-index", limit=4 * MOST_OF_A_PRODUCT
    )
    return list(page.items)


async def _apply(ports: Ports, product_id: str) -> None:
    document = await _document(ports, product_id)
    if document is not None:
        today = (await today_of(ports)).isoformat()
        item = adjusted(document, await of_product(ports, product_id), today)
        await ports.records.write([Put(FORECASTS, item)])


async def open_ones(ports: Ports) -> dict[str, list[Mapping[str, Any]]]:
    """Those in force or to come, by product."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    async for chunk in ports.records.scan(OVERRIDES):
        for item in chunk:
            if item.get("open"):
                found.setdefault(item["product_id"], []).append(item)
    return found


def applied(
    documents: Iterable[dict[str, Any]], known: Mapping[str, list[Mapping[str, Any]]], today: date
) -> Iterator[dict[str, Any]]:
    """Documents as they are to be stored, with the overrides of their products."""
    for document in documents:
        mine = known.get(document["product_id"], ())
        if mine and document["product_id"] != TOTAL:
            yield adjusted(document, mine, today.isoformat())
        else:
            yield document
