"""Top-N on MovieLens-1M or any user-item file: ours beside EASE and implicit's ALS.

`python -m bench.top_n --data DIR --out FILE.parquet`. Seven tenths of the pairs train, one tenth
tunes every method, two tenths judge; what a user has is never proposed to it. `FILE` receives
every list: method, user, rank, item, whether it was in the held-out part.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import duckdb  # noqa: E402
import numpy as np  # noqa: E402

from bench.measured import cost  # noqa: E402
from bench.parquet import write  # noqa: E402
from bench.recommend.scores import Lists, difference, judge  # noqa: E402
from omnix.engine.recommend.closed_form import ClosedForm, gram, weights  # noqa: E402
from omnix.engine.recommend.reference import blocks  # noqa: E402
from omnix.engine.recommend.sparse import F32, I64, Sparse, sparse, top  # noqa: E402

LENGTH = 20
_RIDGES = (200.0, 500.0, 1000.0)
_ALS = ((64, 1.0, 0.01), (64, 5.0, 1.0), (64, 10.0, 10.0), (64, 20.0, 10.0))
"""Factors, alpha and regularisation."""
_COLUMNS = (("user", "user_id", "userid", "customer"), ("item", "item_id", "movie", "product"))

Scorer = Callable[[Sparse, I64], F32]
"""Scores [users, items] from what they have and their numbers."""


def main() -> None:
    """Parse, run, print, store."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=shared / "movielens")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if not given.data.exists():
        print(f"no data in {given.data}")
        return
    users, items, names = _read(given.data)
    rng = np.random.default_rng(given.seed)
    drawn = rng.random(len(users))
    shape = (len(names[0]), len(names[1]))

    def part(low: float, high: float) -> Sparse:
        of = (drawn >= low) & (drawn < high)
        return sparse(users[of], items[of], np.ones(int(of.sum()), np.float32), *shape).ones()

    train, tune, known, test = part(0, 0.7), part(0.7, 0.8), part(0, 0.8), part(0.8, 1.1)
    print(f"{shape[0]} users, {shape[1]} items, {len(users)} pairs")
    found = [
        _run("OMNIX", _closed(_ours()), train, tune, known, test),
        _run("EASE", _closed([ClosedForm(r, 0.0, 0.0) for r in _RIDGES]), train, tune, known, test),
    ]
    als = _als()
    if als is None:
        print("implicit is not installed: no ALS")
    else:
        found.append(_run("ALS (implicit)", als, train, tune, known, test))
    popular = known.column_sums()
    everyone: Scorer = lambda have, _: np.tile(popular, (have.rows, 1))  # noqa: E731
    found.append(_lists("most popular", everyone, known, test, 0.0))
    for one in found:
        print(one.line())
    for other in found[1:3]:
        print(difference(found[0], other))
        print(difference(found[0], other, 20))
    print(cost())
    if given.out:
        _store(given.out, found, test, names)


def _read(folder: Path) -> tuple[I64, I64, tuple[np.ndarray, np.ndarray]]:
    """The first file with a user and an item column, the one with fewest columns first."""
    files = [folder] if folder.is_file() else sorted(folder.glob("*.parquet"))
    chosen = []
    for file in files:
        there = duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchnumpy()["column_name"]
        lower = {name.lower(): name for name in there}
        picked = [next((lower[n] for n in some if n in lower), None) for some in _COLUMNS]
        if all(picked):
            chosen.append((len(there), file, picked))
    if not chosen:
        raise SystemExit(f"no Parquet file with a user and an item column in {folder}")
    _, file, (user, item) = min(chosen)
    rows = duckdb.sql(
        f'SELECT DISTINCT "{user}"::VARCHAR AS u, "{item}"::VARCHAR AS i '
        f"FROM '{file}' ORDER BY ALL"
    ).fetchnumpy()
    user_names, users = np.unique(rows["u"].astype(str), return_inverse=True)
    item_names, items = np.unique(rows["i"].astype(str), return_inverse=True)
    return users, items, (user_names, item_names)


def _ours() -> list[ClosedForm]:
    return [ClosedForm(r, d, w) for w in (0.4, 0.8) for d in (0.35, 0.5) for r in _RIDGES[1:]]


Fit = Callable[[Sparse], Scorer]
Method = list[tuple[str, Fit]]


def _closed(settings: list[ClosedForm]) -> Method:
    def fitting(one: ClosedForm) -> Fit:
        def fit(of: Sparse) -> Scorer:
            by = weights(gram(of, one.weigh), one)
            return lambda have, _: have.dense() @ by

        return fit

    return [(str(one), fitting(one)) for one in settings]


def _als() -> Method | None:
    try:
        from implicit.als import AlternatingLeastSquares
        from scipy.sparse import csr_matrix
    except ImportError:
        return None

    def fitting(factors: int, alpha: float, regular: float) -> Fit:
        def fit(of: Sparse) -> Scorer:
            model = AlternatingLeastSquares(
                factors=factors, alpha=alpha, regularization=regular, iterations=15,
                num_threads=1, random_state=0,
            )  # fmt: skip
            shape = (of.rows, of.width)
            model.fit(csr_matrix((of.value, of.column, of.start), shape=shape), show_progress=False)
            return lambda _, users: model.user_factors[users] @ model.item_factors.T

        return fit

    return [(f"factors {f}, alpha {a}, regularisation {r}", fitting(f, a, r)) for f, a, r in _ALS]


def _run(
    name: str, method: Method, train: Sparse, tune: Sparse, known: Sparse, test: Sparse
) -> Lists:
    """Tuned on ``tune`` by NDCG@20, fitted again on all that is known, judged on ``test``."""
    tried = []
    for told, fit in method:
        lists = _lists("", fit(train), train, tune, 0.0)
        tried.append((lists.ndcg[LENGTH].mean(), told, fit))
    _, told, fit = max(tried, key=lambda one: one[0])
    began, wall = time.process_time(), time.monotonic()
    scorer = fit(known)
    seconds = time.process_time() - began
    print(f"{name}: {told}; fit {seconds:.1f} s CPU, {time.monotonic() - wall:.1f} s", flush=True)
    return _lists(name, scorer, known, test, seconds)


def _lists(name: str, scorer: Scorer, have: Sparse, wanted: Sparse, seconds: float) -> Lists:
    asked = np.flatnonzero(wanted.lengths() > 0)
    parts = []
    for block in blocks(len(asked), 1024):
        users = asked[block]
        mine = have.take(users)
        scores = scorer(mine, users)
        scores[mine.row_of(), mine.column] = -np.inf
        parts.append(top(scores, LENGTH))
    return judge(name, np.concatenate(parts), wanted.take(asked), seconds)


def _store(
    file: Path, found: list[Lists], wanted: Sparse, names: tuple[np.ndarray, np.ndarray]
) -> None:
    users = names[0][np.flatnonzero(wanted.lengths() > 0)]
    n, k = found[0].items.shape
    write(
        file,
        {
            "method": np.concatenate([np.full(n * k, one.method) for one in found]),
            "user": np.tile(np.repeat(users, k), len(found)),
            "rank": np.tile(np.arange(1, k + 1), n * len(found)),
            "item": names[1][np.concatenate([one.items.ravel() for one in found])],
            "held_out": np.concatenate([one.hits.ravel() for one in found]),
        },
    )


if __name__ == "__main__":
    main()
