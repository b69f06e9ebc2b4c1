"""Every spec, however odd, gives a consistent shop; equal specs give equal shops."""

import hashlib
from dataclasses import fields, is_dataclass, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate

from .checks import check_ledger, check_tables, percent_by_day, prices_by_day

SMALL = ShopSpec(last_day=date(2026, 3, 31), days=200, products=40, customers=60)


def arrays(table: object, prefix: str = "") -> dict[str, np.ndarray]:
    found = {}
    for field in fields(table):
        value = getattr(table, field.name)
        if is_dataclass(value):
            found |= arrays(value, f"{prefix}{field.name}.")
        elif isinstance(value, np.ndarray):
            found[prefix + field.name] = value
    return found


def check_all(shop: SimulatedShop) -> None:
    check_ledger(shop)
    check_tables(shop)
    lines, day = shop.order_lines, shop.orders.day[shop.order_lines.order]
    price = prices_by_day(shop)[lines.product, day]
    percent = percent_by_day(shop)[lines.product, day]
    np.testing.assert_array_equal(lines.unit_price_minor, price)
    np.testing.assert_array_equal(
        lines.discount_minor, (price * percent + 50) // 100 * lines.quantity
    )


@pytest.mark.parametrize(
    "change",
    [
        {"products": 1},
        {"customers": 1},
        {"customers": 0},
        {"days": 7},
        {"days": 2},
        {"days": 1},
        {"locations": 1},
        {"locations": 5},
        {"products": 1, "customers": 0, "days": 1, "locations": 1},
        {"products": 3, "customers": 500},
        {"days": 1096, "products": 25},
        {"time_zone": "Pacific/Kiritimati"},
        {"time_zone": "America/St_Johns", "last_day": date(2024, 2, 29)},
    ],
    ids=str,
)
def test_odd_specs_give_consistent_shops(change: dict) -> None:
    check_all(simulate(replace(SMALL, **change)))


@settings(max_examples=25, deadline=None)
@given(
    st.builds(
        ShopSpec,
        last_day=st.dates(date(1971, 1, 1), date(2100, 12, 31)),
        seed=st.integers(0, 2**63 - 1),
        days=st.integers(1, 150),
        products=st.integers(1, 45),
        customers=st.integers(0, 30),
        locations=st.integers(1, 4),
        time_zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"]),
    )
)
def test_any_small_shop_is_consistent(spec: ShopSpec) -> None:
    check_all(simulate(spec))


def test_equal_specs_give_equal_shops() -> None:
    first, second = arrays(simulate(SMALL)), arrays(simulate(replace(SMALL)))
    assert first.keys() == second.keys()
    for name, column in first.items():
        np.testing.assert_array_equal(column, second[name], err_msg=name)


def test_another_seed_gives_another_shop() -> None:
    first, second = simulate(SMALL), simulate(replace(SMALL, seed=8))
    assert not np.array_equal(first.products.barcode, second.products.barcode)
    assert len(first.orders.id) != len(second.orders.id)


def test_the_shop_is_the_same_on_every_platform() -> None:
    """Whole numbers and words only: the last digit of a float may differ between processors."""
    digest = hashlib.sha256()
    for name, column in sorted(arrays(simulate(SMALL)).items()):
        if column.dtype.kind in "iub":
            digest.update(name.encode() + np.ascontiguousarray(column, dtype="<i8").tobytes())
        elif column.dtype.kind == "U":
            digest.update("\n".join([name, *column.ravel().tolist()]).encode())
    assert digest.hexdigest() == (
        "ec6e4a19dfdf8d66cd55dace9589bc48c500044f9667aba676ff545e6eecc3d9"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"products": 0},
        {"customers": -1},
        {"locations": 0},
        {"seed": -1},
        {"last_day": date(1, 1, 5)},
    ],
    ids=str,
)
def test_impossible_specs_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"must lie in|begin before"):
        replace(SMALL, **wrong)


def test_progress_is_told_once_a_simulated_day() -> None:
    seen: list[tuple[int, int]] = []
    simulate(replace(SMALL, days=30), lambda done, total: seen.append((done, total)))
    assert seen == [(i, 60) for i in range(1, 61)]
