"""The application, served to each test on a folder of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .serving import Served, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as it:
        yield it
