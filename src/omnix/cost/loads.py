"""Loads that a bill is computed for. Standard library only."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

DAYS = Decimal("30.4")
"""Days of a month."""


@dataclass(frozen=True)
class Load:
    """What a shop does in a month.

    ``events`` are facts that other systems send, one request each; ``gigabytes`` all that is
    kept, a fifth of it in tables; ``products`` the size of the catalogue.
    """

    requests: int
    orders: int
    events: int
    gigabytes: int
    products: int
    clients: int
    """Browsers that listen at the same time, on average."""

    @classmethod
    def of_month(
        cls,
        environment: str,
        orders: int,
        events: int,
        *,
        requests: int | None = None,
        gigabytes: int | None = None,
    ) -> Self:
        """The load of so many orders and events; what is not given is in proportion to the
        stated load, other requests to the orders. Raises KeyError for an environment.
        """
        stated = LOADS[environment]
        others = (stated.requests - stated.orders - stated.events) * orders // stated.orders
        asked = orders + events + others if requests is None else requests
        return cls(
            requests=max(orders + events, asked),
            orders=orders,
            events=events,
            gigabytes=stated.gigabytes if gigabytes is None else gigabytes,
            products=stated.products,
            clients=stated.clients,
        )


_SMALL = Load(
    requests=1_000_000, orders=6_080, events=91_200, gigabytes=10, products=1_000, clients=3
)
_LARGE = Load(
    requests=10_000_000, orders=60_800, events=912_000, gigabytes=100, products=5_000, clients=20
)
LOADS = {"dev": _SMALL, "test": _SMALL, "staging": _SMALL, "prod": _LARGE}
"""The loads that the product states: a million requests and 10 GB, ten million and 100 GB; of
them 200 and 2,000 orders a day, 3,000 and 30,000 events."""
