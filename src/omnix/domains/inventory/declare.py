"""What the inventory domain declares."""

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

BALANCES = Collection(
    "balances",
    table="inventory",
    key=("product_id", "location_id"),
    indexes=(Index("location-index", "location_id", "product_id"),),
)
"""Numbers ``on_hand``, ``reserved``, ``available`` (their difference) and ``on_order``."""

LEDGER = Collection("ledger", table="inventory", key=("stock", "entry"))
"""``stock`` is ``product_id@location_id``; entries only ever come, and sum to the balance."""

LOCATIONS = Collection("locations", table="inventory", key=("scope", "id"))
"""Scope ``shop`` holds the locations; ``default`` holds one item that names one of them."""

SUPPLIERS = Collection("suppliers", table="inventory", key=("scope", "id"))
SUPPLY = Collection(
    "supply",
    table="inventory",
    key=("product_id", "supplier_id"),
    indexes=(Index("supplier-index", "supplier_id", "product_id"),),
)
"""How a product is bought: lead time, its deviation, minimum quantity, pack size, unit cost."""

PROPOSALS = Collection(
    "proposals",
    table="inventory",
    key=("product_id", "location_id"),
    indexes=(
        Index("open-index", "open", "urgency"),
        Index("open-location-index", "open_at", "urgency"),
        Index("all-index", "every", "urgency"),
        Index("all-location-index", "every_at", "urgency"),
    ),
)
"""What to order. Only proposals of more than nothing have the ``open`` attributes."""

PROPOSAL_COUNTS = Collection("proposal_counts", table="inventory", key=("key",))

STOCK_DAYS = Fact(
    "stock_days",
    columns={
        "product_id": "VARCHAR",
        "location_id": "VARCHAR",
        "day": "DATE",
        "month": "VARCHAR",
        "on_hand": "BIGINT",
        "in_stock": "DOUBLE",
        "source": "VARCHAR",
    },
    partition="month",
    order=("product_id", "day"),
)
"""Closing stock of a day and the share of its opening hours in which the product was in stock."""

CLOSE_DAYS = JobType("inventory.close-days", "Write down yesterday's stock", timeout=600)

DOMAIN = Domain(
    name="inventory",
    title="Inventory",
    collections=(BALANCES, LEDGER, LOCATIONS, SUPPLIERS, SUPPLY, PROPOSALS, PROPOSAL_COUNTS),
    facts=(STOCK_DAYS,),
    events={
        "stock.moved": "Stock of a product at a location changed outside an order.",
        "stock.counted": "Stock of a product at a location was counted.",
        "location.created": "A location was opened.",
        "supplier.changed": "A supplier or its terms changed.",
    },
    jobs=(CLOSE_DAYS,),
    schedules=(Schedule("inventory.close-days", CLOSE_DAYS.name, at="00:15"),),
    permissions=(
        Permission("inventory:read", "See stock and proposals", READERS),
        Permission("inventory:write", "Adjust, count and transfer stock", EDITORS),
    ),
)
