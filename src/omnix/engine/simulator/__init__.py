"""A believable shop of any size with known truth: `simulate(ShopSpec(...))`."""

from omnix.engine.simulator.planted import Planted
from omnix.engine.simulator.simulate import simulate
from omnix.engine.simulator.tables import (
    CHANNELS,
    PAYMENTS,
    STATUSES,
    ShopSpec,
    SimulatedShop,
    Truth,
)

__all__ = [
    "CHANNELS",
    "PAYMENTS",
    "STATUSES",
    "Planted",
    "ShopSpec",
    "SimulatedShop",
    "Truth",
    "simulate",
]
