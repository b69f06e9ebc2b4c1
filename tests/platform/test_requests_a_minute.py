"""How fast a visitor may ask."""

import pytest

from omnix.kit.errors import TooMany
from omnix.platform.pace import MOST_KNOWN, Pace


class Watch:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_comes_at_once_and_comes_back_evenly() -> None:
    watch = Watch()
    pace = Pace(60, watch)
    for _ in range(60):
        pace.take("ann")
    with pytest.raises(TooMany) as refused:
        pace.take("ann")
    assert refused.value.extra["retry_after"] == 2
    pace.take("bob")
    watch.now = 1.0
    pace.take("ann")
    with pytest.raises(TooMany):
        pace.take("ann")
    # Whoever keeps asking is not kept waiting longer for it.
    watch.now = 2.0
    pace.take("ann")


def test_the_wait_that_is_told_is_long_enough() -> None:
    watch = Watch()
    pace = Pace(7, watch)
    for _ in range(7):
        pace.take("ann")
    with pytest.raises(TooMany) as refused:
        pace.take("ann")
    wait = refused.value.extra["retry_after"]
    assert isinstance(wait, int)
    watch.now += wait
    pace.take("ann")


def test_no_limit_and_no_more_memory_than_for_so_many() -> None:
    free = Pace(0)
    for _ in range(1_000):
        free.take("ann")
    pace = Pace(1, Watch())
    pace.take("first")
    for n in range(MOST_KNOWN):
        pace.take(f"visitor {n}")
    pace.take("first")  # forgotten, and so not refused
    assert len(pace._left) == MOST_KNOWN
