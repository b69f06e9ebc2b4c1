"""Next purchases on The Complete Journey: AUC, AP, log loss and coverage over three origins.

`python -m bench.replenishment --data DIR`. A household's purchases of a product type, at least
three before the origin; each origin's model has seen nothing from the origin on.
"""

import argparse
import os
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from omnix.engine.customers.consumption import (  # noqa: E402
    WITHIN,
    fit_consumption,
    next_after,
)
from omnix.engine.customers.purchases import Purchases, known_at  # noqa: E402

_ORIGINS = (245, 258, 270)
_FOOD = (
    "('GROCERY','PRODUCE','MEAT','MEAT-PCKGD','DRUG GM','PASTRY','DELI','NUTRITION',"
    "'SEAFOOD','SEAFOOD-PCKGD')"
)


def main() -> None:
    """Parse, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=shared / "complete_journey")
    folder = parser.parse_args().data
    if not (folder / "transactions.parquet").is_file():
        print(f"no transactions in {folder}")
        return
    rows = duckdb.sql(
        "WITH bought AS (SELECT household_id, product_type, date_diff('day', "
        "TIMESTAMP '2017-01-01', transaction_timestamp) AS day, sum(quantity) AS quantity "
        f"FROM '{folder}/transactions.parquet' JOIN '{folder}/products.parquet' "
        f"USING (product_id) WHERE department IN {_FOOD} GROUP BY ALL) "
        "SELECT household_id, day, quantity, "
        "dense_rank() OVER (ORDER BY household_id, product_type) AS pair, "
        "dense_rank() OVER (ORDER BY product_type) AS item "
        "FROM bought ORDER BY pair, day"
    ).fetchnumpy()
    customer, pair, item, day = (
        rows[k].astype(np.int64) for k in ("household_id", "pair", "item", "day")
    )
    quantity = np.maximum(rows["quantity"].astype(float), 1.0)
    # Whatever they came for: a household that is in the shop may buy food as well.
    visits = duckdb.sql(
        "SELECT DISTINCT household_id, date_diff('day', TIMESTAMP '2017-01-01', "
        f"transaction_timestamp) AS day FROM '{folder}/transactions.parquet' ORDER BY ALL"
    ).fetchnumpy()
    came = visits["household_id"].astype(np.int64), visits["day"].astype(np.int64)
    bought = Purchases(customer, pair, item, day, quantity, came)
    for origin in _ORIGINS:
        model = fit_consumption(bought.before(origin), origin)
        assert model is not None
        known = known_at(bought, origin)
        made, wait = model.predict(known), next_after(pair, day, origin, known.pair)
        for k, days in enumerate(WITHIN):
            p = np.clip(made.chance[:, k], 1e-4, 1 - 1e-4)
            _print(origin, days, wait < days, p)
        soon = wait < model.reach
        inside = (wait >= made.days[:, 0]) & (wait <= made.days[:, -1])
        print(f"  80% intervals hold {100 * inside[soon].mean():.1f} % of {soon.sum()} purchases")


def _print(origin, days, y, p):  # type: ignore[no-untyped-def]
    order = np.argsort(p, kind="stable")
    rank = np.empty(len(p))
    rank[order] = np.arange(1, len(p) + 1)
    auc = (rank[y].sum() - y.sum() * (y.sum() + 1) / 2) / (y.sum() * (~y).sum())
    hits = y[order[::-1]]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    loss = -np.mean(np.where(y, np.log(p), np.log(1 - p)))
    print(
        f"day {origin}, within {days}: {len(p)} pairs, {100 * y.mean():.1f} % bought "
        f"(told {100 * p.mean():.1f} %), AUC {auc:.4f}, AP {precision[hits].mean():.4f}, "
        f"log loss {loss:.4f}"
    )


if __name__ == "__main__":
    main()
