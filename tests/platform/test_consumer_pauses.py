"""How long a consumer pauses for others after what it did."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from omnix.kit.events import Event
from omnix.platform import consume
from omnix.platform.consume import Consumer
from omnix.ports import Ports


async def _nothing(_: Ports, __: Sequence[Event]) -> None: ...


class Work:
    """Batches of ``seconds`` of the processor's time each, under a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, consumer: Consumer) -> None:
        self.now = 100.0
        self._spent = 0.0
        monkeypatch.setattr(
            consume,
            "time",
            SimpleNamespace(monotonic=lambda: self.now, process_time=lambda: self._spent),
        )
        self._pace = consume._Rests(consumer)

    def look(self) -> None:
        self._pace.begin()

    def batch(self, seconds: float) -> float:
        self._pace.begin()
        self.now += seconds
        self._spent += seconds
        due = self._pace.due()
        self.now += due
        return due


def test_a_batch_is_paused_for_by_what_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(monkeypatch, Consumer("c", (), _nothing, rest=4))
    assert work.batch(0.1) == pytest.approx(0.4)
    assert work.batch(0.2) == pytest.approx(0.8)


def test_what_is_owed_is_paid_by_idle_time(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(monkeypatch, Consumer("c", (), _nothing, rest=2, owing=0.5))
    assert work.batch(0.2) == 0
    assert work.batch(0.2) == pytest.approx(0.3)
    for _ in range(3):
        work.now += 0.1
        work.look()
    assert work.batch(0.2) == pytest.approx(0.1)  # 0.5 less the 0.3 of three looks, and 0.4
    work.now += 60
    assert [work.batch(0.1) for _ in range(3)] == pytest.approx([0, 0, 0.1])


def test_under_steady_flow_it_has_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(monkeypatch, Consumer("c", (), _nothing, rest=3, owing=0.5))
    began = work.now
    for _ in range(1000):
        work.batch(0.01)
    assert 10 / (work.now - began) == pytest.approx(1 / 4, abs=0.01)


def test_no_pause_is_longer_than_two_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(monkeypatch, Consumer("c", (), _nothing, rest=19, owing=0.5))
    assert work.batch(3600) == pytest.approx(120)
    assert work.batch(0.1) == pytest.approx(1.9)
