"""The shop that questions are asked about."""

from pathlib import Path

import pytest

from .shop import ready


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the simulated shop, forecast and analysed."""
    return ready(tmp_path)
