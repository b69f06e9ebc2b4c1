"""What the customers domain declares."""

from omnix.kit.declare import EDITORS, READERS, Collection, Domain, Index, Permission

CUSTOMERS = Collection(
    "customers",
    table="customers",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "created_at"),
        Index("name-index", "listing", "sort_name"),
    ),
)
"""``listing`` is the status."""

DOMAIN = Domain(
    name="customers",
    title="Customers",
    collections=(CUSTOMERS,),
    events={
        "customer.created": "A customer became known.",
        "customer.changed": "A customer's data changed.",
        "customer.archived": "A customer left the list of active ones.",
    },
    permissions=(
        Permission("customers:read", "See customers", READERS),
        Permission("customers:write", "Change customers", EDITORS),
    ),
)
