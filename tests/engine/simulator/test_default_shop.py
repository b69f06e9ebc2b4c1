"""The demo shop looks like a shop."""

import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from omnix.engine.simulator import CHANNELS, PAYMENTS, SimulatedShop
from omnix.engine.simulator.naming import ascii_word, ean13
from omnix.engine.simulator.stock import _fill

from .checks import check_ledger, check_tables, percent_by_day, prices_by_day


def test_ledger_is_exact(shop: SimulatedShop) -> None:
    check_ledger(shop)


def test_tables_agree(shop: SimulatedShop) -> None:
    check_tables(shop)


def test_prices_and_discounts_follow_their_tables(shop: SimulatedShop) -> None:
    lines = shop.order_lines
    day = shop.orders.day[lines.order]
    price = prices_by_day(shop)
    np.testing.assert_array_equal(lines.unit_price_minor, price[lines.product, day])
    np.testing.assert_array_equal(shop.products.price_minor, price[:, -1])
    off = percent_by_day(shop)[lines.product, day]
    assert ((lines.discount_minor > 0) == (off > 0)).all()


def test_magnitudes_are_believable(shop: SimulatedShop) -> None:
    orders, lines = shop.orders, shop.order_lines
    revenue = lines.quantity * lines.unit_price_minor - lines.discount_minor
    assert 300_000 <= len(lines.order) <= 700_000
    assert 1_500 <= revenue.sum() / len(orders.id) <= 6_000
    margin = 1 - (lines.quantity * lines.unit_cost_minor).sum() / revenue.sum()
    assert 0.25 <= margin <= 0.5
    size = np.bincount(lines.order)
    assert 2 <= size.mean() <= 5
    assert np.percentile(size, 99.9) >= 15
    assert 30 <= size.max() <= 80
    assert 0.01 <= len(shop.returns.line) / len(lines.order) <= 0.05
    assert 0.2 <= (orders.customer < 0).mean() <= 0.5
    share = np.bincount(orders.channel, minlength=len(CHANNELS)) / len(orders.id)
    assert 0.1 <= share[1] <= 0.3
    paid = np.bincount(orders.payment, minlength=len(PAYMENTS)) / len(orders.id)
    assert (paid > 0.1).all()
    assert 0.02 <= shop.stock_days.lost.sum() / shop.truth.demand.sum() <= 0.08
    by_location = np.bincount(orders.location)
    assert 0.4 <= by_location[1] / by_location[0] <= 0.8


def test_the_assortment_moves(shop: SimulatedShop) -> None:
    products = shop.products
    assert len(shop.categories) == 12
    assert np.bincount(products.category, minlength=12).min() >= 5
    assert 0.1 <= (products.launch_day > 0).mean() <= 0.3
    assert 0.05 <= (products.retire_day < shop.spec.days).mean() <= 0.25
    assert products.is_bundle.sum() >= 3
    bundles, parts = np.unique(shop.components.bundle, return_counts=True)
    np.testing.assert_array_equal(bundles, np.flatnonzero(products.is_bundle))
    assert set(parts.tolist()) <= {2, 3}
    assert (shop.stock_days.sold[products.is_bundle].sum(axis=(1, 2)) > 0).all()
    assert not products.ranged.all()
    ordered = products.pack_size[shop.purchase_orders.product]
    assert (shop.purchase_orders.quantity % ordered == 0).all()
    minimum = products.minimum_order[shop.purchase_orders.product]
    assert (shop.purchase_orders.quantity >= minimum).all()
    assert (shop.purchase_orders.received_day > shop.purchase_orders.ordered_day).all()


def test_the_shop_is_in_full_swing_on_its_last_day(shop: SimulatedShop) -> None:
    """The history ends, the shop does not: nothing runs down towards the end."""
    stock, truth = shop.stock_days, shop.truth
    lost = stock.lost.sum(axis=(0, 1)) / truth.demand.sum(axis=(0, 1))
    assert lost[-30:].mean() < 2 * lost.mean()
    on_hand = stock.on_hand.sum(axis=(0, 1))
    assert on_hand[-30:].mean() > 0.7 * on_hand[-365:].mean()
    orders = shop.purchase_orders
    assert (orders.received_day >= shop.spec.days).sum() > 20
    assert (orders.ordered_day >= shop.spec.days - 7).sum() > 20


def test_lead_times_are_the_suppliers(shop: SimulatedShop) -> None:
    """Orders of one supplier and day share a delivery; waiting for an open day adds up to two."""
    orders = shop.purchase_orders
    known = orders.ordered_day >= 0
    known &= orders.received_day < shop.spec.days
    known &= orders.ordered_day < shop.spec.days - 60
    key = np.unique(
        np.stack([orders.supplier, orders.ordered_day, orders.received_day], axis=1)[known], axis=0
    )
    for supplier in range(len(shop.suppliers.name)):
        took = (key[:, 2] - key[:, 1])[key[:, 0] == supplier]
        if len(took) < 60:
            continue
        assert -0.8 <= took.mean() - shop.suppliers.lead_time_days[supplier] <= 1.2
        assert took.std() >= 0.5 * shop.suppliers.lead_time_sd_days[supplier]


def test_orders_come_within_opening_hours(shop: SimulatedShop) -> None:
    zone = ZoneInfo(shop.spec.time_zone)
    every = slice(None, None, 97)
    stamps = shop.orders.timestamp[every].tolist()
    days = shop.dates[shop.orders.day[every]].tolist()
    for stamp, day, channel in zip(stamps, days, shop.orders.channel[every].tolist(), strict=True):
        local = datetime.fromtimestamp(stamp, UTC).astimezone(zone)
        assert local.date() == day
        opens, closes = (8, 20) if CHANNELS[channel] == "store" else (6, 23)
        assert opens <= local.hour < closes


def test_people_are_plainly_invented(shop: SimulatedShop) -> None:
    for email in shop.customers.email.tolist():
        name, _, domain = email.partition("@")
        assert domain in ("example.com", "example.net", "example.org")
        assert name.isascii()
        assert name == name.lower()
    words = [*shop.customers.first_name.tolist(), *shop.customers.last_name.tolist()]
    words += [*shop.products.name.tolist(), *shop.suppliers.name.tolist()]
    assert any(not word.isascii() for word in words)
    for word in words:
        assert word == unicodedata.normalize("NFC", word).strip()
        assert word.isprintable()


@pytest.mark.parametrize(
    ("word", "plain"),
    [
        ("Brückmann & Söhne", "brueckmannsoehne"),
        ("Zoë", "zoe"),
        ("Nußhöfer", "nusshoefer"),
        ("Øre", "oere"),
    ],
)
def test_addresses_spell_umlauts_out(word: str, plain: str) -> None:
    assert ascii_word(word) == plain


def test_barcodes_carry_a_valid_check_digit(shop: SimulatedShop) -> None:
    for code in [*shop.products.barcode.tolist(), *ean13(np.array([0, 10**11 - 1])).tolist()]:
        assert len(code) == 13
        assert code[0] == "2"
        digits = [int(ch) for ch in code]
        assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def test_first_come_first_served_against_a_loop() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        cell = rng.integers(0, 6, 40)
        quantity = rng.integers(1, 5, 40).astype(np.int32)
        wanted = np.bincount(cell, quantity, 6).astype(np.int32)
        done = np.minimum(wanted, rng.integers(0, 30, 6)).astype(np.int32)
        left, expected = done.copy(), []
        for c, q in zip(cell, quantity, strict=True):
            expected.append(min(q, left[c]))
            left[c] -= expected[-1]
        assert _fill(cell, quantity, done, done < wanted).tolist() == expected
