"""The simulator's promotions as the shop would have put them on record."""

from collections.abc import Iterator
from typing import Any

from omnix.domains.forecasting.promotions import desk
from omnix.domains.forecasting.promotions.model import Promotion
from omnix.engine.simulator import SimulatedShop
from omnix.platform.access import SYSTEM

from .items import Names


def promotions(made: SimulatedShop, names: Names) -> Iterator[dict[str, Any]]:
    """The promotions of the history, as if each had been recorded a week ahead."""
    plan = made.promotions
    rows = zip(plan.product, plan.first_day, plan.last_day, plan.percent_off, strict=True)
    for number, (product, first, last, percent) in enumerate(rows):
        yield desk.stored(
            Promotion(
                id=f"prm_demo_{number:06d}",
                name=f"{int(percent)}% off",
                percent_off=int(percent),
                first_day=str(names.days[first]),
                last_day=str(names.days[last]),
                product_ids=[names.products[int(product)]],
                category=None,
                author=SYSTEM.id,
                created_at=names.moment(made, int(first) - 7),
            )
        )
