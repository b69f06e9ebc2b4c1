"""The simulator against a loop that a child could follow, and intervals against known truth."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnix.engine.inventory.compare import saving, total
from omnix.engine.inventory.simulate import SPAN, Prices, Rules, simulate


def played(
    demand: list[int],
    rule: dict[str, float],
    prices: dict[str, float],
    lead: list[int],
    opening: int,
    reviews: list[bool],
    shelf: int,
) -> dict[str, float]:
    """One stock, batch by batch: [units, last day they can be sold]."""
    batches: list[list[float]] = [[float(opening), shelf - 1 if shelf else math.inf]]
    coming: list[tuple[int, float]] = []
    sums = dict.fromkeys(("held", "missing", "orders", "wasted", "short_days"), 0.0)
    for day, asked in enumerate(demand):
        for arrival in [c for c in coming if c[0] == day]:
            batches.append([arrival[1], day + shelf - 1 if shelf else math.inf])
            coming.remove(arrival)
        rest = float(max(asked, 0))
        for batch in batches:
            sold = min(batch[0], rest)
            batch[0] -= sold
            rest -= sold
        sums["missing"] += rest
        sums["short_days"] += rest > 0
        for batch in batches:
            if batch[1] <= day:
                sums["wasted"] += batch[0]
                batch[0] = 0
        hand = sum(batch[0] for batch in batches)
        sums["held"] += hand
        position = hand + sum(c[1] for c in coming)
        if reviews[day] and position < rule["point"]:
            if rule["quantity"]:
                lots = max(1, math.ceil((rule["point"] - position) / rule["quantity"]))
                wanted = lots * rule["quantity"]
            else:
                wanted = rule["target"] - position
            if wanted > 0:
                pack, least = rule["pack"], rule["minimum"]
                if rule["quantity"]:
                    packs = math.ceil(max(wanted, least) / pack)
                else:
                    least = max(least, rule["point"] - position)
                    packs = max(math.floor(wanted / pack + 0.5), math.ceil(least / pack))
                wanted = packs * pack
                coming.append((day + 1 + lead[day], wanted))
                sums["orders"] += 1
    return {
        "holding": sums["held"] * prices["holding"],
        "lost": sums["missing"] * prices["margin"],
        "ordering": sums["orders"] * prices["order_cost"],
        "waste": sums["wasted"] * prices["unit_cost"],
        "short_days": sums["short_days"],
    }


@given(st.integers(0, 100_000), st.booleans(), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_against_the_loop(seed: int, fixed: bool, perishes: bool, random_leads: bool) -> None:
    rng = np.random.default_rng(seed)
    days, stocks = 70, 5
    demand = rng.integers(-1, 9, (days, stocks))
    point = rng.integers(0, 40, stocks)
    each: dict[str, Any] = {
        "point": point, "target": point + rng.integers(0, 40, stocks),
        "quantity": rng.integers(1, 25, stocks) if fixed else np.zeros(stocks, int),
        "minimum": rng.integers(1, 20, stocks), "pack": rng.integers(1, 8, stocks),
    }  # fmt: skip
    money = {"holding": 0.25, "margin": 3.0, "order_cost": 7.0, "unit_cost": 2.0}
    leads = rng.integers(0, 9, (days, stocks)) if random_leads else rng.integers(0, 9, stocks)
    shelf = rng.integers(0, 12, stocks) if perishes else np.zeros(stocks, int)
    opening, calendar = rng.integers(0, 30, stocks), rng.integers(0, 2, stocks)
    reviews = np.array([[day % 7 in (0, 3) for day in range(days)], [True] * days])
    made = simulate(
        demand, Rules(**each), Prices(**money), lead_days=leads, opening=opening,
        reviews=reviews, calendar=calendar, shelf_days=shelf,
    )  # fmt: skip
    for i in range(stocks):
        expected = played(
            demand[:, i].tolist(), {k: float(v[i]) for k, v in each.items()}, money,
            leads[:, i].tolist() if random_leads else [int(leads[i])] * days,
            int(opening[i]), reviews[calendar[i]].tolist(), int(shelf[i]),
        )  # fmt: skip
        told = {
            n: float(getattr(made, n)[:, i].sum()) for n in ("holding", "lost", "ordering", "waste")
        }
        told["short_days"] = float(made.short_days[i])
        assert told == pytest.approx(expected, rel=1e-5)
    assert made.cost.shape == (-(-days // SPAN), stocks)
    assert 0 <= made.fill_rate <= 1
    assert 0 <= made.service_level <= 1


def test_rules_change_on_their_day() -> None:
    demand = np.full((60, 1), 1.0)
    never, always = Rules(0, 0), Rules(50, 51, start=28)
    made = simulate(demand, [never, always], Prices(0, 1, 1), lead_days=0, opening=30)
    assert made.orders[0] > 0
    assert made.lost.sum() == 0
    without = simulate(demand, never, Prices(0, 1, 1), lead_days=0, opening=30)
    assert without.lost.sum() == 30


def test_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    demand = rng.poisson(3, (40, 50))
    leads = rng.integers(0, 5, (40, 50))

    def cost() -> Any:
        rules = Rules(np.arange(50), np.arange(50) + 9)
        return simulate(demand, rules, Prices(1, 2, 3, 4), lead_days=leads, opening=5).cost

    whole = cost()
    monkeypatch.setattr("omnix.engine.inventory.simulate._BLOCK", 7)
    assert (cost() == whole).all()


def test_nothing_to_play() -> None:
    made = simulate(np.zeros((0, 3)), Rules(1, 2), Prices(1, 1, 1), lead_days=1)
    assert made.cost.sum() == 0
    assert made.fill_rate == 1
    assert total(simulate(np.zeros((5, 0)), Rules(1, 2), Prices(1, 1, 1), lead_days=1)).value == 0


@pytest.mark.parametrize("demand", [[[math.nan]], [1.0, 2.0]])
def test_what_cannot_be_played(demand: Any) -> None:
    with pytest.raises(ValueError, match="demand must be"):
        simulate(demand, Rules(1, 2), Prices(1, 1, 1), lead_days=1)


def test_the_interval_holds_the_true_saving_about_as_often_as_it_says() -> None:
    """Costs of a known distribution: 90% intervals over 200 samples of 60 stocks."""
    rng = np.random.default_rng(4)
    hits = 0
    for seed in range(200):
        common = rng.gamma(2, 10, 60)
        demand = np.zeros((1, 60))
        first = simulate(demand, Rules(0, 0), Prices(1, 0, 0), lead_days=0, opening=common)
        extra = np.rint(rng.gamma(2, 2, 60))
        second = simulate(demand, Rules(0, 0), Prices(1, 0, 0), lead_days=0, opening=common + extra)
        made = saving(first, second, 0.9, seed)
        assert made.over == "stocks"
        assert made.money.value == pytest.approx(extra.sum(), rel=1e-4)
        hits += made.money.low <= 60 * 4.0 <= made.money.high
    assert 0.82 <= hits / 200 <= 0.96


def test_few_stocks_are_drawn_by_spans() -> None:
    rng = np.random.default_rng(4)
    demand = rng.poisson(2, (SPAN * 8, 2))
    lean = simulate(demand, Rules(10, 20), Prices(1, 9, 5), lead_days=3, opening=20)
    fat = simulate(demand, Rules(60, 90), Prices(1, 9, 5), lead_days=3, opening=20)
    made = saving(lean, fat)
    assert made.over == "spans"
    assert made.money.low <= made.money.value <= made.money.high
    assert 0 < made.share.low < made.share.high < 1
