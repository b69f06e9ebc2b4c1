"""Data out: shop systems' CSV as it came, and all of it as CSV, JSON lines or Parquet."""

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.forecasting.declare import PROMOTIONS
from omnix.domains.inventory.declare import BALANCES
from omnix.domains.orders.changes import order as order_of
from omnix.domains.orders.declare import ORDERS, SALES
from omnix.domains.orders.work import lines_of
from omnix.domains.products import variants
from omnix.domains.products.declare import PRICES, PRODUCTS
from omnix.domains.products.model import Parent
from omnix.kit.errors import Invalid
from omnix.kit.money import to_text
from omnix.ports import Item, Ports, Query
from omnix.transfer.incoming.records.variant_rows import VariantCell

from .shopify import shopify_file

PRODUCT_COLUMNS = (
    "id", "sku", "name", "price", "currency", "cost", "barcode", "category", "status",
    "description", "attributes", "components", "variant_of", "created_at",
)  # fmt: skip
CUSTOMER_COLUMNS = (
    "customer_ref", "email", "name", "phone", "country", "city", "postcode", "marketing", "tags",
    "created_at",
)  # fmt: skip
ORDER_COLUMNS = (
    "order_number", "placed_at", "sku", "name", "quantity", "unit_price", "discount", "currency",
    "customer_ref", "email", "status", "shipping", "order_discount", "tax", "total", "location",
    "channel",
)  # fmt: skip
STOCK_COLUMNS = ("sku", "on_hand", "location")
PROMOTION_COLUMNS = ("name", "percent_off", "first_day", "last_day", "sku", "category")
KINDS = ("products", "customers", "orders", "stock", "promotions", "sales", "prices")
FORMATS = ("csv", "jsonl", "parquet", "shopify")


async def export(
    ports: Ports, kind: str, format: str, path: Path, *, layout: str | None = None
) -> int:
    """Write all of one kind to ``path``, replaced as a whole; returns the number of rows.

    ``shopify`` gives back the file that was imported, byte for byte where nothing changed, with
    ``layout`` to choose between the two styles of product files. Raises Invalid for an unknown
    kind or format, or where no such file was imported and none can be made.
    """
    if kind not in KINDS:
        raise Invalid.field("kind", f"is none of {', '.join(KINDS)}")
    if format not in FORMATS:
        raise Invalid.field("format", f"is none of {', '.join(FORMATS)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        if format == "shopify":
            data, count = await shopify_file(ports, kind, layout)
            part.write_bytes(data)
        elif kind in ("sales", "prices"):
            count = await _facts(ports, kind, format, part)
        else:
            columns, rows = await _rows(ports, kind)
            count = _write(part, format, columns, rows)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


async def _rows(ports: Ports, kind: str) -> tuple[Sequence[str], list[list[str]]]:
    made: Callable[[Ports], AsyncIterator[list[str]]] = {
        "products": _products,
        "customers": _customers,
        "orders": _orders,
        "stock": _stock,
        "promotions": _promotions,
    }[kind]
    columns = {
        "products": PRODUCT_COLUMNS,
        "customers": CUSTOMER_COLUMNS,
        "orders": ORDER_COLUMNS,
        "stock": STOCK_COLUMNS,
        "promotions": PROMOTION_COLUMNS,
    }[kind]
    return columns, [row async for row in made(ports)]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode() if value else ""


def _variant(product: Item, parents: Mapping[str, Parent]) -> str:
    parent = parents.get(product.get("parent_id") or "")
    return "" if parent is None else _json(
        VariantCell(
            parent_id=parent.id, parent=parent.name, options=parent.options,
            values=tuple(product["options"]), handle=parent.handle,
        )
    )  # fmt: skip


async def _products(ports: Ports) -> AsyncIterator[list[str]]:
    parents = await variants.everything(ports)
    async for items in ports.records.scan(PRODUCTS):
        for p in items:
            money = p["currency"]
            cost = p.get("cost_minor")
            yield [
                p["id"], p["sku"], p["name"], to_text(p["price_minor"], money), money,
                "" if cost is None else to_text(cost, money), p.get("barcode") or "",
                p["category"], p["status"], p["description"], _json(p["attributes"]),
                _json(p["components"]), _variant(p, parents), p["created_at"],
            ]  # fmt: skip


async def _customers(ports: Ports) -> AsyncIterator[list[str]]:
    async for items in ports.records.scan(CUSTOMERS):
        for c in items:
            address = c.get("address") or {}
            reference = next(iter((c.get("external_ids") or {}).values()), c["id"])
            yield [
                reference, c.get("email") or "", c["name"], c.get("phone") or "",
                address.get("country", ""), address.get("city", ""), address.get("postcode", ""),
                "yes" if c["consent"]["email_marketing"] else "no", ", ".join(c.get("tags") or ()),
                c["created_at"],
            ]  # fmt: skip


async def _orders(ports: Ports) -> AsyncIterator[list[str]]:
    emails: dict[str, str] = {}
    async for items in ports.records.scan(CUSTOMERS):
        for c in items:
            if c.get("email"):
                emails[c["id"]] = c["email"]
    async for items in ports.records.scan(ORDERS):
        for stored in items:
            if stored.get("listing") != "all":
                continue
            order = order_of(stored, await lines_of(ports, stored))
            money = order.currency
            who = order.customer_id or ""
            for line in order.lines:
                yield [
                    order.number, order.placed_at, line.sku, line.name, str(line.quantity),
                    to_text(line.unit_price_minor, money), to_text(line.discount_minor, money),
                    money, who, emails.get(who, ""), order.status,
                    to_text(order.shipping_minor, money), to_text(order.discount_minor, money),
                    to_text(order.tax_minor, money), to_text(order.total_minor, money),
                    order.location_id, order.channel,
                ]  # fmt: skip


async def _skus(ports: Ports) -> dict[str, str]:
    return {p["id"]: p["sku"] async for items in ports.records.scan(PRODUCTS) for p in items}


async def _stock(ports: Ports) -> AsyncIterator[list[str]]:
    skus = await _skus(ports)
    async for items in ports.records.scan(BALANCES):
        for b in items:
            id = b["product_id"]
            yield [skus.get(id, str(id)), str(b.get("on_hand", 0)), str(b["location_id"])]


async def _promotions(ports: Ports) -> AsyncIterator[list[str]]:
    skus = await _skus(ports)
    async for items in ports.records.scan(PROMOTIONS):
        for p in items:
            told = [p["name"], str(p["percent_off"]), p["first_day"], p["last_day"]]
            if p["category"] is not None:
                yield [*told, "", p["category"]]
            for id in p["product_ids"]:
                yield [*told, skus.get(id, id), ""]


def _write(path: Path, format: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    count = 0
    if format == "jsonl":
        with path.open("wb") as file:
            for row in rows:
                record = dict(zip(columns, row, strict=True))
                file.write(msgspec.json.encode(record) + b"\n")
                count += 1
        return count
    text = path if format == "csv" else path.with_suffix(".rows")
    with text.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    if format == "parquet":
        kinds = ",".join(f"'{c}': 'VARCHAR'" for c in columns)
        try:
            with duckdb.connect() as connection:
                connection.execute(
                    f"COPY (SELECT * FROM read_csv({_text(text)}, header=true, "
                    f"auto_detect=false, columns={{{kinds}}}, quote='\"', escape='\"', "
                    f"max_line_size=16777216)) TO {_text(path)} (FORMAT parquet)"
                )
        finally:
            text.unlink()
    return count


async def _facts(ports: Ports, kind: str, format: str, path: Path) -> int:
    fact = {"sales": SALES, "prices": PRICES}[kind]
    by = ", ".join(f'"{c}"' for c in (*fact.order, *fact.columns))
    query = Query(
        f"export_{kind}", f"All rows of {kind}.", f"SELECT * FROM {fact.name} ORDER BY {by}",
        (fact.name,),
    )  # fmt: skip
    rows = await ports.lake.rows(query)
    shown = [["" if v is None else str(v) for v in row.values()] for row in rows]
    return _write(path, format, list(fact.columns), shown)


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
