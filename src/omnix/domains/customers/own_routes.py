"""What a customer may see and decide of itself, over HTTP; staff may for any customer."""

from collections.abc import Sequence

import msgspec
from litestar import get, patch
from msgspec import UNSET

from omnix.domains.orders import changes, work
from omnix.domains.orders.together import of_customers
from omnix.kit.paging import Page
from omnix.platform import merged
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import consent, service
from .declare import CUSTOMERS
from .model import Customer, CustomerChange
from .own_model import (
    Preferences,
    PreferencesChange,
    Purchase,
    preferences,
    purchase,
)


class PurchaseList(Listing, frozen=True, kw_only=True):
    """A page of purchases."""

    items: list[Purchase]


async def purchases(
    ports: Ports, ids: Sequence[str], limit: int, cursor: str | None
) -> Page[Purchase]:
    """Of all these customers, newest first; an order that is still being placed is not there."""
    page = await of_customers(ports, ids, limit=limit, cursor=cursor)
    found = [
        purchase(changes.order(stored, await work.lines_of(ports, stored))) for stored in page.items
    ]
    return Page(found, page.next_cursor)


@get(
    "/customers/{customer_id:str}/purchases",
    opt=allow("purchases:read"),
    summary="What a customer bought",
)
async def list_purchases(
    ports: Ports, actor: Actor, customer_id: str, limit: Limit, cursor: Cursor
) -> PurchaseList:
    """A customer's orders with their lines, newest first; also those of merged records."""
    service.own(actor, customer_id)
    await service.get(ports, customer_id)
    ids = await merged.same(ports.records, CUSTOMERS, customer_id)
    page = await purchases(ports, ids, limit, cursor)
    return PurchaseList(items=list(page.items), next_cursor=page.next_cursor)


async def _preferences(ports: Ports, customer: Customer) -> Preferences:
    return preferences(customer, await consent.personalised(ports, customer))


_PREFER = "/customers/{customer_id:str}/preferences"


@get(_PREFER, opt=allow("preferences:write"), summary="Get a customer's preferences")
async def get_preferences(ports: Ports, actor: Actor, customer_id: str) -> Preferences:
    """How a customer is called and reached, and what it agreed to."""
    service.own(actor, customer_id)
    return await _preferences(ports, await service.get(ports, customer_id))


@patch(_PREFER, opt=allow("preferences:write"), summary="Change a customer's preferences")
async def change_preferences(
    ports: Ports, actor: Actor, customer_id: str, data: PreferencesChange
) -> Preferences:
    """Changes the fields sent, if ``version`` is still the current one."""
    service.own(actor, customer_id)
    given = {
        name: value
        for name in data.__struct_fields__
        if (value := getattr(data, name)) is not UNSET
    }
    change = msgspec.structs.replace(CustomerChange(version=data.version), **given)
    return await _preferences(ports, await service.change(ports, actor, customer_id, change))


ROUTES = (list_purchases, get_preferences, change_preferences)
