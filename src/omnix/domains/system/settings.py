"""The shop's settings: typed, validated, with every former version kept."""

import os
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from omnix.kit.errors import ConditionFailed, Conflict, FieldError, Invalid
from omnix.kit.events import Event
from omnix.kit.money import exponent
from omnix.kit.paging import Page
from omnix.kit.text import normal
from omnix.kit.time import instant, zone
from omnix.platform.access import Actor
from omnix.ports import Absent, Equals, Operation, Ports, Put

from .declare import SETTINGS, SETTINGS_HISTORY

_KEY = "shop"

Origin = Annotated[
    str,
    msgspec.Meta(pattern=r"^https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?(?!\n)$", max_length=270),
]
Origins = Annotated[
    tuple[Origin, ...],
    msgspec.Meta(
        max_length=20,
        description="Sites whose pages may send events: `https://shop.example`, no path.",
    ),
]

WebAddress = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^(https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?)?(?!\n)$",
        max_length=270,
        description="Where the web is, `https://shop.example`: mails link to it. Empty: unknown.",
    ),
]
WEB_ADDRESS = "OMNIX_WEB_ADDRESS"
"""The environment variable that holds where the setting is empty."""


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """What the whole platform assumes about the shop.

    ``mode`` tells what the data is: ``empty``, ``demo`` or ``real``. ``country`` (ISO 3166) is that
    of the public holidays; left empty, it is the time zone's. The stock assumptions hold
    for products and suppliers that say nothing themselves; answers that use them say so. With
    ``personalisation_by_consent`` only customers who agreed are shown what suits them.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "My shop"
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "EUR"
    time_zone: Annotated[str, msgspec.Meta(max_length=64)] = "UTC"
    country: Annotated[str, msgspec.Meta(pattern="^([A-Z]{2})?$")] = ""
    mode: Annotated[str, msgspec.Meta(pattern="^(empty|demo|real)$")] = "empty"
    lead_time_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 7
    review_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7
    service_level: Annotated[float, msgspec.Meta(ge=0.5, le=0.999)] = 0.95
    event_origins: Origins = ()
    web_address: WebAddress = ""
    personalisation_by_consent: bool = False
    version: int = 0


class ShopChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings to change; ``version`` is the one that was read."""

    version: int
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] | None = None
    time_zone: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    country: Annotated[str, msgspec.Meta(pattern="^([A-Z]{2})?$")] | None = None
    lead_time_days: Annotated[int, msgspec.Meta(ge=0, le=365)] | None = None
    review_days: Annotated[int, msgspec.Meta(ge=1, le=90)] | None = None
    service_level: Annotated[float, msgspec.Meta(ge=0.5, le=0.999)] | None = None
    event_origins: Origins | None = None
    web_address: WebAddress | None = None
    personalisation_by_consent: bool | None = None


class Former(msgspec.Struct, frozen=True, kw_only=True):
    """A version of the settings, who set it and when."""

    version: int
    value: Shop
    by: str
    at: str


async def shop(ports: Ports) -> Shop:
    """The settings in force; the defaults before anything was set."""
    item = await ports.records.get(SETTINGS, _KEY)
    return msgspec.convert(item["value"], Shop) if item else Shop()


def web_address(shop: Shop, environment: Mapping[str, str] = os.environ) -> str:
    """Scheme and host of the web, without a slash at the end; empty where nobody told.

    Never what a request says of itself: whoever asks for a mail could then choose where its
    link leads.
    """
    return shop.web_address or environment.get(WEB_ADDRESS, "").rstrip("/")


async def change_shop(ports: Ports, actor: Actor, change: ShopChange) -> Shop:
    """Apply a user's change. Raises Conflict if the settings changed since they were read."""
    before = await shop(ports)
    if change.version != before.version:
        raise Conflict(f"the settings are at version {before.version}; read them again")
    given = {
        field: value
        for field in change.__struct_fields__
        if field != "version" and (value := getattr(change, field)) is not None
    }
    if before.mode != "empty":
        for field, holds in (("currency", before.currency), ("time_zone", before.time_zone)):
            if given.get(field, holds) != holds:
                told = "can be changed no more: the shop's data is in it"
                raise Conflict(f"{field} {told}", [FieldError(field, told)])
    if not normal(given.get("name", before.name)):
        raise Invalid.field("name", "must not be blank")
    return await store_shop(ports, actor, before, msgspec.structs.replace(before, **given))


async def history(ports: Ports, limit: int, cursor: str | None) -> Page[Former]:
    """Every version of the settings, newest first."""
    page = await ports.records.query(
        SETTINGS_HISTORY, _KEY, newest_first=True, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, Former) for item in page.items], page.next_cursor)


async def store_shop(ports: Ports, actor: Actor, before: Shop, after: Shop) -> Shop:
    """Store ``after`` where ``before`` stands. Raises Invalid for a wrong zone or currency."""
    try:
        zone(after.time_zone)
    except ValueError as error:
        raise Invalid.field("time_zone", str(error)) from error
    try:
        exponent(after.currency)
    except ValueError as error:
        raise Invalid.field("currency", str(error)) from error
    after = msgspec.structs.replace(after, name=normal(after.name))
    operations, events = _storing(before, after, actor.id, instant(ports.clock.now()))
    try:
        await ports.records.write(operations, events)
    except ConditionFailed as error:
        raise Conflict("the settings changed meanwhile; read them again") from error
    return msgspec.structs.replace(after, version=before.version + 1)


def opening(before: Shop, by: str, at: str) -> tuple[list[Operation], list[Event]]:
    """What the batch that stores an empty shop's first data must hold besides: it is real then.

    Nothing for a shop that has data. The batch fails where the settings changed meanwhile, which
    ``reopened`` tells.
    """
    if before.mode != "empty":
        return [], []
    return _storing(before, msgspec.structs.replace(before, mode="real"), by, at)


def reopened(error: ConditionFailed, operations: Sequence[Operation]) -> bool:
    """Whether a batch failed for want of the settings that ``opening`` was given."""
    return any(operations[position].collection is SETTINGS for position in error.failed)


def _storing(before: Shop, after: Shop, by: str, at: str) -> tuple[list[Operation], list[Event]]:
    after = msgspec.structs.replace(after, version=before.version + 1)
    item = {"key": _KEY, "version": after.version, "value": msgspec.to_builtins(after)}
    former = {
        "key": _KEY,
        "version": after.version,
        "value": msgspec.to_builtins(after),
        "by": by,
        "at": at,
    }
    guard = Equals("version", before.version) if before.version else Absent()
    event = Event("settings.changed", _KEY, at, {"version": after.version, "by": by})
    return [Put(SETTINGS, item, when=(guard,)), Put(SETTINGS_HISTORY, former)], [event]
