"""What running this on AWS comes to at the load that is measured."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from omnix.cost import LOADS, Load, estimate, spend_limit
from omnix.kit.time import day_of
from omnix.platform import queries
from omnix.ports import Ports

from .settings import shop

DAYS = 30
_SQL = queries.load(__package__)


@dataclass(frozen=True)
class Bill:
    """A month's bill as estimated, in millionths of a US dollar, and its ``limit`` in dollars."""

    month_micro: int
    limit: int


async def orders_lately(ports: Ports) -> tuple[date, int]:
    """The first of the last DAYS days, and the orders since."""
    today = day_of(ports.clock.now(), (await shop(ports)).time_zone)
    since = today - timedelta(days=DAYS - 1)
    (row,) = await ports.lake.rows(_SQL["orders_of_days"], first=since)
    return since, int(row["orders"])


async def bill(ports: Ports, environment: Mapping[str, str] = os.environ) -> Bill | None:
    """None on a machine of one's own, where nothing is billed."""
    # The stack gives both to each of its functions; one alone may be somebody else's.
    if "PROJECT_NAME" not in environment or not (stage := environment.get("STAGE")):
        return None
    name = stage if stage in LOADS else "dev"
    _, orders = await orders_lately(ports)
    region = environment.get("AWS_REGION") or "us-east-1"
    made = estimate(name, region=region, load=Load.of_month(name, orders, 0))
    return Bill(made.total_micro, spend_limit(name))
