"""What candidates are described by, each figure against a loop over the purchases."""

import numpy as np
import pytest

from omnix.engine.recommend.features import NAMES, REASONS, candidates
from omnix.engine.recommend.snapshots import Purchases, learnt, lessons, reference, snapshot

USERS, ITEMS, TODAY = 40, 12, 120
GROUP = np.arange(ITEMS) // 3


@pytest.fixture(scope="module")
def bought() -> Purchases:
    rng = np.random.default_rng(4)
    rows = [
        (user, int(item), int(day))
        for user in range(USERS)
        for day in np.unique(rng.integers(0, TODAY + 20, 14))
        for item in np.unique(rng.integers(0, ITEMS, rng.integers(1, 5)))
    ]
    user, item, day = np.array(rows, np.int64)[rng.permutation(len(rows))].T
    return Purchases(user, item, day, USERS, ITEMS, GROUP)


def described(of: Purchases, user: int, item: int) -> dict[str, float]:
    """By the definitions, one purchase at a time."""
    known = [
        (int(i), int(d))
        for u, i, d in zip(of.user, of.item, of.day, strict=True)
        if u == user and d < TODAY
    ]
    days = sorted({d for _, d in known})
    basket = {d: {i for i, other in known if other == d} for d in days}
    mine = [d for d in days if item in basket[d]]
    kin = [d for d in days if any(GROUP[i] == GROUP[item] for i in basket[d])]

    def faded(of: list[int], half_life: float) -> float:
        return sum(0.5 ** ((TODAY - d) / half_life) for d in of)

    def kind(half_life: float) -> float:
        alike = [d for d in kin for i in basket[d] if GROUP[i] == GROUP[item]]
        return faded(alike, half_life)

    gaps = np.diff(mine)
    light = sum(0.5 ** ((TODAY - d) / 45) / len(basket[d]) for d in mine)
    out = {
        "light": sum(1 / len(basket[d]) for d in mine) / len(days),
        "light_lately": light / sum(0.5 ** ((TODAY - d) / 45) for d in days),
        "size_with": float(np.mean([len(basket[d]) for d in mine])) if mine else 0.0,
        "lately": faded(mine, 45),
        "kin_light": sum(
            sum(GROUP[i] == GROUP[item] for i in basket[d]) / len(basket[d]) for d in days
        )
        / len(days),
        "light_baskets": float(np.mean([1 / len(basket[d]) for d in days])),
        "last_size": len(basket[days[-1]]),
        "share_10": faded(mine, 10) / faded(days, 10),
        "share_30": faded(mine, 30) / faded(days, 30),
        "share_90": faded(mine, 90) / faded(days, 90),
        "last_3": sum(d in mine for d in days[-3:]),
        "last_8": sum(d in mine for d in days[-8:]),
        "since_longest": (TODAY - mine[-1]) / max(gaps) if len(gaps) else np.nan,
        "uneven": gaps.std() / gaps.mean() if len(gaps) > 1 else np.nan,
        "last_gap": gaps[-1] if len(gaps) else np.nan,
        "after_kin": kin[-1] - mine[-1] if mine else np.nan,
        "kin_share_30": faded(mine, 30) / kind(30) if mine else 0.0,
        "kin_share_90": faded(mine, 90) / kind(90) if mine else 0.0,
        "variety": len({i for i, _ in known}) / len(days),
        "visits_lately": faded(days, 20),
    }
    before = of.day < TODAY

    def sold(days: int) -> int:
        return int((before & (of.item == item) & (of.day >= TODAY - days)).sum())

    for late, beside in ((3, 28), (7, 56), (14, 56)):
        out[f"rise_{late}"] = (sold(late) + 1) / (sold(beside) * late / beside + 1)
    out["sold_7"] = sold(7) / USERS
    return out


def test_every_figure_is_what_a_loop_over_the_purchases_finds(bought: Purchases) -> None:
    now = snapshot(bought, TODAY, until=TODAY)
    everyone = np.arange(USERS)
    known = reference(bought, now, everyone)
    (found,) = candidates(now.of, known, GROUP)
    following = known.next
    size = following.lengths()
    assert len(found.user) == USERS * ITEMS
    for n in range(0, len(found.user), 7):
        user, item = int(found.user[n]), int(found.item[n])
        expected = described(bought, user, item)
        holds = following.row_of()[following.column == item]
        expected["light_next"] = (1 / size[holds]).sum() / (size > 0).sum()
        expected["size_next"] = size[holds].mean() if len(holds) else 0.0
        for name, value in expected.items():
            said = found.x[n, NAMES.index(name)]
            assert said == pytest.approx(value, rel=1e-4, abs=1e-6, nan_ok=True), name
    named = [j for columns in REASONS.values() for j in columns]
    assert len(named) == len(set(named))
    customers = {"baskets", "basket_size", "absent", "visit_gap", "light_baskets", "last_size"}
    assert {NAMES[j] for j in range(len(NAMES)) if j not in named} == customers | {
        "variety",
        "visits_lately",
    }


def test_kinds_that_nobody_named_are_unknown_and_not_nought(bought: Purchases) -> None:
    now = snapshot(bought, TODAY, until=TODAY)
    known = reference(bought, now, np.arange(USERS))
    (found,) = candidates(now.of, known)
    kin = [n for n, name in enumerate(NAMES) if "kin" in name]
    assert len(kin) == 8
    assert np.isnan(found.x[:, kin]).all()


def test_days_before_anybody_came_back_teach_nothing(bought: Purchases) -> None:
    young = Purchases(bought.user, bought.item, bought.day % 30 + 90, USERS, ITEMS, GROUP)
    found = list(lessons(young, TODAY))
    assert [len(one.x) > 0 for one in found] == [True] * len(found)
    assert len(learnt(young, TODAY).trees.first) > 0
    assert list(lessons(young, 100)) == []
    now = snapshot(young, 100, until=TODAY)
    known = reference(young, now, now.asked)
    assert known.vectors.rows == 0
    (alone,) = candidates(now.of.take(now.asked), known, GROUP)
    assert len(now.asked) == len(np.unique(alone.user)) > 0
    assert not alone.x[:, [NAMES.index(name) for name in ("alike", "steady_wide")]].any()
