"""What empty shelves hid, against the simulator's truth and against numbers worked out by hand."""

from dataclasses import replace
from datetime import date
from math import exp, lgamma, log

import numpy as np
import pytest

from omnix.engine.forecast.censored import Latent, Shelves, estimate
from omnix.engine.forecast.counts import count_quantiles
from omnix.engine.forecast.overshoot import overshoot
from omnix.engine.simulator import ShopSpec, SimulatedShop, simulate

SHOPS = ((183, 21), (183, 22), (365, 23), (365, 24), (500, 25), (500, 26))


def shelves(shop: SimulatedShop) -> tuple[Shelves, np.ndarray]:
    """What the shop itself knows, by product and place, and the units that were really lost."""
    goods, days = shop.products, shop.spec.days
    there = goods.ranged & (goods.launch_day < days)[:, None]
    row, place = np.nonzero(there)
    day = np.arange(days)
    alive = (day >= np.maximum(goods.launch_day[row], 0)[:, None]) & (
        day < goods.retire_day[row][:, None]
    )
    depth = np.zeros((len(goods.sku), days), np.float32)
    offers = shop.promotions
    for product, first, last, percent in zip(
        offers.product, offers.first_day, offers.last_day, offers.percent_off, strict=True
    ):
        depth[product, first : last + 1] = percent / 100
    lines = shop.order_lines
    units = lines.quantity.astype(float)
    number, square = (
        np.bincount(lines.product, weight, len(goods.sku)) for weight in (units, units**2)
    )
    typical = np.median((square / np.maximum(number, 1))[number > 50])
    clump = ((square + 5 * typical) / (number + 5))[row]
    stock = shop.stock_days
    given = Shelves(
        stock.sold[row, place].astype(np.float32), stock.in_stock[row, place], alive,
        shop.first_day.toordinal(), row, goods.category[row].astype(np.int64), place,
        depth[row], clump,
    )  # fmt: skip
    return given, stock.lost[row, place]


def ranks(draws: np.random.Generator, truth: np.ndarray, levels: np.ndarray, q: np.ndarray):
    """Place of each true count in its distribution, spread evenly over the count's own mass."""
    steps = len(levels) + 1
    below = (q <= truth[:, None] - 1).sum(1) / steps
    upto = (q <= truth[:, None]).sum(1) / steps
    return below + (upto - below) * draws.random(len(truth))


def test_lost_demand_on_known_truth() -> None:
    """Demand on days with empty shelves without bias, and 80% intervals that hold 80%.

    Counts are small, so a closed interval of whole numbers holds more than it says; the share is
    taken with the mass at its ends divided, which is exact for whole numbers too.
    """
    levels = np.arange(1, 40) / 40
    draws = np.random.default_rng(1)
    guessed = lost_in_all = demand = 0.0
    days, months = [], []
    reckoned, true = np.zeros(10), np.zeros(10)
    for length, seed in SHOPS:
        spec = ShopSpec(date(2025, 12, 31), seed=seed, days=length, products=200, customers=400)
        shop = simulate(spec)
        given, lost = shelves(shop)
        told = estimate(given)
        cells = np.nonzero(shop.products.ranged & (shop.products.launch_day < length)[:, None])
        tenth = np.arange(length) * 10 // length
        for sums, rate in ((reckoned, told.rate), (true, shop.truth.demand_rate[cells])):
            sums += np.bincount(tenth, np.where(given.alive, rate, 0).sum(0), 10)
        short = given.alive & (given.exposure < 0.999)
        assert told.lost[~short].max() < 0.001 * told.rate.max()
        guessed += float(told.lost[short].sum())
        lost_in_all += float(lost[short].sum())
        demand += float((given.sold + lost)[short].sum())
        row, day = np.nonzero(short)
        days.append(ranks(draws, lost[row, day], levels, told.quantiles(tuple(levels), row, day)))
        for first in range(0, spec.days, 28):
            mean, variance = told.totals(first, first + 28)
            some = mean > 2
            q = count_quantiles(mean[some], variance[some], tuple(levels))
            truth = np.where(short, lost, 0)[:, first : first + 28].sum(1)[some]
            months.append(ranks(draws, truth, levels, q))
    assert lost_in_all > 10_000
    # Single shops scatter by 0.02 (500 days) to 0.04 (183) around next to nothing.
    assert (guessed - lost_in_all) / demand == pytest.approx(0, abs=0.025)
    # The shops grow and have seasons: no part of the history may pay for another.
    assert reckoned / true == pytest.approx(np.ones(10), abs=0.05)
    for found in (np.concatenate(days), np.concatenate(months)):
        assert 0.76 <= ((found > 0.1) & (found < 0.9)).mean() <= 0.84


def _plain(n: int = 40, t: int = 200, rate: float = 3.0, seed: int = 3) -> Shelves:
    sold = np.random.default_rng(seed).poisson(rate, (n, t)).astype(np.float32)
    return Shelves(
        sold, np.ones((n, t), np.float32), np.ones((n, t), bool), 739_000,
        np.arange(n), np.zeros(n, np.int64), np.zeros(n, np.int64),
    )  # fmt: skip


def test_full_shelves_lose_nothing() -> None:
    given = _plain()
    told = estimate(given)
    assert told.lost.sum() == 0
    assert (told.demand(given.sold) == given.sold).all()
    assert told.rate.mean() == pytest.approx(3, rel=0.05)


def test_a_day_without_stock_is_what_the_others_sold() -> None:
    given = _plain()
    empty = given.exposure.copy()
    empty[::2, 100:110] = 0
    told = estimate(replace(given, exposure=empty, sold=given.sold * (empty > 0)))
    lost = told.lost[::2, 100:110]
    assert lost.mean() == pytest.approx(3, rel=0.05)
    low, high = told.quantiles((0.1, 0.9), np.array([0, 2]), np.array([105, 105])).T
    assert (low == 1).all()  # of a Poisson count of 3
    assert ((high == 5) | (high == 6)).all()
    mean, variance = told.totals(100, 110)
    assert mean[0] == pytest.approx(30, rel=0.15)
    assert variance[0] >= mean[0]
    assert mean[1] == 0


def test_what_emptied_the_shelf_may_have_wanted_more() -> None:
    given = _plain()
    cut = given.exposure.copy()
    cut[0, 50] = 0.9999 * 0.999
    told = estimate(replace(given, exposure=cut, clump=np.full(40, 2.5)))
    beyond = overshoot(given.sold[0, 50:51].astype(float), np.array([2.5]))[0]
    assert 0.5 < beyond < 0.75
    assert told.lost[0, 50] == pytest.approx(beyond + 0.001 * told.rate[0, 50], abs=0.01)


@pytest.mark.parametrize("clump", [1.2, 2.0, 6.0])
def test_the_last_purchase_against_drawn_ones(clump: float) -> None:
    """From one unit it wants the mean purchase less one, from a tall stack half of what squares
    over units exceed one; between lies what purchases drawn one by one leave unmet.
    """
    tall, one = overshoot(np.array([300.0, 1.0]), np.full(2, clump))
    assert tall == pytest.approx((clump - 1) / 2, rel=0.01)
    assert one == pytest.approx((clump - 1) / log(clump) - 1, rel=0.01)
    draws = np.random.default_rng(5)
    for stock in (2, 3, 7):
        taken = np.zeros(100_000)
        while (taken < stock).any():
            taken += np.where(taken < stock, draws.logseries(1 - 1 / clump, len(taken)), 0)
        found = overshoot(np.array([float(stock)]), np.array([clump]))[0]
        assert found == pytest.approx((taken - stock).mean(), rel=0.03)
    assert (overshoot(np.array([0.0, 1.0, 9.0]), np.ones(3)) == 0).all()


def test_outages_at_both_ends_of_growth() -> None:
    """A shop that triples within half a year: what its first and last days hid, from the others."""
    n, t = 120, 180
    rate = 0.6 * 3 ** (np.arange(t) / t)
    sold = np.random.default_rng(8).poisson(rate, (n, t)).astype(np.float32)
    seen = np.ones((n, t), np.float32)
    seen[:20, :12], seen[20:40, -12:] = 0, 0
    told = estimate(
        Shelves(
            sold * seen, seen, np.ones((n, t), bool), 739_000,
            np.arange(n), np.arange(n) % 3, np.zeros(n, np.int64),
        )
    )  # fmt: skip
    for rows, days in ((slice(20), slice(12)), (slice(20, 40), slice(t - 12, t))):
        assert told.lost[rows, days].mean() == pytest.approx(rate[days].mean(), rel=0.06)


def test_stock_that_ends_in_a_promotion_does_not_swell_its_effect() -> None:
    """All react alike, and a stock ends the sooner the higher chance ran."""
    n, t, lift = 400, 120, 2.5
    draws = np.random.default_rng(9)
    begin = draws.integers(20, 100, n)
    depth = np.zeros((n, t), np.float32)
    for row, first in enumerate(begin):
        depth[row, first : first + 20] = 0.4
    wanted = draws.poisson(np.where(depth > 0, 0.5 * lift, 0.5))
    sold, seen = wanted.astype(np.float32), np.ones((n, t), np.float32)
    for row, stock in enumerate(draws.integers(2, 30, n)):
        reached = np.cumsum(wanted[row, begin[row] : begin[row] + 20])
        day = begin[row] + int(np.searchsorted(reached, stock))
        if day == begin[row] + 20:
            continue
        # The shelf is empty at one of the day's sales, each at an even moment of it.
        left = stock - (reached[day - begin[row]] - wanted[row, day])
        moments = np.sort(draws.random(wanted[row, day]))
        sold[row, day], seen[row, day] = left, moments[left - 1]
        sold[row, day + 1 : begin[row] + 20], seen[row, day + 1 : begin[row] + 20] = 0, 0
    told = estimate(
        Shelves(
            sold, seen, np.ones((n, t), bool), 739_000,
            np.arange(n), np.arange(n) % 4, np.zeros(n, np.int64), depth,
        )
    )  # fmt: skip
    after = (seen == 0) & (depth > 0)
    assert after.sum() > 2000
    assert told.lost[after].mean() == pytest.approx(0.5 * lift, rel=0.05)


@pytest.mark.parametrize("odd", ["never", "zeros", "missing", "returns", "one day", "nothing"])
def test_odd_histories_get_finite_answers(odd: str) -> None:
    given = _plain(6, 40)
    sold, exposure, alive = given.sold.copy(), given.exposure.copy(), given.alive.copy()
    if odd == "never":
        sold[:], exposure[:] = 0, 0
    elif odd == "zeros":
        sold[:] = 0
        exposure[:, 20:] = 0
    elif odd == "missing":
        sold[0, 3], exposure[1, :] = np.nan, np.nan
    elif odd == "returns":
        sold[0, :] = -2
        exposure[0, 5] = 0.5
    elif odd == "one day":
        given = replace(given, group=given.group, place=given.place)
        sold, exposure, alive = sold[:, :1], exposure[:, :1], alive[:, :1]
        exposure[0] = 0
    else:
        alive[:] = False
    told = estimate(replace(given, sold=sold, exposure=exposure, alive=alive))
    for part in (told.rate, told.lost, told.day_variance, told.doubt):
        assert np.isfinite(part).all()
        assert (part >= 0).all()
    if odd in ("never", "zeros", "nothing"):
        assert told.lost.sum() == pytest.approx(0, abs=1e-3)


def test_arrays_that_do_not_fit_are_refused() -> None:
    given = _plain(4, 30)
    with pytest.raises(ValueError, match="same shape"):
        estimate(replace(given, exposure=given.exposure[:, :5]))
    with pytest.raises(ValueError, match="one entry"):
        estimate(replace(given, group=given.group[:2]))
    empty = _plain(0, 30)
    assert isinstance(estimate(empty), Latent)


def _slow_quantile(mean: float, variance: float, level: float) -> int:
    """Term by term from the definition of the negative binomial distribution."""
    size, success = mean**2 / (variance - mean), mean / variance
    reached, k = 0.0, -1
    while reached < level:
        k += 1
        mass = lgamma(k + size) - lgamma(size) - lgamma(k + 1)
        reached += exp(mass + size * log(success) + k * log(1 - success))
    return k


@pytest.mark.parametrize(("mean", "variance"), [(0.2, 0.5), (3.0, 3.3), (12.0, 80.0)])
def test_quantiles_of_counts_against_the_definition(mean: float, variance: float) -> None:
    levels = (0.05, 0.1, 0.5, 0.9, 0.99)
    found = count_quantiles(np.array([mean]), np.array([variance]), levels)[0]
    assert found.tolist() == [_slow_quantile(mean, variance, level) for level in levels]
    large = count_quantiles(np.array([5000.0]), np.array([5000.0]), (0.1, 0.9))[0]
    assert large == pytest.approx([5000 - 1.2816 * 70.71, 5000 + 1.2816 * 70.71], rel=0.002)
    assert count_quantiles(np.zeros(1), np.zeros(1), (0.9,))[0, 0] == 0
