"""What to move between locations before anything is bought: one product, computed now."""

import numpy as np

from omnix.domains.products import service as products
from omnix.engine.inventory.rebalance import rebalance
from omnix.ports import Ports

from .cases import ahead_of, cases
from .desk import open_desk
from .model import ProposedTransfer


async def transfers(ports: Ports, product_id: str) -> list[ProposedTransfer]:
    """Journeys that save more lost margin than an order's work, the most saving first.

    None where nothing is earned by a sale or the cost is not known. Only stock that was counted
    and is not reserved is sent. Raises NotFound.
    """
    product = await products.get(ports, product_id)
    desk = await open_desk(ports)
    some = await cases(desk, [product])
    if len(some) < 2 or some[0].margin <= 0:
        return []
    ahead = ahead_of(some)
    until = np.array([case.lead + case.review for case in some])
    values = ahead.values_over(until, np.array([case.deviation for case in some]))
    journeys = rebalance(
        values,
        [case.available + case.on_order for case in some],
        [max(0, case.available) if case.counted else 0 for case in some],
        float(some[0].margin),
        float(desk.policy.order_minor),
    )
    return [
        ProposedTransfer(
            product_id=product_id,
            from_location_id=some[each.start].location_id,
            to_location_id=some[each.end].location_id,
            quantity=each.units,
            saves_minor=round(each.saves),
            currency=product.currency,
        )
        for each in journeys
    ]
