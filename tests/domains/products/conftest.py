"""Ports on a folder of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import LocalPlatform, open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.ports import Ports


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[LocalPlatform]:
    async with open_local(tmp_path, COLLECTIONS, FACTS, clock=ManualClock()) as opened:
        yield opened


@pytest.fixture
def ports(platform: LocalPlatform) -> Ports:
    return platform.ports


@pytest.fixture
def clock(platform: LocalPlatform) -> ManualClock:
    assert isinstance(platform.clock, ManualClock)
    return platform.clock
