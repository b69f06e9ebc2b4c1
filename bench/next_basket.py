"""Next baskets: ours beside TIFU-KNN, UP-CF and the tops, on Ta-Feng, The Complete Journey or
any file of baskets with a split.

`python -m bench.next_basket --data DIR --layout tafeng|complete_journey|dc --out FILE.parquet`.
`FILE` receives every list: part, method, user, rank, item, whether it was bought.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from bench.measured import cost  # noqa: E402
from bench.parquet import write  # noqa: E402
from bench.recommend import data, peers  # noqa: E402
from bench.recommend.scores import Lists, difference, judge  # noqa: E402
from omnix.engine.recommend.baskets import Histories, counts  # noqa: E402
from omnix.engine.recommend.features import candidates, labels  # noqa: E402
from omnix.engine.recommend.ranker import Lesson, Ranker, best, lesson, train  # noqa: E402
from omnix.engine.recommend.reference import Reference, learn  # noqa: E402
from omnix.engine.recommend.snapshots import (  # noqa: E402
    WINDOW,
    Snapshot,
    learnt,
    reference,
    snapshot,
)
from omnix.engine.recommend.sparse import I64, Sparse  # noqa: E402

CUTS = (284, 312, 337)
"""Days of 2017 at which The Complete Journey is cut: 12 October, 9 November, 4 December."""
_TIFU_RULES = ((0.9, 0.7, 7), (0.9, 0.6, 3), (1.0, 0.6, 7), (0.9, 0.7, 3), (1.0, 0.8, 7))
ASSORTMENT = 70
"""Days before the first cut by which a product must have been bought by enough households."""
LEAST = 3
"""Shopping days that a household had before a cut to be asked about."""


def main() -> None:
    """Parse, run, print, store."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = Path(os.environ.get("OMNIX_SHARED_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--layout", choices=("tafeng", "complete_journey", "dc"), default="tafeng")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--splits", type=int, default=3, help="random splits of Ta-Feng's users")
    parser.add_argument("--ours", action="store_true", help="leave the tuned peers out")
    parser.add_argument(
        "--cuts", type=_days, default=CUTS, help="days of 2017 for complete_journey, as 284,312"
    )
    given = parser.parse_args()
    folder = given.data or shared / ("tafeng" if given.layout == "dc" else given.layout)
    if not folder.exists():
        print(f"no data in {folder}")
        return
    found: list[tuple[str, list[str], list[Lists]]] = []
    names: list[str] = []
    if given.layout == "complete_journey":
        diary = data.diary(folder, min(given.cuts) - ASSORTMENT)
        names = diary.names
        print(f"{len(diary.users)} households, {len(names)} products")
        for day in given.cuts:
            asked, lists = _cut(diary, day, given.ours)
            found.append((f"day {day}", asked, lists))
    else:
        if given.layout == "tafeng":
            shoppers = data.tafeng(folder)
            splits = [data.random_split(shoppers, seed) for seed in range(given.splits)]
        else:
            shoppers, only = data.split_file(folder)
            splits = [only]
        names = shoppers.names
        print(f"{shoppers.of.users} customers, {len(names)} products")
        for number, split in enumerate(splits):
            lists = _users(shoppers, split, given.ours)
            found.append((f"split {number}", [shoppers.users[n] for n in split.test], lists))
    _summary(found)
    print(cost())
    if given.out:
        _store(given.out, found, names)


def _days(text: str) -> tuple[int, ...]:
    return tuple(int(day) for day in text.split(","))


def _users(shoppers: data.Shoppers, split: data.Split, ours_only: bool) -> list[Lists]:
    of, following = shoppers.of, shoppers.next
    train_of = of.take(split.train)
    sold = counts(train_of).column_sums() + following.take(split.train).column_sums()

    def setting(users: I64) -> peers.Setting:
        return peers.Setting(of.take(users), train_of, np.full(len(users), -1, np.int64), sold)

    began = time.process_time()
    ranker = train(_halves(of, following, split.train))
    known = learn(train_of, following.take(split.train))
    items = _rank(of.take(split.test), known, ranker)
    wanted = following.take(split.test)
    ours = judge("OMNIX", items, wanted, time.process_time() - began)
    print(ours.line(), flush=True)
    if ours_only:
        return [ours]
    tuning = [(setting(split.validate), following.take(split.validate))]
    return _beside(ours, setting(split.test), wanted, tuning)


def _halves(of: Histories, following: Sparse, users: I64) -> list[Lesson]:
    """Each half's candidates are described by the other half's customers."""
    halves = users[::2], users[1::2]
    out = []
    for seed, (mine, others) in enumerate((halves, halves[::-1])):
        known = learn(of.take(others), following.take(others))
        out += _lessons(of.take(mine), following.take(mine), known, seed)
    return out


def _lessons(of: Histories, following: Sparse, known: Reference, seed: int) -> list[Lesson]:
    return [
        lesson(found, labels(found, following), seed * 10_000 + n, size=following.sums())
        for n, found in enumerate(candidates(of, known))
    ]


def _rank(of: Histories, known: Reference, ranker: Ranker, group: I64 | None = None) -> I64:
    blocks = candidates(of, known, group)
    return np.concatenate([best(b, ranker.score(b.x), peers.LENGTH).item for b in blocks])


def _cut(diary: data.Diary, day: int, ours_only: bool) -> tuple[list[str], list[Lists]]:
    """Nothing from ``day`` on is looked at but to judge; the peers are tuned 28 days before."""
    began = time.process_time()
    ranker = learnt(diary.of, day, least=LEAST)
    now = snapshot(diary.of, day, until=day + WINDOW, least=LEAST)
    known = reference(diary.of, now, now.asked)
    items = _rank(now.of.take(now.asked), known, ranker, diary.of.group)
    wanted = now.next.take(now.asked)
    ours = judge("OMNIX", items, wanted, time.process_time() - began)
    asked = [diary.users[n] for n in now.asked]
    print(f"cut at day {day}: {len(asked)} households")
    print(ours.line(), flush=True)
    if ours_only:
        return asked, [ours]
    then = snapshot(diary.of, day - WINDOW, until=day, least=LEAST)
    tuning = [(_setting(then), then.next.take(then.asked))]
    return asked, _beside(ours, _setting(now), wanted, tuning)


def _setting(at: Snapshot) -> peers.Setting:
    return peers.Setting(at.of.take(at.asked), at.of, at.asked, at.trend)


def _beside(
    ours: Lists, test: peers.Setting, wanted: Sparse,
    tuning: Sequence[tuple[peers.Setting, Sparse]],
) -> list[Lists]:  # fmt: skip
    out = [ours]

    def run(name: str, method: Callable[[], I64]) -> Lists:
        began = time.process_time()
        items = method()
        out.append(judge(name, items, wanted, time.process_time() - began))
        print(out[-1].line(), flush=True)
        return out[-1]

    run("global top", lambda: peers.global_top(test))
    run("personal top", lambda: peers.personal_top(test))
    run("GP-Top", lambda: peers.global_personal_top(test))
    rule = _tuned_tifu(tuning)
    tuned = run("TIFU-KNN", lambda: peers.tifu(test, rule))
    print(f"  {rule}")
    up = _tuned_up_cf(tuning)
    run("UP-CF", lambda: peers.up_cf(test, up))
    print(f"  {up}")
    print(difference(ours, tuned), flush=True)
    return out


def _tuned_tifu(tuning: Sequence[tuple[peers.Setting, Sparse]]) -> peers.Tifu:
    shares = (0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
    found = []
    for within, between, groups in _TIFU_RULES:
        for k in (100, 300, 900):
            rule = peers.Tifu(within, between, groups, k, 0.0)
            totals = np.zeros(len(shares))
            for setting, wanted in tuning:
                for n, items in enumerate(peers.tifu_shares(setting, rule, shares)):
                    totals[n] += judge("", items, wanted, 0.0).recall[10].mean()
            at = int(totals.argmax())
            found.append((totals[at], peers.Tifu(within, between, groups, k, shares[at])))
    return max(found, key=lambda one: one[0])[1]


def _tuned_up_cf(tuning: Sequence[tuple[peers.Setting, Sparse]]) -> peers.UpCf:
    found = []
    for recent in (5, 10, 0):
        for locality in (1.0, 5.0):
            for alpha in (0.25, 0.5):
                rule = peers.UpCf(recent, locality, alpha)
                total = sum(
                    judge("", peers.up_cf(setting, rule), wanted, 0.0).recall[10].mean()
                    for setting, wanted in tuning
                )
                found.append((total, rule))
    return max(found, key=lambda one: one[0])[1]


def _summary(found: Sequence[tuple[str, list[str], list[Lists]]]) -> None:
    if len(found) < 2:
        return
    print("means over", ", ".join(part for part, _, _ in found), "and their spread")
    for n, first in enumerate(found[0][2]):
        each = [lists[n] for _, _, lists in found]
        told = []
        for name in ("R@10", "R@20", "N@10", "N@20"):
            k = int(name[2:])
            of = [(one.recall if name[0] == "R" else one.ndcg)[k].mean() for one in each]
            told.append(f"{name} {np.mean(of):.4f} ± {np.std(of, ddof=1):.4f}")
        print(f"{first.method:<28} {'  '.join(told)}")


def _store(
    file: Path, found: Sequence[tuple[str, list[str], list[Lists]]], names: Sequence[str]
) -> None:
    known = np.array([*names, ""])
    columns: dict[str, list[np.ndarray]] = {}
    for part, users, lists in found:
        for one in lists:
            n, k = one.items.shape
            new = {
                "part": np.full(n * k, part),
                "method": np.full(n * k, one.method),
                "user": np.repeat(np.array(users), k),
                "rank": np.tile(np.arange(1, k + 1), n),
                "item": known[one.items.ravel()],
                "bought": one.hits.ravel(),
            }
            for name, column in new.items():
                columns.setdefault(name, []).append(column)
    write(file, {name: np.concatenate(parts) for name, parts in columns.items()})


if __name__ == "__main__":
    main()
