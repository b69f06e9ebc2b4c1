"""What the products domain declares."""

from omnix.kit.declare import EDITORS, READERS, Collection, Domain, Fact, Index, Permission

PRODUCTS = Collection(
    "products",
    table="products",
    key=("id",),
    indexes=(
        Index("category-index", "in_category", "sort_name"),
        Index("sku-index", "sku", "id"),
        Index("listing-index", "listing", "sort_name"),
        Index("created-index", "listing", "created_at"),
        Index("price-index", "listing", "price_minor"),
    ),
    remembered=True,
)
"""``listing`` is the status; ``in_category`` is the category of an active product, else absent."""

CATEGORIES = Collection("categories", table="system", key=("scope", "name"))
"""Names in use with the number of active products, kept by the batches that change them."""

PARENTS = Collection("product_parents", table="system", key=("scope", "id"))
"""What variants are variants of, with the option values of each; ``scope`` is ``all``."""

PRICES = Fact(
    "prices",
    columns={
        "product_id": "VARCHAR",
        "day": "DATE",
        "month": "VARCHAR",
        "price_minor": "BIGINT",
        "currency": "VARCHAR",
        "source": "VARCHAR",
        "at": "TIMESTAMP",
    },
    partition="month",
    order=("product_id", "day"),
)
"""Shelf prices from the day each began to hold; never derived from what was paid.

``at`` is the moment in UTC where it is known: the last price of a day is the one that stayed.
"""

DOMAIN = Domain(
    name="products",
    title="Catalogue",
    collections=(PRODUCTS, CATEGORIES, PARENTS),
    facts=(PRICES,),
    events={
        "product.created": "A product came into the catalogue.",
        "product.changed": "A product's data or price changed.",
        "product.archived": "A product left the active catalogue.",
    },
    permissions=(
        Permission("products:read", "See the catalogue", READERS),
        Permission("products:write", "Change the catalogue", EDITORS),
    ),
)
