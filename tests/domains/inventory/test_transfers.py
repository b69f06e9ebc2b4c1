"""Transfers that are proposed: stock that lies goes where it sells, and only if that pays."""

from pathlib import Path

import pytest

from domains.simulated import ACTOR, opened
from omnix.domains.forecasting.declare import FORECASTS
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.model import NewTransfer, TransferLine
from omnix.domains.inventory.policy import PolicyChange
from omnix.domains.inventory.policy import change as change_policy
from omnix.domains.inventory.policy import get as policy
from omnix.domains.inventory.replenishment.transfers import transfers
from omnix.kit.errors import NotFound

from .buying import START, count, shop_of, supplier_of, totals

pytestmark = pytest.mark.anyio


async def test_what_lies_in_one_place_is_sent_to_the_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2, "mug": 1})
        document = {
            "product_id": "tea", "forecast_date": START, "totals": totals(5),
            "places": {"north": totals(4), "south": totals(0.2)},
        }  # fmt: skip
        await ports.records.load(FORECASTS, [document])
        await supplier_of(ports, "acme", {"tea": 200, "mug": 200})
        await count(ports, "tea", 5)
        await count(ports, "tea", 300, "south")
        [found] = await transfers(ports, "tea")
        assert (found.from_location_id, found.to_location_id) == ("south", "north")
        assert 30 <= found.quantity <= 100
        assert found.saves_minor > 200
        line = TransferLine(product_id="tea", quantity=found.quantity)
        made = NewTransfer(from_location_id="south", to_location_id="north", lines=(line,))
        await inventory.transfer(ports, ACTOR, made)
        assert await transfers(ports, "tea") == []


async def test_none_where_it_does_not_pay_or_nobody_counted(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 4})
        await supplier_of(ports, "acme", {"tea": 200})
        assert await transfers(ports, "tea") == []
        await count(ports, "tea", 0)
        await count(ports, "tea", 100, "south")
        assert len(await transfers(ports, "tea")) == 1
        known = await policy(ports)
        dear = PolicyChange(version=known.version, order_minor=10_000_000)
        await change_policy(ports, ACTOR, dear)
        assert await transfers(ports, "tea") == []
        with pytest.raises(NotFound):
            await transfers(ports, "none")
