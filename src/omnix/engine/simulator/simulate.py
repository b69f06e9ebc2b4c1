"""One call: a spec in, a shop with its history and its truth out."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from omnix.engine.simulator.catalogue import Assortment, build_assortment
from omnix.engine.simulator.days import Days, build_days
from omnix.engine.simulator.demand import Wants, simulate_wants
from omnix.engine.simulator.market import Market, build_market
from omnix.engine.simulator.people import People, build_people
from omnix.engine.simulator.planted import Planted
from omnix.engine.simulator.stock import Shelf, simulate_stock
from omnix.engine.simulator.tables import (
    Int,
    Int32,
    OrderLines,
    Orders,
    Returns,
    ShopSpec,
    SimulatedShop,
    StockDays,
    Truth,
)
from omnix.engine.simulator.words import CATEGORIES, SEGMENTS

_Scalar = TypeVar("_Scalar", bound=np.generic)
CASH_SHARE = 0.45  # of store sales to strangers; customers pay a third as often in cash


def simulate(
    spec: ShopSpec,
    progress: Callable[[int, int], None] | None = None,
    planted: Planted | None = None,
) -> SimulatedShop:
    """Simulate the whole history; `progress(done, total)` is called after each simulated day.

    Deterministic in `spec` and `planted` for a given numpy version: every stage has its own
    PCG64 stream, and what is planted draws nothing. Raises ZoneInfoNotFoundError for an unknown
    time zone.
    """
    stages = iter(np.random.SeedSequence(spec.seed).spawn(6))

    def stream() -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(next(stages)))

    def report(offset: int) -> Callable[[int], None]:
        return lambda day: progress(offset + day, 2 * spec.days) if progress else None

    days = build_days(spec)
    assortment = build_assortment(stream(), spec, days)
    market = build_market(stream(), spec, days, assortment)
    people = build_people(stream(), spec, assortment)
    if planted is not None:
        market = planted.in_market(market, assortment)
    wants = simulate_wants(stream(), spec, days, assortment, market, people, report(0))
    if planted is not None:
        wants = planted.among(wants)
    shelf = simulate_stock(
        stream(), spec, days, assortment, market, wants, report(spec.days), planted
    )
    orders, lines, row_of_line = _sales(stream(), days, market, wants, shelf)
    orders, returns = _returned(orders, lines, row_of_line, shelf)
    products = replace(
        assortment.products,
        price_minor=market.price_minor[-1].astype(np.int64),
        cost_minor=market.cost_minor[-1].astype(np.int64),
        category=np.searchsorted(assortment.categories, assortment.products.category).astype(
            np.int32
        ),
    )
    return SimulatedShop(
        spec=spec,
        first_day=days.first,
        categories=tuple(CATEGORIES[c].name for c in assortment.categories),
        category_codes=tuple(CATEGORIES[c].code for c in assortment.categories),
        holidays=days.holidays,
        closed=days.closed,
        suppliers=assortment.suppliers,
        locations=assortment.locations,
        products=products,
        components=assortment.components,
        customers=people.customers,
        orders=orders,
        order_lines=lines,
        returns=returns,
        prices=market.prices,
        promotions=market.promotions,
        purchase_orders=shelf.purchase_orders,
        stock_days=StockDays(
            on_hand=_by_cell(shelf.on_hand),
            in_stock=_by_cell(shelf.in_stock),
            sold=_by_cell(shelf.sold),
            lost=_by_cell(shelf.demand - shelf.sold),
            opening=shelf.opening,
        ),
        final_stock=shelf.final,
        truth=_truth(assortment, market, people, wants, shelf),
    )


def _by_cell(by_day: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
    """[day, product, location] to contiguous [product, location, day]."""
    return np.ascontiguousarray(by_day.transpose(1, 2, 0))


def _sales(
    rng: np.random.Generator, days: Days, market: Market, wants: Wants, shelf: Shelf
) -> tuple[Orders, OrderLines, Int]:
    """Baskets that got something become orders; also each wanted line's row, -1 if lost."""
    kept = np.flatnonzero(shelf.filled > 0)
    basket, row = np.unique(wants.line_basket[kept], return_inverse=True)
    product, quantity = wants.line_product[kept], shelf.filled[kept]
    day = wants.basket_day[basket]
    line_day = day[row]
    price = market.price_minor[line_day, product].astype(np.int64)
    off = market.percent_off[line_day, product].astype(np.int64)
    customer, web = wants.basket_customer[basket], wants.basket_web[basket]
    cash = rng.random(len(basket)) < np.where(customer < 0, CASH_SHARE, CASH_SHARE / 3)
    local = days.midnight[day] + wants.basket_second[basket]
    orders = Orders(
        id=np.arange(1, len(basket) + 1, dtype=np.int64),
        timestamp=local - days.noon_offset[day],
        day=day,
        customer=customer,
        location=wants.basket_location[basket],
        channel=web.astype(np.uint8),
        payment=np.where(web, 2, np.where(cash, 1, 0)).astype(np.uint8),
        status=np.zeros(len(basket), dtype=np.uint8),
    )
    lines = OrderLines(
        order=row.astype(np.int32),
        product=product,
        quantity=quantity,
        unit_price_minor=price,
        discount_minor=(price * off + 50) // 100 * quantity,
        unit_cost_minor=market.cost_minor[line_day, product].astype(np.int64),
    )
    row_of_line = np.full(len(shelf.filled), -1, dtype=np.int64)
    row_of_line[kept] = np.arange(len(kept))
    return orders, lines, row_of_line


def _returned(
    orders: Orders, lines: OrderLines, row_of_line: Int, shelf: Shelf
) -> tuple[Orders, Returns]:
    """Returns by day, and the orders with the status that follows from them."""
    order = np.lexsort((shelf.return_line, shelf.return_day))
    returns = Returns(
        line=row_of_line[shelf.return_line[order]].astype(np.int32),
        day=shelf.return_day[order].astype(np.int32),
        quantity=shelf.return_quantity[order].astype(np.int32),
        restocked=shelf.return_restocked[order],
    )
    count = len(orders.id)
    bought = _units_by_order(lines.order, lines.quantity, count)
    back = _units_by_order(lines.order[returns.line], returns.quantity, count)
    status = np.where(back == 0, 0, np.where(back < bought, 1, 2)).astype(np.uint8)
    return replace(orders, status=status), returns


def _units_by_order(order: Int32, quantity: Int32, count: int) -> Int:
    return np.bincount(order, quantity, count).astype(np.int64)


def _truth(
    assortment: Assortment, market: Market, people: People, wants: Wants, shelf: Shelf
) -> Truth:
    return Truth(
        demand_rate=_by_cell(wants.rate),
        discretionary_rate=_by_cell(wants.discretionary_rate),
        demand=_by_cell(shelf.demand),
        season=market.season,
        weekday=market.weekday,
        day_factor=market.day_factor,
        shock=market.shock,
        visit_weekday=market.visit_weekday,
        elasticity=assortment.elasticity,
        price_effect=np.ascontiguousarray(market.price_effect.T),
        promotion_lift=market.promotion_lift,
        display_lift=market.display_lift,
        segment=people.segment,
        segments=tuple(name for name, _, _ in SEGMENTS),
        product_taste=assortment.taste,
        customer_taste=people.taste,
        visit_rate=people.visit_rate,
        alive_from=people.customers.joined_day,
        alive_until=people.alive_until,
        regular_customer=people.regular_customer,
        regular_product=people.regular_product,
        regular_interval_days=people.regular_interval,
        regular_quantity=people.regular_quantity,
        companion=assortment.companion,
        companion_probability=assortment.companion_probability.astype(np.float32),
        mean_quantity=assortment.mean_quantity,
    )
