"""What the streaming domain declares."""

from omnix.kit.declare import (
    ADMINS,
    EDITORS,
    READERS,
    Collection,
    Domain,
    Fact,
    Index,
    JobType,
    Permission,
    Schedule,
)

SEEN = Collection("seen_messages", table="realtime", key=("message_id",), ttl="expires")
"""Ids of the messages of the last seven days: one that is here already is a duplicate."""

HEADS = Collection(
    "stream_heads",
    table="realtime",
    key=("group", "stream"),
    indexes=(Index("listing-index", "listing", "group"),),
)
"""How far a group of cells is in a stream of the bus, and the ``epoch`` of its cells."""

CELLS = Collection("stream_cells", table="realtime", key=("partition", "slot"), ttl="expires")
"""What was counted of a stream in one minute, or ten; a replay makes new ones beside the old."""

ANOMALIES = Collection(
    "stream_anomalies",
    table="realtime",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "hour"),
        Index("metric-index", "metric", "hour"),
    ),
    ttl="expires",
)

_WHEN = {
    "at": "TIMESTAMP",
    "received_at": "TIMESTAMP",
    "day": "DATE",
    "stream": "VARCHAR",
    "sequence": "BIGINT",
}

EVENTS = Fact(
    "events",
    columns={
        "message_id": "VARCHAR",
        "type": "VARCHAR",
        "name": "VARCHAR",
        "visitor": "VARCHAR",
        "customer_id": "VARCHAR",
        "session_id": "VARCHAR",
        "order_id": "VARCHAR",
        "query": "VARCHAR",
        "url": "VARCHAR",
        "currency": "VARCHAR",
        "revenue_minor": "BIGINT",
        "properties": "VARCHAR",
        **_WHEN,
    },
    partition="day",
    order=("at",),
)
"""What visitors did. ``at`` and ``received_at`` are UTC, ``day`` is the shop's. A row came with
event ``sequence`` of ``stream``, so that a replay may begin anywhere."""

EVENT_ITEMS = Fact(
    "event_items",
    columns={
        "message_id": "VARCHAR",
        "type": "VARCHAR",
        "visitor": "VARCHAR",
        "customer_id": "VARCHAR",
        "product_id": "VARCHAR",
        "quantity": "BIGINT",
        "price_minor": "BIGINT",
        "currency": "VARCHAR",
        **_WHEN,
    },
    partition="day",
    order=("product_id", "at"),
)
"""The products of those events; ``price_minor`` is a piece's, null where it was not told."""

REPLAY = JobType("streaming.replay", "Count live figures anew from the lake", timeout=600)
WATCH = JobType("streaming.watch", "Compare the last hours with their usual range", timeout=300)

DOMAIN = Domain(
    name="streaming",
    title="Streaming",
    collections=(SEEN, HEADS, CELLS, ANOMALIES),
    facts=(EVENTS, EVENT_ITEMS),
    events={
        "events.received": "Visitors' events were taken: page views, carts, purchases.",
        "streaming.refreshed": "The live figures of the last minutes changed.",
        "anomaly.detected": "An hour's revenue, orders or visits left their usual range.",
    },
    jobs=(REPLAY, WATCH),
    schedules=(Schedule("streaming.watch", WATCH.name, every=900),),
    permissions=(
        Permission("events:write", "Send visitors' events", EDITORS),
        Permission("streaming:read", "See live figures and anomalies", READERS),
        Permission("streaming:replay", "Count live figures anew", ADMINS),
    ),
)
