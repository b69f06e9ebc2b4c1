"""``GET /v1/system/cost``: what AWS would cost at the load that was measured."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from api.serving import Served, serving
from omnix.cost import LOADS, Load, estimate, spend_limit
from omnix.domains.orders.declare import SALES
from omnix.kit.declare import ROLES

pytestmark = pytest.mark.anyio


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as opened:
        yield opened


async def sell(served: Served, order: str, days_ago: int, kind: str = "sale") -> None:
    day = served.clock.now().date() - timedelta(days=days_ago)
    rows = {"order_id": [order] * 2, "kind": [kind] * 2, "day": [day] * 2}
    await served.ports.lake.append(SALES, {**rows, "month": [f"{day:%Y-%m}"] * 2})


async def test_a_machine_of_ones_own_has_no_bill(served: Served) -> None:
    told = (await served.call("GET", "/system/cost")).json()
    assert told["runs_on"] == "this machine"
    assert told["bill"] == "no bill: runs on your machine"
    assert told["stated"]["total_micro"] == estimate("dev").total_micro
    assert told["stated"]["requests"] == LOADS["dev"].requests
    assert told["measured"]["orders"] == 0


async def test_orders_of_thirty_days_are_counted_once_each(served: Served) -> None:
    for order, days_ago in (("a", 0), ("b", 29), ("c", 30), ("d", 200)):
        await sell(served, order, days_ago)
    await sell(served, "a", 1, "return")
    measured = (await served.call("GET", "/system/cost")).json()["measured"]
    assert (measured["orders"], measured["days"]) == (2, 30)
    assert measured["since"] == (served.clock.now().date() - timedelta(days=29)).isoformat()
    month = measured["month"]
    made = estimate("dev", load=Load.of_month("dev", 2, 0))
    assert month["total_micro"] == made.total_micro
    assert sum(each["amount_micro"] for each in month["services"]) == made.total_micro


async def test_on_aws_it_is_the_bill_of_the_stage(served: Served) -> None:
    served.app.state.update({"stage": "prod", "region": "eu-west-1"})
    told = (await served.call("GET", "/system/cost")).json()
    assert (told["runs_on"], told["environment"], told["region"]) == ("aws", "prod", "eu-west-1")
    assert told["stated"]["total_micro"] == estimate("prod", region="eu-west-1").total_micro
    assert told["spend_limit_usd"] == spend_limit("prod")


async def test_only_administrators_are_told(served: Served) -> None:
    for role in ROLES:
        answer = await served.call("GET", "/system/cost", role)
        assert (answer.status_code == 200) == (role == "admin"), role
