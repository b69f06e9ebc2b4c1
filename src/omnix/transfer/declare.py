"""What getting data in and out declares."""

from omnix.kit.declare import EDITORS, READERS, Collection, Domain, Index, JobType, Permission

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

IMPORT_RUN = JobType("import.run", "Import a file", timeout=900)

DOMAIN = Domain(
    name="transfer",
    title="Getting data in and out",
    collections=(IMPORTS, IMPORT_SOURCES, MOVES),
    jobs=(IMPORT_RUN,),
    events={"import.finished": "An import came to its end."},
    permissions=(
        Permission("imports:read", "See imports", READERS),
        Permission("imports:write", "Import files", EDITORS),
    ),
)
