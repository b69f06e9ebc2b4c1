"""What was put into a history is named, what was not is not, and all of it adds up."""

from dataclasses import replace

import numpy as np
import pytest

from engine.changes.shops import BEFORE, DAYS, NOW, PRODUCTS, groups, history
from omnix.engine.changes import Explanation, History, explain
from omnix.engine.changes.data import Whole

LATE = slice(NOW, DAYS)


def _asked(made: History) -> Explanation:
    found = explain(made, BEFORE, NOW, 7)
    assert sum(cause.effect for cause in found.causes) == pytest.approx(
        found.now - found.before, abs=1e-4
    )
    amount = made.amount() + (made.returned + made.charged) / PRODUCTS
    assert found.before == pytest.approx(amount[:, BEFORE:NOW].sum())
    assert found.now == pytest.approx(amount[:, LATE].sum())
    for cause in found.causes:
        if cause.items and cause.kind != "product":
            assert sum(item.effect for item in cause.items) == pytest.approx(cause.effect)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_week_like_the_others_is_ordinary(seed: int) -> None:
    assert not _asked(history(seed)).unusual


def test_empty_shelves_are_named_with_their_products() -> None:
    made = history()
    made.units[[2, 5], LATE] = made.gross[[2, 5], LATE] = made.stock[[2, 5], LATE] = 0
    first = _asked(made).causes[0]
    assert first.kind == "stock"
    assert first.unusual
    assert {item.product for item in first.items} == {2, 5}
    lost = made.gross[[2, 5], BEFORE:NOW].sum()
    assert first.effect == pytest.approx(-lost, rel=0.15)


def test_dearer_units_are_a_cause_even_where_fewer_units_cancel_them_out() -> None:
    made = history()
    rows = np.arange(10)[:, None]
    made.listed[rows, np.arange(NOW, DAYS)] *= 1.4
    made.units[:10, LATE] = np.rint(made.units[:10, LATE] / 1.4)
    made.gross[:10, LATE] = made.units[:10, LATE] * made.listed[:10, LATE]
    first = _asked(made).causes[0]
    assert first.kind == "price"
    assert first.unusual
    assert first.volume is not None
    assert first.volume < 0 < first.effect - first.volume
    assert {item.product for item in first.items} == set(range(10))


def test_a_price_is_seen_at_the_till_where_no_list_tells() -> None:
    made = history(listed=np.full((PRODUCTS, DAYS), np.nan))
    made.gross[:10, LATE] *= 1.3
    assert _asked(made).causes[0].kind == "price"


@pytest.mark.parametrize("written", ["discount", "price"])
def test_the_end_of_a_promotion_is_one_however_it_was_written_down(written: str) -> None:
    made = history()
    span = slice(BEFORE, NOW)
    made.units[:8, span] = np.rint(made.units[:8, span] * 2)
    if written == "price":
        made.listed[:8, span] *= 0.7
    made.gross[:8, span] = made.units[:8, span] * made.listed[:8, span]
    if written == "discount":
        made.discount[:8, span] = made.gross[:8, span] * 0.3
    first = _asked(made).causes[0]
    assert first.kind == "promotion"
    assert first.effect < 0
    assert first.unusual
    assert {item.product for item in first.items} <= set(range(8))


def test_a_group_that_stays_away_is_named_rather_than_fewer_orders() -> None:
    made = history()
    (sorted_,) = made.groups
    keep = np.ones(DAYS)
    keep[LATE] = 0.02
    lost = sorted_.amount[1] * (1 - keep)
    part = 1 - lost / made.gross.sum(axis=0)
    amount, orders = sorted_.amount.copy(), sorted_.orders.copy()
    amount[1], orders[1] = amount[1] * keep, orders[1] * keep
    whole = Whole(amount.sum(axis=0), orders.sum(axis=0), sorted_.whole.share)
    made = replace(
        made,
        units=made.units * part,
        gross=made.gross * part,
        orders=made.orders * part,
        groups=(replace(sorted_, amount=amount, orders=orders, whole=whole),),
    )
    first = _asked(made).causes[0]
    assert (first.kind, first.grouping, first.group) == ("segment", "home", "south")
    assert first.effect == pytest.approx(-lost[LATE].sum(), rel=0.3)


def test_a_product_that_nobody_wants_any_more_is_named_by_itself() -> None:
    made = history()
    best = int(made.gross.sum(axis=1).argmax())
    made.units[best, LATE] = made.gross[best, LATE] = 0
    first = _asked(made).causes[0]
    assert first.kind == "product"
    assert first.items[0].product == best
    assert first.effect < 0


def test_shut_days_are_told_as_the_calendar() -> None:
    made = history()
    shut = slice(NOW, NOW + 2)
    for array in (made.units, made.gross, made.orders):
        array[:, shut] = 0
    found = _asked(made)
    assert "opening" in [cause.kind for cause in found.causes]
    opening = next(cause for cause in found.causes if cause.kind == "opening")
    assert opening.effect == pytest.approx((found.now - found.before), rel=0.35)
    assert not opening.unusual


def test_fewer_visits_and_worse_conversion_are_told_apart() -> None:
    made = history(sessions=np.full(DAYS, 900.0), web=np.array([False, True]))
    assert made.sessions is not None
    made.orders[1, LATE] = np.rint(made.orders[1, LATE] * 0.4)
    parts = {cause.kind: cause.effect for cause in _asked(made).causes}
    assert parts["conversion"] < 0
    assert abs(parts["traffic"]) < abs(parts["conversion"]) / 2
    made.sessions[LATE] *= 0.4
    parts = {cause.kind: cause.effect for cause in _asked(made).causes}
    assert parts["traffic"] < 0
    assert abs(parts.get("conversion", 0)) < abs(parts["traffic"]) / 3


@pytest.mark.parametrize("metric", ["units", "margin"])
def test_units_and_margin_add_up_too(metric: str) -> None:
    made = history()
    made = replace(made, metric=metric, cost=made.gross * 0.6)  # type: ignore[arg-type]
    made.units[[2, 5], LATE] = made.gross[[2, 5], LATE] = made.stock[[2, 5], LATE] = 0
    assert made.cost is not None
    made.cost[[2, 5], LATE] = 0
    found = _asked(made)
    assert found.causes[0].kind == "stock"
    assert "mix" not in [c.kind for c in found.causes if metric == "units"]


def test_a_rise_of_costs_moves_the_margin_alone() -> None:
    made = history()
    cost = made.gross * 0.6
    cost[:, LATE] *= 1.2
    found = _asked(replace(made, metric="margin", cost=cost))
    assert found.causes[0].kind == "cost"
    assert found.causes[0].effect < 0
    assert "cost" not in [cause.kind for cause in _asked(made).causes]


def test_a_short_history_calls_nothing_unusual() -> None:
    made = history()
    cut = slice(BEFORE - 10, DAYS)
    short = {name: getattr(made, name)[..., cut] for name in (
        "units", "gross", "discount", "stock", "listed", "orders", "single", "returned", "charged"
    )}  # fmt: skip
    made = replace(made, **short, groups=())
    made.units[0, -7:] = made.gross[0, -7:] = 0
    found = explain(made, 10, 17, 7)
    assert not found.unusual
    assert all(cause.usual is None for cause in found.causes)
    assert sum(c.effect for c in found.causes) == pytest.approx(found.now - found.before)


@pytest.mark.parametrize("odd", ["nothing", "no orders", "new", "negative"])
def test_odd_histories_add_up_and_are_finite(odd: str) -> None:
    made = history()
    if odd == "nothing":
        for array in (made.units, made.gross, made.orders, made.single):
            array[:] = 0
    if odd == "no orders":
        made.orders[:, LATE] = 0
    if odd == "new":
        made.units[3, :NOW] = made.gross[3, :NOW] = 0
        made.listed[3, :NOW] = np.nan
    if odd == "negative":
        made.charged[:] = -1e7
    found = _asked(made)
    assert all(np.isfinite(cause.effect) for cause in found.causes)


def test_periods_must_lie_apart_and_inside() -> None:
    made = history()
    for before, now, days in ((0, 3, 7), (7, 0, 7), (0, DAYS - 3, 7), (-1, 20, 7), (0, 10, 0)):
        with pytest.raises(ValueError, match="two periods"):
            explain(made, before, now, days)
    assert groups(np.random.default_rng(0), made.gross).labels == ["north", "south", "west"]
