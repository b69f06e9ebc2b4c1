"""The measured units are those of today's code."""

from decimal import Decimal
from pathlib import Path

import pytest

pytest.importorskip("botocore")

from cost.measure import measured
from omnix.cost.units import UNITS
from omnix.declared import COLLECTIONS, FACTS
from ports import aws_stack, emulators

pytestmark = [pytest.mark.anyio, pytest.mark.soak, emulators.GROUP]


async def test_an_order_costs_what_the_estimate_says(tmp_path: Path) -> None:
    """Else: ``python -m cost.measure`` in tests/, and its figures into ``omnix.cost.units``."""
    with emulators.dynamodb_local() as dynamodb, emulators.ministack() as address:
        opened = aws_stack.opened(address, dynamodb, COLLECTIONS, FACTS, tmp_path)
        async with opened as ports:
            found = await measured(ports, orders=1)
    for name, kind, stated in (
        ("placed", "write", UNITS.placed_writes),
        ("placed", "read", UNITS.placed_reads),
        ("followed", "write", UNITS.followed_writes),
        ("followed", "read", UNITS.followed_reads),
        ("read", "read", UNITS.read_reads),
    ):
        counted = Decimal(str(found[name][kind]))
        assert stated * Decimal("0.75") <= counted <= stated * Decimal("1.25"), (name, kind, found)
