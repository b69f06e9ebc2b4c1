"""The default demo shop, simulated once."""

from datetime import date

import pytest

from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate


@pytest.fixture(scope="session")
def shop() -> SimulatedShop:
    return simulate(ShopSpec(last_day=date(2026, 6, 30)))
