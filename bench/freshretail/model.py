"""The forecast: the level's path, corrected by boosted trees that saw earlier origins."""

import numpy as np

from bench.freshretail.data import F32, F64, HORIZON, I64, UNIT, Sales, before, summed
from bench.freshretail.level import kinds, level, pair, shape
from omnix.engine.forecast.boosted import Settings, binned, edges_of, fit, predict

ORIGINS, STEP = 9, 3
SETTINGS = (
    Settings(trees=150, leaves=24, rate=0.05, features=0.4, bag=0.6, ridge=100.0, least=400.0),
    Settings(trees=200, leaves=12, rate=0.03, features=0.4, bag=0.6, ridge=300.0, least=800.0),
)
"""Two ensembles, of which the geometric mean is taken."""

TOWARDS_MEDIAN = 0.97
"""Absolute errors are least at the median, which lies below the mean; chosen on rolling weeks."""

_FORGET = 30.0
_FEWEST_DAYS = 21


def forecast(sales: Sales) -> F64:
    """Forecast [n,7] in the data's own amounts; nothing after the known days is looked at.

    In all it lies half-way between what the trees say and what the paths of earlier origins, that
    the trees correct, have usually been out by: few days are behind the trees' own total. Whole
    purchases are forecast, for a median is one.
    """
    t = sales.known
    x, y, w, offset = [], [], [], []
    last = t - HORIZON
    for cut in range(last, max(last - STEP * ORIGINS, _FEWEST_DAYS - 1), -STEP):
        then = before(sales, cut)
        base, features = _features(then)
        use = then.scored
        x.append(features[use])
        y.append(then.actual[use] / UNIT)
        offset.append(np.log(base[use]))
        w.append(np.full(int(use.sum()), 0.5 ** ((last - cut) / _FORGET)))
    base, features = _features(sales)
    if not x:
        return base * UNIT
    train, target = np.concatenate(x).astype(np.float32), np.concatenate(y).astype(np.float32)
    weight, start = np.concatenate(w).astype(np.float32), np.concatenate(offset)
    edges = edges_of(train)
    known = binned(train, edges)
    flat = binned(features.reshape(-1, features.shape[2]).astype(np.float32), edges)
    log_base = np.log(base).ravel().astype(np.float32)
    score = np.mean(
        [
            predict(fit(known, edges, target, weight, start.astype(np.float32), s), flat, log_base)
            for s in SETTINGS
        ],
        0,
        dtype=np.float64,
    )
    mean = np.exp(score).reshape(base.shape)
    usual = float(weight @ target) / float(weight @ np.exp(start))
    mean *= np.sqrt(usual * float(base.sum()) / float(mean.sum()))
    return np.asarray(np.round(TOWARDS_MEDIAN * mean) * UNIT)


def _features(sales: Sales) -> tuple[F64, F32]:
    """The path [n,7] in UNITs and what may correct it [n,7,f], from the known days alone."""
    t = sales.known
    code = sales.code
    made = shape(sales)
    at = level(sales, made)
    path = np.maximum(at[:, None] * made.factor[:, t:], 1e-3)
    log_price, age = np.log(sales.discount), t - 1 - np.arange(t)
    expected = made.exposure * made.factor[:, :t] * at[:, None]
    whole = np.where(sales.seen, made.y, 0.0)
    meant = np.where(sales.seen, made.factor[:, :t] * at[:, None], 0.0)
    product = code["product_id"]
    kin: tuple[I64, ...] = (
        product, pair(product, code["city_id"]), code["store_id"],
        pair(code["store_id"], code["second_category_id"]), code["third_category_id"],
        code["city_id"],
    )  # fmt: skip
    fixed: list[F64] = [at]
    for half_life in (3.0, 10.0, 30.0):
        w = 0.5 ** (age / half_life)
        fixed.append(_excess((made.y * w).sum(1), (expected * w).sum(1), 3.0))
        own = (whole * w).sum(1), (meant * w).sum(1)
        fixed.append(_excess(*own, 3.0))
        if half_life < 30:
            fixed += [
                _excess(summed(own[0], each)[each], summed(own[1], each)[each], 10.0)
                for each in kin
            ]
    w = 0.5 ** (age / 21.0)
    for kind in (False, True):
        on = np.where(sales.holiday[:, :t] == kind, w, 0.0)
        fixed.append(_excess((made.y * on).sum(1), (expected * on).sum(1), 3.0))
    scatter = ((made.y - expected) ** 2 / np.maximum(expected, 0.3) * w).sum(1) / w.sum()
    fixed += [
        1.0 - sales.exposure[:, -7:].mean(1), sales.seen[:, -21:].mean(1),
        1.0 - sales.exposure[:, -1], np.log(np.clip(scatter, 0.05, 20.0)),
        ((made.y == 0) & sales.seen)[:, -21:].mean(1), made.slope,
        code["first_category_id"].astype(np.float64), code["second_category_id"].astype(np.float64),
    ]  # fmt: skip
    ahead, now = log_price[:, t:], log_price[:, :t]
    usual = (now * w).sum(1) / w.sum()
    elsewhere = summed(ahead, product) / np.bincount(product)[:, None]
    far = np.abs(now[:, None, :] - ahead[:, :, None])
    alike = np.exp(-far / 0.04) * w
    sold, meant_alike = (alike * made.y[:, None]).sum(2), (alike * expected[:, None]).sum(2)
    byday = [
        path, made.factor[:, t:], _excess(sold, meant_alike, 2.0),
        _excess(summed(sold, product)[product], summed(meant_alike, product)[product], 10.0),
        ahead, ahead - usual[:, None], ahead - now[:, -1:], ahead - elsewhere[product],
        sales.activity[:, t:],
        sales.activity[:, t:] - sales.activity[:, t - 7 : t].mean(1, keepdims=True),
        kinds(sales)[:, t:].astype(np.float64),
        np.broadcast_to(np.arange(HORIZON, dtype=np.float64), path.shape),
    ]  # fmt: skip
    parts = [np.broadcast_to(each[:, None], path.shape) for each in fixed] + byday
    return path, np.stack(parts, 2).astype(np.float32)


def _excess(sold: F64, expected: F64, prior: float) -> F64:
    return np.asarray(np.log(np.clip((sold + prior) / (expected + prior), 0.05, 20.0)))
