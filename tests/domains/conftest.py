"""What the tests of several domains share."""

from pathlib import Path

import pytest

from domains.simulated import copied


@pytest.fixture
def shop_data(tmp_path: Path) -> Path:
    """A data folder with the small simulated shop."""
    return copied(tmp_path)
