"""Customers: who they are, what they like, how often they come, what they buy regularly."""

from dataclasses import dataclass

import numpy as np

from omnix.engine.simulator.catalogue import Assortment
from omnix.engine.simulator.naming import draw_index, person_names
from omnix.engine.simulator.tables import Customers, Int32, Real, Real32, ShopSpec
from omnix.engine.simulator.words import CATEGORIES, SEGMENTS

SHAPE = 3  # of the Weibull time until a regular product runs out
MEAN_OF_SHAPE = 0.8929795115692493  # gamma(1 + 1/3): its mean in units of its scale
BUSINESS = len(SEGMENTS) - 1
_LIFETIME_DAYS = np.array([900.0, 1100.0, 1000.0, 1300.0, 1000.0, 1800.0])
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class People:
    customers: Customers
    segment: Int32
    taste: Real32  # [customer, taste group], mean 1
    walk_in_taste: Real32  # [segment, taste group]
    visit_rate: Real
    alive_until: Int32
    web_share: Real  # of the customer's visits on open days
    basket: Real  # relative number of unplanned items a visit attracts
    regular_customer: Int32  # [pair], ascending
    regular_product: Int32
    regular_from: Int32
    regular_interval: Real
    regular_quantity: Real


def build_people(rng: np.random.Generator, spec: ShopSpec, assortment: Assortment) -> People:
    n = spec.customers
    first, last, email = person_names(rng, n)
    segment = draw_index(rng, np.array([s for _, s, _ in SEGMENTS]), n).astype(np.int32)
    groups = 2 * len(CATEGORIES)
    # Each category has a plain and a fine style; fine tastes lean to the second.
    by_segment = np.repeat(np.array([w for _, _, w in SEGMENTS], dtype=float), 2, axis=1)
    used = np.unique(assortment.taste)
    taste = by_segment[segment] * rng.gamma(1.5, 1 / 1.5, (n, groups))
    lean = rng.uniform(0.3, 1.7, n)
    taste *= np.where(np.arange(groups) % 2 == 0, 2 - lean[:, None], lean[:, None])
    taste /= np.maximum(taste[:, used].mean(axis=1, keepdims=True), 1e-9)
    walk_in = by_segment / by_segment[:, used].mean(axis=1, keepdims=True)
    old = rng.random(n) < 0.35
    joined = np.where(old, -rng.integers(1, 700, n), rng.integers(0, spec.days, n)).astype(np.int32)
    life = np.maximum(np.rint(rng.exponential(1.0, n) * _LIFETIME_DAYS[segment]), 1).astype(
        np.int32
    )
    # Of those who joined before, only the ones still there are in the books.
    until = np.where(old, np.maximum(joined, 0), joined) + life
    visits = np.clip(np.exp(rng.normal(np.log(0.085), 0.55, n)), 0.02, 0.4)
    visits = np.where(segment == BUSINESS, np.maximum(visits, 0.12), visits)
    home = draw_index(rng, assortment.locations.share, n).astype(np.int32)
    customers = Customers(
        first_name=first,
        last_name=last,
        email=email,
        joined_day=joined,
        home_location=home,
        marketing_consent=rng.random(n) < 0.6,
    )
    pairs = _regulars(rng, assortment, customers, segment, taste, visits, until.astype(np.int32))
    return People(
        customers=customers,
        segment=segment,
        taste=taste.astype(np.float32),
        walk_in_taste=walk_in.astype(np.float32),
        visit_rate=visits,
        alive_until=until.astype(np.int32),
        web_share=np.where(rng.random(n) < 0.3, rng.uniform(0.3, 0.9, n), 0.03),
        basket=np.exp(rng.normal(0, 0.4, n)) * np.where(segment == BUSINESS, 3.0, 1.0),
        regular_customer=pairs[0],
        regular_product=pairs[1],
        regular_from=pairs[2],
        regular_interval=pairs[3],
        regular_quantity=pairs[4],
    )


def _regulars(
    rng: np.random.Generator,
    assortment: Assortment,
    customers: Customers,
    segment: Int32,
    taste: Real,
    visits: Real,
    until: Int32,
) -> tuple[Int32, Int32, Int32, Real, Real]:
    """Each customer's regular products, drawn by popularity and taste without replacement."""
    products = assortment.products
    pool = np.flatnonzero(assortment.interval_days > 0)
    n = len(segment)
    wanted = 2 + rng.poisson(3.5, n) + np.where(segment == BUSINESS, 5, 0)
    pace = np.exp(rng.normal(0, 0.3, n))
    owners, bought = [], []
    for start in range(0, n if len(pool) else 0, _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, n))
        score = np.log(assortment.weight[pool])[None, :] + np.log(
            taste[rows][:, assortment.taste[pool]]
        )
        score += rng.gumbel(size=score.shape)
        fits = products.ranged[pool][:, customers.home_location[rows]].T
        fits &= products.launch_day[pool][None, :] < until[rows, None] - 30
        fits &= products.retire_day[pool][None, :] > customers.joined_day[rows, None] + 60
        score[~fits] = -np.inf
        most = min(int(wanted[rows].max()), len(pool))
        top = np.argpartition(-score, most - 1, axis=1)[:, :most]
        value = np.take_along_axis(score, top, axis=1)
        order = np.argsort(-value, axis=1, kind="stable")
        top, value = (
            np.take_along_axis(top, order, axis=1),
            np.take_along_axis(value, order, axis=1),
        )
        take = (np.arange(most)[None, :] < wanted[rows, None]) & np.isfinite(value)
        owners.append(np.repeat(rows, take.sum(axis=1)))
        bought.append(pool[top[take]])
    owner = np.concatenate(owners) if owners else np.empty(0, dtype=np.int64)
    product = np.concatenate(bought) if bought else np.empty(0, dtype=np.int64)
    count = len(owner)
    interval = assortment.interval_days[product] * pace[owner] * np.exp(rng.normal(0, 0.25, count))
    # A visit has to come first: the stock at home lasts for at least a third of the interval.
    wait = 1 / visits[owner] - 0.5
    interval = np.maximum(interval, wait * 1.5)
    begin = np.maximum(customers.joined_day[owner], products.launch_day[product])
    late = np.where(rng.random(count) < 0.3, rng.integers(0, 200, count), 0)
    quantity = assortment.mean_quantity[product]
    quantity = 1 + (quantity - 1) * np.where(segment[owner] == BUSINESS, 6.0, 1.0)
    quantity += np.where(segment[owner] == BUSINESS, 2.0, 0.0)
    return (
        owner.astype(np.int32),
        product.astype(np.int32),
        (begin + late).astype(np.int32),
        interval,
        quantity,
    )
