"""The catalogue over HTTP."""

from typing import Annotated, Literal

import msgspec
from litestar import delete, get, patch, post
from litestar.params import Parameter
from litestar.response import Stream

from omnix.kit.paging import Page
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.tables import listed
from omnix.ports import Ports

from . import service, variants
from .model import (
    NewParent,
    NewProduct,
    Parent,
    ParentChange,
    ParentDetail,
    Product,
    ProductChange,
    Status,
)


class ProductList(Listing, frozen=True, kw_only=True):
    """A page of products."""

    items: list[Product]


class ParentList(Listing, frozen=True, kw_only=True):
    """A page of parent products."""

    items: list[Parent]


class CategoryCount(msgspec.Struct, frozen=True):
    """A category and how many active products it has."""

    name: str
    products: int


class CategoryList(Listing, frozen=True, kw_only=True):
    """A page of categories."""

    items: list[CategoryCount]


Search = Annotated[
    str | None, Parameter(max_length=200, description="Starts of words, all of them.")
]


Category = Annotated[str | None, Parameter(max_length=100)]
Sort = Annotated[
    Literal["name", "-name", "-created_at", "created_at", "price_minor", "-price_minor"],
    Parameter(description="With a minus: the last or highest first. Of all of a status."),
]
_COLUMNS = (
    "id", "sku", "name", "barcode", "category", "status", "price_minor", "cost_minor", "currency",
    "description", "created_at", "updated_at",
)  # fmt: skip
_AT_ONCE = 200


@get("/products", opt=allow("products:read"), summary="List products")
async def list_products(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    search: Search = None,
    category: Category = None,
    parent: Annotated[
        str | None,
        Parameter(max_length=64, description="The variants of this parent."),
    ] = None,
    status: Status = "active",
    sort: Sort = "name",
) -> ProductList:
    """One page of the catalogue: by words, by category, by parent, or all of a status."""
    page = await service.listing(
        ports,
        text=search,
        parent=parent,
        category=category,
        status=status,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    return ProductList(items=list(page.items), next_cursor=page.next_cursor)


@get(
    "/products/export.csv", opt=allow("products:read"), summary="The catalogue as a table",
    media_type="text/csv",
)  # fmt: skip
async def export_products(
    ports: Ports,
    search: Search = None,
    category: Category = None,
    status: Status = "active",
    sort: Sort = "name",
) -> Stream:
    """Every product that the list would give, money in minor units."""

    async def fetch(cursor: str | None) -> Page[Product]:
        return await service.listing(
            ports, text=search, category=category, status=status, sort=sort, limit=_AT_ONCE,
            cursor=cursor,
        )  # fmt: skip

    return await listed(_COLUMNS, fetch, "products.csv")


@post("/products", opt=allow("products:write"), summary="Create a product")
async def create_product(ports: Ports, actor: Actor, data: NewProduct) -> Product:
    """Creates one product. Safe to retry with a chosen ``id``: the second is a 409."""
    return await service.create(ports, actor, data)


@get("/products/{product_id:str}", opt=allow("products:read"), summary="Get a product")
async def get_product(ports: Ports, product_id: str) -> Product:
    """One product by its id."""
    return await service.get(ports, product_id)


@patch("/products/{product_id:str}", opt=allow("products:write"), summary="Change a product")
async def change_product(
    ports: Ports, actor: Actor, product_id: str, data: ProductChange
) -> Product:
    """Changes the fields sent, if ``version`` is still the current one."""
    return await service.change(ports, actor, product_id, data)


@delete("/products/{product_id:str}", opt=allow("products:write"), summary="Archive a product")
async def archive_product(ports: Ports, actor: Actor, product_id: str) -> None:
    """Takes the product out of the active catalogue; orders and history keep it."""
    await service.archive(ports, actor, product_id)


@get("/categories", opt=allow("products:read"), summary="List categories")
async def list_categories(ports: Ports, limit: Limit, cursor: Cursor) -> CategoryList:
    """Categories in use, with the number of active products."""
    page = await service.categories(ports, limit, cursor)
    return CategoryList(
        items=msgspec.convert(list(page.items), list[CategoryCount]), next_cursor=page.next_cursor
    )


@get("/product-parents", opt=allow("products:read"), summary="List parent products")
async def list_product_parents(ports: Ports, limit: Limit, cursor: Cursor) -> ParentList:
    """What variants are variants of, by id."""
    page = await variants.listing(ports, limit, cursor)
    return ParentList(items=list(page.items), next_cursor=page.next_cursor)


@post("/product-parents", opt=allow("products:write"), summary="Create a parent product")
async def create_product_parent(ports: Ports, data: NewParent) -> Parent:
    """Its variants are made, or become such, by naming it as their ``parent_id``."""
    return await variants.create(ports, data)


@get("/product-parents/{parent_id:str}", opt=allow("products:read"), summary="Get a parent product")
async def get_product_parent(ports: Ports, parent_id: str) -> ParentDetail:
    """A parent with its variants."""
    parent = await variants.get(ports, parent_id)
    return ParentDetail(parent=parent, variants=await service.variants_of(ports, parent_id))


@patch(
    "/product-parents/{parent_id:str}",
    opt=allow("products:write"),
    summary="Change a parent product",
)
async def change_product_parent(ports: Ports, parent_id: str, data: ParentChange) -> Parent:
    """Another name, or other names of as many options, if ``version`` is still the current one."""
    return await variants.change(ports, parent_id, data)


@delete(
    "/product-parents/{parent_id:str}",
    opt=allow("products:write"),
    summary="Remove a parent product",
)
async def remove_product_parent(ports: Ports, parent_id: str) -> None:
    """Only once it has no variants, archived ones included."""
    await variants.remove(ports, parent_id)


ROUTES = (
    list_product_parents,
    create_product_parent,
    get_product_parent,
    change_product_parent,
    remove_product_parent,
    list_products,
    export_products,
    create_product,
    get_product,
    change_product,
    archive_product,
    list_categories,
)
