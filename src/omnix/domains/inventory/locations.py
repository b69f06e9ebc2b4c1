"""Where stock lies. A shop that names no place has one called main."""

from typing import Any

import msgspec

from omnix.kit.errors import AlreadyExists, ConditionFailed, Conflict, Invalid
from omnix.kit.events import Event
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.text import normal
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.ports import Absent, Operation, Ports, Put

from .declare import LOCATIONS
from .model import Location, NewLocation

FIRST = "main"
MOST = 200
"""Locations of a shop: what goes over all of them takes them in one page."""
_SCOPE = "shop"
_DEFAULT = ("default", "default")


async def chosen(ports: Ports) -> str | None:
    """The location meant where none is named, if the shop has any."""
    stored = await ports.records.get(LOCATIONS, _DEFAULT)
    return str(stored["location_id"]) if stored is not None else None


async def default(ports: Ports) -> str:
    """The same for what stores something there: a shop without any gets its first one."""
    found = await chosen(ports)
    if found is None:
        await _open(ports, FIRST, "Main", first=True)
        found = await chosen(ports)
        assert found is not None
    return found


async def require(ports: Ports, id: str, field: str = "location_id") -> None:
    """Raises Invalid on ``field`` if there is no such location."""
    if await ports.records.get(LOCATIONS, (_SCOPE, id)) is None:
        raise Invalid.field(field, f"no location {id}")


async def given_or_default(ports: Ports, id: str | None) -> str:
    """The location named, which must exist, or the default."""
    if id is None:
        return await default(ports)
    await require(ports, id)
    return id


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[Location]:
    """Locations by id."""
    default_id = await chosen(ports)
    page = await ports.records.query(LOCATIONS, _SCOPE, limit=limit, cursor=cursor)
    found = [
        msgspec.convert({**stored, "default": stored["id"] == default_id}, Location)
        for stored in page.items
    ]
    return Page(found, page.next_cursor)


async def create(ports: Ports, actor: Actor, new: NewLocation) -> Location:
    """Raises AlreadyExists for a taken id, Conflict where there are MOST already."""
    name = normal(new.name)
    if not name:
        raise Invalid.field("name", "must not be blank")
    id = new.id or new_id("loc")
    if len((await ports.records.query(LOCATIONS, _SCOPE, limit=MOST)).items) >= MOST:
        raise Conflict(f"a shop has at most {MOST} locations")
    first = await ports.records.get(LOCATIONS, _DEFAULT) is None
    location = await _open(ports, id, name, first=first)
    if location is None:
        raise AlreadyExists.field("id", id)
    return location


async def _open(ports: Ports, id: str, name: str, *, first: bool) -> Location | None:
    """None if there is one under this id, or another became the first meanwhile."""
    now = instant(ports.clock.now())
    location, pointer = location_items([(id, name)], now)
    operations: list[Operation] = [Put(LOCATIONS, location, when=(Absent(),))]
    if first:
        operations.append(Put(LOCATIONS, pointer, when=(Absent(),)))
    event = Event("location.created", id, now, {"id": id, "name": name})
    try:
        await ports.records.write(operations, [event])
    except ConditionFailed as error:
        if error.failed == (1,) and id != FIRST:
            raise Conflict("another location was opened first; try again") from error
        return None
    return Location(id=id, name=name, default=first, created_at=now)


def location_items(locations: list[tuple[str, str]], at: str) -> list[dict[str, Any]]:
    """Items for ``records.load``: the locations (id, name), the first of them as the default."""
    items: list[dict[str, Any]] = [
        {"scope": _SCOPE, "id": id, "name": name, "created_at": at} for id, name in locations
    ]
    scope, key = _DEFAULT
    return [*items, {"scope": scope, "id": key, "location_id": locations[0][0]}]
