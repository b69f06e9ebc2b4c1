"""Published answers: Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed."""

import math

import pytest

from omnix.engine.inventory import order_up_to, reorder_point
from omnix.engine.inventory.distribution import Demand
from omnix.engine.inventory.eoq import (
    discounted_quantity,
    economic_quantity,
    production_quantity,
    with_backorders,
)
from omnix.engine.inventory.guaranteed import Stage, place
from omnix.engine.inventory.joint import joint_cycle
from omnix.engine.inventory.lot_size import wagner_whitin
from omnix.engine.inventory.newsvendor import newsvendor, newsvendor_normal
from omnix.engine.inventory.serial import serial


def test_economic_quantity_3_1() -> None:
    lot = economic_quantity(8, 0.225, 1300)
    assert (lot.quantity, lot.cost) == pytest.approx((304.0468, 68.4105), abs=1e-4)


def test_all_units_discounts_3_5() -> None:
    lot = discounted_quantity(8, 0.3, 1300, [0, 400, 800], [0.75, 0.72, 0.68])
    assert (lot.quantity, lot.cost) == pytest.approx((800, 978.60))


def test_incremental_discounts_3_6() -> None:
    lot = discounted_quantity(8, 0.3, 1300, [0, 400, 800], [0.75, 0.72, 0.68], "incremental")
    assert (lot.quantity, lot.cost) == pytest.approx((304.0468, 1043.4105), abs=1e-4)


def test_backorders_3_8() -> None:
    lot, waiting = with_backorders(8, 0.225, 5, 1300)
    assert (lot.quantity, lot.cost) == pytest.approx((310.8126, 66.9214), abs=1e-4)
    assert waiting == pytest.approx(0.225 / 5.225)


def test_production_is_the_economic_quantity_where_lots_come_at_once() -> None:
    assert production_quantity(8, 0.225, 1300, 1e12).cost == pytest.approx(68.4105, abs=1e-4)


def test_wagner_whitin_3_9() -> None:
    plan = wagner_whitin([90, 120, 80, 70], 500, 2)
    assert plan.cost == 1380
    assert list(plan.quantities) == [210, 0, 150, 0]


def test_newsvendor_4_3_and_with_lead_time_4_4() -> None:
    level = newsvendor_normal(50, 8, 0.18, 0.70)
    assert (level.level, level.cost) == pytest.approx((56.6040, 1.99761), abs=1e-4)
    later = newsvendor_normal(250, 8 * math.sqrt(5), 0.18, 0.70)
    assert later.level == pytest.approx(264.767, abs=1e-3)


def test_newsvendor_on_a_sampled_normal_agrees() -> None:
    level = newsvendor(Demand.normal(50, 8), 0.18, 0.70)
    assert level.level == pytest.approx(56.6040, abs=0.1)
    assert level.cost == pytest.approx(1.99761, rel=0.005)


@pytest.mark.parametrize(
    ("order", "holding", "shortage", "mean", "answer"),
    [(5, 1, 4, 6, (4, 10, 8.03411)), (150, 40, 125, 4, (2, 7, 223.575))],
)
def test_order_up_to_4_7_and_problem_4_31(
    order: float, holding: float, shortage: float, mean: float, answer: tuple[float, ...]
) -> None:
    found = order_up_to.best(order, holding, shortage, Demand.poisson(mean))
    assert (found.point, found.target, found.cost) == pytest.approx(answer, abs=1e-3)


def test_reorder_point_5_1() -> None:
    found = reorder_point.by_expected_stock(8, 0.225, 7.5, 1300, 1300 / 12, 150 / math.sqrt(12))
    assert found.point == pytest.approx(213.970, abs=1e-3)
    assert found.quantity == pytest.approx(318.590, abs=1e-3)
    assert found.cost == pytest.approx(95.4511, abs=1e-4)


def test_serial_line_6_1() -> None:
    """The published 47.77466 is of a coarse grid; the finer it gets, the nearer to 47.660."""
    found = serial([1, 1, 2], [3, 2, 2], 37.12, 5, 1)
    assert found.cost == pytest.approx(47.77466, rel=0.005)
    assert found.cost == pytest.approx(47.660, abs=0.001)
    assert found.levels == pytest.approx([6.49, 12.02, 22.71], abs=0.01)


def test_guaranteed_service_6_5() -> None:
    stages = [
        Stage("1", 2, 1, inbound=1),
        Stage("2", 1, 3, deviation=1, promised=0),
        Stage("3", 1, 2),
        Stage("4", 1, 3, deviation=1, promised=1),
    ]
    found = place(stages, [("1", "3"), ("3", "2"), ("3", "4")])
    assert found.cost == pytest.approx(2 * math.sqrt(2) + 3 + math.sqrt(6))
    assert found.service_times == {"1": 0, "2": 0, "3": 0, "4": 1}


def test_joint_replenishment_is_not_above_silver() -> None:
    found = joint_cycle(600, [120, 840, 300], [160, 20, 50], [1, 1, 1])
    assert found.cost <= 837.8544026261366 + 1e-9
    assert list(found.multiples) == [1, 3, 1]
