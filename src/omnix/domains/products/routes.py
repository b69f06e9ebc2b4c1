"""The catalogue over HTTP."""

from typing import Annotated

import msgspec
from litestar import delete, get, patch, post
from litestar.params import Parameter

from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.ports import Ports

from . import service
from .model import NewProduct, Product, ProductChange, Status


class ProductList(Listing, frozen=True, kw_only=True):
    """A page of products."""

    items: list[Product]


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


@get("/products", opt=allow("products:read"), summary="List products")
async def list_products(
    ports: Ports,
    limit: Limit,
    cursor: Cursor,
    search: Search = None,
    category: Annotated[str | None, Parameter(max_length=100)] = None,
    status: Status = "active",
    sort: Annotated[str, Parameter(pattern="^(name|-created_at)$")] = "name",
) -> ProductList:
    """One page of the catalogue: by words, by category, or all of a status."""
    page = await service.listing(
        ports,
        text=search,
        category=category,
        status=status,
        sort=sort,
        limit=limit,
        cursor=cursor,
    )
    return ProductList(items=list(page.items), next_cursor=page.next_cursor)


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


ROUTES = (
    list_products,
    create_product,
    get_product,
    change_product,
    archive_product,
    list_categories,
)
