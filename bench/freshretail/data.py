"""The files as dense arrays, a row a series; of days after the last known one, the calendar."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

HORIZON = 7
UNIT = 0.1
"""Most sales are multiples of it, so it stands for a purchase."""

_KEYS = (
    "city_id", "store_id", "management_group_id", "first_category_id", "second_category_id",
    "third_category_id", "product_id",
)  # fmt: skip


@dataclass(frozen=True)
class Sales:
    """n series over the t known days and the HORIZON days to forecast.

    sold [n,t] in UNITs, seen [n,t] whether all hours 6..21 had stock, exposure [n,t] the share of
    the day's usual sales in hours with stock; discount, holiday, activity [n,t+7]; weekday [t+7];
    code of each of the keys [n]. actual [n,7] and scored [n,7] are NaN and False unless the file
    holds the days to forecast; they serve the score alone.
    """

    ids: NDArray[np.int64]
    sold: F64
    seen: NDArray[np.bool_]
    exposure: F64
    discount: F64
    holiday: NDArray[np.bool_]
    activity: F64
    rain: F64
    weekday: I64
    code: dict[str, I64]
    days: list[date]
    actual: F64
    scored: NDArray[np.bool_]

    @property
    def known(self) -> int:
        return int(self.sold.shape[1])


def read(folder: Path, last_day: date) -> Sales:
    """All parquet files of ``folder``; series that were sold on ``last_day`` or before."""
    con = duckdb.connect()
    con.execute("set threads = 1")
    con.execute(
        "create table rows as select * from read_parquet(?, union_by_name = true) where dt <= ?",
        [str(folder / "*.parquet"), last_day + timedelta(days=HORIZON)],
    )
    first = con.execute("select min(dt) from rows").fetchall()[0][0]
    t = (last_day - first).days + 1
    span = t + HORIZON
    series = con.execute(
        f"select {', '.join(f'any_value({key}) as {key}' for key in _KEYS if key not in _ID)}, "
        "store_id, product_id from rows where dt <= ? group by store_id, product_id "
        "order by store_id, product_id",
        [last_day],
    ).fetchnumpy()
    n = len(series["store_id"])
    place = {(int(s), int(p)): k for k, (s, p) in
             enumerate(zip(series["store_id"], series["product_id"], strict=True))}  # fmt: skip
    rows = con.execute(
        "select store_id, product_id, (dt - ?::date)::int as t, sale_amount, "
        "stock_hour6_22_cnt as missing, oos_mask, discount, holiday_flag, activity_flag, precpt, "
        "hours_sale::double[24] as hours from rows order by store_id, product_id, dt", [first],
    ).fetchnumpy()  # fmt: skip
    pairs = zip(rows["store_id"].tolist(), rows["product_id"].tolist(), strict=True)
    row = np.array([place.get(pair, -1) for pair in pairs])
    there = row >= 0
    row, day = row[there], rows["t"][there].astype(np.int64)

    def dense(name: str, empty: float) -> F64:
        out = np.full((n, span), empty)
        values = np.ma.filled(np.ma.asarray(rows[name], np.float64), np.nan)[there]
        out[row, day] = np.where(np.isfinite(values), values, empty)
        return out

    past = day < t
    hours = np.zeros((n, t, 24), np.float32)
    hours[row[past], day[past]] = np.stack(list(rows["hours"][there][past]))
    mask = dense("oos_mask", 0).astype(np.int64)[:, :t]
    weekday = np.array([(first + timedelta(days=k)).weekday() for k in range(span)])
    weekend = np.broadcast_to(weekday >= 5, (n, span)).astype(np.float64)
    given = dense("holiday_flag", -1)
    discount = dense("discount", 0.0)
    activity = dense("activity_flag", -1.0)
    for k in range(span):  # what is not told goes on as it was
        before = discount[:, k - 1] if k else 1.0
        discount[:, k] = np.where(discount[:, k] > 0, discount[:, k], before)
        was = activity[:, k - 1] if k else 0.0
        activity[:, k] = np.where(activity[:, k] >= 0, activity[:, k], was)
    codes = {key: np.unique(series[key], return_inverse=True)[1].astype(np.int64) for key in _KEYS}
    sales = dense("sale_amount", np.nan)
    missing = dense("missing", 99)
    holiday = np.where(given >= 0, given, weekend) > 0
    seen = missing[:, :t] == 0
    return Sales(
        ids=np.stack([series["store_id"], series["product_id"]], 1).astype(np.int64),
        sold=np.nan_to_num(sales[:, :t]) / UNIT,
        seen=seen,
        exposure=_exposure(hours, mask, seen, holiday[:, :t], codes),
        discount=np.clip(discount, 0.4, 1.05),
        holiday=holiday,
        activity=activity,
        rain=(dense("precpt", 0.0) > 3.5).astype(np.float64),
        weekday=weekday,
        code=codes,
        days=[first + timedelta(days=k) for k in range(span)],
        actual=sales[:, t:],
        scored=(missing[:, t:] == 0) & np.isfinite(sales[:, t:]),
    )


_ID = ("store_id", "product_id")
_PRIOR = 200.0


def _exposure(
    hours: F32, mask: I64, seen: NDArray[np.bool_], holiday: NDArray[np.bool_], code: dict[str, I64]
) -> F64:
    """Share of a day's sales that usually falls into its hours with stock: the profile of the
    store and of the category, by kind of day, from days that were seen whole."""
    out = np.zeros(seen.shape)
    stocked = ((mask[:, :, None] >> np.arange(24)) & 1) == 0
    for kind in (False, True):
        which = seen & (holiday == kind)
        sold = np.where(which[:, :, None], hours, 0.0).sum(1, dtype=np.float64)
        whole = sold.sum(0) / max(float(sold.sum()), 1e-9)
        profile = np.ones((len(sold), 24))
        for key in ("store_id", "third_category_id"):
            sums = summed(sold, code[key])
            share = (sums + _PRIOR * whole) / (sums.sum(1, keepdims=True) + _PRIOR)
            profile *= (share / np.maximum(whole, 1e-9))[code[key]]
        profile *= whole
        profile /= profile.sum(1, keepdims=True)
        share = np.einsum("nh,nth->nt", profile, stocked.astype(np.float64))
        out = np.where(holiday == kind, share, out)
    return np.clip(out, 0.0, 1.0)


def summed(values: F64, code: I64) -> F64:
    """Rows summed by code [n], one row a code."""
    out = np.zeros((int(code.max()) + 1, *values.shape[1:]))
    np.add.at(out, code, values)
    return out


def before(sales: Sales, cut: int) -> Sales:
    """The same as it was known before day ``cut``; what came then is the actual."""
    span = cut + HORIZON
    if cut + HORIZON > sales.known:
        raise ValueError("a rolling origin needs its target days among the known ones")
    return Sales(
        sales.ids, sales.sold[:, :cut], sales.seen[:, :cut], sales.exposure[:, :cut],
        sales.discount[:, :span], sales.holiday[:, :span], sales.activity[:, :span],
        sales.rain[:, :span], sales.weekday[:span], sales.code, sales.days[:span],
        sales.sold[:, cut:span] * UNIT, sales.seen[:, cut:span],
    )  # fmt: skip
