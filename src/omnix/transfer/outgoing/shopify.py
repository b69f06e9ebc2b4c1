"""Shopify's files out again: unchanged where nothing changed, patched cell by cell where it did."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.products import variants
from omnix.domains.products.declare import PRODUCTS
from omnix.kit.errors import Invalid
from omnix.kit.money import to_minor, to_text
from omnix.ports import Item, Ports
from omnix.transfer.incoming.plan.fields import plain
from omnix.transfer.incoming.plan.layouts import BY_NAME
from omnix.transfer.incoming.source.rows import split
from omnix.transfer.originals import Kept, kept

_LAYOUTS = {
    "products": ("shopify-products-2024", "shopify-products"),
    "customers": ("shopify-customers",),
    "orders": ("shopify-orders",),
}
_PRODUCT_HEADER = (
    "Title,URL handle,Description,Vendor,Type,Status,SKU,Barcode,Option1 name,Option1 value,"
    "Price,Cost per item\n"
)
_CUSTOMER_HEADER = (
    "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address City,"
    "Default Address Country Code,Default Address Zip,Phone,Total Spent,Total Orders,Tags\n"
)


async def shopify_file(ports: Ports, kind: str, layout: str | None) -> tuple[bytes, int]:
    """The file and its number of records. Raises Invalid where there is nothing to give."""
    known = _LAYOUTS.get(kind)
    if known is None:
        raise Invalid.field("kind", "has no Shopify file; products, customers and orders have")
    if layout is not None and layout not in known:
        raise Invalid.field("layout", f"is none of {', '.join(known)}")
    found: Kept | None = None
    name = known[0]
    for candidate in (layout,) if layout else known:
        found = await kept(ports, candidate)
        if found is not None:
            name = candidate
            break
    if kind == "orders":
        if found is None:
            raise Invalid.field("format", "needs orders that came from Shopify; take csv")
        return found.file(), len(found.entries)
    if found is None:
        header = _PRODUCT_HEADER if kind == "products" else _CUSTOMER_HEADER
        found = Kept(header, False, ",", [])
    if kind == "products":
        return await _products(ports, name, found)
    return await _customers(ports, found)


def _cells(raw: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter), [])


def _line(cells: Sequence[str], delimiter: str, end: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerow(cells)
    return out.getvalue()


def _end(header: str) -> str:
    return "\r\n" if header.endswith("\r\n") else "\n"


async def _products(ports: Ports, layout: str, found: Kept) -> tuple[bytes, int]:
    headers = [plain(h) for h in _cells(found.header.lstrip("\ufeff"), found.delimiter)]
    fixed = BY_NAME[layout].fixed
    at = {field: headers.index(name) for field, name in fixed.items() if name in headers}
    handle_at = headers.index("handle" if layout == "shopify-products" else "url handle")
    by_sku: dict[str, Item] = {}
    async for items in ports.records.scan(PRODUCTS):
        for item in items:
            by_sku[item["sku"]] = item
    end = _end(found.header)

    def render(handle: str, raw: str) -> str:
        count = 0
        lines = []
        for _, record in split(raw):
            cells = _cells(record, found.delimiter)
            if len(cells) != len(headers) or not cells[at["price"]].strip():
                lines.append(record)
                continue
            count += 1
            own = cells[at["sku"]].strip() if "sku" in at else ""
            number = f"-{count}" if count > 1 else ""
            product = by_sku.pop(own.lstrip("'") or f"{handle}{number}"[:64], None)
            patched = list(cells) if product is None else _patched(cells, product, at)
            same = patched == cells
            lines.append(record if same else _line(patched, found.delimiter, end))
        return "".join(lines)

    # Rendering takes out of ``by_sku`` what the file holds; the rest is new.
    entries = {key: render(key, raw) for key, raw in found.entries}
    parents = await variants.everything(ports)
    for item in by_sku.values():
        if item["status"] == "active" and not item["components"]:
            parent = parents.get(item.get("parent_id") or "")
            told = {"status": "active", "option1 name": "Title", "option1 value": "Default Title"}
            handle = item["attributes"].get("handle") or item["id"].lower()
            if parent is not None:
                handle = parent.handle or parent.id.lower()
                for n, (name, value) in enumerate(
                    zip(parent.options, item["options"], strict=False), 1
                ):
                    told |= {f"option{n} name": name, f"option{n} value": value}
            cells = [told.get(header, "") for header in headers]
            cells[handle_at] = handle
            cells[at["name"]] = item["name"] if parent is None else parent.name
            if "sku" in at:
                cells[at["sku"]] = item["sku"]
            if "description" in at:
                cells[at["description"]] = item["description"]
            # A product's rows stand together: a new variant goes below those of its parent.
            before = entries.get(handle, "")
            ended = before if before.endswith("\n") or not before else before + end
            line = _line(_patched(cells, item, at), found.delimiter, end)
            entries[handle] = ended + line
    listed = list(entries.items())
    whole = Kept(_ended(found, listed, end), found.mark, found.delimiter, listed)
    return whole.file(), len(listed)


def _ended(found: Kept, entries: list[tuple[str, str]], end: str) -> str:
    """The header; and where rows were added, the last old row ends its line."""
    old = len(found.entries)
    if len(entries) > old and old and not entries[old - 1][1].endswith("\n"):
        key, raw = entries[old - 1]
        entries[old - 1] = (key, raw + end)
    return found.header


def _patched(cells: Sequence[str], product: Item, at: dict[str, int]) -> list[str]:
    """The cells with what OMNIX knows otherwise: price, cost and barcode."""
    patched = list(cells)
    currency = product["currency"]
    for field, key in (("price", "price_minor"), ("cost", "cost_minor")):
        value = product.get(key)
        if field in at and value is not None and _minor(cells[at[field]], currency) != value:
            patched[at[field]] = to_text(value, currency)
    barcode = product.get("barcode")
    if "barcode" in at and barcode and cells[at["barcode"]].strip().lstrip("'") != barcode:
        patched[at["barcode"]] = barcode
    return patched


def _minor(cell: str, currency: str) -> int | None:
    try:
        return to_minor(cell.strip().replace(",", ""), currency)
    except ValueError:
        return None


async def _customers(ports: Ports, found: Kept) -> tuple[bytes, int]:
    headers = [plain(h) for h in _cells(found.header.lstrip("\ufeff"), found.delimiter)]
    end = _end(found.header)
    known = {key.strip().lower() for key, _ in found.entries}
    entries = list(found.entries)
    async for items in ports.records.scan(CUSTOMERS):
        for item in items:
            reference = (item.get("external_ids") or {}).get("shopify-customers", "")
            if {(item.get("email") or "").lower(), reference, f"'{reference}"} & known:
                continue
            if item["status"] == "active" and item.get("email"):
                cells = _customer_cells(item, headers)
                entries.append((item["email"], _line(cells, found.delimiter, end)))
    header = _ended(found, entries, end)
    return Kept(header, found.mark, found.delimiter, entries).file(), len(entries)


def _customer_cells(item: Item, headers: Sequence[str]) -> list[str]:
    first, _, last = item["name"].rpartition(" ")
    address: dict[str, Any] = item.get("address") or {}
    values = {
        "first name": first,
        "last name": last,
        "email": item.get("email") or "",
        "accepts email marketing": "yes" if item["consent"]["email_marketing"] else "no",
        "default address city": address.get("city", ""),
        "default address country code": address.get("country", ""),
        "default address zip": address.get("postcode", ""),
        "phone": item.get("phone") or "",
        "tags": ", ".join(item.get("tags") or ()),
    }
    return [str(values.get(header, "")) for header in headers]
