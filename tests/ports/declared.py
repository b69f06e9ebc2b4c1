"""Collections and facts that the contract suites use. An adapter opens itself with these."""

from collections.abc import Awaitable, Callable

from omnix.kit.declare import Collection, Fact, Index

THINGS = Collection(
    "things",
    "things",
    ("id",),
    (
        Index("by_group", "group", "rank"),
        Index("by_owner", "owner", "id"),
        Index("by_group_spread", "group", "rank", spread=3),
    ),
    remembered=True,
)
LINES = Collection("lines", "things", ("order", "line"), (Index("by_product", "product", "line"),))
TOKENS = Collection("tokens", "things", ("id",), ttl="expires")
MOVES = Collection("moves", "things", ("stock", "entry"), grows=True)
COLLECTIONS = (THINGS, LINES, TOKENS, MOVES)

SALES = Fact(
    "sales",
    {
        "month": "VARCHAR",
        "day": "DATE",
        "product": "VARCHAR",
        "units": "BIGINT",
        "share": "DOUBLE",
        "at": "TIMESTAMP",
        "gift": "BOOLEAN",
    },
    "month",
    ("product", "day"),
)
VISITS = Fact("visits", {"day": "DATE", "customer": "VARCHAR", "pages": "INTEGER"}, "day")
FACTS = (SALES, VISITS)

Advance = Callable[[float], Awaitable[None]]
"""Lets seconds pass for the adapter: a step of a manual clock, or a sleep."""
