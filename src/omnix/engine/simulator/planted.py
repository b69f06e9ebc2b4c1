"""Something that happens to a simulated shop on known days, for who wants to find it again."""

from dataclasses import dataclass, replace

import numpy as np

from omnix.engine.simulator.catalogue import Assortment
from omnix.engine.simulator.demand import Wants
from omnix.engine.simulator.market import Market
from omnix.engine.simulator.tables import Int, Int32, Prices


@dataclass(frozen=True, slots=True)
class Planted:
    """From `first_day` on, up to `last_day` (inclusive).

    `blocked_products` are not sold though they may be there. `price_ratio` multiplies the list
    price of `priced_products`, and demand answers by their elasticity. `percent_off` is a
    promotion of `promoted_products`. `lost_customers` (rows of the customers) come no more, for
    good; the truth's rates stay those of the shop with them. `in_market` and the others are what
    the simulation asks.
    """

    first_day: int
    last_day: int
    blocked_products: tuple[int, ...] = ()
    priced_products: tuple[int, ...] = ()
    price_ratio: float = 1.0
    promoted_products: tuple[int, ...] = ()
    percent_off: int = 0
    lost_customers: tuple[int, ...] = ()

    def in_market(self, market: Market, assortment: Assortment) -> Market:
        span = slice(self.first_day, self.last_day + 1)
        priced, promoted = (
            np.array(rows, dtype=np.int64)
            for rows in (self.priced_products, self.promoted_products)
        )
        price, effect = market.price_minor.copy(), market.price_effect.copy()
        percent, prices = market.percent_off.copy(), market.prices
        if len(priced):
            price[span, priced] = np.rint(price[span, priced] * self.price_ratio)
            effect[span, priced] *= self.price_ratio ** -assortment.elasticity[priced]
            prices = _priced(prices, price, priced)
        if len(promoted):
            percent[span, promoted] = self.percent_off
            lift = (1 - self.percent_off / 100) ** -assortment.elasticity[promoted]
            plain = (market.percent_off[span, promoted] == 0).astype(np.float64)
            effect[span, promoted] *= np.where(plain > 0, lift, 1.0)
        return replace(
            market, price_minor=price, price_effect=effect, percent_off=percent, prices=prices
        )

    def among(self, wants: Wants) -> Wants:
        """Without what the lost customers want: they want it still, and buy it elsewhere."""
        if not self.lost_customers:
            return wants
        day, customer = wants.basket_day, wants.basket_customer
        gone = (day >= self.first_day) & np.isin(customer, self.lost_customers)
        kept = ~gone[wants.line_basket]
        return replace(
            wants,
            line_basket=wants.line_basket[kept],
            line_product=wants.line_product[kept],
            line_quantity=wants.line_quantity[kept],
        )

    def blocked(self, day: int) -> Int | None:
        """Rows of the products that are not sold on this day, None for none."""
        if not self.blocked_products or not self.first_day <= day <= self.last_day:
            return None
        return np.array(self.blocked_products, dtype=np.int64)


def _priced(prices: Prices, by_day: Int32, products: Int) -> Prices:
    """The price list with what was planted: a row on each day on which a price now changes."""
    kept = ~np.isin(prices.product, products)
    rows: list[tuple[int, int, int]] = []
    for product in products.tolist():
        begun = int(prices.first_day[prices.product == product].min())
        column = by_day[:, product]
        moves = np.flatnonzero(np.diff(column[begun:])) + begun + 1
        rows += [(product, day, int(column[day])) for day in (begun, *moves.tolist())]
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    product = np.concatenate([prices.product[kept], table[:, 0].astype(np.int32)])
    day = np.concatenate([prices.first_day[kept], table[:, 1].astype(np.int32)])
    price = np.concatenate([prices.price_minor[kept], table[:, 2]])
    order = np.lexsort((day, product))
    return Prices(product[order], day[order], price[order])
