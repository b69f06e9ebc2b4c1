"""What the orders domain declares."""

from omnix.kit.declare import (
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

ORDERS = Collection(
    "orders",
    table="orders",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "placed_at", spread=4),
        Index("customer-index", "customer_id", "placed_at"),
        Index("status-index", "status", "placed_at", spread=4),
        Index("number-index", "own_number", "placed_at"),
        Index("pending-index", "pending", "placed_at", spread=4),
    ),
)
"""``listing`` is ``all`` for an order that users see; one that is still being placed has neither
``listing`` nor the attributes of the other lists. ``pending`` is ``yes`` while steps are under
way. ``own_number`` is the number of an order that another system numbered; ours are found by
their time. An imported order has ``source`` import: it never reserved stock. Everything but
``status``, ``version`` and ``changes`` is as it was placed."""

ORDER_LINES = Collection("order_lines", table="orders", key=("order_id", "chunk"))
"""The lines of an order too long for one item, as they were placed."""

SWEEP = JobType("orders.sweep-pending", "Finish interrupted orders", timeout=300)

SALES = Fact(
    "sales",
    columns={
        "order_id": "VARCHAR",
        "line": "INTEGER",
        "kind": "VARCHAR",
        "at": "TIMESTAMP",
        "day": "DATE",
        "month": "VARCHAR",
        "product_id": "VARCHAR",
        "customer_id": "VARCHAR",
        "location_id": "VARCHAR",
        "channel": "VARCHAR",
        "quantity": "BIGINT",
        "revenue_minor": "BIGINT",
        "discount_minor": "BIGINT",
        "cost_minor": "BIGINT",
        "currency": "VARCHAR",
        "source": "VARCHAR",
    },
    partition="month",
    order=("day", "product_id"),
)
"""One row for each line sold, returned, cancelled or charged.

``kind`` is sale, return, cancellation or charge (postage and fees: no product). ``at`` is UTC;
``day`` and ``month`` (YYYY-MM) are cut in the shop's zone. Returns and cancellations have
negative quantity and revenue on the day they happened. ``revenue_minor`` is after discounts,
without tax and shipping; ``cost_minor`` is the line's cost, NULL while unknown. ``source`` is
live, import or demo.
"""

DOMAIN = Domain(
    name="orders",
    title="Orders",
    collections=(ORDERS, ORDER_LINES),
    facts=(SALES,),
    events={
        "sales.recorded": "Sales of some days came into the lake.",
        "order.placed": "An order was accepted and its stock reserved.",
        "order.confirmed": "The shop took an order on.",
        "order.fulfilled": "Goods of an order left the shop.",
        "order.returned": "Goods of an order came back.",
        "order.cancelled": "An order was cancelled and its reservation released.",
        "order.paid": "An order was paid in full.",
        "order.refunded": "Money of an order was given back.",
    },
    jobs=(SWEEP,),
    schedules=(Schedule("orders.sweep-pending", SWEEP.name, every=300),),
    permissions=(
        Permission("orders:read", "See orders", READERS),
        Permission("orders:write", "Place and change orders", EDITORS),
    ),
)
