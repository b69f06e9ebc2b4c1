"""The assortment: suppliers, products, bundles, and what goes with what."""

from dataclasses import dataclass

import numpy as np

from omnix.engine.simulator.days import Days
from omnix.engine.simulator.naming import ascii_word, draw_index, ean13, shop_price
from omnix.engine.simulator.tables import (
    Components,
    Flag,
    Int,
    Int32,
    Locations,
    Products,
    Real,
    ShopSpec,
    Suppliers,
    Text,
)
from omnix.engine.simulator.words import BRANDS, CATEGORIES, LOCATIONS, SUPPLIERS

COMPANIONS = 3


@dataclass(frozen=True, slots=True)
class Assortment:
    """Catalogue before prices move, with the parameters of its demand per product."""

    suppliers: Suppliers
    locations: Locations
    categories: Int32  # rows of words.CATEGORIES that this shop has
    products: Products  # price_minor and cost_minor are those at launch
    components: Components
    weight: Real  # relative popularity
    location_weight: Real  # [product, location] demand share, sums to 1 over locations
    elasticity: Real
    interval_days: Real  # mean repurchase interval of a regular buyer, 0 = none
    mean_quantity: Real
    return_share: Real
    taste: Int32  # taste group: two styles per category
    companion: Int32  # [product, COMPANIONS]
    companion_probability: Real


def build_locations(rng: np.random.Generator, count: int) -> Locations:
    names = [
        LOCATIONS[i % len(LOCATIONS)]
        + ("" if i < len(LOCATIONS) else f" {i // len(LOCATIONS) + 1}")
        for i in range(count)
    ]
    size = 0.6 ** np.arange(count).clip(max=4) * rng.uniform(0.9, 1.1, count)
    return Locations(name=np.array(names, dtype=np.str_), share=size / size.sum())


def build_suppliers(rng: np.random.Generator, products: int) -> Suppliers:
    count = max(1, min(products, len(SUPPLIERS) + (products // 100 if products > 1000 else 0)))
    names = [
        SUPPLIERS[i % len(SUPPLIERS)]
        + ("" if i < len(SUPPLIERS) else f" {i // len(SUPPLIERS) + 1}")
        for i in range(count)
    ]
    lead = np.rint(rng.uniform(2, 15, count))
    takes = rng.random((count, 7)) < 0.45
    takes[:, 5:] = False
    takes[np.arange(count), rng.integers(0, 5, count)] = True
    return Suppliers(
        name=np.array(names, dtype=np.str_),
        email=np.array([f"orders.{ascii_word(n)}@example.com" for n in names], dtype=np.str_),
        lead_time_days=lead,
        lead_time_sd_days=np.round(lead * rng.uniform(0.15, 0.5, count), 2),
        order_weekdays=takes,
    )


def build_assortment(rng: np.random.Generator, spec: ShopSpec, days: Days) -> Assortment:
    n = spec.products
    bundles = max(3, n // 100) if n >= 20 else 0
    locations = build_locations(rng, spec.locations)
    suppliers = build_suppliers(rng, n)
    categories = np.arange(min(n, len(CATEGORIES)), dtype=np.int32)
    category = _spread(categories, n)
    variety = _varieties(rng, category)
    low, high = (
        np.array([c.price_minor[i] for c in CATEGORIES], dtype=float)[category] for i in (0, 1)
    )
    family = variety.family
    rank = rng.random(family.max() + 1)[family]
    price = shop_price(
        (low + (high - low) * rank) * variety.size_factor * rng.uniform(0.95, 1.05, n)
    )
    margin = np.array([c.margin for c in CATEGORIES])[category] * rng.uniform(0.8, 1.15, n)
    cost = np.maximum(np.rint(price * (1 - margin) / 1.1), 1).astype(np.int64)
    is_bundle = np.zeros(n, dtype=bool)
    is_bundle[n - bundles :] = True
    launch, retire = _life(rng, n, spec.days, is_bundle)
    ranged = np.ones((n, spec.locations), dtype=bool)
    ranged[:, 1:] = rng.random((n, spec.locations - 1)) < np.where(is_bundle, 1.0, 0.82)[:, None]
    weight = (
        np.exp(rng.normal(0, 1.0, n)) * np.where(is_bundle, 0.5, 1.0) / np.sqrt(variety.size_factor)
    )
    for row in categories:
        of = category == row
        weight[of] *= CATEGORIES[row].share / weight[of].sum()
    by_location = locations.share * np.exp(rng.normal(0, 0.35, (n, spec.locations))) * ranged
    supplier = draw_index(rng, rng.uniform(0.5, 1.5, len(suppliers.name)), n).astype(np.int32)
    pack = rng.choice(np.array([1, 4, 6, 6, 10, 12, 12, 24]), n)
    pack[price > 2500] = rng.choice(np.array([1, 1, 2, 4]), int((price > 2500).sum()))
    components = _components(rng, is_bundle, ranged, launch, retire, weight)
    for bundle in np.flatnonzero(is_bundle):
        parts = components.component[components.bundle == bundle]
        amount = components.quantity[components.bundle == bundle]
        price[bundle] = shop_price(np.array([0.88 * (price[parts] * amount).sum()]))[0]
        cost[bundle] = (cost[parts] * amount).sum()
        ranged[bundle] = ranged[parts].all(axis=0)
        by_location[bundle] *= ranged[bundle]
    number = np.arange(n)
    in_category = _rank(category)
    codes = [c.code for c in CATEGORIES]
    names, descriptions = _texts(variety, category, components)
    products = Products(
        sku=np.array(
            [f"{codes[c]}-{k + 1:03d}" for c, k in zip(category, in_category, strict=True)],
            dtype=np.str_,
        ),
        barcode=ean13(10_000 + number * 7 + rng.integers(0, 7, n)),
        name=names,
        description=descriptions,
        brand=np.array(BRANDS, dtype=np.str_)[variety.brand],
        category=category,
        product_type=np.where(is_bundle, "Bundle", variety.kind).astype(np.str_),
        variety=variety.word,
        size=np.where(is_bundle, "set", variety.size).astype(np.str_),
        family=family.astype(np.int32),
        price_minor=price,
        cost_minor=cost,
        tax_basis_points=np.array([c.tax_basis_points for c in CATEGORIES], dtype=np.int32)[
            category
        ],
        supplier=np.where(is_bundle, -1, supplier).astype(np.int32),
        minimum_order=np.where(is_bundle, 0, pack * rng.integers(1, 4, n)).astype(np.int32),
        pack_size=np.where(is_bundle, 0, pack).astype(np.int32),
        launch_day=launch,
        retire_day=retire,
        is_bundle=is_bundle,
        ranged=ranged,
    )
    companion, probability = _companions(rng, category, weight, is_bundle)
    mean_interval = np.array([c.interval_days for c in CATEGORIES])[category] * np.exp(
        rng.normal(0, 0.3, n)
    )
    return Assortment(
        suppliers=suppliers,
        locations=locations,
        categories=categories,
        products=products,
        components=components,
        weight=weight,
        location_weight=by_location / np.maximum(by_location.sum(axis=1, keepdims=True), 1e-12),
        elasticity=np.array([c.elasticity for c in CATEGORIES])[category]
        * rng.uniform(0.6, 1.4, n),
        interval_days=np.where(is_bundle, 0.0, mean_interval),
        mean_quantity=1 + np.clip(rng.exponential(0.25, n) * np.sqrt(600 / price), 0, 2),
        return_share=np.array([c.return_share for c in CATEGORIES])[category]
        * rng.uniform(0.5, 1.8, n),
        taste=(category * 2 + (rank > 0.55)).astype(np.int32),
        companion=companion,
        companion_probability=probability,
    )


@dataclass(frozen=True, slots=True)
class _Varieties:
    kind: np.ndarray
    word: np.ndarray
    size: np.ndarray
    size_factor: Real
    brand: Int
    family: Int
    series: Int  # counts how often a category's whole list of articles was used up


def _spread(categories: Int32, n: int) -> Int32:
    """Each category once, the rest by share (largest remainder), grouped."""
    share = np.array([CATEGORIES[c].share for c in categories])
    quota = share / share.sum() * (n - len(categories))
    count = 1 + np.floor(quota).astype(int)
    short = n - int(count.sum())
    count[np.argsort(-(quota % 1), kind="stable")[:short]] += 1
    # Bundles take the last rows, so the rows alternate between categories.
    place = np.concatenate([(np.arange(k) + 0.5) / k for k in count])
    return np.repeat(categories, count)[np.argsort(place, kind="stable")]


def _rank(group: Int32) -> Int:
    """0, 1, 2 ... within each group, in row order."""
    order = np.argsort(group, kind="stable")
    start = np.searchsorted(group[order], group[order], side="left")
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - start
    return rank


def _varieties(rng: np.random.Generator, category: Int32) -> _Varieties:
    """Distinct (type, variety, size) combinations per category, brands per family."""
    n = len(category)
    kind, word, size = (np.empty(n, dtype=object) for _ in range(3))
    factor, family, series = np.empty(n), np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    families = 0
    for row in np.unique(category):
        c = CATEGORIES[row]
        at = np.flatnonzero(category == row)
        pairs = len(c.types) * len(c.varieties)
        shuffled = rng.permutation(pairs)
        sizes = len(c.sizes)
        # Two sizes of an article in a row make families; a used-up list starts a new series.
        pick = np.arange(len(at))
        per = min(2, sizes)
        pair_number = pick // per
        pair = shuffled[pair_number % pairs]
        which = (pick % per + pair + pair_number // pairs) % sizes
        series[at] = pair_number // pairs
        family[at] = families + pair_number
        families += int(pair_number[-1]) + 1
        kind[at] = np.array(c.types, dtype=object)[pair // len(c.varieties)]
        word[at] = np.array(c.varieties, dtype=object)[pair % len(c.varieties)]
        size[at] = np.array([s for s, _ in c.sizes], dtype=object)[which]
        factor[at] = np.array([f for _, f in c.sizes])[which]
    brand = rng.integers(len(BRANDS), size=families)[family]
    return _Varieties(
        kind.astype(np.str_),
        word.astype(np.str_),
        size.astype(np.str_),
        factor,
        brand,
        family,
        series,
    )


def _texts(v: _Varieties, category: Int32, components: Components) -> tuple[Text, Text]:
    names, descriptions = [], []
    for i in range(len(category)):
        series = f" No. {v.series[i] + 1}" if v.series[i] else ""
        names.append(f"{BRANDS[v.brand[i]]} {v.word[i]} {v.kind[i]}{series}, {v.size[i]}")
        descriptions.append(
            f"{v.kind[i]} by {BRANDS[v.brand[i]]}, {v.word[i].lower()}, {v.size[i]}. "
            f"{CATEGORIES[category[i]].name}."
        )
    used: dict[str, int] = {}
    for bundle in np.unique(components.bundle):
        parts = components.component[components.bundle == bundle]
        name = "Set: " + " & ".join(f"{v.word[p]} {v.kind[p]}" for p in parts)
        used[name] = used.get(name, 0) + 1
        descriptions[bundle] = "Together cheaper: " + "; ".join(names[p] for p in parts) + "."
        names[bundle] = name if used[name] == 1 else f"{name} No. {used[name]}"
    return np.array(names, dtype=np.str_), np.array(descriptions, dtype=np.str_)


def _life(rng: np.random.Generator, n: int, days: int, is_bundle: Flag) -> tuple[Int32, Int32]:
    """A fifth is launched during the history, a seventh retires; nothing lives under 120 days."""
    launch = np.where(rng.random(n) < 0.2, rng.integers(0, days, n), -rng.integers(0, 900, n))
    launch = np.where((launch > 0) & (launch < 45), 0, launch)
    retire = np.where(rng.random(n) < 0.15, rng.integers(0, days, n), days)
    retire = np.where((retire < 120) | (retire - launch < 120) | is_bundle, days, retire)
    launch = np.where(is_bundle, np.minimum(launch, 0), launch)
    if n == 1:
        launch, retire = np.minimum(launch, 0), np.full(1, days)
    return launch.astype(np.int32), retire.astype(np.int32)


def _components(
    rng: np.random.Generator,
    is_bundle: Flag,
    ranged: Flag,
    launch: Int32,
    retire: Int32,
    weight: Real,
) -> Components:
    """Two or three products that live as long as the history and are sold everywhere."""
    steady = ~is_bundle & (launch <= 0) & (retire == retire.max())
    wide = steady & ranged.all(axis=1)
    pool = np.flatnonzero(wide if wide.sum() >= 3 else steady if steady.sum() >= 3 else ~is_bundle)
    rows: list[tuple[int, int, int]] = []
    for bundle in np.flatnonzero(is_bundle):
        size = min(int(rng.integers(2, 4)), len(pool))
        keys = rng.random(len(pool)) ** (1 / weight[pool])
        chosen = pool[np.argsort(-keys, kind="stable")[:size]]
        rows += [(int(bundle), int(p), 2 if rng.random() < 0.2 else 1) for p in np.sort(chosen)]
    table = np.array(rows, dtype=np.int32).reshape(-1, 3)
    return Components(
        bundle=table[:, 0].copy(), component=table[:, 1].copy(), quantity=table[:, 2].copy()
    )


def _companions(
    rng: np.random.Generator, category: Int32, weight: Real, is_bundle: Flag
) -> tuple[Int32, Real]:
    n = len(category)
    companion = np.full((n, COMPANIONS), -1, dtype=np.int32)
    probability = np.where(rng.random((n, COMPANIONS)) < 0.15, 0.16, 0.03) * rng.uniform(
        0.6, 1.4, (n, COMPANIONS)
    )
    codes = {c.code: i for i, c in enumerate(CATEGORIES)}
    members = [np.flatnonzero((category == i) & ~is_bundle) for i in range(len(CATEGORIES))]
    edges = [np.cumsum(weight[m]) for m in members]
    draws = rng.random((n, COMPANIONS))
    for p in np.flatnonzero(~is_bundle):
        goes = CATEGORIES[category[p]].goes_with
        for k in range(COMPANIONS):
            group = codes[goes[k % len(goes)]]
            if not len(members[group]):
                continue
            other = members[group][
                np.searchsorted(edges[group][:-1], draws[p, k] * edges[group][-1])
            ]
            if other != p and other not in companion[p, :k]:
                companion[p, k] = other
                # Nobody buys a pot with every packet of coffee.
                probability[p, k] *= 1.0 if CATEGORIES[group].interval_days else 0.2
    return companion, np.where(companion >= 0, probability, 0.0)
