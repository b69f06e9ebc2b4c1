"""The catalogue: what a first product settles, bundles, and what its events tell."""

import asyncio
from typing import Any

import pytest

from domains.simulated import SPEC, silent
from omnix.domains.customers import service as customers
from omnix.domains.customers.model import NewCustomer
from omnix.domains.products import service
from omnix.domains.products.model import Component, NewProduct, ProductChange
from omnix.domains.system import settings
from omnix.domains.system.declare import SETTINGS
from omnix.domains.system.settings import ShopChange
from omnix.kit.errors import Conflict, Invalid
from omnix.platform.access import Actor
from omnix.ports import Ports, Put
from omnix.transfer.demo.load import load_demo

pytestmark = pytest.mark.anyio
ACTOR = Actor("usr_test", "manager", frozenset())


def new(id: str, **given: Any) -> NewProduct:
    return NewProduct(**{"id": id, "sku": id, "name": id, "price_minor": 500, **given})


@pytest.mark.parametrize("first", ["product", "customer"])
async def test_the_first_data_settles_currency_and_time_zone(ports: Ports, first: str) -> None:
    await settings.change_shop(ports, ACTOR, ShopChange(version=0, currency="USD"))
    assert (await settings.shop(ports)).mode == "empty"
    if first == "product":
        assert (await service.create(ports, ACTOR, new("a"))).currency == "USD"
    else:
        await customers.create(ports, ACTOR, NewCustomer(name="Ann"))
    now = await settings.shop(ports)
    assert (now.mode, now.version) == ("real", 2)
    for change in ({"currency": "EUR"}, {"time_zone": "Europe/Berlin"}):
        with pytest.raises(Conflict, match=next(iter(change))):
            await settings.change_shop(ports, ACTOR, ShopChange(version=2, **change))
    same = ShopChange(version=2, currency="USD", time_zone="UTC", name="Corner")
    assert (await settings.change_shop(ports, ACTOR, same)).name == "Corner"
    await service.create(ports, ACTOR, new("b"))
    assert (await settings.shop(ports)).version == 3


async def test_a_currency_changed_beside_the_first_products_is_theirs(ports: Ports) -> None:
    async def change() -> None:
        try:
            await settings.change_shop(ports, ACTOR, ShopChange(version=0, currency="USD"))
        except Conflict:
            assert (await settings.shop(ports)).mode == "real"

    made = await asyncio.gather(
        *(service.create(ports, ACTOR, new(f"p{n}")) for n in range(3)),
        change(),
        *(service.create(ports, ACTOR, new(f"q{n}")) for n in range(3)),
    )
    currencies = {product.currency for product in made if product is not None}
    assert currencies == {(await settings.shop(ports)).currency}


async def test_a_bundle_is_made_at_creation_and_stays_one(ports: Ports) -> None:
    await service.create(ports, ACTOR, new("a"))
    await service.create(ports, ACTOR, new("b"))
    made = await service.create(ports, ACTOR, new("set", components=(Component("a", 2),)))
    for id, parts in (("b", (Component("a", 1),)), ("set", ())):
        with pytest.raises(Invalid, match="components"):
            await service.change(ports, ACTOR, id, ProductChange(version=1, components=parts))
    changed = ProductChange(version=1, components=(Component("a", 1), Component("b", 1)))
    after = await service.change(ports, ACTOR, "set", changed)
    assert [part.product_id for part in after.components] == ["a", "b"]
    assert made.components == (Component("a", 2),)


@pytest.mark.parametrize(
    "attributes",
    [{"text": "x" * 16_000}, {"a": {"b": [{"c": {"d": 1}}]}}],
    ids=["large", "deep"],
)
async def test_attributes_have_a_size_and_a_depth(ports: Ports, attributes: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="attributes"):
        await service.create(ports, ACTOR, new("a", attributes=attributes))
    made = await service.create(ports, ACTOR, new("a", attributes={"a": {"b": [{"c": 1}]}}))
    with pytest.raises(Invalid, match="attributes"):
        await service.change(
            ports, ACTOR, "a", ProductChange(version=made.version, attributes=attributes)
        )


async def test_no_demo_is_poured_over_what_there_is(ports: Ports) -> None:
    await service.create(ports, ACTOR, new("a"))
    with pytest.raises(Conflict, match="real data"):
        await load_demo(ports, SPEC, silent)
    item = dict(await ports.records.get(SETTINGS, "shop") or {})
    item["value"] = {**item["value"], "mode": "empty"}  # as an older version left it
    await ports.records.write([Put(SETTINGS, item)])
    with pytest.raises(Conflict, match="real data"):
        await load_demo(ports, SPEC, silent)
