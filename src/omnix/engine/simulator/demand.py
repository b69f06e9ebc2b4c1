"""What people want each day, before anybody looks at the shelf.

Regular buyers' wants come from the hazard of running out at the days they
visit; unplanned wants are Poisson per product and location and fall into the
baskets of the day by taste; companions follow both. The rates that are
recorded are the ones drawn from.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from omnix.engine.simulator.catalogue import Assortment
from omnix.engine.simulator.days import (
    STORE_CLOSES,
    STORE_OPENS,
    SUNDAY,
    WEB_CLOSES,
    WEB_OPENS,
    Days,
)
from omnix.engine.simulator.market import Market
from omnix.engine.simulator.people import MEAN_OF_SHAPE, People
from omnix.engine.simulator.tables import Flag, Int, Int32, Real, Real32, ShopSpec

AT_HOME_LOCATION = 0.88  # share of a customer's visits
WALK_INS_PER_LINE = 0.3
GUEST_WEB_SHARE = 0.05
USUAL_WEB_SHARE = 0.17  # of all baskets on open days
MOST_LIKELY_COMPANION = 0.9
_STORE_HOURS = np.array([5, 7, 9, 10, 9, 8, 8, 9, 11, 12, 9, 5], dtype=float)
_WEB_HOURS = np.array([1, 2, 4, 5, 5, 5, 6, 6, 5, 5, 5, 6, 7, 9, 12, 11, 6], dtype=float)


@dataclass(frozen=True, slots=True)
class Wants:
    """Wanted lines, sorted by day, time of day, basket and product, and who wants them."""

    line_basket: Int32
    line_product: Int32
    line_quantity: Int32
    basket_day: Int32
    basket_second: Int32  # after local midnight
    basket_location: Int32
    basket_customer: Int32  # -1: walk-in
    basket_web: Flag
    rate: Real32  # [day, product, location] expected units
    discretionary_rate: Real32  # [day, product, location]


class _RegularBuyers:
    """State of each (customer, product) pair's stock at home."""

    def __init__(self, rng: np.random.Generator, people: People, ranged: Flag) -> None:
        self.customer, self.product = people.regular_customer, people.regular_product
        self.home = people.customers.home_location[self.customer]
        self.ranged = ranged
        self.mean_quantity = people.regular_quantity
        wait = 1 / people.visit_rate[self.customer] - 0.5
        self.scale = (people.regular_interval - wait) / MEAN_OF_SHAPE
        self.pace = 1 / self.scale
        age = rng.random(len(self.scale))
        self.bought = people.regular_from - age * self.scale
        self.used = age**3  # cumulative hazard up to the last chance to buy

    def probability(self, day: int, effect: Real) -> Real:
        """P(wants the product at a visit today), per pair."""
        age = (day - self.bought) * self.pace
        self.hazard = age * age * age
        return -np.expm1(-np.maximum(self.hazard - self.used, 0.0) * effect[self.product])

    def quantity_excess(self, price_effect: Real32) -> Real:
        """Mean units beyond the first in a purchase today."""
        return (self.mean_quantity - 1) * np.clip(price_effect[self.product], 0.5, 2.5)

    def rates(self, chance: Real, excess: Real) -> tuple[Real, Real]:
        """Expected lines and units [product, location], given P(visit and want) per pair."""
        products, locations = self.ranged.shape
        cell = self.product * locations + self.home
        out: list[Real] = []
        for weight in (chance, chance * (1 + excess)):
            total: Real = np.bincount(cell, weight, products * locations).astype(np.float64)
            at_home = total.reshape(products, locations)
            if locations > 1:
                away = (1 - AT_HOME_LOCATION) / (locations - 1)
                at_home = at_home * AT_HOME_LOCATION + away * (
                    at_home.sum(axis=1, keepdims=True) - at_home
                )
            out.append(at_home * self.ranged)
        return out[0], out[1]

    def visit(
        self, rng: np.random.Generator, day: int, place: Int32, chance: Real, excess: Real
    ) -> tuple[Int, Int]:
        """Pairs that want their product now, and how many; `place` is -1 for who stays at home."""
        there = place[self.customer]
        at = np.flatnonzero(there >= 0)
        at = at[self.ranged[self.product[at], there[at]]]
        buys = rng.random(len(at)) < chance[at]
        self.used[at] = np.maximum(self.used[at], self.hazard[at])
        pair = at[buys]
        quantity = 1 + rng.poisson(excess[pair])
        self.bought[pair] = day
        self.used[pair] = 0.0
        self.pace[pair] = self.mean_quantity[pair] / (quantity * self.scale[pair])
        return pair, quantity


def simulate_wants(
    rng: np.random.Generator,
    spec: ShopSpec,
    days: Days,
    assortment: Assortment,
    market: Market,
    people: People,
    progress: Callable[[int], None],
) -> Wants:
    n, places = spec.products, spec.locations
    ranged = assortment.products.ranged
    regular = _RegularBuyers(rng, people, ranged)
    companions = _Companions(assortment)
    category = np.searchsorted(assortment.categories, assortment.products.category)
    joined = people.customers.joined_day
    rate = np.empty((spec.days, n, places), dtype=np.float32)
    discretionary_rate = np.empty_like(rate)
    lines: list[tuple[Int, Int, Int]] = []
    baskets: list[_Baskets] = []
    count = 0
    for day in range(spec.days):
        weekday = SUNDAY if days.closed[day] else int(days.weekday[day])
        rush = 1.35 if days.eve[day] else 1.0
        pull = market.season[:, days.day_of_year[day]][category] * market.price_effect[day]
        trend = (
            np.exp(market.drift * (days.years[day] - days.years[-1] / 2)) * market.day_factor[day]
        )
        factor = (pull * market.life[day] * trend)[:, None] * market.weekday[category, :, weekday]
        unplanned = market.base * factor * market.shock[:, day]

        alive = (joined <= day) & (day < people.alive_until)
        visit = np.minimum(people.visit_rate * (market.visit_weekday[weekday] * rush), 0.95) * alive
        visit[joined == day] = 1.0
        alive_product = market.life[day] > 0
        chance = regular.probability(day, np.clip(pull, 0.3, 4.0) * alive_product)
        excess = regular.quantity_excess(market.price_effect[day])
        planned, planned_units = regular.rates(chance * visit[regular.customer], excess)
        joint = companions.probability(pull * market.life[day])
        discretionary_rate[day] = unplanned * assortment.mean_quantity[:, None]
        rate[day] = discretionary_rate[day] + planned_units
        rate[day] += companions.rates(unplanned + planned, joint, ranged)

        place = _places(rng, visit, people.customers.home_location, places)
        pair, pair_quantity = regular.visit(rng, day, place, chance, excess)
        wanted = rng.poisson(unplanned)
        today = _form_baskets(rng, day, bool(days.closed[day]), people, place, unplanned, wanted)
        cell = np.repeat(np.arange(n * places), wanted.ravel())
        product, location = cell // places, cell % places
        basket = today.choose(rng, assortment.taste[product], location)
        quantity = 1 + rng.poisson(assortment.mean_quantity[product] - 1)
        product = np.concatenate([product, regular.product[pair]])
        basket = np.concatenate([basket, today.of_customer[regular.customer[pair]]])
        quantity = np.concatenate([quantity, pair_quantity])
        extra, host = companions.draw(rng, product, today.location[basket], joint, ranged)
        lines.append(
            (
                np.concatenate([basket, basket[host]]) + count,
                np.concatenate([product, extra]),
                np.concatenate([quantity, np.ones(len(extra), dtype=np.int64)]),
            )
        )
        baskets.append(today)
        count += len(today.location)
        progress(day + 1)
    return _sorted_wants(baskets, lines, n, rate, discretionary_rate)


def _places(rng: np.random.Generator, visit: Real, home: Int32, places: int) -> Int32:
    """Location of each customer's visit today, -1 for none."""
    comes = rng.random(len(visit)) < visit
    place = np.where(comes, home, -1)
    away = np.flatnonzero(comes)
    away = away[rng.random(len(away)) >= AT_HOME_LOCATION]
    if places > 1:
        place[away] = (home[away] + rng.integers(1, places, len(away))) % places
    return place.astype(np.int32)


@dataclass(frozen=True, slots=True)
class _Baskets:
    """One day's baskets, some of which may stay empty."""

    day: int
    customer: Int
    location: Int
    second: Int
    web: Flag
    weight: Real  # [taste group, basket] how strongly it attracts an unplanned item
    of_customer: Int  # basket of each customer, -1 for none
    locations: int

    def choose(self, rng: np.random.Generator, taste: Int32, location: Int) -> Int:
        """A basket at the item's location for each item, by the weight of its taste group."""
        chosen = np.empty(len(taste), dtype=np.int64)
        draws = rng.random(len(taste))
        for place in range(self.locations):
            items = np.flatnonzero(location == place)
            if not len(items):
                continue
            here = np.flatnonzero(self.location == place)
            edges = np.cumsum(self.weight[:, here].ravel()).reshape(-1, len(here))
            start = np.concatenate([[0.0], edges[:-1, -1]])[taste[items]]
            target = start + draws[items] * (edges[taste[items], -1] - start)
            at = np.searchsorted(edges.ravel(), target, side="right") - taste[items] * len(here)
            chosen[items] = here[np.clip(at, 0, len(here) - 1)]
        return chosen


def _form_baskets(
    rng: np.random.Generator,
    day: int,
    closed: bool,
    people: People,
    place: Int32,
    unplanned: Real,
    wanted: Int,
) -> _Baskets:
    """A basket for each visit and a random number of walk-ins, at least one where needed."""
    customers = np.flatnonzero(place >= 0)
    places = unplanned.shape[1]
    walk_ins = rng.poisson(unplanned.sum(axis=0) * WALK_INS_PER_LINE)
    visited = np.bincount(place[customers], minlength=places)
    walk_ins = np.where(
        (wanted.sum(axis=0) > 0) & (visited == 0), np.maximum(walk_ins, 1), walk_ins
    )
    strangers = int(walk_ins.sum())
    segment = rng.integers(len(people.walk_in_taste), size=strangers)
    taste = np.concatenate([people.taste[customers], people.walk_in_taste[segment]])
    size = np.concatenate([people.basket[customers], np.ones(strangers)])
    size *= np.exp(rng.normal(0, 0.7, len(size)))
    web_share = np.concatenate([people.web_share[customers], np.full(strangers, GUEST_WEB_SHARE)])
    web = rng.random(len(size)) < (1.0 if closed else web_share)
    of_customer = np.full(len(place), -1, dtype=np.int64)
    of_customer[customers] = np.arange(len(customers))
    return _Baskets(
        day=day,
        customer=np.concatenate([customers, np.full(strangers, -1, dtype=np.int64)]),
        location=np.concatenate([place[customers], np.repeat(np.arange(places), walk_ins)]),
        second=_times(rng, web),
        web=web,
        weight=np.ascontiguousarray((taste * size[:, None]).T, dtype=np.float64),
        of_customer=of_customer,
        locations=places,
    )


def share_of_day(second: Int32, closed: bool) -> Real:
    """Share of a day's baskets that usually come before each second after local midnight."""
    web = np.interp(second, np.arange(6, 24) * 3600, np.append(0, np.cumsum(_WEB_HOURS)))
    store = np.interp(second, np.arange(8, 21) * 3600, np.append(0, np.cumsum(_STORE_HOURS)))
    web_share = 1.0 if closed else USUAL_WEB_SHARE
    share: Real = web_share * web / _WEB_HOURS.sum() + (1 - web_share) * store / _STORE_HOURS.sum()
    return share


def _times(rng: np.random.Generator, web: Flag) -> Int:
    """Seconds after local midnight within opening hours, by the hours' popularity."""
    position, within = rng.random(len(web)), rng.integers(0, 3600, len(web))
    hours = []
    for weights, opens, closes in (
        (_STORE_HOURS, STORE_OPENS, STORE_CLOSES),
        (_WEB_HOURS, WEB_OPENS, WEB_CLOSES),
    ):
        edges = np.cumsum(weights)
        hour = np.searchsorted(edges[:-1], position * edges[-1], side="right")
        hours.append(np.minimum(opens + hour * 3600 + within, closes - 1))
    second: Int = np.where(web, hours[1], hours[0]).astype(np.int64)
    return second


class _Companions:
    """Products wanted because another one was."""

    def __init__(self, assortment: Assortment) -> None:
        self.companion = assortment.companion
        self.share = assortment.companion_probability
        self.row, self.slot = np.nonzero(self.companion >= 0)
        self.target = self.companion[self.row, self.slot]

    def probability(self, pull: Real) -> Real:
        """[product, companion] P(companion wanted | product wanted) today."""
        return np.minimum(self.share * pull[self.companion], MOST_LIKELY_COMPANION)

    def rates(self, lines: Real, joint: Real, ranged: Flag) -> Real:
        """Expected companion units [product, location], given expected lines of the others."""
        products, places = ranged.shape
        weight = lines[self.row] * joint[self.row, self.slot][:, None]
        cell = self.target[:, None] * places + np.arange(places)
        total: Real = np.bincount(cell.ravel(), weight.ravel(), products * places).astype(
            np.float64
        )
        return total.reshape(products, places) * ranged

    def draw(
        self, rng: np.random.Generator, product: Int, location: Int, joint: Real, ranged: Flag
    ) -> tuple[Int, Int]:
        """Companions wanted, and the rows of `product` they follow."""
        host, slot = np.nonzero(rng.random((len(product), joint.shape[1])) < joint[product])
        extra = self.companion[product[host], slot]
        sold_here = ranged[extra, location[host]]
        return extra[sold_here].astype(np.int64), host[sold_here]


def _sorted_wants(
    baskets: list[_Baskets],
    lines: list[tuple[Int, Int, Int]],
    products: int,
    rate: Real32,
    discretionary_rate: Real32,
) -> Wants:
    """Baskets in order of time; the same product twice in a basket becomes one line."""
    day = np.concatenate([np.full(len(b.location), b.day, dtype=np.int32) for b in baskets])
    second = np.concatenate([b.second for b in baskets])
    order = np.lexsort((second, day))
    place_of = np.empty(len(order), dtype=np.int64)
    place_of[order] = np.arange(len(order))
    key = place_of[np.concatenate([b for b, _, _ in lines])] * products
    key += np.concatenate([p for _, p, _ in lines])
    quantity = np.concatenate([q for _, _, q in lines])
    by_key = np.argsort(key, kind="stable")
    key, quantity = key[by_key], quantity[by_key]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    total = np.add.reduceat(quantity, first) if len(first) else quantity
    return Wants(
        line_basket=(key[first] // products).astype(np.int32),
        line_product=(key[first] % products).astype(np.int32),
        line_quantity=total.astype(np.int32),
        basket_day=day[order],
        basket_second=second[order].astype(np.int32),
        basket_location=np.concatenate([b.location for b in baskets])[order].astype(np.int32),
        basket_customer=np.concatenate([b.customer for b in baskets])[order].astype(np.int32),
        basket_web=np.concatenate([b.web for b in baskets])[order],
        rate=rate,
        discretionary_rate=discretionary_rate,
    )
