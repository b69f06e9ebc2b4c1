"""What the shop's tables show agrees with the truth they were drawn from."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate
from omnix.engine.simulator.demand import _RegularBuyers
from omnix.engine.simulator.people import People
from omnix.engine.simulator.tables import Customers


@pytest.fixture(scope="module")
def strangers() -> SimulatedShop:
    """A shop without known customers: all demand is unplanned or follows from it."""
    return simulate(ShopSpec(last_day=date(2026, 6, 30), products=300, customers=0, locations=2))


def weekdays(shop: SimulatedShop) -> np.ndarray:
    return (shop.dates.astype(np.int64) + 3) % 7


def test_unplanned_demand_is_poisson_around_its_rate(strangers: SimulatedShop) -> None:
    """Totals scatter about the rate by no more than the draws' own variance."""
    demand, rate = strangers.truth.demand, strangers.truth.demand_rate.astype(np.float64)
    excess = strangers.truth.mean_quantity - 1
    # A line has q = 1 + Poisson(k) units: the variance of a Poisson number of lines is E[q^2].
    spread = ((1 + 3 * excess + excess**2) / (1 + excess))[:, None, None]
    expected = rate.sum(axis=2)
    score = (demand.sum(axis=2) - expected) / np.sqrt((rate * spread).sum(axis=2).clip(1e-9))
    score = score[expected > 20]
    assert abs(score.mean()) < 4 / np.sqrt(len(score))
    assert 0.9 <= score.std() <= 1.1
    by_day = (demand.sum(axis=(0, 1)) - rate.sum(axis=(0, 1))) / np.sqrt(
        (rate * spread).sum(axis=(0, 1))
    )
    assert abs(by_day.mean()) < 4 / np.sqrt(len(by_day))
    assert 0.9 <= by_day.std() <= 1.2  # companions come with their hosts, hence a little more


def test_demand_rate_is_unbiased_with_regular_buyers(shop: SimulatedShop) -> None:
    """The rate knows the buyers' states but not who comes: sums agree, days scatter more."""
    demand, rate = shop.truth.demand, shop.truth.demand_rate.astype(np.float64)
    for group in range(len(shop.categories)):
        rows = shop.products.category == group
        by_day = demand[rows].sum(axis=(0, 1)) - rate[rows].sum(axis=(0, 1))
        assert abs(by_day.mean()) < 4 * by_day.std() / np.sqrt(len(by_day))
    total = demand.sum(axis=(0, 1)) - rate.sum(axis=(0, 1))
    # Yesterday's surprise says nothing of today's: nothing predictable is missing from the rate.
    assert abs(np.corrcoef(total[1:], total[:-1])[0, 1]) < 4 / np.sqrt(len(total))


def test_rate_follows_slow_recomputation(strangers: SimulatedShop) -> None:
    """The unplanned rate is the product of its published factors, up to level, life and drift."""
    truth, products = strangers.truth, strangers.products
    rng = np.random.default_rng(0)
    steady = np.flatnonzero(
        (products.launch_day < -60) & (products.retire_day == strangers.spec.days)
    )
    weekday = np.where(strangers.closed, 6, weekdays(strangers))
    for product in rng.choice(steady, 10, replace=False):
        group = products.category[product]
        for place in np.flatnonzero(products.ranged[product]):
            ratios = []
            for day in range(1, strangers.spec.days):
                year_day = int(strangers.dates[day].astype(object).strftime("%j")) - 1
                factor = truth.season[group, year_day] * truth.weekday[group, place, weekday[day]]
                factor *= truth.day_factor[day] * truth.shock[place, day]
                factor *= truth.price_effect[product, day]
                ratios.append(truth.discretionary_rate[product, place, day] / factor)
            # What is left is the level with the product's own exponential drift.
            step = np.diff(np.log(ratios))
            np.testing.assert_allclose(step, step.mean(), atol=2e-6)


def test_weekday_profile_is_recovered(strangers: SimulatedShop) -> None:
    truth = strangers.truth
    day = np.where(strangers.closed, 6, weekdays(strangers))
    for group in range(4):
        rows = strangers.products.category == group
        for place in range(2):
            demand = truth.demand[rows, place].sum(axis=0)
            shown = np.array([demand[day == k].mean() for k in range(7)])
            expected = truth.weekday[group, place]
            assert np.corrcoef(shown, expected)[0, 1] > 0.98
            np.testing.assert_allclose(shown / shown.mean(), expected, atol=0.15)


def test_season_is_recovered(strangers: SimulatedShop) -> None:
    truth = strangers.truth
    month = np.array([d.month for d in strangers.dates.tolist()])
    codes = dict(zip(strangers.category_codes, range(12), strict=True))
    for code, high, low in (("GAR", 5, 1), ("PAP", 12, 7), ("BEV", 7, 1), ("SWE", 12, 7)):
        demand = truth.demand[strangers.products.category == codes[code]].sum(axis=(0, 1))
        assert demand[month == high].mean() > 1.25 * demand[month == low].mean()


def test_promotions_lift_demand_as_told(strangers: SimulatedShop) -> None:
    """Demand in a promotion over demand in as many days before it, against the mean lift."""
    table, truth = strangers.promotions, strangers.truth
    inside = outside = expected = 0.0
    for row in range(len(table.product)):
        product, first, last = table.product[row], table.first_day[row], table.last_day[row]
        length = last - first + 1
        clear = first - length >= max(strangers.products.launch_day[product] + 60, 0)
        if length not in (7, 14) or not clear:
            continue
        if row and table.product[row - 1] == product and table.last_day[row - 1] >= first - length:
            continue
        before = truth.demand[product, :, first - length : first].sum()
        inside += truth.demand[product, :, first : last + 1].sum()
        outside += before
        expected += (
            truth.promotion_lift[row]
            * truth.discretionary_rate[product, :, first - length : first].sum()
        )
    rate = truth.discretionary_rate.sum() / truth.demand_rate.sum()
    assert inside / outside > 1.3
    assert inside / outside == pytest.approx(expected / (outside * rate), rel=0.06)


def test_price_changes_act_by_elasticity(shop: SimulatedShop) -> None:
    prices, truth = shop.prices, shop.truth
    checked = 0
    for row in range(1, len(prices.product)):
        product, day = prices.product[row], prices.first_day[row]
        if prices.product[row - 1] != product:
            continue
        promoted = (shop.promotions.product == product) & (
            (shop.promotions.first_day <= day) & (shop.promotions.last_day >= day - 1)
        )
        if promoted.any():
            continue
        shown = truth.price_effect[product, day] / truth.price_effect[product, day - 1]
        ratio = prices.price_minor[row] / prices.price_minor[row - 1] / 1.03 ** (1 / 365.25)
        assert shown == pytest.approx(ratio ** -truth.elasticity[product], rel=1e-5)
        checked += 1
    assert checked > 300


def test_empty_shelves_sell_less_than_was_wanted(shop: SimulatedShop) -> None:
    stock, truth = shop.stock_days, shop.truth
    short = stock.lost > 0
    assert short.sum() > 5_000
    assert (stock.sold[short] < truth.demand[short]).all()
    assert (stock.in_stock[short] < 1).all()
    # Sales of those days fall short of the rate, demand does not.
    gone = (stock.in_stock == 0) & (truth.demand_rate > 0)
    assert stock.sold[gone].sum() == 0
    ratio = truth.demand[gone].sum() / truth.demand_rate[gone].sum(dtype=np.float64)
    assert 0.9 <= ratio <= 1.1


def test_repurchase_intervals_are_recovered(shop: SimulatedShop) -> None:
    """Mean gap between a regular buyer's purchase days, in pairs seen for fifteen intervals.

    Pairs with two to five visits an interval: fewer hide the product's own pace, more bring
    unplanned purchases of the same product in between.
    """
    truth, orders, lines = shop.truth, shop.orders, shop.order_lines
    customer, product = truth.regular_customer, truth.regular_product
    interval = truth.regular_interval_days
    begin = np.maximum(truth.alive_from[customer], shop.products.launch_day[product]).clip(0)
    end = np.minimum(truth.alive_until[customer], shop.products.retire_day[product])
    seen = np.minimum(end, shop.spec.days) - begin
    buyer = orders.customer[lines.order]
    known = buyer >= 0
    bought = np.unique(
        np.stack([buyer, lines.product, orders.day[lines.order]], axis=1)[known], axis=0
    )
    by_pair: dict[tuple[int, int], list[int]] = {}
    for c, p, day in bought.tolist():
        by_pair.setdefault((c, p), []).append(day)
    ratios = []
    visits = truth.visit_rate[customer] * interval
    for row in np.flatnonzero((seen > 15 * interval) & (visits > 2) & (visits < 5)):
        days = by_pair.get((int(customer[row]), int(product[row])), [])
        if len(days) > 5:
            ratios.append((days[-1] - days[0]) / (len(days) - 1) / interval[row])
    assert len(ratios) > 1_000
    assert np.median(ratios) == pytest.approx(1, abs=0.02)
    assert np.percentile(ratios, 90) < 1.35


@pytest.mark.parametrize(("interval", "visit_rate"), [(15, 0.3), (30, 0.1), (60, 0.4), (90, 0.03)])
@pytest.mark.parametrize("quantity", [1.0, 1.8])
def test_regular_buyers_keep_their_interval(
    interval: float, visit_rate: float, quantity: float
) -> None:
    """Without price, season and stock in the way, the mean gap between wants is the interval.

    Who bought more comes back later: only the wait for a visit does not grow with the quantity.
    """
    n, days = 1_000, 1_500
    zero = np.zeros(n, dtype=np.int32)
    customers = Customers(zero, zero, zero, zero, zero, zero)
    people = People(
        customers=customers,
        segment=zero,
        taste=np.zeros((n, 1), dtype=np.float32),
        walk_in_taste=np.zeros((1, 1), dtype=np.float32),
        visit_rate=np.full(n, visit_rate),
        alive_until=np.full(n, days, dtype=np.int32),
        web_share=np.zeros(n),
        basket=np.zeros(n),
        regular_customer=np.arange(n, dtype=np.int32),
        regular_product=zero,
        regular_from=zero,
        regular_interval=np.full(n, float(interval)),
        regular_quantity=np.full(n, quantity),
    )
    rng = np.random.default_rng(11)
    buyers = _RegularBuyers(rng, people, np.ones((1, 1), dtype=bool))
    since, held = np.full(n, -1), np.zeros(n, dtype=np.int64)
    gaps: list[np.ndarray] = []
    for day in range(days):
        chance = buyers.probability(day, np.ones(1))
        place = np.where(rng.random(n) < visit_rate, 0, -1).astype(np.int32)
        excess = buyers.quantity_excess(np.ones(1, dtype=np.float32))
        pair, bought = buyers.visit(rng, day, place, chance, excess)
        again = pair[since[pair] >= 0]
        gaps.append(np.stack([since[again], day - since[again], held[again]]))
        since[pair], held[pair] = day, bought
    start, gap, units = np.concatenate(gaps, axis=1)
    # Gaps that begin late are seen only if short.
    whole = start < days - 500
    start, gap, units = start[whole], gap[whole], units[whole]
    assert gap.mean() == pytest.approx(interval, rel=0.025)
    assert units.mean() == pytest.approx(quantity, rel=0.02)
    wait = 1 / visit_rate - 0.5
    for held_units in range(1, 4 if quantity > 1 else 2):
        expected = (interval - wait) * held_units / quantity + wait
        assert gap[units == held_units].mean() == pytest.approx(expected, rel=0.04)


def test_customers_buy_to_their_taste(shop: SimulatedShop) -> None:
    truth, orders, lines = shop.truth, shop.orders, shop.order_lines
    buyer = orders.customer[lines.order]
    known = buyer >= 0
    groups = truth.customer_taste.shape[1]
    bought = np.zeros((shop.spec.customers, groups))
    np.add.at(bought, (buyer[known], truth.product_taste[lines.product[known]]), 1)
    enough = bought.sum(axis=1) > 100
    assert enough.sum() > 300
    share = bought[enough] / bought[enough].sum(axis=1, keepdims=True)
    lift = share / share.mean(axis=0)
    rank = np.corrcoef(
        lift.argsort(axis=1).argsort(axis=1).ravel(),
        truth.customer_taste[enough].argsort(axis=1).argsort(axis=1).ravel(),
    )[0, 1]
    assert rank > 0.5


def test_companions_share_baskets(shop: SimulatedShop) -> None:
    """The strongest companions are together far more often than chance has it."""
    truth, lines = shop.truth, shop.order_lines
    host, slot = np.nonzero(truth.companion_probability > 0.12)
    count = np.bincount(lines.product, minlength=shop.spec.products)
    popular = count[host] > 500
    together = chance = 0.0
    orders_with = [np.unique(lines.order[lines.product == p]) for p in range(shop.spec.products)]
    for product, companion in zip(host[popular], truth.companion[host, slot][popular], strict=True):
        together += len(np.intersect1d(orders_with[product], orders_with[companion]))
        chance += count[product] * count[companion] / len(shop.orders.id)
    assert chance > 100
    assert together > 3 * chance


def test_customers_fall_silent_when_lost(shop: SimulatedShop) -> None:
    orders, truth = shop.orders, shop.truth
    lost = truth.alive_until < shop.spec.days
    assert 0.2 <= lost.mean() <= 0.8
    last = np.full(shop.spec.customers, -1)
    known = orders.customer >= 0
    np.maximum.at(last, orders.customer[known], orders.day[known])
    bought = last >= 0
    assert (last[bought] < truth.alive_until[bought]).all()
    gap = np.minimum(truth.alive_until, shop.spec.days)[bought] - 1 - last[bought]
    assert np.median(gap * truth.visit_rate[bought]) < 2


def test_more_days_do_not_change_the_specs_meaning() -> None:
    """A longer history of the same shop sells about as much a day."""
    spec = ShopSpec(last_day=date(2026, 6, 30), days=365, products=100, customers=0)
    short, long = simulate(spec), simulate(replace(spec, days=730))
    a = short.truth.demand_rate.sum(dtype=float) / 365
    b = long.truth.demand_rate.sum(dtype=float) / 730
    assert a == pytest.approx(b, rel=0.25)
