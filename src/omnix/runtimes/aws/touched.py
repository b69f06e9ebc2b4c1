"""Which tables are touched by what: by requests, by consumers, by jobs, by messages to people."""

from collections.abc import Iterable

from omnix.adapters.aws.tables import TABLES
from omnix.declared import COLLECTIONS, DECLARED
from omnix.kit.declare import Collection


def _holding(collections: Iterable[Collection], *but: str) -> tuple[str, ...]:
    """The tables that hold any of ``collections``, in the design's order, without ``but``."""
    held = {collection.table for collection in collections} - set(but)
    return tuple(table for table in TABLES if table in held)


def notifying(queue: str) -> tuple[str, ...]:
    """Those of the domains whose jobs go to ``queue``, and where jobs are kept."""
    return _holding(
        collection
        for domain in DECLARED
        if domain.name == "system" or any(job.queue == queue for job in domain.jobs)
        for collection in domain.collections
    )


ALL = _holding(COLLECTIONS)

SHOP = _holding(COLLECTIONS, "auth")
"""Where the domains keep what they know, but for who may sign in."""

ANSWERED = _holding(COLLECTIONS, "forecasts", "historical-data")
"""What requests may change: forecasts and totals of days are made behind them."""

COMPUTED = (
    "auth", "experiments", "forecasts", "historical-data", "inventory", "products", "system",
    "alerts", "customers", "recommendations",
)  # fmt: skip
"""What requests look at that compute their answers; the last three the analyst alone."""

FOLLOWED = _holding(COLLECTIONS, "auth", "experiments", "historical-data", "orders")
"""What consumers read: of the others events tell them enough, or they only write them."""

FOLLOWING = (
    "alerts",
    "historical-data",
    "inventory",
    "realtime",
    "recommendations",
    "system",
)
"""What consumers write."""

LOOKED_THROUGH = ("customers", "inventory", "products")
"""What work looks through from end to end; requests never do."""

COMBED = (*LOOKED_THROUGH, "forecasts", "recommendations", "system")
"""The same of jobs, which also clear up what they made before."""
