"""The shelf: receipts, sales up to what is there, returns, and a plain reorder policy.

Each day: receipts and restocked returns at opening, bundles drawn from their
components, then single products; what is wanted beyond the shelf is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from omnix.engine.simulator.catalogue import Assortment
from omnix.engine.simulator.days import Days
from omnix.engine.simulator.demand import Wants, share_of_day
from omnix.engine.simulator.market import Market
from omnix.engine.simulator.planted import Planted
from omnix.engine.simulator.tables import Flag, Int, Int32, PurchaseOrders, Real, Real32, ShopSpec

MEMORY = 1 / 28  # weight of the newest day in the shop's own sales average
COVER_DAYS = 21  # ordered beyond the reorder point
CLEARING_DAYS = 35  # no more orders so long before retirement
RESTOCKED_SHARE = 0.75
WEB_RETURNS = 1.8  # times the store's share


@dataclass(frozen=True, slots=True)
class Shelf:
    """Outcome of the wants; per-line arrays follow Wants' lines, dense ones are [day, ...]."""

    filled: Int32  # [line] units sold
    opening: Int32  # [product, location]
    on_hand: Int32
    in_stock: Real32
    sold: Int32
    demand: Int32
    return_line: Int
    return_day: Int
    return_quantity: Int
    return_restocked: Flag
    purchase_orders: PurchaseOrders
    final: Int32


class _Replenishment:
    """(s, S) per product and location on the supplier's order days, from average sales alone."""

    def __init__(
        self,
        rng: np.random.Generator,
        spec: ShopSpec,
        assortment: Assortment,
        market: Market,
        wants: Wants,
    ) -> None:
        products, suppliers = assortment.products, assortment.suppliers
        self.rng, self.spec, self.assortment, self.market = rng, spec, assortment, market
        self.supplier = products.supplier
        gap = 7 / suppliers.order_weekdays.sum(axis=1)
        self.horizon = (suppliers.lead_time_days + gap)[self.supplier][:, None]
        self.safety = rng.uniform(0.2, 1.9, (spec.products, 1))
        self.stocked = products.ranged & ~products.is_bundle[:, None]
        retires = products.retire_day < spec.days
        self.last_order = np.where(retires, products.retire_day - CLEARING_DAYS, spec.days)
        self.on_order = np.zeros((spec.products, spec.locations), dtype=np.int64)
        # The shop starts with an idea of demand, good to about a third.
        early = np.arange(spec.days)[:, None] < np.maximum(products.launch_day, 0)[None, :] + 28
        early &= market.life > 0
        known = np.einsum("dp,dpl->pl", early.astype(np.float32), wants.rate)
        self.average: Real = known / np.maximum(early.sum(axis=0), 1)[:, None]
        self.average = self.average * np.exp(rng.normal(0, 0.35, self.average.shape))
        parts = assortment.components
        np.add.at(
            self.average, parts.component, self.average[parts.bundle] * parts.quantity[:, None]
        )
        self.orders: list[tuple[Int, Int, Int, Int]] = []  # cell, ordered, received, quantity

    def levels(self) -> tuple[Real, Real]:
        """Reorder point and order-up-to level in units."""
        mean = self.average * self.horizon
        low = np.maximum(mean + self.safety * np.sqrt(1.5 * mean), 1.0)
        return low, low + np.maximum(self.average * COVER_DAYS, 1.0)

    def rounded(self, need: Real, product: Int) -> Int:
        products = self.assortment.products
        pack = np.maximum(products.pack_size[product], 1)
        packs = np.ceil(need / pack).astype(np.int64) * pack
        return np.maximum(packs, products.minimum_order[product])

    def opening(self) -> Int32:
        """Stock of what is on sale on the first day."""
        low, high = self.levels()
        level = low + (high - low) * self.rng.random(low.shape)
        there = self.stocked & (self.assortment.products.launch_day <= 0)[:, None]
        return np.where(there, np.ceil(level), 0).astype(np.int32)

    def first_orders(self, days: Days) -> None:
        """New products arrive on the open day before their launch, or that very day."""
        products = self.assortment.products
        cell = np.flatnonzero((self.stocked & (products.launch_day > 0)[:, None]).ravel())
        product = cell // self.spec.locations
        need = self.levels()[1].ravel()[cell] + self.average.ravel()[cell] * 7
        received = products.launch_day[product].astype(np.int64) - 1
        received = np.where(days.closed[received], received + 1, received)
        lead = self.assortment.suppliers.lead_time_days[self.supplier[product]].astype(np.int64)
        self._note(cell, received - lead, received, self.rounded(need, product))

    def order(self, day: int, days: Days, on_hand: Int32) -> None:
        suppliers, products = self.assortment.suppliers, self.assortment.products
        if days.closed[day]:
            return
        takes = suppliers.order_weekdays[:, days.weekday[day]][self.supplier]
        takes = takes & (products.launch_day <= day) & (day < self.last_order)
        low, high = self.levels()
        position = on_hand + self.on_order
        cell = np.flatnonzero((takes[:, None] & self.stocked & (position <= low)).ravel())
        lead_time = self._lead_times()
        if not len(cell):
            return
        product = cell // self.spec.locations
        quantity = self.rounded(high.ravel()[cell] - position.ravel()[cell], product)
        received = day + lead_time[self.supplier[product]]
        inside = received < self.spec.days
        received[inside] = days.next_open[received[inside]]
        self._note(cell, np.full(len(cell), day), received, quantity)

    def observe(self, used: Int32, short: Flag, selling: Flag) -> None:
        seen = np.where(short, np.maximum(used, self.average), used)
        self.average += np.where(selling[:, None], MEMORY * (seen - self.average), 0.0)

    def _lead_times(self) -> Int:
        suppliers = self.assortment.suppliers
        variance = suppliers.lead_time_sd_days**2
        mean = suppliers.lead_time_days
        drawn = self.rng.gamma(mean**2 / variance, variance / mean)
        return np.maximum(np.rint(drawn), 1).astype(np.int64)

    def _note(self, cell: Int, ordered: Int, received: Int, quantity: Int) -> None:
        self.orders.append((cell, ordered, received, quantity))
        self.on_order.ravel()[cell] += quantity

    def table(self) -> PurchaseOrders:
        columns = [np.concatenate(c) for c in zip(*self.orders, strict=True)] if self.orders else []
        cell, ordered, received, quantity = columns or [np.empty(0, dtype=np.int64)] * 4
        order = np.argsort(ordered, kind="stable")
        cell, ordered, received, quantity = (
            cell[order],
            ordered[order],
            received[order],
            quantity[order],
        )
        product = cell // self.spec.locations
        cost = self.market.cost_minor[np.maximum(ordered, 0), product]
        return PurchaseOrders(
            supplier=self.supplier[product].astype(np.int32),
            location=(cell % self.spec.locations).astype(np.int32),
            product=product.astype(np.int32),
            ordered_day=ordered.astype(np.int32),
            received_day=received.astype(np.int32),
            quantity=quantity.astype(np.int32),
            unit_cost_minor=cost.astype(np.int64),
        )


def simulate_stock(
    rng: np.random.Generator,
    spec: ShopSpec,
    days: Days,
    assortment: Assortment,
    market: Market,
    wants: Wants,
    progress: Callable[[int], None],
    planted: Planted | None = None,
) -> Shelf:
    n, places = spec.products, spec.locations
    shape = (spec.days, n, places)
    cells = n * places
    line_day = wants.basket_day[wants.line_basket]
    line_cell = (
        wants.line_product.astype(np.int64) * places + wants.basket_location[wants.line_basket]
    )
    key = line_day * np.int64(cells) + line_cell
    demand = (
        np.bincount(key, wants.line_quantity, spec.days * cells).astype(np.int32).reshape(shape)
    )
    bounds = np.searchsorted(line_day, np.arange(spec.days + 1))
    bundles = _bundle_parts(assortment)
    single = ~assortment.products.is_bundle[:, None]
    policy = _Replenishment(rng, spec, assortment, market, wants)
    stock = policy.opening()
    opening = stock.copy()
    policy.first_orders(days)
    arrivals = _Arrivals(spec.days)
    arrivals.add(policy.orders)
    filled = wants.line_quantity.copy()
    on_hand, sold = np.empty(shape, dtype=np.int32), np.empty(shape, dtype=np.int32)
    in_stock = np.ones(shape, dtype=np.float32)
    back: list[tuple[Int, Int, Int, Flag]] = []
    restock: list[list[tuple[Int, Int]]] = [[] for _ in range(spec.days)]
    for day in range(spec.days):
        for cell, quantity in arrivals.on(day):
            stock.ravel()[cell] += quantity.astype(np.int32)
            policy.on_order.ravel()[cell] -= quantity
        for cell, quantity in restock[day]:
            np.add.at(stock.ravel(), cell, quantity.astype(np.int32))
        blocked = None if planted is None else planted.blocked(day)
        if blocked is not None:
            aside = stock[blocked].copy()
            stock[blocked] = 0
        start = stock.copy()
        wanted = demand[day]
        done = np.zeros_like(wanted)
        for bundle, parts, amount in bundles:
            for place in np.flatnonzero(wanted[bundle]):
                made = min(int(wanted[bundle, place]), int((stock[parts, place] // amount).min()))
                done[bundle, place] = made
                stock[parts, place] -= made * amount
        done = np.where(single, np.minimum(wanted, stock), done)
        stock -= np.where(single, done, 0)
        sold[day], on_hand[day] = done, stock
        today = slice(int(bounds[day]), int(bounds[day + 1]))
        short = (done < wanted).ravel()
        filled[today] = _fill(line_cell[today], filled[today], done.ravel(), short)
        empty = stock == 0
        for bundle, parts, amount in bundles:
            empty[bundle] = (stock[parts] // amount[:, None]).min(axis=0) == 0
        in_stock[day] = _available(wants, today, bool(days.closed[day]), line_cell, filled, empty)
        if blocked is not None:
            stock[blocked] += aside
        policy.observe(start - stock, empty, market.life[day] > 0)
        before = len(policy.orders)
        policy.order(day, days, stock)
        arrivals.add(policy.orders[before:])
        returned = _returns(rng, day, days, assortment, wants, filled, today)
        back.append(returned)
        _plan_restock(restock, returned, line_cell, bundles, places)
        progress(day + 1)
    return Shelf(
        filled=filled,
        opening=opening,
        on_hand=on_hand,
        in_stock=in_stock,
        sold=sold,
        demand=demand,
        return_line=np.concatenate([b[0] for b in back]),
        return_day=np.concatenate([b[1] for b in back]),
        return_quantity=np.concatenate([b[2] for b in back]),
        return_restocked=np.concatenate([b[3] for b in back]),
        purchase_orders=policy.table(),
        final=stock,
    )


class _Arrivals:
    """Receipts by day of the history; what comes later stays on order."""

    def __init__(self, days: int) -> None:
        self._by_day: list[list[tuple[Int, Int]]] = [[] for _ in range(days)]

    def add(self, orders: list[tuple[Int, Int, Int, Int]]) -> None:
        for cell, _, received, quantity in orders:
            for day in np.unique(received[received < len(self._by_day)]):
                due = received == day
                self._by_day[day].append((cell[due], quantity[due]))

    def on(self, day: int) -> list[tuple[Int, Int]]:
        return self._by_day[day]


def _bundle_parts(assortment: Assortment) -> list[tuple[int, Int32, Int32]]:
    c = assortment.components
    return [
        (int(b), c.component[c.bundle == b], c.quantity[c.bundle == b])
        for b in np.flatnonzero(assortment.products.is_bundle)
    ]


def _fill(cell: Int, quantity: Int32, done: Int32, short: Flag) -> Int32:
    """First come, first served within each cell whose stock ran short."""
    rows = np.flatnonzero(short[cell])
    out = quantity.copy()
    if not len(rows):
        return out
    rows = rows[np.argsort(cell[rows], kind="stable")]
    group = cell[rows]
    running = np.cumsum(quantity[rows])
    first = np.flatnonzero(np.diff(group, prepend=-1))
    before = running - quantity[rows]
    before -= np.repeat(before[first], np.diff(np.append(first, len(rows))))
    out[rows] = np.clip(done[group] - before, 0, quantity[rows])
    return out


def _available(
    wants: Wants, today: slice, closed: bool, line_cell: Int, filled: Int32, empty: Flag
) -> Real32:
    """Share of the day's usual trade before the last sale, where the shelf ended empty."""
    until = np.where(empty.ravel(), 0.0, 1.0)
    rows = np.flatnonzero(empty.ravel()[line_cell[today]] & (filled[today] > 0)) + today.start
    share = share_of_day(wants.basket_second[wants.line_basket[rows]], closed)
    np.maximum.at(until, line_cell[rows], share)
    return until.reshape(empty.shape).astype(np.float32)


def _returns(
    rng: np.random.Generator,
    day: int,
    days: Days,
    assortment: Assortment,
    wants: Wants,
    filled: Int32,
    today: slice,
) -> tuple[Int, Int, Int, Flag]:
    """Today's lines that come back within the history: line, day, quantity, restocked."""
    quantity = filled[today]
    web = wants.basket_web[wants.line_basket[today]]
    share = assortment.return_share[wants.line_product[today]] * np.where(web, WEB_RETURNS, 1.0)
    rows = np.flatnonzero((rng.random(len(quantity)) < share) & (quantity > 0))
    when = day + 1 + rng.geometric(1 / 8, len(rows))
    units = 1 + np.floor(rng.random(len(rows)) * quantity[rows]).astype(np.int64)
    units = np.where(rng.random(len(rows)) < 0.7, quantity[rows], units)
    again = rng.random(len(rows)) < RESTOCKED_SHARE
    last = len(days.next_open)
    inside = when < last
    when[inside] = days.next_open[when[inside]]
    keep = when < last
    return rows[keep] + today.start, when[keep], units[keep], again[keep]


def _plan_restock(
    restock: list[list[tuple[Int, Int]]],
    returned: tuple[Int, Int, Int, Flag],
    line_cell: Int,
    bundles: list[tuple[int, Int32, Int32]],
    places: int,
) -> None:
    """Good returns go back on the shelf, bundles as their components."""
    parts_of = {bundle: (parts, amount) for bundle, parts, amount in bundles}
    for line, day, units, good in zip(*(c.tolist() for c in returned), strict=True):
        if not good:
            continue
        product, place = divmod(int(line_cell[line]), places)
        parts, amount = parts_of.get(product, (np.array([product]), np.array([1])))
        restock[day].append(
            (parts.astype(np.int64) * places + place, amount.astype(np.int64) * units)
        )
