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
"""Numbers ``on_hand``, ``reserved``, ``available`` (their difference), ``on_order`` and
``drafted``: what approved purchase orders still owe, and what drafts ask for."""

LEDGER = Collection("ledger", table="inventory", key=("stock", "entry"), grows=True)
"""``stock`` is ``product_id@location_id``; entries only ever come, and sum to the balance."""

LOCATIONS = Collection("locations", table="inventory", key=("scope", "id"), remembered=True)
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

PURCHASE_ORDERS = Collection(
    "purchase_orders",
    table="inventory",
    key=("scope", "id"),
    indexes=(
        Index("listing-index", "listing", "created_at"),
        Index("state-index", "state", "created_at"),
        Index("supplier-index", "supplier_id", "created_at"),
    ),
)
DELIVERIES = Collection("deliveries", table="inventory", key=("supplier_id", "entry"))
"""How long each receipt took since its order was sent: what lead times are learnt from."""

VALUES = Collection("values", table="inventory", key=("product_id",))
"""Moving average of what a product cost, in ten-thousandths of a minor unit of the shop's
currency, and the layers of the latest receipts. One for all locations, so that a transfer
changes nothing."""

POLICY = Collection("policy", table="inventory", key=("key",))
"""What replenishment aims at, under ``shop``."""

CLASSES = Collection(
    "classes",
    table="inventory",
    key=("product_id",),
    indexes=(Index("listing-index", "listing", "rank"), Index("class-index", "class", "rank")),
)
"""ABC/XYZ class of each product that sold, by its rank in revenue."""

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
"""Closing stock of a day (NULL where an import told but whether there was any) and the share of its
opening hours in which the product was in stock."""

SIMULATE = JobType("inventory.simulate", "Replay replenishment policies over history", timeout=600)
CLASSIFY = JobType("inventory.classify", "Sort products into ABC and XYZ classes", timeout=600)
MAIL_ORDER = JobType(
    "purchasing.mail", "Mail a purchase order", timeout=60, attempts=8, queue="notifications-queue"
)
CLOSE_DAYS = JobType("inventory.close-days", "Write down yesterday's stock", timeout=600)

DOMAIN = Domain(
    name="inventory",
    title="Inventory",
    collections=(
        BALANCES,
        LEDGER,
        LOCATIONS,
        SUPPLIERS,
        SUPPLY,
        PROPOSALS,
        PROPOSAL_COUNTS,
        PURCHASE_ORDERS,
        DELIVERIES,
        VALUES,
        POLICY,
        CLASSES,
    ),
    facts=(STOCK_DAYS,),
    events={
        "stock.moved": "Stock of a product at a location changed outside an order.",
        "stock.counted": "Stock of a product at a location was counted.",
        "location.created": "A location was opened.",
        "supplier.changed": "A supplier or its terms changed.",
        "purchase-order.changed": "A purchase order was drafted, changed or came a step further.",
        "replenishment.policy-changed": "What replenishment aims at was changed.",
        "proposals.refreshed": "What to order of some products, or of all, was computed anew.",
    },
    jobs=(CLOSE_DAYS, SIMULATE, CLASSIFY, MAIL_ORDER),
    schedules=(
        Schedule("inventory.close-days", CLOSE_DAYS.name, at="00:15"),
        Schedule("inventory.classify", CLASSIFY.name, at="04:30"),
    ),
    permissions=(
        Permission("inventory:read", "See stock and proposals", READERS),
        Permission("inventory:write", "Adjust, count and transfer stock", EDITORS),
        Permission("purchasing:read", "See purchase orders and what stock is worth", READERS),
        Permission("purchasing:write", "Draft, send and receive purchase orders", EDITORS),
        Permission("purchasing:approve", "Approve purchase orders", EDITORS),
    ),
)
