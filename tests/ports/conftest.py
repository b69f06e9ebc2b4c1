"""The emulators, one of each for all tests that need one."""

from collections.abc import Iterator

import pytest

from ports import emulators
from ports.model_server import ModelServer, model_server


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    with emulators.dynamodb_local() as address:
        yield address


@pytest.fixture(scope="session")
def models() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture(scope="session")
def ministack(models: ModelServer) -> Iterator[str]:
    with emulators.ministack(models.address) as address:
        yield address
