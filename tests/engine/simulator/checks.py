"""What must hold for every shop, written from the tables alone."""

import numpy as np

from omnix.engine.simulator import SimulatedShop


def _add(into: np.ndarray, shop: SimulatedShop, product, location, day, quantity) -> None:
    """Add units per [product, location, day], a bundle's to its components."""
    bundle = shop.products.is_bundle[product]
    np.add.at(into, (product[~bundle], location[~bundle], day[~bundle]), quantity[~bundle])
    parts = shop.components
    for b, part, amount in zip(parts.bundle, parts.component, parts.quantity, strict=True):
        of = product == b
        np.add.at(into, (np.full(of.sum(), part), location[of], day[of]), quantity[of] * amount)


def check_ledger(shop: SimulatedShop) -> None:
    """opening + receipts - sales + restocked returns = closing, every day and everywhere."""
    orders, lines, back, bought = (
        shop.orders,
        shop.order_lines,
        shop.returns,
        shop.purchase_orders,
    )
    days = shop.spec.days
    moves = np.zeros(shop.stock_days.on_hand.shape, dtype=np.int64)
    came = bought.received_day < days
    assert (bought.received_day >= 0).all()
    assert not shop.products.is_bundle[bought.product].any()
    received = np.zeros_like(moves)
    at = (bought.product[came], bought.location[came], bought.received_day[came])
    np.add.at(received, at, bought.quantity[came])
    sold = np.zeros_like(moves)
    where, when = orders.location[lines.order], orders.day[lines.order]
    _add(sold, shop, lines.product, where, when, lines.quantity)
    good = back.restocked
    row = back.line[good]
    restocked = np.zeros_like(moves)
    _add(restocked, shop, lines.product[row], where[row], back.day[good], back.quantity[good])
    moves = received - sold + restocked
    closing = shop.stock_days.opening[:, :, None] + np.cumsum(moves, axis=2)
    np.testing.assert_array_equal(closing, shop.stock_days.on_hand)
    np.testing.assert_array_equal(closing[:, :, -1], shop.final_stock)
    assert (closing >= 0).all()
    before = closing - moves + received + restocked
    assert (sold <= before).all()


def check_tables(shop: SimulatedShop) -> None:
    spec, orders, lines, products = shop.spec, shop.orders, shop.order_lines, shop.products
    stock, truth, back = shop.stock_days, shop.truth, shop.returns
    # Lines add up to the sales, sales and losses to the demand.
    sold = np.zeros(stock.sold.shape, dtype=np.int64)
    at = (lines.product, orders.location[lines.order], orders.day[lines.order])
    np.add.at(sold, at, lines.quantity)
    np.testing.assert_array_equal(sold, stock.sold)
    np.testing.assert_array_equal(stock.sold + stock.lost, truth.demand)
    assert (stock.lost >= 0).all()
    assert ((stock.in_stock >= 0) & (stock.in_stock <= 1)).all()
    single = ~products.is_bundle
    assert (stock.in_stock[single][stock.on_hand[single] > 0] == 1).all()
    assert (stock.on_hand[single][stock.lost[single] > 0] == 0).all()
    # Keys.
    assert (np.diff(orders.timestamp) >= 0).all()
    np.testing.assert_array_equal(orders.id, np.arange(1, len(orders.id) + 1))
    np.testing.assert_array_equal(np.unique(lines.order), np.arange(len(orders.id)))
    key = lines.order.astype(np.int64) * spec.products + lines.product
    assert (np.diff(key) > 0).all()
    for column in (products.sku, products.barcode, products.name, shop.customers.email):
        assert len(np.unique(column)) == len(column)
    assert ((orders.customer >= -1) & (orders.customer < max(spec.customers, 1))).all()
    # Only what is on sale there and then, to people who are customers by then.
    assert products.ranged[lines.product, orders.location[lines.order]].all()
    day = orders.day[lines.order]
    assert (day >= products.launch_day[lines.product]).all()
    assert (day < products.retire_day[lines.product]).all()
    known = orders.customer >= 0
    assert (orders.day[known] >= shop.customers.joined_day[orders.customer[known]]).all()
    assert (orders.day[known] < truth.alive_until[orders.customer[known]]).all()
    assert (orders.channel[shop.closed[orders.day]] == 1).all()
    # Money.
    assert (lines.quantity >= 1).all()
    assert (lines.unit_price_minor > 0).all()
    assert (lines.unit_cost_minor > 0).all()
    assert (lines.discount_minor >= 0).all()
    assert (lines.discount_minor < lines.quantity * lines.unit_price_minor).all()
    # Returns.
    assert len(np.unique(back.line)) == len(back.line)
    assert (back.quantity >= 1).all()
    assert (back.quantity <= lines.quantity[back.line]).all()
    assert (back.day > orders.day[lines.order[back.line]]).all()
    assert (back.day < spec.days).all()
    # Rates exist exactly where something can be wanted.
    assert np.isfinite(truth.demand_rate).all()
    assert (truth.demand_rate >= truth.discretionary_rate * 0.999999).all()
    assert (truth.demand[truth.demand_rate == 0] == 0).all()


def prices_by_day(shop: SimulatedShop) -> np.ndarray:
    """[product, day] list price, from the price table alone; 0 before the first price."""
    out = np.zeros((shop.spec.products, shop.spec.days), dtype=np.int64)
    rows = zip(shop.prices.product, shop.prices.first_day, shop.prices.price_minor, strict=True)
    for product, first, price in rows:
        out[product, first:] = price
    return out


def percent_by_day(shop: SimulatedShop) -> np.ndarray:
    """[product, day] percent off; fails where two promotions overlap."""
    out = np.zeros((shop.spec.products, shop.spec.days), dtype=np.int64)
    table = shop.promotions
    rows = zip(table.product, table.first_day, table.last_day, table.percent_off, strict=True)
    for product, first, last, percent in rows:
        assert 0 <= first <= last < shop.spec.days
        assert (out[product, first : last + 1] == 0).all()
        out[product, first : last + 1] = percent
    return out
