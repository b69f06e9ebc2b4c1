"""What moves demand from day to day: seasons, weekdays, growth, prices, promotions."""

from dataclasses import dataclass

import numpy as np

from omnix.engine.simulator.catalogue import Assortment
from omnix.engine.simulator.days import SUNDAY, Days
from omnix.engine.simulator.naming import shop_price
from omnix.engine.simulator.tables import Int32, Prices, Promotions, Real, Real32, ShopSpec
from omnix.engine.simulator.words import CATEGORIES

INFLATION = 0.03  # a year; list prices at this pace leave demand unchanged
GROWTH = 0.05  # a year, of unplanned demand of the whole shop
UNPLANNED_LINES = 0.42  # per product and average day
CLEARANCE_DAYS = 28  # before retirement, at 40% off
_VISITS = (0.95, 0.92, 0.98, 1.05, 1.3, 1.5, 0.3)  # Monday to Sunday


@dataclass(frozen=True, slots=True)
class Market:
    """Arrays by day are [day, product] so that a day's row is contiguous."""

    price_minor: Int32  # [day, product] list price
    cost_minor: Int32  # [day, product]
    percent_off: Int32  # [day, product], 0 without promotion
    price_effect: Real32  # [day, product] demand factor of price, promotion and display
    life: Real32  # [day, product] 0 before launch and after retirement, ramping up to 1
    prices: Prices
    promotions: Promotions
    promotion_lift: Real
    display_lift: Real
    season: Real  # [category of the shop, 366]
    weekday: Real  # [category of the shop, location, 7]
    visit_weekday: Real
    day_factor: Real
    shock: Real  # [location, day]
    base: Real  # [product, location] unplanned lines per day at factor 1
    drift: Real  # [product] growth a year relative to the shop


def build_market(
    rng: np.random.Generator, spec: ShopSpec, days: Days, assortment: Assortment
) -> Market:
    n = spec.products
    prices, price_by_day = _prices(rng, spec, assortment)
    promotions, display_lift = _promotions(rng, spec, days, assortment)
    cut = (1 - promotions.percent_off / 100) ** -assortment.elasticity[promotions.product]
    lift = cut * display_lift
    effect = _reference_effect(price_by_day, days, assortment)
    percent = np.zeros((spec.days, n), dtype=np.int32)
    for row in range(len(lift)):
        p = promotions.product[row]
        span = slice(int(promotions.first_day[row]), int(promotions.last_day[row]) + 1)
        percent[span, p] = promotions.percent_off[row]
        effect[span, p] *= lift[row]
    weight = assortment.weight / assortment.weight.sum()
    return Market(
        price_minor=price_by_day,
        cost_minor=_costs(rng, spec, days, assortment),
        percent_off=percent,
        price_effect=effect,
        life=_life(spec, assortment),
        prices=prices,
        promotions=promotions,
        promotion_lift=lift,
        display_lift=display_lift,
        season=np.stack([_season(CATEGORIES[c].season) for c in assortment.categories]),
        weekday=_weekdays(rng, spec, assortment),
        visit_weekday=np.array(_VISITS) / np.mean(_VISITS),
        day_factor=(1 + GROWTH) ** days.years * np.where(days.eve, 1.35, 1.0),
        shock=_shock(rng, spec),
        base=UNPLANNED_LINES * n * weight[:, None] * assortment.location_weight,
        drift=rng.normal(0, 0.1, n),
    )


def _season(bumps: tuple[tuple[int, int, float], ...]) -> Real:
    """Bell-shaped bumps on the circle of the year, scaled to mean 1."""
    day = np.arange(366)
    profile = np.ones(366)
    for peak, width, height in bumps:
        distance = np.abs(day - peak)
        distance = np.minimum(distance, 366 - distance)
        profile += height * np.exp(-0.5 * (distance / width) ** 2)
    return np.asarray(profile / profile.mean())


def _weekdays(rng: np.random.Generator, spec: ShopSpec, assortment: Assortment) -> Real:
    tilt = np.array([CATEGORIES[c].weekday for c in assortment.categories])
    place = np.concatenate([np.zeros((1, 7)), rng.normal(0, 0.1, (spec.locations - 1, 7))])
    place[:, SUNDAY] = 0.0
    profile = np.array(_VISITS) * (1 + tilt[:, None, :]) * (1 + place[None, :, :]).clip(0.5)
    return np.asarray(profile / profile.mean(axis=2, keepdims=True))


def _shock(rng: np.random.Generator, spec: ShopSpec) -> Real:
    """exp of a first-order autoregression per location."""
    noise = rng.normal(0, 0.06, (spec.days, spec.locations))
    state = np.zeros(spec.locations)
    for day in range(spec.days):
        state = 0.6 * state + noise[day]
        noise[day] = state
    return np.exp(noise.T)


def _prices(
    rng: np.random.Generator, spec: ShopSpec, assortment: Assortment
) -> tuple[Prices, Int32]:
    """About one change a year and product, three in four of them upward."""
    n, products = spec.products, assortment.products
    start = np.maximum(products.launch_day, 0)
    count = rng.poisson(0.9 * spec.days / 365.25, n)
    product = np.repeat(np.arange(n), count)
    day = np.floor(rng.random(len(product)) * spec.days).astype(np.int64)
    up = rng.random(len(product)) < 0.75
    ratio = np.where(
        up, rng.uniform(1.02, 1.1, len(product)), rng.uniform(0.88, 0.97, len(product))
    )
    keep = (day > start[product] + 20) & (day < products.retire_day[product])
    order = np.lexsort((day[keep], product[keep]))
    product, day, ratio = product[keep][order], day[keep][order], ratio[keep][order]
    rows: list[tuple[int, int, int]] = []
    table = np.empty((spec.days, n), dtype=np.int32)
    table[:] = products.price_minor
    current = products.price_minor.copy()
    launched = np.minimum(start, spec.days - 1)
    rows += [(p, int(launched[p]), int(current[p])) for p in range(n)]
    changes = zip(product.tolist(), day.tolist(), ratio.tolist(), strict=True)
    for p, when, factor in changes:
        new = int(shop_price(np.array([current[p] * factor]))[0])
        if new == current[p] or new <= products.cost_minor[p] * 1.15:
            continue
        current[p] = new
        table[when:, p] = new
        rows.append((p, when, new))
    column = np.array(rows, dtype=np.int64)
    column = column[np.lexsort((column[:, 1], column[:, 0]))]
    # Two changes drawn for one day: the later draw stands.
    last = np.ones(len(column), dtype=bool)
    last[:-1] = (np.diff(column[:, 0]) != 0) | (np.diff(column[:, 1]) != 0)
    column = column[last]
    prices = Prices(
        product=column[:, 0].astype(np.int32),
        first_day=column[:, 1].astype(np.int32),
        price_minor=column[:, 2].copy(),
    )
    return prices, table


def _costs(rng: np.random.Generator, spec: ShopSpec, days: Days, assortment: Assortment) -> Int32:
    """Purchase costs rise once a year, on a day of each supplier's own."""
    products = assortment.products
    phase = rng.random(len(assortment.suppliers.name))[products.supplier]
    steps = np.floor(days.years[:, None] + phase[None, :]).astype(np.int64)
    by_step = [products.cost_minor.astype(np.int64)]
    for _ in range(int(steps.max())):
        by_step.append((by_step[-1] * 103 + 50) // 100)
    ladder = np.stack(by_step)
    cost = ladder[steps, np.arange(spec.products)[None, :]].astype(np.int32)
    components = assortment.components
    cost[:, products.is_bundle] = 0
    for bundle, part, quantity in zip(
        components.bundle, components.component, components.quantity, strict=True
    ):
        cost[:, bundle] += cost[:, part] * quantity
    return cost


def _reference_effect(price: Int32, days: Days, assortment: Assortment) -> Real32:
    """(price / reference)^-elasticity; the reference is the launch price with inflation."""
    reference = assortment.products.price_minor * (1 + INFLATION) ** days.years[:, None]
    return np.asarray((price / reference) ** -assortment.elasticity, dtype=np.float32)


def _life(spec: ShopSpec, assortment: Assortment) -> Real32:
    """Launches ramp up over two months; everything ends at retirement."""
    age = np.arange(spec.days)[:, None] - assortment.products.launch_day[None, :]
    ramp = np.clip(0.35 + 0.65 * age / 60, 0.35, 1.0)
    alive = (age >= 0) & (np.arange(spec.days)[:, None] < assortment.products.retire_day[None, :])
    return np.asarray(ramp * alive, dtype=np.float32)


def _promotions(
    rng: np.random.Generator, spec: ShopSpec, days: Days, assortment: Assortment
) -> tuple[Promotions, Real]:
    """Thursday to Wednesday or two such weeks, four a year; retiring articles are cleared."""
    n, products = spec.products, assortment.products
    count = rng.poisson(4.0 * spec.days / 365.25 * rng.gamma(2.0, 0.5, n))
    product = np.repeat(np.arange(n), count)
    first = np.floor(rng.random(len(product)) * (spec.days + 3) / 7).astype(np.int64) * 7
    first += (3 - int(days.weekday[0])) % 7
    last = first + np.where(rng.random(len(product)) < 0.3, 13, 6)
    percent = rng.choice(np.array([10, 15, 20, 20, 25, 30]), len(product))
    display = rng.random(len(product)) < 0.35
    retires = products.retire_day < spec.days
    end = np.where(retires, products.retire_day - CLEARANCE_DAYS, spec.days + 14)[product]
    keep = (first > products.launch_day[product] + 30) & (first < spec.days) & (last < end)
    table = np.stack([product, first, last, percent, display], axis=1)[keep]
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    apart = np.ones(len(table), dtype=np.bool_)
    apart[1:] = (np.diff(table[:, 0]) != 0) | (table[1:, 1] > table[:-1, 2] + 7)
    cleared = np.flatnonzero(retires)
    until = products.retire_day[cleared]
    forty, shown = np.full(len(cleared), 40), np.ones(len(cleared), dtype=np.int64)
    clearance = np.stack([cleared, until - CLEARANCE_DAYS, until - 1, forty, shown], axis=1)
    table = np.concatenate([table[apart], clearance])
    table = table[np.lexsort((table[:, 1], table[:, 0]))].astype(np.int32)
    promotions = Promotions(
        product=table[:, 0].copy(),
        first_day=table[:, 1].copy(),
        last_day=np.minimum(table[:, 2], spec.days - 1),
        percent_off=table[:, 3].copy(),
        display=table[:, 4] > 0,
    )
    return promotions, np.where(promotions.display, rng.uniform(1.25, 1.9, len(table)), 1.0)
