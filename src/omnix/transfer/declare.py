"""What getting data in and out declares."""

from omnix.kit.declare import EDITORS, READERS, Collection, Domain, Index, JobType, Permission

IMPORTS = Collection(
    "imports",
    table="system",
    key=("id",),
    indexes=(Index("listing", "listing", "created_at"), Index("state", "state", "created_at")),
)
"""One import of one file in one layout, with how far it came and what it found."""

IMPORT_RUN = JobType("import.run", "Import a file", timeout=900)
DEMO_LOAD = JobType("demo.load", "Make the demo shop", timeout=900)

DOMAIN = Domain(
    name="transfer",
    title="Getting data in and out",
    collections=(IMPORTS,),
    jobs=(IMPORT_RUN, DEMO_LOAD),
    events={"import.finished": "An import came to its end."},
    permissions=(
        Permission("imports:read", "See imports", READERS),
        Permission("imports:write", "Import files", EDITORS),
    ),
)
