"""A night's recommendations end soon after somebody asks them to, learning included."""

from pathlib import Path
from typing import Any

import pytest

from domains.simulated import Job, opened
from omnix.domains.recommendations import make
from omnix.domains.recommendations.declare import LISTS, SHELVES
from omnix.engine.recommend import snapshots
from omnix.engine.recommend.ranker import SETTINGS
from omnix.platform import stoppable
from omnix.platform.jobs import Cancelled

pytestmark = pytest.mark.anyio


class Stopping(Job):
    """A job whose user asks it to stop once trees are grown."""

    steps: list[str]

    async def progress(self, done: int, total: int, step: str = "") -> None:
        await super().progress(done, total, step)
        self.steps = [*getattr(self, "steps", []), step]
        if step.endswith("%") and int(step.split()[-1][:-1]) >= 50:
            raise Cancelled


async def test_learning_tells_how_far_it_is_and_can_be_stopped(
    shop_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stoppable, "TOLD_EVERY", 0.005)
    grown = 0
    original = snapshots.train

    def counting(*given: Any, told: Any) -> Any:
        def counted(tree: int) -> None:
            nonlocal grown
            grown = tree
            told(tree)

        return original(*given, told=counted)

    monkeypatch.setattr(snapshots, "train", counting)
    async with opened(shop_data) as ports:
        job = Stopping(ports)
        with pytest.raises(Cancelled):
            await make.make_all(job, {})  # type: ignore[arg-type]
        assert any(step.endswith("customers, 0%") for step in job.steps)
        assert grown < SETTINGS.trees
        assert await ports.records.get(SHELVES, "run") is None
        assert [chunk async for chunk in ports.records.scan(LISTS)] == []
