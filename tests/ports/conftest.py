"""The emulators, one of each for all tests that need one."""

from collections.abc import Iterator

import pytest

from ports import emulators


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    with emulators.dynamodb_local() as address:
        yield address


@pytest.fixture(scope="session")
def ministack() -> Iterator[str]:
    with emulators.ministack() as address:
        yield address
