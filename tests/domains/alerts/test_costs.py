"""What the language model and the cloud cost is told before it is too much, and when it is."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from domains.simulated import job
from omnix.cost import Load, estimate, spend_limit
from omnix.domains.alerts import sweep
from omnix.domains.alerts.handlers import CONSUMERS
from omnix.domains.alerts.model import Alert
from omnix.domains.analyst import budget
from omnix.domains.analyst.model import LimitsChange
from omnix.domains.orders.declare import SALES
from omnix.domains.system import bill, settings
from omnix.kit.errors import TooMany
from omnix.platform.access import SYSTEM
from omnix.platform.consume import consume_once
from omnix.ports import Ports

from .shop import ANN, active, later, shop

pytestmark = pytest.mark.anyio


async def use(ports: Ports, tokens: int) -> bool:
    """Whether a call that might take 100 tokens more than it does was let through."""
    day = await budget.today(ports)
    try:
        await budget.reserve(ports, ANN, day, tokens + 100)
    except TooMany:
        return False
    await budget.settle(ports, ANN, day, tokens + 100, tokens)
    return True


async def told(ports: Ports) -> list[dict[str, Any]]:
    batch = await ports.bus.read("test", ["ai.spent"])
    return [dict(event.data) for event in batch.events]


async def test_most_of_a_days_tokens_are_an_alert_and_all_of_them_another(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as ports:
        before = await settings.shop(ports)
        await settings.store_shop(
            ports, SYSTEM, before, msgspec.structs.replace(before, currency="USD")
        )
        await budget.change(
            ports, LimitsChange(version=0, tokens_per_day=1_000, price_out_microusd=15_000_000)
        )
        assert await use(ports, 799)
        assert not await told(ports)
        for _ in range(3):
            assert await use(ports, 1)
        (most,) = await told(ports)
        assert (most["used_up"], most["tokens"], most["limit"]) == (False, 800, 1_000)
        await consume_once(ports, CONSUMERS[0])
        (alert,) = await active(ports)
        assert (alert.rule_id, alert.kind, alert.severity) == ("model-budget", "cost", "info")
        assert alert.evidence.attributes["share"] == 0.8
        # 15 millionths of a dollar each, in whole cents.
        assert alert.loss_minor == 2
        assert "at most 0.02 USD" in alert.text

        assert not await use(ports, 200)
        assert not await use(ports, 200)
        (_, gone) = await told(ports)
        assert (gone["used_up"], gone["tokens"]) == (True, 802)
        await consume_once(ports, CONSUMERS[0])
        (end,) = [each for each in await active(ports) if each.id != alert.id]
        assert (end.rule_id, end.severity) == ("model-budget-used", "warning")
        assert end.evidence.attributes["share"] == 1
        assert "802 of 1,000 tokens" in end.text


async def test_each_day_and_each_limit_is_told_once(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await budget.change(ports, LimitsChange(version=0, tokens_per_day=1_000))
        await use(ports, 850)
        await use(ports, 50)
        await budget.change(ports, LimitsChange(version=1, tokens_per_day=2_000))
        await use(ports, 600)
        await use(ports, 100)
        assert [each["limit"] for each in await told(ports)] == [1_000, 2_000]
        later(ports, days=1)
        await use(ports, 1_700)
        await consume_once(ports, CONSUMERS[0])
        found = await active(ports)
        assert len({alert.subject for alert in found}) == len(found) == 2
        # Nobody said what a token costs.
        assert {(a.loss_minor, "usd" in a.evidence.attributes) for a in found} == {(0, False)}


async def sell(ports: Ports, orders: int) -> None:
    """So many orders, placed today."""
    day = ports.clock.now().date()
    ids = [f"{orders}-{number}" for number in range(orders)]
    columns = {"order_id": ids, "kind": ["sale"] * orders, "day": [day] * orders}
    await ports.lake.append(SALES, {**columns, "month": [f"{day:%Y-%m}"] * orders})


async def test_a_bill_above_its_limit_is_an_alert_where_something_is_billed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop(tmp_path) as ports:

        async def look() -> list[Alert]:
            await sweep.sweep(job(ports), {"kinds": ["cost"]})
            return await active(ports)

        await sell(ports, 100)
        monkeypatch.setenv("STAGE", "dev")
        monkeypatch.setenv("PROJECT_NAME", "omnix-ai")
        assert await look() == []
        found = await bill.bill(ports)
        assert found is not None
        assert found.month_micro == estimate("dev", load=Load.of_month("dev", 100, 0)).total_micro
        await sell(ports, 100_000)
        (alert,) = await look()
        assert (alert.rule_id, alert.subject) == ("bill-high", "cost:bill-2026-03")
        month = estimate("dev", load=Load.of_month("dev", 100_100, 0)).total_micro
        share = month / (spend_limit("dev") * 1_000_000)
        assert alert.evidence.attributes == {"what": "bill", "share": round(share, 4)}
        assert share > 1
        assert await look() == [alert]
        later(ports, days=35)
        await sell(ports, 100_000)
        assert [each.subject for each in await look()] == ["cost:bill-2026-04"]
        monkeypatch.delenv("PROJECT_NAME")
        assert await bill.bill(ports) is None
