"""Ports on a folder of the test's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnix.ports import Ports

from .shop import opened


@pytest.fixture
async def ports(tmp_path: Path) -> AsyncIterator[Ports]:
    async with opened(tmp_path) as made:
        yield made
