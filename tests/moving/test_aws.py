"""From a folder into a stack on the emulator and back into another folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("botocore")

from moving.shops import a_shop, moved, opened, settle
from moving.test_local import Died, dying_at, sums
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.products.declare import PRODUCTS
from omnix.kit.errors import Conflict
from omnix.transfer.moving.move import Side
from ports import aws_stack, emulators

pytestmark = [pytest.mark.anyio, emulators.GROUP]


@pytest.fixture(scope="module")
def ministack() -> Iterator[str]:
    with emulators.ministack() as address:
        yield address


async def test_a_shop_goes_to_aws_and_comes_back_the_same(tmp_path: Path, ministack: str) -> None:
    a_shop(tmp_path / "here")
    async with (
        opened(tmp_path / "here") as here,
        aws_stack.opened(ministack, None, COLLECTIONS, FACTS, tmp_path / "cache") as ports,
        opened(tmp_path / "back") as back,
    ):
        stack = Side(ports, "stack")
        with pytest.raises(Died):
            await moved(here, stack, progress=dying_at("lake/sales: "))
        with pytest.raises(Died):
            await moved(here, stack, resume=True, progress=dying_at("orders: "))
        with pytest.raises(Conflict, match="half-way"):
            await moved(here, stack)
        report = await moved(here, stack, resume=True)
        found = await sums(here)
        assert await sums(stack) == found
        some = await ports.records.query(PRODUCTS, "active", index="listing-index", limit=3)
        assert (
            some.items
            == (
                await here.ports.records.query(PRODUCTS, "active", index="listing-index", limit=3)
            ).items
        )
        await settle(ports)
        again = await moved(stack, back)
        assert await sums(back) == found
        assert [(p.name, p.count, p.checksum) for p in again.parts] == [
            (p.name, p.count, p.checksum) for p in report.parts
        ]
