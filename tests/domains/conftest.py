"""What the tests of several domains share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domains.simulated import copied
from granted import held_to_grants


@pytest.fixture(autouse=True)
def granted() -> Iterator[None]:
    """Consumers and jobs touch no table that their functions on AWS may not."""
    with held_to_grants() as missing:
        yield
    assert not missing, f"grant this in omnix/runtimes/aws/functions.py: {missing}"


@pytest.fixture
def shop_data(tmp_path: Path) -> Path:
    """A data folder with the small simulated shop."""
    return copied(tmp_path)
