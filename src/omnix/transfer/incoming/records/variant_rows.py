"""Variants in files of products, and what a file may not change of products that are there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from omnix.domains.products import variants
from omnix.domains.products.declare import PARENTS
from omnix.domains.products.model import MAX_OPTIONS, Parent, Product
from omnix.kit import text as kit_text
from omnix.kit.errors import Invalid
from omnix.kit.ids import is_id
from omnix.ports import Ports
from omnix.transfer.incoming.identity import owners, parent_id
from omnix.transfer.incoming.source.rows import Record

from . import catalogue
from .reader import Reader, Wrong

if TYPE_CHECKING:
    from .judge_records import Judged

OPTIONS = tuple(f"option{n}" for n in range(1, MAX_OPTIONS + 1))
OPTION_NAMES = tuple(f"{name}_name" for name in OPTIONS)
_NO_OPTION = "Default Title"
"""What Shopify writes for a product without variants."""


class VariantCell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A variant as our own files write it into one cell."""

    parent_id: str
    parent: str
    options: tuple[str, ...]
    values: tuple[str, ...]
    handle: str | None = None


def variant_of(
    reader: Reader, record: Record, made: Product
) -> tuple[Parent, tuple[str, ...]] | None:
    """The parent and the option values that a row tells of; None for a product without any."""
    cell = reader.structure(record, "variant_of", VariantCell | None, None)
    if cell is not None:
        whole = len(cell.options) == len(cell.values) and 1 <= len(cell.options) <= MAX_OPTIONS
        if not (whole and is_id(cell.parent_id) and cell.parent and all(cell.values)):
            raise Wrong(
                "variant_of", "must have a parent_id, a parent, and a value for each option"
            )
        id, name, names, values, handle = (
            cell.parent_id, cell.parent, cell.options, cell.values, cell.handle,
        )  # fmt: skip
    else:
        told = [
            (kit_text.normal(reader.text(record, name, 64)), reader.text(record, value, 100))
            for name, value in zip(OPTION_NAMES, OPTIONS, strict=True)
        ]
        told = [(name, kit_text.normal(value)) for name, value in told]
        pairs = [(name, value) for name, value in told if name and value and value != _NO_OPTION]
        handle = reader.text(record, "handle")
        if not pairs or not handle:
            return None
        names, values = (tuple(side) for side in zip(*pairs, strict=True))
        id, name = parent_id(handle), made.name.removesuffix(f" - {' / '.join(values)}")
    parent = Parent(
        id=id, name=name[:300], options=names, handle=handle, created_at=made.created_at,
        updated_at=made.updated_at,
    )  # fmt: skip
    return parent, values


async def settle_products(ports: Ports, judged: "Judged", whole: bool) -> None:
    """Judge the products beside those that are there: rows that would make a bundle of a product,
    or a product of a bundle, and variants whose options do not fit or are another's, are refused.

    What a file has no column for stays: parts and options; ``whole`` tells that the file has one
    for parts.
    """
    ids = await owners(ports.records, "product.sku", [p.sku for p in judged.products])
    known = await catalogue.known_products(ports, list(ids.values()))
    parents = await _parents(ports, judged)
    products, rows = [], []
    for product, record in zip(judged.products, judged.product_rows, strict=True):
        before = known.get(ids.get(product.sku, ""))
        made = product
        if before is not None:
            made = _as_it_is(product, before, whole)
            if bool(made.components) != bool(before.components):
                told = "cannot make a bundle of a product, nor a product of a bundle"
                judged.refused.append((record, "components", told))
                continue
        if made.parent_id is not None and made.parent_id in parents:
            named = msgspec.structs.replace(made, id=ids.get(made.sku, made.id))
            try:
                parents[made.parent_id] = variants.joined(parents[made.parent_id], named)
            except Invalid as error:
                judged.refused.append((record, "options", error.detail))
                continue
        products.append(made)
        rows.append(record)
    judged.products, judged.product_rows = products, rows


def _as_it_is(product: Product, before: Product, whole: bool) -> Product:
    if not whole:
        product = msgspec.structs.replace(product, components=before.components)
    if product.parent_id is None:
        product = msgspec.structs.replace(
            product, parent_id=before.parent_id, options=before.options
        )
    return product


async def _parents(ports: Ports, judged: "Judged") -> dict[str, Parent]:
    """The parents that the file tells of, as they are in the shop where they are there."""
    there = await variants.get_many(ports, list(judged.parents))
    return {id: there.get(id, told) for id, told in judged.parents.items()}


async def put_variants(
    ports: Ports, judged: "Judged", made: Sequence[Product], known: dict[str, Product]
) -> None:
    """Store the parents with these products, which have their ids by now, as their variants."""
    left = {before.parent_id for before in known.values() if before.parent_id}
    there = await variants.get_many(ports, [*judged.parents, *sorted(left)])
    now = {**judged.parents, **there}
    for product in made:
        before = known.get(product.id)
        if before is not None and before.parent_id not in (None, product.parent_id):
            old = now.get(before.parent_id or "")
            if old is not None:
                rest = {id: v for id, v in old.variants.items() if id != product.id}
                now[old.id] = msgspec.structs.replace(old, variants=rest)
        if product.parent_id in now:
            now[product.parent_id] = variants.joined(now[product.parent_id], product)
    fresh = [
        parent if id not in there else msgspec.structs.replace(parent, version=parent.version + 1)
        for id, parent in now.items()
        if parent != there.get(id)
    ]
    await ports.records.load(PARENTS, [variants.item(parent) for parent in fresh])
