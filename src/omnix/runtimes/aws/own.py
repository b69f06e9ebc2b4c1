"""Collections that this runtime keeps for itself, declared as any domain's are."""

from omnix.kit.declare import Collection, Index

CONNECTIONS = Collection(
    "connections",
    table="realtime",
    key=("connection",),
    indexes=(Index("listing-index", "listing", "since"),),
    ttl="expires",
)
"""The clients of the WebSocket API between one message and the next. ``proof`` is the client's
token, sealed: it is looked at again for as long as the client listens.
"""

BEHIND = Collection("bus_behind", table="system", key=("bus", "consumer"))
"""Consumers that could not take what Lambda delivered, until they have caught up."""

BUS = "events"
"""The one value of ``bus`` there is."""
