"""From the lake's facts to the arrays that a change is explained from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from omnix.domains.products import service as catalogue
from omnix.engine.changes import Groups, History
from omnix.engine.changes.data import Metric, Real, Whole
from omnix.platform import queries
from omnix.ports import Ports

MOST_PRODUCTS = 3000
_UNKNOWN = ("anonymous", "new")
_OF_ALL = ("place", "channel")
_REST = "rest"
_SELECTED = ("spend", "basket")
SQL = queries.load(__package__)


@dataclass(frozen=True)
class Read:
    """The history and what its rows stand for: ``products`` by row, an id or None for the
    products together that sold too little to be looked at one by one; documents by id."""

    history: History
    products: Sequence[str | None]
    known: Mapping[str, Mapping[str, Any]]


async def read(ports: Ports, metric: Metric, first: date, known: date, last: date) -> Read:
    """The days from ``first`` to ``last``; customers are sorted by what they did before
    ``known``."""
    span = {"first": first, "last": last, "costed": metric == "margin"}
    sold = await ports.lake.arrays(SQL["change_products"], **span)
    days = (last - first).days + 1
    kept, row_of, rows = _kept(sold)
    products: list[str | None] = [*kept, None] if len(row_of) > len(kept) else [*kept]
    documents = await catalogue.stored(ports, kept)
    at = _day(sold["day"], first)
    shape = len(products), days

    def summed(name: str) -> Real:
        out = np.zeros(shape)
        np.add.at(out, (rows, at), sold[name])
        return out

    units = summed("units")
    stock = await ports.lake.arrays(SQL["change_stock"], first=first, last=last)
    prices = await ports.lake.arrays(SQL["change_prices"], first=first, last=last)
    orders = await ports.lake.arrays(SQL["change_orders"], **span)
    others = await ports.lake.arrays(SQL["change_others"], **span)
    categories = [str(documents.get(id, {}).get("category", "")) for id in kept]
    groups = await ports.lake.arrays(
        SQL["change_groups"], **span, known=known, metric=metric, products=kept,
        categories=categories,
    )  # fmt: skip
    outlets = list(dict.fromkeys(zip(orders["location_id"], orders["channel"], strict=True)))
    number = {outlet: n for n, outlet in enumerate(outlets)}
    of = np.array([number[o] for o in zip(orders["location_id"], orders["channel"], strict=True)],
                  dtype=np.int64)  # fmt: skip
    came, single = np.zeros((max(len(outlets), 1), days)), np.zeros(days)
    np.add.at(came, (of, _day(orders["day"], first)), orders["orders"])
    np.add.at(single, _day(orders["day"], first), orders["single"])
    sessions = await _visits(ports, first, last, days)
    return Read(
        History(
            metric=metric,
            units=units,
            gross=summed("gross"),
            discount=summed("discount"),
            cost=summed("cost") if metric == "margin" else None,
            stock=_stock(stock, row_of, shape, first),
            listed=_listed(prices, row_of, shape, first),
            orders=came,
            single=single,
            returned=_other(others, "returned", metric, first, days),
            charged=_other(others, "charged", metric, first, days),
            groups=_groups(groups, row_of, shape, first),
            sessions=sessions,
            web=np.array([channel == "web" for _, channel in outlets], dtype=np.bool_)
            if sessions is not None and outlets
            else None,
        ),
        products,
        documents,
    )


def _kept(sold: Mapping[str, Any]) -> tuple[list[str], dict[str, int], Any]:
    """The products that bring most, by id, each product's row, where the rest share the last one,
    and the row of each line of ``sold``, which come product by product.
    """
    ids = np.asarray(sold["product_id"], dtype=object)
    begins = np.ones(len(ids), dtype=np.bool_)
    begins[1:] = ids[1:] != ids[:-1]
    place = np.cumsum(begins) - 1
    known = [str(id) for id in ids[begins]]
    money = np.bincount(place, np.asarray(sold["gross"], dtype=np.float64), len(known))
    order = np.argsort(-money, kind="stable")
    kept = sorted(known[n] for n in order[:MOST_PRODUCTS])
    row_of = {id: n for n, id in enumerate(kept)}
    row_of = {id: row_of.get(id, len(kept)) for id in known}
    return kept, row_of, np.array([row_of[id] for id in known], dtype=np.int64)[place]


def _rows(ids: Any, row_of: Mapping[str, int]) -> Any:
    return np.array([row_of.get(str(id), -1) for id in ids], dtype=np.int64)


def _day(days: Any, first: date) -> Any:
    return (np.asarray(days).astype("datetime64[D]") - np.datetime64(first, "D")).astype(np.int64)


def _stock(
    told: Mapping[str, Any], row_of: Mapping[str, int], shape: tuple[int, int], first: date
) -> Real:
    out = np.full(shape, np.nan)
    rows = _rows(told["product_id"], row_of)
    single = (rows >= 0) & (rows < len(row_of))
    out[rows[single], _day(told["day"], first)[single]] = told["in_stock"][single]
    return out


def _listed(
    told: Mapping[str, Any], row_of: Mapping[str, int], shape: tuple[int, int], first: date
) -> Real:
    out = np.full(shape, np.nan)
    rows, at = _rows(told["product_id"], row_of), _day(told["day"], first)
    several = len(set(row_of.values())) < len(row_of)
    for row, day, price in zip(rows.tolist(), at.tolist(), told["price"].tolist(), strict=True):
        if row >= 0 and not (several and row == shape[0] - 1):
            out[row, day:] = price
    return out


def _other(told: Mapping[str, Any], kind: str, metric: Metric, first: date, days: int) -> Real:
    out = np.zeros(days)
    mine = np.asarray(told["kind"], dtype=object) == kind
    np.add.at(out, _day(told["day"], first)[mine], np.asarray(told[metric])[mine])
    return out


def _groups(
    told: Mapping[str, Any], row_of: Mapping[str, int], shape: tuple[int, int], first: date
) -> list[Groups]:
    names, labels = (np.asarray(told[name], dtype=object) for name in ("grouping", "label"))
    ids = np.asarray(told["product_id"], dtype=object)
    by_day = np.array([id is None for id in ids], dtype=np.bool_)
    kept: dict[str, tuple[list[str], Real, Real, Real]] = {}
    for name in sorted(set(names.tolist())):
        mine = names == name
        titles = sorted(set(labels[mine].tolist()))
        number = {title: n for n, title in enumerate(titles)}
        amount, orders = np.zeros((len(titles), shape[1])), np.zeros((len(titles), shape[1]))
        share = np.zeros((len(titles), shape[0]))
        at = np.flatnonzero(mine & by_day)
        row = np.array([number[labels[n]] for n in at], dtype=np.int64)
        day = _day(told["day"][at], first)
        amount[row, day], orders[row, day] = told["amount"][at], told["orders"][at]
        at = np.flatnonzero(mine & ~by_day)
        row = np.array([number[labels[n]] for n in at], dtype=np.int64)
        # The last row is that of all products that are not looked at one by one.
        np.add.at(share, (row, _rows(ids[at], row_of)), told["amount"][at])
        kept[name] = titles, amount, orders, share
    if "known" not in kept:
        return []
    everyone = kept["known"]
    sold = everyone[3].sum(axis=0)
    found = []
    for name, (titles, amount, orders, share) in kept.items():
        share = np.divide(share, sold, out=np.zeros_like(share), where=sold != 0)
        whole = _whole(everyone, sold, _UNKNOWN if name not in _OF_ALL else ())
        # Who is not known by name, or was not known before, is no group that could be lost.
        rows = [n for n, title in enumerate(titles) if name in _OF_ALL or title not in _UNKNOWN]
        rows = [n for n in rows if titles[n] not in ("new", "anonymous")]
        rows = [n for n in rows if titles[n] != _REST]
        if name == "known" or whole is None or not rows or (len(titles) == 1 and name != "leans"):
            continue
        found.append(
            Groups(
                name=name,
                labels=[titles[n] for n in rows],
                amount=amount[rows],
                orders=orders[rows],
                share=share[rows],
                whole=whole,
                selected=name in _SELECTED,
            )
        )
    return found


def _whole(
    everyone: tuple[list[str], Real, Real, Real], sold: Real, but: Sequence[str]
) -> Whole | None:
    titles, amount, orders, share = everyone
    rows = [n for n, title in enumerate(titles) if title not in but]
    if not rows:
        return None
    part = np.divide(share[rows].sum(axis=0), sold, out=np.zeros_like(sold), where=sold != 0)
    return Whole(amount[rows].sum(axis=0), orders[rows].sum(axis=0), part)


async def _visits(ports: Ports, first: date, last: date, days: int) -> Real | None:
    """Visits by day; None unless they were counted throughout."""
    told = await ports.lake.arrays(SQL["change_visits"], first=first, last=last)
    out = np.zeros(days)
    out[_day(told["day"], first)] = told["visits"]
    return out if len(told["day"]) == days else None
