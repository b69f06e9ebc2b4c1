"""Stock by FIFO: what lies came last, whatever was sold and moved in between."""

from collections import deque
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domains.simulated import ACTOR, advance, opened
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory import valuation
from omnix.domains.inventory.model import Adjustment, NewTransfer, TransferLine
from omnix.domains.inventory.purchasing import receiving, service
from omnix.domains.inventory.purchasing.model import (
    NewLine,
    NewPurchaseOrder,
    NewReceipt,
    Received,
)
from omnix.ports import Ports

from .buying import count, shop_of, supplier_of

pytestmark = pytest.mark.anyio


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9), st.integers(1, 5)), max_size=25),
    st.integers(0, 6),
)
@settings(max_examples=150, deadline=None)
def test_layers_equal_a_queue_of_units(steps: list[tuple[int, int, int]], opening: int) -> None:
    """Each step sells some of what is there, then receives units at a cost."""
    queue = deque([7] * opening)
    layers: list[valuation.Layer] = []
    for sold, came, cost in steps:
        for _ in range(min(sold, len(queue))):
            queue.popleft()
        layers = valuation._few([*valuation.lying(layers, len(queue), 7), (came, cost)])
        queue.extend([cost] * came)
        assert sum(n * each for n, each in layers) == sum(queue)
    for _ in range(min(3, len(queue))):
        queue.popleft()
    left = valuation.lying(layers, len(queue), 7)
    assert sum(n * each for n, each in left) == sum(queue)


def test_very_many_layers_keep_units_and_worth() -> None:
    layers = [(2, 10_000 * cost) for cost in range(1, 131)]
    few = valuation._few(layers)
    assert len(few) == valuation.MOST_LAYERS
    assert sum(n for n, _ in few) == 260
    assert sum(n * c for n, c in few) == pytest.approx(sum(n * c for n, c in layers), abs=260)
    assert few[-1] == layers[-1]


async def _bought(ports: Ports, units: int, cost: int) -> None:
    line = NewLine(product_id="tea", quantity=units, unit_cost_minor=cost)
    new = NewPurchaseOrder(supplier_id="acme", location_id="north", lines=(line,))
    order = await service.create(ports, ACTOR, new)
    await service.approve(ports, ACTOR, order.id)
    await service.send(ports, ACTOR, order.id)
    came = NewReceipt(lines=(Received(product_id="tea", quantity=units),))
    await receiving.receive(ports, ACTOR, order.id, came)
    advance(ports, hours=1)


async def _worth(ports: Ports) -> valuation.Worth:
    (found,) = (await valuation.listing(ports, 10, None)).items
    return found


async def test_the_shop_values_what_came_last(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await shop_of(ports, {"tea": 2}, cost_minor=100)
        await supplier_of(ports, "acme", {"tea": 200})
        await count(ports, "tea", 10)
        assert (await _worth(ports)).fifo_value_minor == 1000
        await _bought(ports, 20, 200)
        await _bought(ports, 5, 300)
        found = await _worth(ports)
        assert (found.on_hand, found.fifo_value_minor) == (35, 10 * 100 + 20 * 200 + 5 * 300)
        sold = Adjustment(location_id="north", delta=-22, reason="damaged")
        await inventory.adjust(ports, ACTOR, "tea", sold)
        assert (await _worth(ports)).fifo_value_minor == 8 * 200 + 5 * 300
        line = TransferLine("tea", 6)
        move = NewTransfer(from_location_id="north", to_location_id="south", lines=(line,))
        await inventory.transfer(ports, ACTOR, move)
        found = await _worth(ports)
        assert found.fifo_value_minor == 8 * 200 + 5 * 300
        assert found.value_minor != found.fifo_value_minor
