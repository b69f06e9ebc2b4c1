"""What getting data in and out declares."""

from omnix.kit.declare import (
    ADMIN,
    CUSTOMER,
    EDITORS,
    MANAGER,
    READERS,
    Collection,
    Domain,
    Index,
    JobType,
    Permission,
    Schedule,
)

IMPORTS = Collection(
    "imports",
    table="system",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "created_at"),
        Index("state-index", "state", "created_at"),
    ),
)
"""One import of one file in one layout, with how far it came and what it found."""

IMPORT_SOURCES = Collection("import_sources", table="system", key=("layout", "key"))
"""Records of files as they came, so that they go out again unchanged: the raw text of all of a
product's, customer's or order's rows under its key, and the header under ``#header``."""

MOVES = Collection("moves", table="system", key=("id",))
"""The copy of a whole shop that came ``in`` here and the one that went ``out``, and how far."""

ERASURES = Collection(
    "erasures",
    table="system",
    key=("customer_id",),
    indexes=(Index("open-index", "open", "requested_at"),),
)
"""The receipt of each customer who was erased. It keeps the id, which says nothing of anybody any
more, so that who restores a backup knows whom to erase again. ``open`` is ``yes`` while what was
on its way then may still come in; until then ``nobody`` is the name that facts have instead."""

IMPORT_RUN = JobType("import.run", "Import a file", timeout=900)
ERASE = JobType("customers.erase", "Erase a customer", timeout=600, attempts=8)
ERASE_LATE = JobType("customers.erase-late", "Erase what came late", timeout=600)

DOMAIN = Domain(
    name="transfer",
    title="Getting data in and out",
    collections=(IMPORTS, IMPORT_SOURCES, MOVES, ERASURES),
    jobs=(IMPORT_RUN, ERASE, ERASE_LATE),
    schedules=(Schedule("customers-erase-late", ERASE_LATE.name, at="04:40"),),
    events={"import.finished": "An import came to its end."},
    permissions=(
        Permission("imports:read", "See imports", READERS),
        Permission("imports:write", "Import files", EDITORS),
        Permission(
            "customers:export", "Get everything that is kept of a customer",
            frozenset({ADMIN, MANAGER, CUSTOMER}),
        ),
        Permission(
            "customers:erase", "Erase a customer", frozenset({ADMIN, MANAGER, CUSTOMER})
        ),
    ),
)  # fmt: skip
