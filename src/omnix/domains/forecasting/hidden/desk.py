"""Lost sales as the pages read them: no numerics, no lake."""

import msgspec

from omnix.domains.forecasting.declare import LOST_DAYS, LOST_SALES
from omnix.domains.products import service as products
from omnix.kit.errors import Invalid
from omnix.kit.paging import Page
from omnix.ports import Ports

from .model import RANGES, SHOP_KEY, LostDays, LostSale


async def listing(ports: Ports, days: int, limit: int, cursor: str | None) -> Page[LostSale]:
    """What lost most money first. Raises Invalid for a range that is not kept."""
    if days not in RANGES:
        raise Invalid.field("days", f"must be one of {', '.join(map(str, RANGES))}")
    page = await ports.records.query(
        LOST_SALES, str(days), index="rank-index", limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, LostSale) for item in page.items], page.next_cursor)


async def of_product(ports: Ports, product_id: str) -> list[LostSale]:
    """Its ranges in which anything was lost. Raises NotFound for no such product."""
    await products.get(ports, product_id)
    keys = [(str(days), product_id) for days in RANGES]
    found = await ports.records.get_many(LOST_SALES, keys)
    return [msgspec.convert(item, LostSale) for item in found if item is not None]


async def by_day(ports: Ports) -> LostDays:
    """What the shop lost on each day; nothing known before the first night."""
    item = await ports.records.get(LOST_DAYS, SHOP_KEY)
    return msgspec.convert(item, LostDays) if item else LostDays()
