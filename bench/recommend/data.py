"""Basket files as histories and next baskets."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from omnix.engine.recommend.baskets import Histories, histories, targets
from omnix.engine.recommend.snapshots import Purchases
from omnix.engine.recommend.sparse import I64, Sparse

_NOT_GOODS = (
    "('FUEL','MISCELLANEOUS','MISC. TRANS.','COUP/STR & MFG','CNTRL/STORE SUP','KIOSK-GAS','RX')"
)
LEAST_BUYERS = 10


@dataclass(frozen=True)
class Shoppers:
    """Histories, and the next basket of each; ``names`` are ids as published."""

    of: Histories
    next: Sparse
    users: list[str]
    names: list[str]


@dataclass(frozen=True)
class Split:
    """Numbers of customers for training, validation and test."""

    train: I64
    validate: I64
    test: I64


def parquet_with(folder: Path, *columns: str) -> Path:
    """The first file of ``folder`` (or itself) that has these columns. Raises SystemExit."""
    files = [folder] if folder.is_file() else sorted(folder.glob("*.parquet"))
    for file in files:
        there = duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchnumpy()["column_name"]
        if set(columns) <= set(there):
            return file
    raise SystemExit(f"no Parquet file with the columns {', '.join(columns)} in {folder}")


def tafeng(folder: Path) -> Shoppers:
    """``user, order, items, is_next_basket``: one basket of each user is to be foretold."""
    file = parquet_with(folder, "user", "order", "items", "is_next_basket")
    return _ordered(
        f'SELECT user::VARCHAR AS user, "order", is_next_basket AS next, unnest(items) AS item '
        f"FROM '{file}'"
    )[0]


def split_file(folder: Path) -> tuple[Shoppers, Split]:
    """``split, user, order, items``: the last basket of each user is to be foretold."""
    file = parquet_with(folder, "split", "user", "order", "items")
    shoppers, part = _ordered(
        'SELECT user::VARCHAR AS user, "order", unnest(items) AS item, split, '
        '"order" = max("order") OVER (PARTITION BY split, user) AS next '
        f"FROM '{file}'",
        "split",
    )
    return shoppers, Split(
        *(np.flatnonzero(np.isin(part, names)) for names in (
            ("train",), ("validate", "valid", "val", "validation"), ("test",)
        ))
    )  # fmt: skip


def _ordered(sql: str, extra: str | None = None) -> tuple[Shoppers, np.ndarray]:
    key = f"{extra} || '/' || user" if extra else "user"
    rows = duckdb.sql(
        f'WITH b AS ({sql}) SELECT DISTINCT {key} AS who, user, "order" AS day, next, '
        f"item::VARCHAR AS item, {extra or 'user'} AS part FROM b ORDER BY who, day, item"
    ).fetchnumpy()
    who, first, user = np.unique(rows["who"].astype(str), return_index=True, return_inverse=True)
    names, item = np.unique(rows["item"].astype(str), return_inverse=True)
    future = rows["next"].astype(bool)
    # Baskets are numbered anew, since a clock that only counts says nothing by its gaps.
    day = _ranks(user[~future], rows["day"][~future].astype(np.int64))
    now = np.zeros(len(who), np.int64)
    np.maximum.at(now, user[~future], day + 1)
    of = histories(user[~future], item[~future], day, now, len(names))
    following = targets(user[future], item[future], len(who), len(names))
    part = rows["part"][first].astype(str)
    published = rows["user"][first].astype(str).tolist()
    return Shoppers(of, following, published, names.tolist()), part


def _ranks(user: I64, order: I64) -> I64:
    new = np.diff(user * (order.max() + 1) + order, prepend=-1) != 0
    step = np.cumsum(new)
    first = np.diff(user, prepend=-1) != 0
    return step - np.maximum.accumulate(np.where(first, step, 0))


def random_split(shoppers: Shoppers, seed: int) -> Split:
    """72 / 8 / 20 of those who have a next basket and a past."""
    there = np.flatnonzero((shoppers.next.lengths() > 0) & (shoppers.of.baskets() > 0))
    order = np.random.default_rng(seed).permutation(there)
    a, b = int(len(order) * 0.72), int(len(order) * 0.8)
    return Split(np.sort(order[:a]), np.sort(order[a:b]), np.sort(order[b:]))


@dataclass(frozen=True)
class Diary:
    """Purchases by day of The Complete Journey, with ids as published."""

    of: Purchases
    users: list[str]
    names: list[str]


def diary(folder: Path, first: int) -> Diary:
    """Household, product and day since 1 January 2017, each once.

    Products with fewer than LEAST_BUYERS households before day ``first`` are left out.
    """
    rows = duckdb.sql(
        "WITH b AS (SELECT DISTINCT household_id AS user, product_id AS item, date_diff('day', "
        "TIMESTAMP '2017-01-01', transaction_timestamp) AS day, "
        "coalesce(product_type, product_category, department, '') AS kind "
        f"FROM '{folder}/transactions.parquet' JOIN '{folder}/products.parquet' "
        f"USING (product_id) WHERE department NOT IN {_NOT_GOODS} OR department IS NULL) "
        "SELECT * FROM b WHERE item IN (SELECT item FROM b WHERE "
        f"day < {first} GROUP BY item HAVING count(DISTINCT user) >= {LEAST_BUYERS}) "
        "ORDER BY user, day, item"
    ).fetchnumpy()
    users, user = np.unique(rows["user"], return_inverse=True)
    names, first, item = np.unique(rows["item"], return_index=True, return_inverse=True)
    _, kind = np.unique(rows["kind"].astype(str)[first], return_inverse=True)
    of = Purchases(user, item, rows["day"].astype(np.int64), len(users), len(names), kind)
    return Diary(of, users.astype(str).tolist(), names.astype(str).tolist())
