"""Variants: options that are complete, unique and bounded, whoever else is writing."""

import asyncio
from typing import Any

import pytest

from omnix.domains.products import service, variants
from omnix.domains.products.model import (
    MAX_VARIANTS,
    NewParent,
    NewProduct,
    Parent,
    ParentChange,
    Product,
    ProductChange,
)
from omnix.kit.errors import AlreadyExists, Conflict, Invalid, NotFound
from omnix.platform.access import Actor
from omnix.ports import Ports

pytestmark = pytest.mark.anyio
ACTOR = Actor("usr_test", "manager", frozenset())


async def _shirt(ports: Ports, *options: str) -> Parent:
    new = NewParent(id="shirt", name="Shirt", options=options or ("Size", "Colour"))
    return await variants.create(ports, new)


async def _variant(ports: Ports, id: str, *options: str, **given: Any) -> Product:
    new = {"id": id, "sku": id, "name": id, "price_minor": 900, "parent_id": "shirt", **given}
    return await service.create(ports, ACTOR, NewProduct(options=options, **new))


async def test_variants_are_products_that_their_parent_lists(ports: Ports) -> None:
    await _shirt(ports)
    await _variant(ports, "s-red", "S", "Red", barcode="4000123412341")
    await _variant(ports, "m-red", "M", "Red", price_minor=1000)
    await service.create(ports, ACTOR, NewProduct(id="mug", sku="mug", name="Mug", price_minor=1))
    page = await service.listing(ports, parent="shirt")
    assert [(p.id, p.options, p.price_minor) for p in page.items] == [
        ("s-red", ("S", "Red"), 900),
        ("m-red", ("M", "Red"), 1000),
    ]
    assert len((await service.listing(ports)).items) == 3
    assert (await variants.get(ports, "shirt")).variants["m-red"] == ("M", "Red")
    await service.archive(ports, ACTOR, "s-red")
    assert [p.id for p in (await service.listing(ports, parent="shirt")).items] == ["m-red"]
    archived = await service.listing(ports, parent="shirt", status="archived")
    assert [p.id for p in archived.items] == ["s-red"]
    with pytest.raises(NotFound):
        await service.listing(ports, parent="none")
    with pytest.raises(Invalid, match="parent"):
        await service.listing(ports, parent="shirt", category="Shirts")


@pytest.mark.parametrize(
    ("options", "given", "field", "why"),
    [
        (("S",), {}, "options", "needs 2 values, for Size, Colour"),
        (("S", "Red", "Long"), {}, "options", "needs 2 values"),
        ((), {}, "options", "needs 2 values"),
        (("s", "RED"), {}, "options", "are those of its variant first already"),
        (("M", "Red"), {"parent_id": "none"}, "parent_id", "no parent product none"),
        (("M", "Red"), {"parent_id": None}, "options", "name its parent_id too"),
        (("M", " "), {}, "options", "must not be blank"),
    ],
)
async def test_what_does_not_fit_is_told_by_field(
    ports: Ports, options: tuple[str, ...], given: dict[str, Any], field: str, why: str
) -> None:
    await _shirt(ports)
    await _variant(ports, "first", "S", "Red")
    with pytest.raises(Invalid, match=why) as caught:
        await _variant(ports, "second", *options, **given)
    assert caught.value.errors[0].field == field
    with pytest.raises(NotFound):
        await service.get(ports, "second")


async def test_a_variant_changes_its_options_joins_and_leaves(ports: Ports) -> None:
    await _shirt(ports)
    await _variant(ports, "a", "S", "Red")
    await _variant(ports, "b", "M", "Red")
    same = ProductChange(version=1, options=("M", "Red"))
    with pytest.raises(Invalid, match="variant b"):
        await service.change(ports, ACTOR, "a", same)
    moved = await service.change(ports, ACTOR, "a", ProductChange(version=1, options=("L", "Red")))
    assert moved.options == ("L", "Red")
    left = await service.change(ports, ACTOR, "b", ProductChange(version=1, parent_id=None))
    assert (left.parent_id, left.options) == (None, ())
    assert (await variants.get(ports, "shirt")).variants == {"a": ("L", "Red")}
    back = ProductChange(version=2, parent_id="shirt", options=("M", "Red"))
    await service.change(ports, ACTOR, "b", back)
    await variants.create(ports, NewParent(id="other", name="Other", options=("Cut",)))
    away = ProductChange(version=3, parent_id="other", options=("Slim",))
    await service.change(ports, ACTOR, "b", away)
    assert set((await variants.get(ports, "shirt")).variants) == {"a"}
    assert (await variants.get(ports, "other")).variants == {"b": ("Slim",)}
    priced = await service.change(ports, ACTOR, "a", ProductChange(version=2, price_minor=1))
    assert priced.options == ("L", "Red")


async def test_two_at_once_cannot_have_the_same_options(ports: Ports) -> None:
    await _shirt(ports, "Size")
    made = await asyncio.gather(
        *(_variant(ports, f"v{n}", "S") for n in range(4)), return_exceptions=True
    )
    good = [each for each in made if isinstance(each, Product)]
    assert len(good) == 1
    assert all(isinstance(e, Invalid | Conflict) for e in made if not isinstance(e, Product))
    assert set((await variants.get(ports, "shirt")).variants) == {good[0].id}


async def test_a_parent_has_so_many_variants_and_no_more(ports: Ports) -> None:
    parent = await _shirt(ports, "Size")
    product = await service.create(
        ports, ACTOR, NewProduct(id="p", sku="p", name="p", price_minor=1)
    )
    full = {f"v{n}": (f"{n}",) for n in range(MAX_VARIANTS)}
    parent = Parent(
        id="full", name="Full", options=("Size",), variants=full, created_at="", updated_at=""
    )
    one_more = Product(
        id="more", sku="m", name="m", price_minor=1, currency="EUR", options=("new",),
        created_at="", updated_at="",
    )  # fmt: skip
    with pytest.raises(Invalid, match=f"has {MAX_VARIANTS} variants") as caught:
        variants.joined(parent, one_more)
    assert caught.value.errors[0].field == "parent_id"
    assert product.options == ()


async def test_a_parent_is_renamed_and_goes_once_it_is_empty(ports: Ports) -> None:
    parent = await _shirt(ports)
    await _variant(ports, "a", "S", "Red")
    with pytest.raises(Conflict, match="version 2"):
        await variants.change(ports, "shirt", ParentChange(version=parent.version, name="x"))
    with pytest.raises(Invalid, match="must stay 2"):
        await variants.change(ports, "shirt", ParentChange(version=2, options=("Size",)))
    with pytest.raises(Invalid, match="named twice"):
        await variants.change(ports, "shirt", ParentChange(version=2, options=("Size", "size")))
    change = ParentChange(version=2, name="Tee", options=("Grösse", "Farbe"))
    after = await variants.change(ports, "shirt", change)
    assert (after.name, after.options, after.variants) == (
        "Tee", ("Grösse", "Farbe"), {"a": ("S", "Red")},
    )  # fmt: skip
    with pytest.raises(Conflict, match="1 variants"):
        await variants.remove(ports, "shirt")
    await service.change(ports, ACTOR, "a", ProductChange(version=1, parent_id=None))
    await variants.remove(ports, "shirt")
    with pytest.raises(NotFound):
        await variants.get(ports, "shirt")
    await _shirt(ports)
    with pytest.raises(AlreadyExists):
        await _shirt(ports)
