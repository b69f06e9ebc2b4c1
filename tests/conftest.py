"""Fixtures that every test may use."""

import os

import pytest
from hypothesis import settings

# How long an example takes says more of the machine than of us.
settings.register_profile("omnix", deadline=None)
settings.load_profile("omnix")
# Servers that tests start are asked faster than a visitor may ask; tests of the pace set their own.
os.environ.setdefault("OMNIX_REQUESTS_PER_MINUTE", "0")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Full counts run with `make soak`; `make test` runs their samples."""
    if os.environ.get("OMNIX_SOAK") == "1":
        return
    soaks = [item for item in items if item.get_closest_marker("soak")]
    if soaks:
        config.hook.pytest_deselected(items=soaks)
        items[:] = [item for item in items if not item.get_closest_marker("soak")]
